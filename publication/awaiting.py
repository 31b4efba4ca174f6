"""Responses of oversight bodies, received and awaited. Nobody is named as late without having been told in time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from lifecycle.dates import local_date
from lifecycle.words import Stage
from models.tables import CaseRow, Document, Mail, Notice, NoticeState, Oversees, Scan, ScanState
from publication.record import Answer, Attached
from publication.story import TO_INSPECTORATE, TO_SECRETARY, Story

DAYS_OF_NOTICE = 7
"""A body is on the list of responses awaited at the earliest so many days after we wrote to it that the last day has
passed (docs/publication.md)."""
WRITTEN = "response-overdue"


@dataclass(frozen=True)
class Overseers:
    """Which bodies each oversees on the day, when each response was first written of as overdue, and the documents of
    what they sent."""

    bodies: Mapping[str, Sequence[str]]
    told: Mapping[str, date]
    documents: Mapping[str, Sequence[Attached]]


def overseers(session: Session, reports: Sequence[str], on: date, told: Mapping[str, Story]) -> Overseers:
    sent = [story.response for story in told.values() if story.response]
    return Overseers(_overseen(session, on), _told(session, reports), _documents(session, sent))


def answers(
    rows: Sequence[CaseRow],
    stories: Mapping[str, Story],
    names: Mapping[str, str],
    bodies: Collection[str],
    known: Overseers,
) -> tuple[Answer, ...]:
    """What each oversight body owes a report, or has given. Of a body that is not public yet, nothing is told."""
    found = (
        _answer(
            row,
            stories.get(row.id),
            names,
            known.bodies.get(row.oversight_id, ()),
            bodies,
            known,
        )
        for row in rows
        if row.oversight_id and row.stage != Stage.withdrawn
    )
    return tuple(answer for answer in found if answer.bodies)


def named(answer: Answer, on: date) -> bool:
    """Whether it is on the list of responses awaited on this day."""
    if answer.responded_on is not None or answer.due is None or answer.due >= on:
        return False
    return answer.told_on is not None and answer.told_on + timedelta(days=DAYS_OF_NOTICE) <= on


def _answer(
    row: CaseRow,
    story: Story | None,
    names: Mapping[str, str],
    overseen: Sequence[str],
    bodies: Collection[str],
    known: Overseers,
) -> Answer:
    oversight, story = row.oversight_id or "", story or Story()
    responded = story.responded
    return Answer(
        report=row.report_id,
        oversight=oversight,
        oversight_name=names.get(oversight, oversight),
        bodies=tuple(sorted({row.body_id, *overseen} & set(bodies))),
        due=story.due.get("response"),
        responded_on=responded.on if responded else None,
        text=story.response,
        late_by=responded.number("late_by") if responded else 0,
        to_inspectorate_on=story.copies.get(TO_INSPECTORATE),
        to_secretary_on=story.copies.get(TO_SECRETARY),
        documents=tuple(known.documents.get(story.response, ())),
        told_on=known.told.get(row.id),
        made_up=bool(responded and responded.made_up),
    )


def _documents(session: Session, sent: Sequence[str]) -> dict[str, list[Attached]]:
    found: dict[str, list[Attached]] = {}
    rows = session.exec(
        select(Document, Scan.state)
        .join(Scan, col(Scan.hash) == Document.hash, isouter=True)
        .where(col(Document.submission_id).in_(sent))
        .order_by(col(Document.submission_id), col(Document.name))
    )
    for row, state in rows:
        clean = state == ScanState.clean.value and row.name.lower().endswith(".pdf")
        found.setdefault(row.submission_id, []).append(Attached(row.name, row.hash, clean))
    return found


def _overseen(session: Session, on: date) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in session.exec(select(Oversees).order_by(col(Oversees.body_id))):
        if row.since <= on and (row.until is None or row.until > on):
            found[row.oversight_id] = (*found.get(row.oversight_id, ()), row.body_id)
    return found


def _told(session: Session, reports: Sequence[str]) -> dict[str, date]:
    """When each was first written to, after the last day, by a mail that a server took. A copy's mails go to a sink,
    and tell nobody."""
    rows = session.exec(
        select(Notice.case_id, Mail.composed_at)
        .join(Mail, col(Mail.id) == Notice.mail_id)
        .join(CaseRow, col(CaseRow.id) == Notice.case_id)
        .where(
            col(CaseRow.report_id).in_(reports),
            Notice.template == WRITTEN,
            Notice.role == "oversight",
            Notice.state == NoticeState.sent.value,
            Mail.meant_for == "",
        )
        .order_by(col(Mail.composed_at).desc())
    )
    return {case: local_date(at) for case, at in rows}
