"""A notice as it is told: the facts of one rung, and the phrases that the words of a mail are filled with."""

from dataclasses import dataclass
from datetime import date

from activities.mail.templates import Entry, Rows
from lifecycle.dates import deadline_text, long_date, plain_date


@dataclass(frozen=True)
class NoticeView:
    """One notice, composed at the moment of sending.

    `working_days` counts from the due date: negative before it, positive when late. `office` is the role
    addressed; `copied_to` says who else is told. `note` is what only this notice says: what is missing, the
    reasons of a return, the text of a letter. `links` lead into the console, each with its words;
    `attached` names the files that go with the mail.
    """

    reference: str
    recommendation_title: str
    body_name: str
    report_title: str
    report_published: date | None
    clock: str
    rung: str
    template: str
    due: date | None
    working_days: int | None
    explanation: str
    office: str
    copied_to: tuple[str, ...]
    note: str
    links: Rows = ()
    attached: tuple[str, ...] = ()


def entry(view: NoticeView, today: date) -> Entry:
    """The notice in plain strings. What is not known leaves no trace: no row, and an empty phrase."""
    return Entry(
        template=view.template,
        phrases=_phrases(view, today),
        about=_about(view),
        duty=_duty(view, today),
        note=view.note.strip(),
    )


def _phrases(view: NoticeView, today: date) -> dict[str, str]:
    """A rung "on the due date" leaves on the working day before, when that date is a Sunday: only the date of
    the mail tells whether the last day is today."""
    day = long_date(view.due) if view.due else ""
    named = f"today, {day}" if view.due == today else day
    return {
        "reference": view.reference,
        "title": view.recommendation_title,
        "body": view.body_name or "the body",
        "on_body": f" on {view.body_name}" if view.body_name else "",
        "for_body": f" for {view.body_name}" if view.body_name else "",
        "report": view.report_title,
        "day": long_date(today),
        "office": view.office,
        "on": f" {named}" if day else "",
        "last_day": f" The last day is {named}." if day else "",
        "due_on": f", due {day}" if day else "",
        "was_due": f", was due {day}" if day else "",
        "first_by": f", first by {day}" if day else "",
        "first_due": f", first was due {day}" if day else "",
        "earliest": f", earliest date {day}" if day else "",
        "by": f" {deadline_text(view.due)}" if view.due else "",
        "it_is_due": f" It is due {deadline_text(view.due)}." if view.due else "",
    }


def _about(view: NoticeView) -> Rows:
    return _known(
        ("Recommendation", _joined(": ", view.reference, view.recommendation_title)),
        ("Body", view.body_name),
        ("Report", _joined(", ", view.report_title, _published(view.report_published))),
        ("Copied to", ", ".join(view.copied_to)),
        ("Attached", ", ".join(view.attached)),
        ("Our record", "" if view.rung == view.template else _joined(", ", view.clock, view.rung)),
        *view.links,
    )


def _duty(view: NoticeView, today: date) -> Rows:
    return _known(("Due", _due(view, today)), ("Why this date" if view.due else "Why", view.explanation))


def _known(*rows: tuple[str, str]) -> Rows:
    return tuple((label, " ".join(value.split())) for label, value in rows if value.strip())


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


def _published(day: date | None) -> str:
    return f"published {plain_date(day)}" if day else ""


def _due(view: NoticeView, today: date) -> str:
    if view.due is None:
        return ""
    left = "(today)" if view.due == today else _lateness(view.working_days)
    return _joined(" ", deadline_text(view.due), left)


def _lateness(working_days: int | None) -> str:
    """(3 working days late), (10 working days left); nothing when it is not known, or none lies between."""
    if not working_days:
        return ""
    count = abs(working_days)
    unit = "working day" if count == 1 else "working days"
    return f"({count} {unit} {'late' if working_days > 0 else 'left'})"
