"""The list's filters and order as they stand in its address: read, said in words, and made into links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from console.listing import page_number
from console.stages import plain, stage_text
from lifecycle.dates import plain_date
from lifecycle.words import Side, Stage
from office.lists import NOBODY, Choices, Shown, Sort, Sought

LONGEST = 80
OFF = ("", "0", "false", "no")
WAITING = {
    Side.body: "the body",
    Side.inspectorate: "the inspectorate",
    Side.oversight: "the oversight body",
}
SHOWN = {Shown.open: "Open cases", Shown.ended: "Ended cases", Shown.all: "Open and ended cases"}


@dataclass(frozen=True)
class Chosen:
    """A filter that is on, as mojFilter takes it: `href` is the list without it."""

    category: str
    text: str
    href: str


def sought_in(given: Mapping[str, str]) -> tuple[Sought, dict[str, str]]:
    """What an address asks for, and by field what in it cannot be read, which is left out."""
    errors: dict[str, str] = {}

    def one_of(kind: type[StrEnum], name: str) -> StrEnum | None:
        value = _text(given, name)
        if value and value not in set(kind):
            errors[name] = f"{name.capitalize()} must be one of: {', '.join(kind)}"
            return None
        return kind(value) if value else None

    def day(name: str, title: str) -> date | None:
        value = _text(given, name)
        try:
            return read_day(value) if value else None
        except ValueError:
            errors[name] = f"{title} must be a real date, such as 4/12/2026"
            return None

    stage, waiting = one_of(Stage, "stage"), one_of(Side, "waiting")
    shown, sort = one_of(Shown, "shown"), one_of(Sort, "sort")
    return (
        Sought(
            stage=Stage(stage) if stage else None,
            body=_text(given, "body"),
            report=_text(given, "report"),
            reference=_text(given, "reference"),
            kind=_text(given, "kind"),
            overdue=_text(given, "overdue") not in OFF,
            due_before=day("due_before", "Due before"),
            due_after=day("due_after", "Due after"),
            waiting=Side(waiting) if waiting else None,
            inspector=_text(given, "inspector"),
            shown=Shown(shown) if shown else Shown.open,
            sort=Sort(sort) if sort else Sort.due,
            descending=_text(given, "order") == "desc",
            page=_page(given),
        ),
        errors,
    )


def read_day(text: str) -> date:
    """2026-12-04, as links have it, or 4/12/2026, as people type it. Raises ValueError."""
    parts = text.split("/")
    if len(parts) == 3:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    return date.fromisoformat(text)


def _text(given: Mapping[str, str], name: str) -> str:
    return given.get(name, "").replace("\x00", "").strip()[:LONGEST]


def _page(given: Mapping[str, str]) -> int:
    return page_number(_text(given, "page"))


def query(sought: Sought, page: int = 1) -> str:
    """The address that asks for this, without what goes without saying."""
    usual = Sought()
    said: dict[str, str] = {}
    for field in fields(Sought):
        value = getattr(sought, field.name)
        if field.name in ("page", "descending") or value == getattr(usual, field.name):
            continue
        said[field.name] = "1" if value is True else str(value)
    if sought.descending:
        said["order"] = "desc"
    if page > 1:
        said["page"] = str(page)
    return f"?{urlencode(said)}" if said else ""


def sort_link(sought: Sought, sort: Sort) -> str:
    """The same list by this column; by the column it stands in already, the other way round."""
    turned = sought.sort is sort and not sought.descending
    return f"/cases{query(replace(sought, sort=sort, descending=turned))}"


def direction(sought: Sought, sort: Sort | None) -> str:
    if sought.sort is not sort:
        return "none"
    return "descending" if sought.descending else "ascending"


def chosen(sought: Sought, offered: Choices) -> list[Chosen]:
    """The filters that are on, in words."""
    usual = Sought()
    said: dict[str, tuple[str, Callable[[], str]]] = {
        "stage": ("Stage", lambda: stage_text(sought.stage or "")),
        "body": ("Body", lambda: offered.bodies.get(sought.body, sought.body)),
        "report": ("Report", lambda: offered.reports.get(sought.report, sought.report)),
        "reference": ("Recommendation", lambda: sought.reference),
        "kind": ("Kind of body", lambda: plain(sought.kind)),
        "overdue": ("Late", lambda: "Overdue"),
        "due_before": ("Due before", lambda: plain_date(sought.due_before or date.min)),
        "due_after": ("Due after", lambda: plain_date(sought.due_after or date.min)),
        "waiting": ("Waiting for", lambda: WAITING[sought.waiting or Side.body]),
        "inspector": ("Allocated to", lambda: _inspector(sought.inspector, offered)),
        "shown": ("Open or ended", lambda: SHOWN[sought.shown]),
    }
    return [
        Chosen(category, words(), f"/cases{query(replace(sought, **{name: getattr(usual, name)}))}")
        for name, (category, words) in said.items()
        if getattr(sought, name) != getattr(usual, name)
    ]


def _inspector(inspector: str, offered: Choices) -> str:
    return "nobody" if inspector == NOBODY else offered.inspectors.get(inspector, inspector)
