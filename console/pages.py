"""Pages: the Jinja environment, and the one way to answer with a page.

The GOV.UK macros probe for parameters that are not given, which a strict environment refuses. So they are loaded in a
lax one and handed to ours, where a misspelt name in a page of our own is an error. A process reads each template once:
looking at every request whether its file has changed took a millisecond of most pages.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import govuk_frontend_jinja
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, Template

from console import assets
from lifecycle.dates import LONDON, deadline_text, local_date, long_date, plain_date, short_date

TEMPLATES = Path(__file__).parent / "templates"
COMPONENTS = Path(govuk_frontend_jinja.__file__).parent / "templates" / "components"
# These two draw the crown, which only GOV.UK may show.
GOV_UK_ONLY = {"header", "footer"}


def render(request: Request, name: str | Template, status: int = 200, **context: object) -> HTMLResponse:
    """The page of a template, as an answer with this status.

    A page gets, besides what it is given: `path`; `nonce`, `person`, `flash` and `installation_note` from
    request.state, each None where unset; `doors`, the person's navigation; and `errors`, empty unless given: the
    id of each field that is wrong, with what to do about it.
    """
    return HTMLResponse(environment.get_template(name).render({**_shared(request), **context}), status)


def _shared(request: Request) -> dict[str, object]:
    of_request = {
        name: getattr(request.state, name, None) for name in ("nonce", "person", "flash", "installation_note")
    }
    doors = of_request["person"].doors if of_request["person"] else ()
    path = request.url.path
    return {**of_request, "path": path, "doors": navigation(doors, path), "errors": {}}


def navigation(doors: Sequence[tuple[str, str]], path: str) -> list[dict[str, object]]:
    """The top navigation, with the door marked through which this path is reached: the one that says most of it."""
    within = [href for _, href in doors if path == href or path.startswith(href.rstrip("/") + "/")]
    nearest = max(within, key=len, default=None)
    return [
        {"text": title, "href": href, "active": href == nearest, "current": href == path}
        for title, href in doors
    ]


def error_message(errors: Mapping[str, str], field: str) -> dict[str, str] | None:
    """What the GOV.UK macros take as `errorMessage`: {'errorMessage': error_message(errors, 'reason')}."""
    return {"text": errors[field]} if field in errors else None


def instant_text(at: datetime) -> str:
    """4 December 2026 at 9:05am, by London's clocks. An instant without a zone is refused: ValueError."""
    day, local = local_date(at), at.astimezone(LONDON)
    return f"{plain_date(day)} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "deadline": deadline_text,
        "long_day": long_date,
        "day": plain_date,
        "short_day": short_date,
        "instant": instant_text,
        "local_day": local_date,
    }
    made.globals |= {"asset": assets.url, "error_message": error_message, **_govuk_macros()}
    made.globals |= _own_macros(made)
    return made


def _govuk_macros() -> dict[str, Any]:
    """Each component's macro by its name: "error-summary" gives govukErrorSummary."""
    lax = Environment(
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        autoescape=True,
        auto_reload=False,
    )
    macros = {}
    for component in sorted(path.name for path in COMPONENTS.iterdir() if path.name not in GOV_UK_ONLY):
        name = "govuk" + component.title().replace("-", "")
        template = lax.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
        macros[name] = getattr(template.module, name)
    return macros


def _own_macros(made: Environment) -> dict[str, Any]:
    """Our macros for MOJ's components, by their names in shared/moj.html."""
    module = made.get_template("shared/moj.html").module
    return {name: macro for name, macro in vars(module).items() if name.startswith("moj")}


environment = _environment()
