"""The shared pages in a real browser; and that the harness sees what is wrong."""

from collections.abc import Iterator

import pytest

from tests.browser.serving import serving
from tests.browser.sight import fits_a_phone, looks_ok, violations, walk
from tests.browser.window import Watch
from tests.console import shell

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(shell.app()) as address:
        yield address


@pytest.mark.parametrize("address", shell.ADDRESSES)
async def test_a_shared_page_is_for_everybody(open_window, base, address):
    window = await open_window(base)
    await window.go(address)
    await looks_ok(window.page)


async def test_a_working_page_is_for_everybody(open_window, base):
    window = await open_window(base)
    await window.go("/working")
    await looks_ok(window.page)


async def test_a_working_page_is_for_everybody_without_javascript(open_window, base):
    window = await open_window(base, javascript=False)
    await window.go("/working")
    await looks_ok(window.page)
    assert await window.page.locator("button[data-index]").count() == 0


async def test_the_libraries_start_under_the_content_policy(open_window, base):
    window = await open_window(base)
    await window.go("/working")
    body = window.page.locator("body.js-enabled.govuk-frontend-supported")
    await body.wait_for()
    await window.page.get_by_role("button", name="Days").click()
    cells = window.page.locator("tbody tr td:last-child")
    assert await cells.all_inner_texts() == ["20 late", "3 left", "11 left"]


async def test_the_first_tab_offers_to_skip_to_the_content(open_window, base):
    window = await open_window(base)
    await window.go("/help")
    await window.page.keyboard.press("Tab")
    await window.page.keyboard.press("Enter")
    await window.page.wait_for_url("**/help#main-content")


async def test_an_error_has_the_focus_and_leads_to_its_field(open_window, base):
    window = await open_window(base)
    await window.go("/working?wrong=yes")
    await window.page.get_by_role("link", name="Enter a reason").click()
    assert await window.page.evaluate("document.activeElement.id") == "reason"


async def test_on_paper_there_is_no_navigation(open_window, base):
    window = await open_window(base)
    await window.go("/working")
    await window.page.emulate_media(media="print")
    assert not await window.page.get_by_role("link", name="Moderation").is_visible()
    assert not await window.page.get_by_role("button", name="Apply filters").is_visible()
    assert await window.page.get_by_role("cell", name="20 late").is_visible()


async def test_the_page_keeps_to_its_own_machine(browser, base):
    watch = Watch()
    context = await browser.new_context()
    await watch.over(context)
    page = await context.new_page()
    for address in ("/stray", "/bad"):
        await page.goto(f"{base}{address}")
    await context.close()
    assert any("asked for http://elsewhere.example/pixel.png" in fault for fault in watch.faults())
    assert any("Content Security Policy" in fault for fault in watch.faults())
    assert any("no-such-script" in fault for fault in watch.faults())


async def test_the_harness_sees_what_keeps_people_out(browser, base):
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(f"{base}/bad")
    found = await violations(page)
    assert any(each.startswith("image-alt") for each in found)
    assert any(each.startswith("target-size") for each in found)
    with pytest.raises(AssertionError, match="page: 9"):
        await fits_a_phone(page)
    with pytest.raises(AssertionError, match="focus not seen"):
        await walk(page)
    await page.close()
