"""The engine of the workflows' tests, asked by a client that seals."""

from tests.mail.conftest import post  # noqa: F401 - fixtures
from tests.workflows.conftest import client, empty_scene, ledger, server, skipper  # noqa: F401 - fixtures
