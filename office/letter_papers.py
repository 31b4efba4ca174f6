"""What letters are made from: the request and the assessment, out of the ledger, with what was edited in them.

A letter is on one case, or on several of one body under one report. A body in Wales gets it in Welsh as well.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlmodel import Session, col, select

from activities.ledger.append import read
from activities.mail.addressing import Addresses
from lifecycle import events as e
from lifecycle.dates import local_date, long_date
from lifecycle.words import Refused, Role
from models.tables import (
    Body,
    CaseRow,
    Contact,
    Criterion,
    OversightBody,
    Recommendation,
    Report,
    Signatory,
)
from office import letters
from office.desk import Desk, NoCase
from office.letter_drafts import WHOLE, Version, newest
from office.letter_edits import edited
from office.letter_pages import letter as in_words
from office.letter_parts import Kind, Paper, Passage
from office.letter_seal import in_these_words
from office.letter_words import Language, Said, day, say
from office.letters import Letter, Source
from office.signatories import signatory_of

T = TypeVar("T")
Cases = str | Sequence[str]
WALES = "Wales"
Made = Callable[[Language], Letter]


class NoPapers(Refused):
    """The ledger lacks what a letter quotes: its report was never imported."""


@dataclass(frozen=True)
class Papers:
    """The rows and events that a case's letters quote. `holders` are the names of addressee and of who gets a copy,
    `signatory` is who signs, where that is known."""

    row: CaseRow
    body: Body
    report: Report
    recommendation: Recommendation
    criteria: tuple[Criterion, ...]
    events: tuple[e.Event, ...]
    addressee: str
    copied_to: str
    holders: tuple[str, str] = ("", "")
    signatory: Signatory | None = None

    def last(self, kind: type[e.EventBase]) -> e.EventBase | None:
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)


async def request_letter(desk: Desk, cases: Cases, due: date | None) -> Letter:
    """The letter that asks for the body's plan.

    Raises:
        NoCase: when the ledger holds no such case. NoPapers: when it holds not its papers.
        Refused: for cases of more than one body or report, or an edit of what the letter says no more.
    """
    papers = await asyncio.to_thread(_all_papers, desk, cases)
    requests = [_request(one, due) for one in papers]
    envelope = envelope_of(papers, local_date(desk.clock.now()))

    def made(language: Language) -> Letter:
        return letters.render_request(envelope, *requests, language=language)

    return await asyncio.to_thread(finished, desk, papers, made)


async def assessment_letter(desk: Desk, cases: Cases, on: date | None, *, as_edited: bool = True) -> Letter:
    """The letter that tells the assessment, from the inspector's findings; or else as the template makes it.

    Raises:
        NoCase: when the ledger holds no such case. NoPapers: when it holds not its papers.
        Refused: when a case has no assessment, and as above.
    """
    papers = await asyncio.to_thread(_all_papers, desk, cases, on)
    told = [_assessed(one) for one in papers]
    day = on or local_date(desk.clock.now())
    return await asyncio.to_thread(_told, desk, papers, told, day, as_edited=as_edited)


async def letter_of(desk: Desk, case_id: str, assessed: e.Assessed) -> Letter:
    """The letter that would tell this assessment, whether or not it is complete.

    Raises:
        NoCase, NoPapers: as above.
    """
    papers = await asyncio.to_thread(_all_papers, desk, case_id)
    return await asyncio.to_thread(_told, desk, papers, [assessed], local_date(desk.clock.now()))


async def template_of(desk: Desk, kind: Kind, cases: Cases, language: Language) -> Paper:
    """The letter as the template makes it, without any edit: what an editor starts from.

    Raises:
        NoCase, NoPapers, Refused: as above.
    """
    papers = await asyncio.to_thread(_all_papers, desk, cases)
    envelope = envelope_of(papers, local_date(desk.clock.now()))
    if kind is Kind.request:
        return letters.render_request(
            envelope, *[_request(one, None) for one in papers], language=language
        ).paper
    told = [_assessment(one, _assessed(one)) for one in papers]
    return letters.render_letter(envelope, *told, language=language).paper


def drafted(letter: Letter) -> Letter:
    """The letter as a draft, which says so above everything."""

    def noted(paper: Paper) -> Paper:
        said = say(paper.language, "all", "draft")
        envelope = replace(paper.envelope, note=said.text)
        return replace(paper, envelope=envelope, reviewed=paper.reviewed and said.reviewed)

    return _both(letter, noted)


def corrected(letter: Letter, sent_on: date, reason: str) -> Letter:
    """The letter with, before everything, which letter it corrects and why."""
    return _both(
        letter, lambda paper: replace(paper, passages=(_corrects(paper, sent_on, reason), *paper.passages))
    )


def _both(letter: Letter, change: Callable[[Paper], Paper]) -> Letter:
    welsh = _both(letter.welsh, change) if letter.welsh else None
    return replace(in_words(change(letter.paper)), edits=letter.edits, welsh=welsh)


def _corrects(paper: Paper, sent_on: date, reason: str) -> Passage:
    said: Said = say(paper.language, "all", "corrects", letter_of=day(paper.language, sent_on), reason=reason)
    return Passage("corrects", said.text, reviewed=said.reviewed)


def _told(
    desk: Desk, papers: Sequence[Papers], told: Sequence[e.Assessed], on: date, *, as_edited: bool = True
) -> Letter:
    assessments = [_assessment(one, event) for one, event in zip(papers, told, strict=True)]
    envelope = envelope_of(papers, on)

    def made(language: Language) -> Letter:
        return letters.render_letter(envelope, *assessments, language=language)

    return finished(desk, papers, made) if as_edited else made(Language.english)


def finished(desk: Desk, papers: Sequence[Papers], made: Made) -> Letter:
    """With what was edited in it; for a body in Wales in both languages."""
    english = _with_edits(desk, papers, made(Language.english))
    if papers[0].body.nation != WALES or english.paper.whole:
        return english
    return replace(english, welsh=_with_edits(desk, papers, made(Language.welsh)))


def _with_edits(desk: Desk, papers: Sequence[Papers], letter: Letter) -> Letter:
    with desk.database.reading() as session:
        draft = newest(session, letter.paper.kind, [one.row.id for one in papers], letter.paper.language)
    if draft is None or not draft.edits:
        return letter
    if WHOLE in draft.edits:
        if letter.paper.kind is Kind.assessment:
            refuse_outdated(draft, (event for one in papers for event in one.events))
        return in_these_words(letter, draft.edits[WHOLE].words)
    paper = _reviewed(edited(letter.paper, draft.edits), draft)
    return replace(in_words(paper), edits=draft.edits)


def refuse_outdated(draft: Version, events: Iterable[e.Event]) -> None:
    """A letter that somebody wrote whole tells what was found before that, and no later assessment. Raises Refused."""
    for event in events:
        if isinstance(event, e.Assessed) and event.at > draft.saved_at:
            raise Refused(
                f"The letter was written whole on {long_date(local_date(draft.saved_at))}, before the assessment of "
                f"{long_date(event.on)}, which it does not tell. Write the letter again."
            )


def _reviewed(paper: Paper, draft: Version) -> Paper:
    """A Welsh passage that somebody reworded needs a reviewer of its own."""
    if paper.language is Language.english:
        return paper
    passages = tuple(
        replace(one, reviewed=bool(draft.reviewed_by)) if one.id in draft.edits else one
        for one in paper.passages
    )
    return replace(paper, passages=passages)


def _assessed(papers: Papers) -> e.Assessed:
    assessed = papers.last(e.Assessed)
    if not isinstance(assessed, e.Assessed):
        raise Refused(
            f"{papers.row.id} has no assessment, so there is no letter to make. Complete the assessment first."
        )
    return assessed


def _request(papers: Papers, due: date | None) -> letters.Request:
    return letters.Request(
        report=papers.report.title,
        published_on=papers.row.issued_on,
        recommendation=quoted(papers),
        criteria=tuple(criterion.summary for criterion in papers.criteria),
        due=due,
        title=papers.recommendation.title,
    )


def _assessment(papers: Papers, assessed: e.Assessed) -> letters.Assessment:
    requested, submission = papers.last(e.Requested), _submission_clock(papers)
    return letters.Assessment(
        background=(Source(papers.report.title, papers.report.published_on),),
        quoted=quoted(papers),
        reviewed=assessed.on,
        outcome=assessed.outcome,
        criteria=tuple(
            letters.Criterion(criterion.summary, assessed.findings[criterion.id], id=criterion.id)
            for criterion in papers.criteria
            if criterion.id in assessed.findings
        ),
        requested_on=requested.on if requested else None,
        submission_due=submission.due if submission else None,
        submitted=not assessed.without_submission,
        title=papers.recommendation.title,
    )


def _submission_clock(papers: Papers) -> e.ClockStarted | None:
    return next(
        (one for one in papers.events if isinstance(one, e.ClockStarted) and one.clock == "submission"), None
    )


def envelope_of(of: Sequence[Papers], on: date) -> letters.Envelope:
    """To whom, from whom, and on what: of one case its title, of several their report."""
    papers = of[0]
    signs = papers.signatory
    envelope = letters.Envelope(
        body_name=papers.body.name,
        on=on,
        subject=papers.recommendation.title if len(of) == 1 else papers.report.title,
        addressee=papers.addressee,
        kind=papers.body.kind,
        copied_to=papers.copied_to,
        holder=papers.holders[0],
        copy_holder=papers.holders[1],
        signatory=signs.holder if signs else "",
    )
    return replace(envelope, signed_by=tuple(signs.offices)) if signs and signs.offices else envelope


def quoted(papers: Papers) -> str:
    """The recommendation in its own words, where the ledger has them."""
    return papers.recommendation.quoted or papers.recommendation.summary or papers.recommendation.title


def _all_papers(desk: Desk, cases: Cases, on: date | None = None) -> list[Papers]:
    named = [cases] if isinstance(cases, str) else list(dict.fromkeys(cases))
    found = [papers_of_case(desk, case_id, on) for case_id in named]
    if not found or len({(one.row.body_id, one.row.report_id) for one in found}) > 1:
        raise Refused("A letter is on cases of one body under one report. Write to each body by itself.")
    return found


def papers_of_case(desk: Desk, case_id: str, on: date | None = None) -> Papers:
    """With the holders of offices and the signatory of a letter's day, if that is not today.

    Raises NoCase when the ledger holds no such case, or not its papers.
    """
    with desk.database.reading() as session:
        row = session.get(CaseRow, case_id)
        if row is None:
            raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
        day = on or local_date(desk.clock.now())
        chief = _contact(session, row.body_id, "chief_officer", day)
        overseer = Addresses(session, day).owner(row, Role.oversight)
        oversight = _contact(session, overseer, "oversight", day) if overseer else None
        return Papers(
            row=row,
            body=_there(session.get(Body, row.body_id), f"body {row.body_id}"),
            report=_there(session.get(Report, row.report_id), f"report {row.report_id}"),
            recommendation=_there(
                session.get(Recommendation, row.reference), f"recommendation {row.reference}"
            ),
            criteria=_criteria(session, row.reference),
            events=tuple(one.event for one in read(session, case_id)),
            addressee=(chief.office if chief else "") or "Chief officer",
            copied_to=_copied(session, overseer, oversight),
            signatory=signatory_of(session, _there(session.get(Body, row.body_id), row.body_id), day),
            holders=(chief.holder if chief else "", oversight.holder if oversight else ""),
        )


def _there(found: T | None, what: str) -> T:
    if found is None:
        raise NoPapers(
            f"The ledger holds no {what}; import its report first, or give the letter with --text or --file."
        )
    return found


def _criteria(session: Session, reference: str) -> tuple[Criterion, ...]:
    return tuple(
        session.exec(
            select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
        )
    )


def _contact(session: Session, owner: str, role: str, day: date) -> Contact | None:
    contacts = session.exec(
        select(Contact)
        .where(Contact.owner == owner, Contact.role == role, Contact.since <= day)
        .order_by(col(Contact.since).desc())
    )
    return next((one for one in contacts if one.until is None or one.until > day), None)


def _copied(session: Session, overseer: str | None, contact: Contact | None) -> str:
    if overseer is None:
        return ""
    oversight = session.get(OversightBody, overseer)
    return ", ".join(
        part for part in (contact.office if contact else "", oversight.name if oversight else "") if part
    )
