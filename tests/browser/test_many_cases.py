"""Pages with 5,000 cases, and pages on paper: for everybody as well."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from temporalio.client import Client

from benchmarks.many_cases import fill
from config.policy_files import fill_shelf
from config.settings import load
from console.app import create_app
from lifecycle.dates import local_date
from models.database import Database
from models.installation import establish
from models.schema import upgrade
from office.access import Limits, begin
from tests.browser.serving import serving
from tests.browser.sight import axe, fits_a_phone
from tests.browser.window import Window

pytestmark = [pytest.mark.browser]
MANY = 5_000
PAGES = (
    ("ops-1", "/ops"),
    ("ops-1", "/ops/map"),
    ("ops-1", "/ops/post"),
    ("inspector-1", "/inspect"),
    ("inspector-1", "/cases"),
    ("inspector-1", "/cases?page=100"),
    ("inspector-1", "/reports/many-0"),
    ("liaison-kent", "/body/kent"),
)


@pytest.fixture(scope="module")
async def many(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Database]]:
    """A console over a ledger of 5,000 cases. Its engine is away: pages read the ledger."""
    fill_shelf()
    home = tmp_path_factory.mktemp("many")
    database = Database(f"sqlite:///{home / 'ledger.db'}")
    upgrade(database)
    establish(database)
    fill(database, MANY, local_date(datetime.now(UTC)))
    client = await Client.connect("127.0.0.1:1", lazy=True)
    with serving(create_app(load(home=home), database, client)) as address:
        yield address, database
    database.close()


async def opened(open_window, many, person, path) -> Window:
    address, database = many
    with database.writing() as session:
        secret = begin(session, person, "link", "a test", datetime.now(UTC), Limits())
    window: Window = await open_window(address)
    await window.page.context.add_cookies([{"name": "session", "value": secret, "url": address}])
    answer = await window.go(path)
    assert answer.status == 200, await window.page.inner_text("main")
    return window


@pytest.mark.parametrize(("person", "path"), PAGES)
async def test_a_page_with_many_cases_is_for_everybody(open_window, many, person, path):
    window = await opened(open_window, many, person, path)
    await axe(window.page)
    await fits_a_phone(window.page)
    rows = await window.page.locator("tbody tr").count()
    assert rows <= 250, "lists are shown a page at a time"


@pytest.mark.parametrize(("person", "path"), [PAGES[1], PAGES[4], PAGES[7]])
async def test_on_paper_there_is_what_can_be_read_and_nothing_to_press(open_window, many, person, path):
    window = await opened(open_window, many, person, path)
    page = window.page
    await page.emulate_media(media="print")
    assert await page.locator("h1").is_visible()
    assert await page.locator("table").first.is_visible()
    for pressed in await page.get_by_role("button").all():
        assert not await pressed.is_visible()
    pdf = await page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
