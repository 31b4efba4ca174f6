"""A draft saves itself; two people write on one, each in a browser of their own, and nobody's words are lost."""

import asyncio
import re

import pytest
from playwright.async_api import expect
from sqlmodel import col, select

from models.tables import AssessmentDraft
from tests.browser.window import Window
from tests.console.casework import ask_for_plan, import_report, submit

pytestmark = [pytest.mark.browser, pytest.mark.server]
REFERENCE = "autosave-1"
CASE = f"recommendation/{REFERENCE}/kent"
FORM = f"/inspect/{REFERENCE}/kent/assess"
PAUSE = 5_000
KEPT = "Somebody else saved another version. Yours is kept"


@pytest.fixture(scope="module")
async def submitted(there):
    """A case whose plan has come, and on which nobody has written."""

    def prepare() -> None:
        import_report(there, "autosave-tests", REFERENCE, ["kent", "essex"])
        ask_for_plan(there, CASE)
        submit(there, CASE)

    await asyncio.to_thread(prepare)
    return there


async def writing(open_window, there, person, *, javascript=True):
    """The form in this person's browser, whose clock stands until it is moved."""
    window = await open_window(there.address, javascript=javascript)
    cookie = {"name": "session", "value": there.secret(person), "url": there.address}
    await window.page.context.add_cookies([cookie])
    if javascript:
        await window.page.clock.install()
    await window.go(FORM)
    return window


async def types(window: Window, words: str, said: str) -> None:
    """Type, and let the pause go by; wait until the page says what became of it."""
    page = window.page
    await page.get_by_label("What the assessment rests on").fill(words)
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.clock.run_for(PAUSE)
    await expect(page.locator("#autosave")).to_contain_text(said)


def kept(there) -> dict[str, bool]:
    """Every text that was ever saved, and whether it was set aside."""
    with there.database.reading() as session:
        rows = session.exec(
            select(AssessmentDraft)
            .where(AssessmentDraft.case_id == CASE)
            .order_by(col(AssessmentDraft.version))
        )
        return {row.narrative: row.set_aside for row in rows}


async def test_two_people_write_on_one_draft_and_no_words_are_lost(open_window, submitted):
    first = await writing(open_window, submitted, "inspector-1")
    second = await writing(open_window, submitted, "inspector-2")
    await types(first, "The plan names dates.", "Saved.")
    await types(second, "The plan names nobody.", KEPT)
    await types(second, "The plan names nobody who answers for it.", KEPT)
    await types(first, "The plan names dates, and money.", "Saved.")
    assert kept(submitted) == {
        "The plan names dates.": False,
        "The plan names nobody.": True,
        "The plan names nobody who answers for it.": True,
        "The plan names dates, and money.": False,
    }

    page = second.page
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("The plan names dates, and money.").first).to_be_visible()
    mine = page.get_by_label("What the assessment rests on")
    await expect(mine).to_have_value("The plan names nobody who answers for it.")
    await mine.fill("The plan names dates and money, and nobody who answers for it.")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text(re.compile(r"Saved as version \d+"))).to_be_visible()

    await first.go(FORM)
    merged = first.page.get_by_label("What the assessment rests on")
    await expect(merged).to_have_value("The plan names dates and money, and nobody who answers for it.")


async def test_without_javascript_save_keeps_both(open_window, submitted):
    plain = await writing(open_window, submitted, "inspector-1", javascript=False)
    other = await writing(open_window, submitted, "inspector-2")
    await types(other, "Words of the other.", "Saved.")
    await plain.page.get_by_label("What the assessment rests on").fill("Words without a script.")
    await plain.page.get_by_role("button", name="Save").first.click()
    await expect(plain.page.get_by_text("Words of the other.").first).to_be_visible()
    found = kept(submitted)
    assert found["Words of the other."] is False
    assert found["Words without a script."] is True
