"""Dates that people type: GOV.UK's three fields, read back with what to do when they are wrong."""

from collections.abc import Mapping
from datetime import date

PARTS = ("day", "month", "year")


class NotADate(ValueError):  # noqa: N818 - said to a person
    """What was typed is no date; the message says what to enter."""


def typed(form: Mapping[str, object], field: str) -> dict[str, str]:
    """What the person typed, by part, to be shown again."""
    return {part: str(form.get(f"{field}-{part}", "")).strip() for part in PARTS}


def read_date(form: Mapping[str, object], field: str, name: str) -> date | None:
    """The date in the fields `{field}-day`, `-month` and `-year`; None when all are empty. `name` as in "new date".

    Raises:
        NotADate: says what is missing, or that there is no such day.
    """
    parts = typed(form, field)
    missing = [part for part in PARTS if not parts[part]]
    if len(missing) == len(PARTS):
        return None
    if missing:
        raise NotADate(f"The {name} must include a {' and a '.join(missing)}")
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    except (ValueError, OverflowError):
        raise NotADate(f"The {name} must be a real date, such as 4 12 2026") from None


def date_fields(
    field: str, given: Mapping[str, str], legend: str, hint: str, error: str = ""
) -> dict[str, object]:
    """What govukDateInput takes. The first box has the field's own id, so that the summary of errors leads to it."""
    mark = " govuk-input--error" if error else ""
    made: dict[str, object] = {
        "id": f"{field}-group",
        "namePrefix": field,
        "fieldset": {"legend": {"text": legend, "classes": "govuk-fieldset__legend--s"}},
        "hint": {"text": hint},
        "items": [
            {
                "name": part,
                "id": field if part == "day" else f"{field}-{part}",
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}{mark}",
                "value": given.get(part, ""),
            }
            for part in PARTS
        ],
    }
    return made | ({"errorMessage": {"text": error}} if error else {})
