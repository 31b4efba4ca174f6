"""An installation with its console for the tests of a file: what one file does, no other meets."""

from collections.abc import Iterator

import pytest

from config.policy_files import fill_shelf
from tests.console.house import House, house


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The sample's cases, with dates around today. The tests of a file share it."""
    fill_shelf()
    with house(tmp_path_factory.mktemp("console") / "home") as made:
        yield made
