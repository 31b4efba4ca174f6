"""`/api/v1/cases`: lists of cases, and one with all that its reader may know of it."""

import asyncio
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request
from starlette.responses import Response

from console.api import answers
from console.api.cursor import Cursor, Size, Slug, first, read_after, write
from console.api.door import UNCHANGED, api_router, told
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_id, needs
from lifecycle.agenda import Entry
from lifecycle.dates import deadline_text
from lifecycle.explain import in_words
from lifecycle.words import Side, Stage
from models.tables import CaseRow
from office.disclosure import Disclosed, sees_notice
from office.dossier import Dossier, dossier
from office.known import Known, Wanted, known_cases
from office.reach import Reach

router = api_router("cases")


@router.get("/cases", dependencies=[needs("be_here")], response_model=answers.Cases, responses=UNCHANGED)
async def list_cases(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: Slug | None = None,
    report: Slug | None = None,
    reference: Slug | None = None,
    stage: Stage | None = None,
    overdue: Annotated[bool, Query(description="Only those that are late.")] = False,
    ended: Annotated[bool, Query(description="Those that have ended, too.")] = False,
    size: Size = 50,
    cursor: Cursor = None,
) -> Response:
    """The cases that you may know of, the most urgent first; outside the inspectorate in the order of their ids."""
    wanted = Wanted(
        body=body, report=report, reference=reference, stage=stage, overdue=overdue, open_only=not ended
    )
    return told(request, await page_of(room, visitor, wanted, size, cursor))


@router.get(
    "/cases/{reference}/{body}",
    dependencies=[needs("see_case", of="case")],
    response_model=answers.CaseFile,
    responses=UNCHANGED,
)
async def show_case(
    request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str
) -> Response:
    """One case: clocks, timeline, agenda, notices, mails, documents."""
    return told(request, await file_of(room, visitor, case_id(reference, body)))


async def page_of(
    room: Room, visitor: Visitor, wanted: Wanted, size: int, cursor: str | None
) -> answers.Cases:
    """A page of cases or responses."""
    after, today = read_after(cursor), room.today
    found = await asyncio.to_thread(
        known_cases, room.database, Reach.of(visitor.actor), wanted, today, after=after, size=size
    )
    page, more = first(found, size)
    return answers.Cases(
        cases=tuple(said(one, today) for one in page), next=cursor_after(page[-1]) if more else None
    )


def cursor_after(known: Known) -> str:
    place = known.ends
    return write(place.due.isoformat() if place.due else None, place.id)


async def file_of(room: Room, visitor: Visitor, of: str) -> answers.CaseFile:
    """One case or response.

    Raises:
        NotFound
    """
    reach = Reach.of(visitor.actor)

    def question() -> Dossier | None:
        with room.database.reading() as session:
            row = session.get(CaseRow, of)
        unscanned = room.settings.open_unscanned
        return dossier(room.database, of, reach.side(row), unscanned=unscanned) if row else None

    found = await asyncio.to_thread(question)
    if found is None:
        raise NotFound(of)
    return _file(found, room.today)


def said(known: Known, today: date) -> answers.Case:
    row = known.row
    return answers.Case(
        id=row.id,
        reference=row.reference,
        body=row.body_id,
        oversight=row.oversight_id,
        report=row.report_id,
        kind=row.recommendation_kind,
        stage=known.stage,
        outcome=known.outcome,
        next_due=known.next_due,
        due=deadline_text(known.next_due) if known.next_due else None,
        days_late=known.days_late(today),
        issued_on=row.issued_on,
        ended_on=row.ended_on,
        href=path_of(row.id),
    )


def path_of(of: str) -> str:
    """Where the API answers for a case or response."""
    kind, reference, body = of.split("/", 2)
    of_kind = "cases" if kind == "recommendation" else "responses"
    return f"/api/v1/{of_kind}/{quote(reference, safe='')}/{quote(body, safe='')}"


def coming(seen: Disclosed, entry: Entry) -> answers.Coming:
    """One entry of an agenda, with those of its roles of which this side is told."""
    return answers.Coming(
        at=entry.at,
        case=seen.case.id,
        clock=entry.clock,
        rung=entry.rung,
        roles=tuple(role for role in entry.roles if sees_notice(seen.side, role)),
        template=entry.template,
        due=entry.due,
        reason=entry.reason.value if entry.reason else None,
    )


def _file(found: Dossier, today: date) -> answers.CaseFile:
    row, seen, recommendation = found.row, found.told, found.recommendation
    inside = seen.side is Side.inspectorate
    return answers.CaseFile(
        case=said(Known(row, seen), today),
        side=seen.side,
        title=recommendation.title if recommendation else "",
        summary=recommendation.summary if recommendation else "",
        report_title=found.report.title if found.report else "",
        policy=row.policy,
        seq=row.seq,
        waiting_for=row.waiting_for if inside else None,
        clocks=tuple(answers.Clock.model_validate(vars(duty)) for duty in found.duties),
        timeline=_timeline(found, inside),
        agenda=tuple(coming(seen, entry) for entry in seen.agenda),
        notices=_notices(seen),
        mails=_mails(seen),
        documents=_documents(found),
    )


def _timeline(found: Dossier, inside: bool) -> tuple[answers.Happened, ...]:
    return tuple(
        answers.Happened(
            seq=one.seq,
            at=one.event.at,
            on=one.event.on,
            kind=one.event.kind,
            actor=one.event.actor if inside else found.actors[one.event.actor],
            words=in_words(one.event),
        )
        for one in found.told.events
    )


def _notices(seen: Disclosed) -> tuple[answers.Notice, ...]:
    fields = set(answers.Notice.model_fields)
    return tuple(
        answers.Notice.model_validate(notice.model_dump(include=fields) | {"mail": notice.mail_id})
        for notice in seen.notices
    )


def _mails(seen: Disclosed) -> tuple[answers.Sent, ...]:
    fields = set(answers.Sent.model_fields)
    return tuple(answers.Sent.model_validate(mail.model_dump(include=fields)) for mail in seen.mails)


def _documents(found: Dossier) -> tuple[answers.Document, ...]:
    return tuple(
        answers.Document(
            submission=kept.document.submission_id,
            name=kept.document.name,
            size=kept.document.size,
            sha256=kept.document.hash,
            scan=kept.scanned.state,
        )
        for kept in found.documents
    )
