"""Every kind of page, as each person can reach it by following links: for everybody, on a phone, without a script."""

import pytest

from tests.browser.crawling import pages
from tests.browser.sight import axe, fits_a_phone, walk

pytestmark = [pytest.mark.browser, pytest.mark.server]
PEOPLE = (
    "liaison-west-midlands",
    "oversight-bedfordshire-pcc",
    "inspector-1",
    "lead-1",
    "ops-1",
    "auditor-1",
)
walked: set[str] = set()


async def signed_in(open_window, there, person, **options):
    window = await open_window(there.address, **options)
    cookie = {"name": "session", "value": there.secret(person), "url": there.address}
    await window.page.context.add_cookies([cookie])
    return window


@pytest.mark.parametrize("person", PEOPLE)
async def test_pages_are_for_everybody(open_window, there, person):
    window = await signed_in(open_window, there, person)
    faults, shown = [], 0
    async for kind in pages(window):
        shown += 1
        checks = [axe, fits_a_phone] if kind in walked else [axe, fits_a_phone, walk]
        walked.add(kind)
        for check in checks:
            try:
                await check(window.page)
            except AssertionError as found:
                faults.append(f"{kind}: {found}")
    assert not faults, "\n\n".join(faults)
    assert shown >= 3


@pytest.mark.parametrize("person", PEOPLE)
async def test_pages_work_without_javascript(open_window, there, person):
    window = await signed_in(open_window, there, person, javascript=False, width=320)
    shown = 0
    async for _ in pages(window):
        shown += 1
        await fits_a_phone(window.page)
    assert shown >= 3
