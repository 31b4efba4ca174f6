from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.mail.envelope import Outgoing
from embedded.inbox import Inbox
from lifecycle.rules import Rules
from models.database import Database
from tests.mail.certificates import Certificates, make_certificates
from tests.mail.misbehaving import Misbehaving, serving
from tests.mail.post import Post


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def outgoing() -> Outgoing:
    return Outgoing(
        message_id="<01JX3V8Q5N@mail.inspectorate.example>",
        mailbox="liaison@bedfordshire.example",
        sender="Followthrough <followthrough@inspectorate.example>",
        reply_to="case-team@inspectorate.example",
        subject="Plan due Wednesday 31 May 2017: R-2016-6085",
        text="Bedfordshire Police has not sent its plan.\n.\nA line with one dot stands above.\n",
        html="<p>Bedfordshire Police has not sent its plan.</p>",
        date=datetime(2017, 5, 24, 8, 0, tzinfo=UTC),
        headers={"Auto-Submitted": "auto-generated"},
        envelope_sender="bounce+01JX3V8Q5N@mail.inspectorate.example",
    )


@pytest.fixture
def post(database: Database, rules: Rules) -> Iterator[Post]:
    """A world with mail to send, and a kind server to send it to."""
    with serving(Misbehaving()) as server:
        world = Post(database, rules, server).settle_in()
        yield world
        world.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def inbox(folder: Path) -> Iterator[Inbox]:
    with Inbox().start(0, 0, folder) as running:
        yield running
