"""Pictures of the main pages for README and docs, made in the browser of the suite from the live sample.

    python -m tests.browser.pictures

A test makes them anew each time, and fails when the committed ones were made of other templates or another style.
"""

import asyncio
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from config.policy_files import fill_shelf
from tests.browser.conftest import CHROMIUM, DESK, QUIET
from tests.console.house import House, house

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
MANIFEST = FOLDER / "MANIFEST.json"
TALLEST = 1400
SITE = (
    *("config/templates/site/base.html.jinja", "config/templates/site/report.html.jinja"),
    *("config/templates/site/overview.html.jinja", "config/templates/site/site.css", "publication/charts.py"),
)
LISTING = "shared/listing.html"
SHARED = ("templates/layout.html", "templates/shared/moj.html", "static/console.css")


@dataclass(frozen=True)
class Picture:
    """Who looks at which page, and the templates of ours that draw it; with `site`, of the public site."""

    person: str
    path: str
    templates: tuple[str, ...]
    site: bool = False


def pictures(there: House) -> dict[str, Picture]:
    """The pictures by their names, of the sample as it stands."""
    asked, sent = there.case_at("requested", "seed"), there.case_at("submitted", "seed")
    assess = f"/inspect/{sent.reference}/{sent.body}/assess"
    return {
        "body": Picture(
            f"liaison-{asked.body}", f"/body/{asked.body}", ("body/owed.html", "body/frame.html", LISTING)
        ),
        "case": Picture("ops-1", there.page(sent), ("cases/case.html", "cases/tables.html")),
        "assess": Picture("inspector-1", assess, ("inspect/assess.html", "inspect/parts.html")),
        "work": Picture("lead-1", "/inspect", ("inspect/work.html", "inspect/parts.html", LISTING)),
        "operations": Picture("ops-1", "/ops", ("ops/now.html", "ops/page.html")),
        "map": Picture("ops-1", "/ops/map", ("ops/map.html", "ops/page.html", LISTING)),
        "site": Picture("", f"/reports/{published(there)}.html", SITE, site=True),
    }


def published(there: House) -> str:
    """The report of the sample with the most public letters; the site is built of it."""
    done = there.there.run("site", "build", "--no-pdf")
    assert done.returncode == 0, done.stderr
    told = json.loads((there.there.home / "site/current/data/letters.json").read_text("utf-8"))
    return Counter(str(letter["report"]) for letter in told["letters"]).most_common(1)[0][0]


def drawn_from(picture: Picture) -> str:
    """A hash of what draws the picture."""
    console = ("console/" + name for name in (*SHARED, *(f"templates/{one}" for one in picture.templates)))
    digest = hashlib.sha256()
    for name in picture.templates if picture.site else console:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


def committed() -> Mapping[str, str]:
    """What each committed picture was drawn from."""
    found: dict[str, str] = json.loads(MANIFEST.read_text("utf-8"))
    return found


async def take(browser: Browser, there: House, picture: Picture, into: Path) -> None:
    """One page as a picture, from its top to at most TALLEST pixels."""
    context = await browser.new_context(viewport=DESK, locale="en-GB", timezone_id="Europe/London")
    if picture.site:
        base = f"http://127.0.0.1:{there.there.ports['SITE_PORT']}"
    else:
        base, secret = there.address, there.secret(picture.person)
        await context.add_cookies([{"name": "session", "value": secret, "url": base}])
    page = await context.new_page()
    answer = await page.goto(f"{base}{picture.path}")
    assert answer is not None
    assert answer.status == 200, picture
    height = min(TALLEST, await page.evaluate("document.documentElement.scrollHeight"))
    await page.set_viewport_size({"width": DESK["width"], "height": height})
    await page.screenshot(path=into)
    await context.close()


async def take_all(there: House, folder: Path) -> dict[str, str]:
    """All pictures into a folder; answers what each was drawn from."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET])
        taken = pictures(there)
        for name, picture in taken.items():
            await take(browser, there, picture, folder / f"{name}.png")
        await browser.close()
    return {name: drawn_from(picture) for name, picture in taken.items()}


def main() -> None:
    fill_shelf()
    with tempfile.TemporaryDirectory() as home, house(Path(home) / "home") as there:
        made = asyncio.run(take_all(there, FOLDER))
    MANIFEST.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
