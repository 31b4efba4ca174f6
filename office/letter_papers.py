"""What a case's own letters are made from: the request and the assessment, out of the ledger."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlmodel import Session, col, select

from activities.ledger.append import read
from lifecycle import events as e
from lifecycle.dates import local_date, plain_date
from lifecycle.words import Refused
from models.tables import Body, CaseRow, Contact, Criterion, OversightBody, Recommendation, Report
from office import letters
from office.desk import Desk, NoCase
from office.letters import Letter

T = TypeVar("T")


@dataclass(frozen=True)
class Papers:
    """The rows and events that a case's letters quote."""

    row: CaseRow
    body: Body
    report: Report
    recommendation: Recommendation
    criteria: tuple[Criterion, ...]
    events: tuple[e.Event, ...]
    addressee: str
    copied_to: str

    def last(self, kind: type[e.EventBase]) -> e.EventBase | None:
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)


async def request_letter(desk: Desk, case_id: str, due: date | None) -> Letter:
    """The letter that asks for the body's plan.

    Raises:
        NoCase: when the ledger holds no such case, or not its papers.
    """
    papers = await asyncio.to_thread(_papers, desk, case_id)
    request = letters.Request(
        report=papers.report.title,
        published_on=papers.row.issued_on,
        recommendation=_quoted(papers),
        criteria=tuple(criterion.summary for criterion in papers.criteria),
        due=due,
    )
    return letters.render_request(_envelope(papers, local_date(desk.clock.now())), request)


async def assessment_letter(desk: Desk, case_id: str, on: date | None) -> Letter:
    """The letter that tells the assessment, from the inspector's findings.

    Raises:
        NoCase: when the ledger holds no such case, or not its papers.
        Refused: when the case has no assessment.
    """
    papers = await asyncio.to_thread(_papers, desk, case_id)
    assessed = papers.last(e.Assessed)
    if not isinstance(assessed, e.Assessed):
        raise Refused(
            f"{case_id} has no assessment, so there is no letter to make. Complete the assessment first."
        )
    return letters.render_letter(
        _envelope(papers, on or local_date(desk.clock.now())), _assessment(papers, assessed)
    )


async def letter_of(desk: Desk, case_id: str, assessed: e.Assessed) -> Letter:
    """The letter that would tell this assessment, whether or not it is complete.

    Raises:
        NoCase: as above.
    """
    papers = await asyncio.to_thread(_papers, desk, case_id)
    return letters.render_letter(
        _envelope(papers, local_date(desk.clock.now())), _assessment(papers, assessed)
    )


def _assessment(papers: Papers, assessed: e.Assessed) -> letters.Assessment:
    requested, submission = papers.last(e.Requested), _submission_clock(papers)
    return letters.Assessment(
        background=(
            (
                f"In our report {papers.report.title}, published on {plain_date(papers.report.published_on)}, "
                "we made this recommendation:"
            ),
        ),
        quoted=_quoted(papers),
        reviewed=f"on {plain_date(assessed.on)}",
        outcome=assessed.outcome,
        criteria=tuple(
            letters.Criterion(name=criterion.summary, finding=assessed.findings[criterion.id])
            for criterion in papers.criteria
            if criterion.id in assessed.findings
        ),
        requested_on=requested.on if requested else None,
        submission_due=submission.due if submission else None,
        submitted=not assessed.without_submission,
    )


def _submission_clock(papers: Papers) -> e.ClockStarted | None:
    return next(
        (one for one in papers.events if isinstance(one, e.ClockStarted) and one.clock == "submission"), None
    )


def _envelope(papers: Papers, on: date) -> letters.Envelope:
    return letters.Envelope(
        body_name=papers.body.name,
        on=on,
        subject=papers.recommendation.title,
        addressee=papers.addressee,
        kind=papers.body.kind,
        copied_to=papers.copied_to,
    )


def _quoted(papers: Papers) -> str:
    return papers.recommendation.quoted or papers.recommendation.summary or papers.recommendation.title


def _papers(desk: Desk, case_id: str) -> Papers:
    with desk.database.reading() as session:
        row = session.get(CaseRow, case_id)
        if row is None:
            raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
        today = local_date(desk.clock.now())
        return Papers(
            row=row,
            body=_there(session.get(Body, row.body_id), f"body {row.body_id}"),
            report=_there(session.get(Report, row.report_id), f"report {row.report_id}"),
            recommendation=_there(
                session.get(Recommendation, row.reference), f"recommendation {row.reference}"
            ),
            criteria=_criteria(session, row.reference),
            events=tuple(one.event for one in read(session, case_id)),
            addressee=_office(session, row.body_id, "chief_officer", today) or "Chief officer",
            copied_to=_copied(session, row, today),
        )


def _there(found: T | None, what: str) -> T:
    if found is None:
        raise NoCase(
            f"The ledger holds no {what}; import its report first, or give the letter with --text or --file."
        )
    return found


def _criteria(session: Session, reference: str) -> tuple[Criterion, ...]:
    return tuple(
        session.exec(
            select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
        )
    )


def _office(session: Session, owner: str, role: str, today: date) -> str:
    contacts = session.exec(
        select(Contact).where(Contact.owner == owner, Contact.role == role, Contact.since <= today)
    )
    return next((one.office for one in contacts if one.until is None or one.until > today), "")


def _copied(session: Session, row: CaseRow, today: date) -> str:
    if row.oversight_id is None:
        return ""
    oversight = session.get(OversightBody, row.oversight_id)
    office = _office(session, row.oversight_id, "oversight", today)
    return ", ".join(part for part in (office, oversight.name if oversight else "") if part)
