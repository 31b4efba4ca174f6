"""Debian's Chromium, one for each process of the run; each test has windows of its own."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from playwright.async_api import Browser, ViewportSize, async_playwright

from config.policy_files import fill_shelf
from tests.browser.window import Watch, Window
from tests.conftest import ON_CI
from tests.console.house import House, house

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Quiet: it asks for nothing but what a page asks for. As root it has no sandbox.
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESK: ViewportSize = {"width": 1280, "height": 900}

OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Without Chromium its tests are skipped, but not on CI. Its profile is new, and gone at the end."""
    if not shutil.which(CHROMIUM):
        missing = "Chromium is not installed. On Debian: apt-get install chromium"
        pytest.fail(missing) if ON_CI else pytest.skip(missing)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET])
        yield chromium
        await chromium.close()


@pytest.fixture
async def open_window(browser: Browser) -> AsyncIterator[OpenWindow]:
    """Opens a window on an address, as a new person: await open_window(base, javascript=False, width=320).

    At the end no script may have failed, and nothing may have been asked for outside this machine.
    """
    watch, contexts = Watch(), []

    async def opened(base: str, *, javascript: bool = True, width: int = DESK["width"]) -> Window:
        context = await browser.new_context(
            viewport={"width": width, "height": DESK["height"]},
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        contexts.append(context)
        await watch.over(context)
        return Window(await context.new_page(), base)

    yield opened
    for context in contexts:
        await context.close()
    assert watch.faults() == []


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with the sample, and its console."""
    fill_shelf()
    with house(tmp_path_factory.mktemp("browser") / "home") as made:
        yield made
