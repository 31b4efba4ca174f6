"""Responses of an oversight body (Police Act 1996 s.55): what is due, what was recorded, and a response handed in."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from activities.ledger.append import read
from lifecycle import events as e
from lifecycle.acts import InviteComments, RecordResponse
from lifecycle.case import Case, fold_all
from lifecycle.words import Refused
from models.database import Database
from models.messages import Receipt
from models.tables import (
    Body,
    CaseRow,
    ClockRow,
    Document,
    Oversees,
    OversightBody,
    Report,
    SealedText,
    SubmissionDraft,
    Upload,
)
from office.casework import seal_submission_from_uploads
from office.desk import Desk
from office.ordering import Columns, Order
from office.owing import explained, rules_of
from office.unsent import Attached, Drafted, release, sent
from office.uploads.shelf import scanned

CLOCK = "response"


@dataclass(frozen=True)
class ResponseLine:
    """One response: to which report, about which body, until when."""

    case: str
    report: str
    title: str
    body: str
    body_name: str
    published_on: date | None
    due: date | None
    running: bool
    steps: tuple[str, ...]
    ended_on: date | None

    def days_late(self, today: date) -> int:
        return max(0, (today - self.due).days) if self.due and self.running else 0


@dataclass(frozen=True)
class Force:
    """A body that an oversight body answers for, with its open recommendations."""

    id: str
    name: str
    open_: int


@dataclass(frozen=True)
class Responses:
    """A page of responses, how many there are in all, and the bodies overseen."""

    lines: tuple[ResponseLine, ...]
    count: int
    forces: tuple[Force, ...]


@dataclass(frozen=True)
class Recorded:
    """A response as it was recorded: its words, its files, and the copies that had come by then."""

    seq: int
    at: datetime
    on: date
    text: str
    hash: str
    documents: tuple[Document, ...]
    copy_to_inspectorate: bool
    copy_to_secretary_of_state: bool
    late_by: int


@dataclass(frozen=True)
class ResponseFile:
    """One response, with what has been done about it."""

    line: ResponseLine
    invited_on: date | None
    recorded: tuple[Recorded, ...]
    response: str
    ended: bool

    @property
    def missing_copies(self) -> bool:
        return bool(self.recorded) and not self.ended


class NoResponse(LookupError):  # noqa: N818 - said to a person
    """This oversight body owes no response to this report."""


def name_of(database: Database, oversight: str) -> str:
    with database.reading() as session:
        row = session.get(OversightBody, oversight)
        return row.name if row else oversight


USUAL = Order("")
"""Those that are due by their last day; those that have ended, the newest first."""
COLUMNS: Columns = {
    "due": (col(ClockRow.due), col(CaseRow.id)),
    "report": (col(Report.title), col(CaseRow.id)),
    "body": (col(Body.name), col(CaseRow.id)),
}


def responses(
    database: Database,
    oversight: str,
    today: date,
    *,
    ended: bool,
    page: int,
    size: int | None,
    order: Order = USUAL,
) -> Responses:
    """A page (from 1) of those that are due, or of those that have ended. Without a size: all of them."""
    is_over = col(CaseRow.ended_on).is_not(None) if ended else col(CaseRow.ended_on).is_(None)
    where = (CaseRow.kind == "response", CaseRow.oversight_id == oversight, is_over)
    newest = Order("ended", descending=True) if ended else Order("due")
    by = (newest if order == USUAL else order).of(
        {**COLUMNS, "ended": (col(CaseRow.ended_on), col(CaseRow.id))}
    )
    first = (page - 1) * size if size is not None else 0
    with database.reading() as session:
        rows = session.exec(_joined().where(*where).order_by(*by).limit(size).offset(first)).all()
        count = session.exec(select(func.count()).select_from(CaseRow).where(*where)).one()
        return Responses(tuple(_line(*row) for row in rows), count, _forces(session, oversight, today))


def response(database: Database, oversight: str, report: str) -> ResponseFile:
    """One response with its record. Raises NoResponse."""
    with database.reading() as session:
        case_id = f"response/{report}/{oversight}"
        row = session.exec(_joined().where(CaseRow.id == case_id)).first()
        if row is None:
            raise NoResponse(case_id)
        told = read(session, case_id)
        case = fold_all(Case(id=case_id), (one.event for one in told))
        responded = [(one.seq, one.event) for one in told if isinstance(one.event, e.Responded)]
        invited = [one.event.on for one in told if isinstance(one.event, e.Invited)]
        return ResponseFile(
            line=_line(*row),
            invited_on=invited[-1] if invited else None,
            recorded=tuple(_recorded(session, seq, event) for seq, event in responded),
            response=responded[-1][1].response if responded else "",
            ended=case.ended,
        )


def drafted(database: Database, person: str, oversight: str, report: str) -> Drafted | None:
    """What this person has begun as the response, with its files; None when nothing is begun."""
    case_id = f"response/{report}/{oversight}"
    with database.reading() as session:
        query = select(SubmissionDraft).where(
            SubmissionDraft.person_id == person, col(SubmissionDraft.submission_id).is_(None)
        )
        row = next((one for one in session.exec(query) if one.cases == [case_id]), None)
        if row is None:
            return None
        uploads = session.exec(
            select(Upload)
            .where(Upload.person_id == person, Upload.draft == row.id)
            .order_by(col(Upload.uploaded_at), col(Upload.id))
        ).all()
        scans = scanned(session, (upload.hash for upload in uploads))
        return Drafted(row, tuple(Attached(upload, scans[upload.hash]) for upload in uploads))


def keep(database: Database, person: str, file: ResponseFile, text: str, now: datetime) -> None:
    """Keep the words of the response as they are now, in the draft that there is or in a new one."""
    case_id = file.line.case
    report, oversight = case_id.split("/", 2)[1:]
    there = drafted(database, person, oversight, report)
    with database.writing() as session:
        row = session.get(SubmissionDraft, there.row.id) if there else None
        row = row or SubmissionDraft(
            id=secrets.token_urlsafe(24),
            body_id=file.line.body,
            person_id=person,
            report_id=report,
            cases=[case_id],
            key=f"respond-{secrets.token_urlsafe(24)}",
            saved_at=now,
        )
        row.text, row.saved_at = text, now
        session.add(row)


async def invite(desk: Desk, case_id: str, person: str, key: str) -> Receipt:
    """Record that the chief officer's comments are invited (s.55(4)). Raises Refused."""
    return await desk.take(case_id, InviteComments(key=key, actor=person))


