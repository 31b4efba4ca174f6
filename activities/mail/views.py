"""Notices as a mail tells them: the facts from the ledger's rows, on the day the mail is written."""

from datetime import date

from sqlmodel import Session, col, select

from activities.mail.addressing import Addresses
from activities.mail.claim import Told
from activities.mail.cover import RECEIPT
from activities.mail.notice import NoticeView
from activities.mail.templates import Rows
from config.calendar_files import load_calendars
from lifecycle.calendars import Calendar, Division
from lifecycle.dates import LONDON, local_date, long_date
from lifecycle.rules import UnknownRules, rules_for
from lifecycle.words import ENDS, Role, Stage
from models.tables import Body, CaseRow, ClockRow, EventRow, Notice, Recommendation, Report, SealedText

PUBLIC = frozenset(stage.value for stage in (Stage.published, *ENDS))
LETTERS = frozenset(
    {
        "request-letter",
        "assessment-letter",
        "draft-letter",
        "corrected-letter",
        "progress-letter",
        "revisit-letter",
        "reminder-letter",
    }
)
NOTES = {
    "request-letter": ("requested", "letter"),
    "assessment-letter": ("letter_sent", "letter"),
    "draft-letter": ("draft_sent", "letter"),
    "corrected-letter": ("letter_corrected", "letter"),
    "progress-letter": ("word_sent", "letter"),
    "revisit-letter": ("word_sent", "letter"),
    "reminder-letter": ("word_sent", "letter"),
    "letter-recalled": ("letter_recalled", "reason"),
    RECEIPT: ("submitted", "submission"),
    "returned": ("returned", "reason"),
    "submission-withdrawn": ("submission_withdrawn", "reason"),
    "time-asked": ("time_asked", "reason"),
    "time-granted": ("time_granted", "reason"),
    "time-refused": ("time_refused", "reason"),
    "question-asked": ("question_asked", "question"),
    "question-answered": ("question_answered", "answer"),
    "document-request": ("document_asked", "document"),
    "document-overdue": ("document_asked", "document"),
}
"""Templates that carry a sealed text: the event that names it, and under which word. LETTERS bring its PDF too."""
ENCLOSED = {"time-granted": "time_granted", "time-refused": "time_refused", "closed": "inspected"}
"""Templates that bring the PDF of a letter besides, and the event that names it."""


def view(
    session: Session, told: Told, addresses: Addresses, links: Rows = (), attached: tuple[str, ...] = ()
) -> NoticeView:
    """The notice as it stands on the day of `addresses`, with its links and the names of what goes with it."""
    notice, case = told.notice, told.case
    clock = told.clock or _clock_due_then(session, notice)
    recommendation = session.get(Recommendation, case.reference) if case else None
    report = session.get(Report, case.report_id) if case else None
    body = session.get(Body, case.body_id) if case else None
    return NoticeView(
        reference=case.reference if case else "",
        recommendation_title=recommendation.title if recommendation else "",
        body_name=body.name if body else (case.body_id if case else ""),
        report_title=report.title if report else "",
        report_published=report.published_on if report else None,
        clock=notice.clock,
        rung=notice.rung,
        template=notice.template,
        due=notice.due,
        working_days=_working_days(case, clock, notice.due, addresses.day),
        explanation=clock.why if clock else "",
        office=told.address.office,
        copied_to=_copied_to(notice, case, addresses),
        note=_note(session, notice),
        links=links,
        attached=attached,
    )


def marking(told: Told, usual: str | None) -> str | None:
    """The policy's marking until the case is published, the usual one after; the usual one where no case is."""
    case = told.case
    if case is None or case.stage in PUBLIC:
        return usual
    try:
        return rules_for(case.policy_hash, case.calendar_hash, case.division).policy.marking or usual
    except UnknownRules:
        return usual


def _clock_due_then(session: Session, notice: Notice) -> ClockRow | None:
    """The clock an act's notice speaks of: the one due on the day it names."""
    if notice.due is None:
        return None
    return session.exec(
        select(ClockRow)
        .where(ClockRow.case_id == notice.case_id, ClockRow.due == notice.due)
        .order_by(col(ClockRow.id))
    ).first()


def _working_days(case: CaseRow | None, clock: ClockRow | None, due: date | None, today: date) -> int | None:
    """From the due date to today: negative before it."""
    if case is None or due is None:
        return None
    return _calendar(case, clock).working_days_between(due, today)


def _calendar(case: CaseRow, clock: ClockRow | None) -> Calendar:
    """Of whoever has to act, by the rules the case holds; by the newest table when this process lacks those."""
    try:
        rules = rules_for(case.policy_hash, case.calendar_hash, case.division)
    except UnknownRules:
        return load_calendars().of(Division(case.division))
    rule = rules.policy.clocks.get(clock.kind) if clock else None
    return rules.calendar_for(rule) if rule else rules.calendar


def _copied_to(notice: Notice, case: CaseRow | None, addresses: Addresses) -> tuple[str, ...]:
    roles = [Role(name) for name in notice.copied_to.split(",") if name and name != notice.role]
    return tuple(_office(role, case, addresses) for role in roles)


def _office(role: Role, case: CaseRow | None, addresses: Addresses) -> str:
    address = addresses.find(case, role)
    return address.office if address else role.value.replace("_", " ")


def letter_of(session: Session, notice: Notice) -> str | None:
    """The sealed letter that a notice brings, or None."""
    if notice.template in ENCLOSED:
        return _named_by(session, notice, ENCLOSED[notice.template], "letter") or None
    return _sealed_id(session, notice) if notice.template in LETTERS else None


def _note(session: Session, notice: Notice) -> str:
    text = session.get(SealedText, _sealed_id(session, notice))
    said = text.text if text else ""
    return f"{said}\n\n{_recorded(notice)}" if notice.template == RECEIPT else said


def _recorded(notice: Notice) -> str:
    """Under which number an act stands in its case's record, and since when: what a receipt is for."""
    day, clock = long_date(local_date(notice.fell_at)), notice.fell_at.astimezone(LONDON)
    return f"Received on {day} at {clock:%H:%M}, and recorded as number {notice.cause_seq}."


def _sealed_id(session: Session, notice: Notice) -> str:
    """The text an event names; a digest's own stands under its stream."""
    if notice.template not in NOTES:
        return notice.case_id
    return _named_by(session, notice, *NOTES[notice.template])


def _named_by(session: Session, notice: Notice, kind: str, word: str) -> str:
    """The text that the newest event of a kind, up to the notice's cause, names under a word."""
    event = session.exec(
        select(EventRow)
        .where(EventRow.stream == notice.case_id, EventRow.kind == kind, EventRow.seq <= notice.cause_seq)
        .order_by(col(EventRow.seq).desc())
        .limit(1)
    ).first()
    return str(event.details.get(word) or "") if event else ""
