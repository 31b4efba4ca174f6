"""The operations page in a real browser: figures that change by themselves, and a line that says when it is lost."""

import pytest
from playwright.async_api import expect

from office import post
from tests.browser.sight import axe
from tests.browser.test_every_page import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.server]
SOON = 20_000


async def test_figures_change_by_themselves_and_a_lost_line_is_said(open_window, there):
    window = await signed_in(open_window, there, "ops-1")
    await window.go("/ops")
    line, sending = window.page.locator("[data-line]"), window.page.locator('[data-live="sending"]')
    await expect(line).to_have_text("These figures change by themselves.")
    await expect(sending).to_have_text("goes on")
    post.stop_sending(there.database, "ops-2", "seen in a browser")
    try:
        await expect(sending).to_have_text("stopped by ops-2: seen in a browser", timeout=SOON)
    finally:
        post.resume_sending(there.database, "ops-2")
    await expect(sending).to_have_text("goes on", timeout=SOON)
    assert await window.page.locator("[data-line][role=status]").count() == 1
    with there.as_("ops-1") as other:
        assert other.post("/account/sessions/end", data={"session": "others"}).status_code == 303
    await expect(line).to_have_text("Your session has ended. Sign in again.", timeout=SOON)


async def test_all_sending_is_stopped_by_keyboard_and_without_a_script(open_window, there):
    window = await signed_in(open_window, there, "ops-1", javascript=False)
    page = window.page
    await window.go("/ops/post")
    await page.get_by_label("Why all sending stops").fill("the relay moves")
    await page.get_by_label("Type “stop all sending” to confirm").fill("stop all sending")
    await page.keyboard.press("Enter")
    try:
        note = page.get_by_role("region", name="About this installation")
        await expect(note).to_contain_text("by ops-1: the relay moves")
        await axe(page)
        await window.go("/ops/map")
        await expect(note).to_contain_text("All sending is stopped since")
    finally:
        await window.go("/ops/post")
        await page.get_by_role("button", name="Let sending go on").press("Enter")
    await expect(page.get_by_role("button", name="Stop all sending")).to_be_visible()
