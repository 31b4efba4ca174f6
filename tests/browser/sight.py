"""What must hold of any page: axe finds nothing, it fits a phone, and the keyboard reaches all of it, visibly."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route, ViewportSize

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Off unless asked for, and part of WCAG 2.2 AA: 2.5.8.
RULES = {"target-size": {"enabled": True}}
PHONE: ViewportSize = {"width": 320, "height": 800}

# Scripts hear of a new width before the next frame is drawn. Without scripts nothing is to be waited for.
SETTLED = """() => matchMedia('(scripting: none)').matches
  || new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""

WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room + 1);
  return [`page: ${document.documentElement.scrollWidth} of ${room} pixels`,
    ...wide.slice(0, 10).map((one) => one.outerHTML.slice(0, 160))];
}"""

# What Tab should reach: of a group of radios, only the chosen or the first.
FOCUSABLE = """() => {
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]';
  const groups = new Set();
  window.walked = [...document.querySelectorAll(all)].filter((one) => {
    if (one.disabled || one.tabIndex < 0 || one.closest('[inert]')) return false;
    if (!one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== 'radio') return true;
    const of_group = [...document.querySelectorAll('input[type=radio]')].filter((other) => other.name === one.name);
    if (of_group.some((other) => other.checked)) return one.checked;
    return !groups.has(one.name) && groups.add(one.name);
  });
  window.looks = (one) => [one, one.parentElement, ...(one.labels || [])].flatMap((each) =>
    [null, '::before', '::after'].map((part) => {
      const style = getComputedStyle(each, part);
      return [style.outline, style.boxShadow, style.backgroundColor, style.borderColor, style.color].join();
    })).join();
  if (document.activeElement !== document.body) document.activeElement.blur();
  window.unfocused = window.walked.map(window.looks);
  return window.walked.map((one) => one.outerHTML.slice(0, 160));
}"""

FOCUSED = """() => {
  const one = document.activeElement;
  const place = window.walked.indexOf(one);
  if (one === document.body || place < 0) return null;
  const box = one.getBoundingClientRect();
  return {place, shown: window.looks(one) !== window.unfocused[place],
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth};
}"""


@cache
def _axe() -> str:
    if not AXE.is_file():
        raise RuntimeError(f"{AXE} is missing. `make test` installs what package-lock.json pins.")
    return AXE.read_text(encoding="utf-8")


@asynccontextmanager
async def _scripted(page: Page) -> AsyncIterator[Page]:
    """Where axe can run: the page; or, without JavaScript, a copy of it as it stands, whose own scripts stay away."""
    browser = page.context.browser
    if browser is None or not await page.evaluate("matchMedia('(scripting: none)').matches"):
        yield page
        return
    standing = await page.content()

    async def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            return await route.fulfill(body=standing, content_type="text/html")
        return await (route.abort() if route.request.resource_type == "script" else route.continue_())

    copy = await browser.new_page(viewport=page.viewport_size)
    try:
        await copy.route("**/*", answer)
        await copy.goto(page.url)
        yield copy
    finally:
        await copy.close()


async def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2, levels A and AA. The page's own content policy stays on."""
    options = {"runOnly": TAGS, "rules": RULES, "resultTypes": ["violations"]}
    async with _scripted(page) as here:
        await here.evaluate(_axe())
        found: dict[str, Any] = await here.evaluate(f"() => axe.run(document, {json.dumps(options)})")
    return [
        f"{broken['id']}: {broken['help']}: {node['html'][:200]} {node['failureSummary']}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]


async def axe(page: Page) -> None:
    """Assert that axe finds nothing."""
    _nothing(page, await violations(page))


async def fits_a_phone(page: Page) -> None:
    """Assert that at 320 pixels nothing makes the page scroll sideways: WCAG 1.4.10."""
    before = page.viewport_size
    await _resize(page, PHONE)
    try:
        _nothing(page, await page.evaluate(WIDER))
    finally:
        if before:
            await _resize(page, before)


async def _resize(page: Page, size: ViewportSize) -> None:
    await page.set_viewport_size(size)
    await page.evaluate(SETTLED)


async def walk(page: Page) -> list[str]:
    """Assert that Tab reaches all that takes the focus, and that focus shows: WCAG 2.1.1, 2.4.7. Gives its way."""
    wanted: list[str] = await page.evaluate(FOCUSABLE)
    reached: dict[int, dict[str, Any]] = {}
    for _ in range(len(wanted) + 3):
        await page.keyboard.press("Tab")
        if at := await page.evaluate(FOCUSED):
            reached.setdefault(at["place"], at)
    missed = [f"not reached by Tab: {wanted[at]}" for at in range(len(wanted)) if at not in reached]
    unseen = [
        f"focus not seen: {wanted[at]}" for at, how in reached.items() if not (how["shown"] and how["seen"])
    ]
    _nothing(page, missed + unseen)
    return [wanted[at] for at in reached]


def _nothing(page: Page, faults: list[str]) -> None:
    """This file's asserts are not rewritten by pytest: it says itself what was found."""
    assert not faults, "\n".join([f"on {page.url}:", *faults])


async def looks_ok(page: Page) -> None:
    """All of the above."""
    await axe(page)
    await fits_a_phone(page)
    await walk(page)
