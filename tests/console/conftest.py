"""One installation with its console for all tests of pages in a process."""

from collections.abc import Iterator

import pytest

from config.policy_files import fill_shelf
from tests.console.house import House, house


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The sample's cases, with dates around today. Tests share it: each acts on cases of its own."""
    fill_shelf()
    with house(tmp_path_factory.mktemp("console") / "home") as made:
        yield made