async def record(
    desk: Desk, draft: Drafted, person: str, on: date, *, to_inspectorate: bool, to_secretary: bool
) -> Receipt:
    """Seal the response with its files, and record it as published on that day, with the copies that were sent.

    Raises:
        Refused: when there is nothing to record, or it cannot be recorded now.
    """
    if draft.empty:
        raise Refused("Enter the response, or upload it as a document")
    [case_id] = draft.row.cases
    text = draft.row.text.strip() or "The response is in the document."
    sealed = await seal_submission_from_uploads(
        desk, [case_id], text, [file.upload.id for file in draft.files], person
    )
    act = RecordResponse(
        key=draft.row.key,
        actor=person,
        on=on,
        response=sealed,
        copy_to_inspectorate=to_inspectorate,
        copy_to_secretary_of_state=to_secretary,
    )
    try:
        receipt = await desk.take(case_id, act)
    except Refused:
        await asyncio.to_thread(release, desk.database, draft.row, [draft.row.key])
        raise
    await asyncio.to_thread(sent, desk.database, draft.row, sealed)
    return receipt


async def record_copies(desk: Desk, file: ResponseFile, person: str, key: str) -> Receipt:
    """Record that the copies which were missing have been sent: both have, then. Raises Refused."""
    return await desk.take(file.line.case, RecordResponse(key=key, actor=person, response=file.response))


def _joined() -> Select[CaseRow, ClockRow, Report, Body]:
    clock = and_(col(ClockRow.case_id) == CaseRow.id, col(ClockRow.id) == CLOCK)
    return (
        select(CaseRow, ClockRow, Report, Body)
        .select_from(CaseRow)
        .join(ClockRow, clock, isouter=True)
        .join(Report, col(Report.id) == CaseRow.report_id, isouter=True)
        .join(Body, col(Body.id) == CaseRow.body_id, isouter=True)
    )


def _line(case: CaseRow, clock: ClockRow | None, report: Report | None, body: Body | None) -> ResponseLine:
    rules = rules_of(case)
    rule = rules.policy.clocks.get(CLOCK) if rules else None
    return ResponseLine(
        case=case.id,
        report=case.report_id,
        title=report.title if report else case.report_id,
        body=case.body_id,
        body_name=body.name if body else case.body_id,
        published_on=clock.started if clock else None,
        due=clock.due if clock else None,
        running=bool(clock and clock.state == "running"),
        steps=explained(clock, rule, rules) if clock else (),
        ended_on=case.ended_on,
    )


def _forces(session: Session, oversight: str, today: date) -> tuple[Force, ...]:
    count = func.count(col(CaseRow.id))
    open_ = and_(
        col(CaseRow.body_id) == Body.id,
        col(CaseRow.kind) == "recommendation",
        col(CaseRow.ended_on).is_(None),
    )
    rows = session.exec(
        select(Body.id, Body.name, count)
        .join(Oversees, col(Oversees.body_id) == Body.id)
        .join(CaseRow, open_, isouter=True)
        .where(
            Oversees.oversight_id == oversight,
            Oversees.since <= today,
            or_(col(Oversees.until).is_(None), col(Oversees.until) > today),
        )
        .group_by(col(Body.id), col(Body.name))
        .order_by(col(Body.name))
    )
    return tuple(Force(*row) for row in rows)


def _recorded(session: Session, seq: int, event: e.Responded) -> Recorded:
    text = session.get(SealedText, event.response)
    documents: Sequence[Document] = session.exec(
        select(Document).where(Document.submission_id == event.response).order_by(col(Document.name))
    ).all()
    return Recorded(
        seq=seq,
        at=event.at,
        on=event.on,
        text=text.text if text else "",
        hash=text.hash if text else "",
        documents=tuple(documents),
        copy_to_inspectorate=event.copy_to_inspectorate,
        copy_to_secretary_of_state=event.copy_to_secretary_of_state,
        late_by=event.late_by,
    )
