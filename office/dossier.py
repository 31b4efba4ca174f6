"""A case's whole file as one side may read it, in a fixed number of queries at any size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from activities.ledger.chain import first_break, to_recorded
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.rules import Rules, UnknownRules, rules_for
from lifecycle.words import ENGINE, Role, Side
from models.database import Database
from models.tables import (
    Body,
    CaseRow,
    Criterion,
    Disposal,
    Document,
    EventRow,
    Mail,
    Notice,
    OversightBody,
    Person,
    PersonRole,
    Recommendation,
    Repair,
    Report,
    SealedText,
)
from office.disclosure import Disclosed, NamedText, disclose
from office.duties import Duty, duties
from office.retention import disposal_of
from office.uploads.opening import why_shut
from office.uploads.shelf import Scanned, scanned

OUTSIDE = {Side.body: "the body", Side.oversight: "the oversight body", Side.inspectorate: "the inspectorate"}


@dataclass(frozen=True)
class Text:
    """A sealed text as it reads, with the event that names it."""

    title: str
    text: str
    hash: str
    event: e.Event
    seq: int


@dataclass(frozen=True)
class Kept:
    """A document of a submission: what the scanner said, and why it may not be opened (nothing when it may)."""

    document: Document
    scanned: Scanned
    shut: str


@dataclass(frozen=True)
class Dossier:
    """What one side may read of a case. `true` is how it stands, only to judge which acts fit.

    `broken_at` is the first event that breaks the chain of hashes, if one does.
    """

    row: CaseRow
    told: Disclosed
    true: Case
    rules: Rules | None
    body: Body | None
    oversight: OversightBody | None
    recommendation: Recommendation | None
    criteria: tuple[Criterion, ...]
    report: Report | None
    duties: tuple[Duty, ...]
    texts: tuple[Text, ...]
    documents: tuple[Kept, ...]
    actors: Mapping[str, str]
    repairs: tuple[Repair, ...]
    broken_at: int | None
    disposed: Disposal | None

    @property
    def side(self) -> Side:
        return self.told.side


def dossier(database: Database, case_id: str, side: Side, *, unscanned: bool) -> Dossier | None:
    """The file, or None when there is no such case. `unscanned` is the setting `open_unscanned`."""
    with database.reading() as session:
        row = session.get(CaseRow, case_id)
        if row is None:
            return None
        events = session.exec(
            select(EventRow).where(EventRow.stream == case_id).order_by(col(EventRow.seq))
        ).all()
        rules, gone = _rules(row), disposal_of(session, case_id)
        recorded = [to_recorded(one) for one in events]
        told = disclose(
            case_id,
            recorded,
            _notices(session, case_id),
            _mails(session, case_id),
            side,
            rules,
        )
        return Dossier(
            row=row,
            told=told,
            true=fold_all(Case(id=case_id), (one.event for one in recorded)),
            rules=rules,
            body=session.get(Body, row.body_id),
            oversight=session.get(OversightBody, row.oversight_id) if row.oversight_id else None,
            recommendation=session.get(Recommendation, row.reference),
            criteria=_criteria(session, row.reference),
            report=session.get(Report, row.report_id),
            duties=duties(told.case, (one.event for one in told.events), rules),
            texts=tuple(_texts(session, told.texts)),
            documents=_documents(session, told.submissions, unscanned, gone),
            actors=_actors(session, {one.event.actor for one in told.events}, side),
            repairs=_repairs(session, case_id) if side is Side.inspectorate else (),
            broken_at=first_break(events, row.head_hash) if side is Side.inspectorate else None,
            disposed=gone,
        )


def _rules(row: CaseRow) -> Rules | None:
    try:
        return rules_for(row.policy_hash, row.calendar_hash, row.division)
    except UnknownRules:
        return None


def _notices(session: Session, case_id: str) -> Iterable[Notice]:
    return session.exec(
        select(Notice)
        .where(Notice.case_id == case_id)
        .order_by(col(Notice.fell_at).desc(), col(Notice.id).desc())
    )


def _mails(session: Session, case_id: str) -> Iterable[Mail]:
    return session.exec(
        select(Mail)
        .where(col(Mail.id).in_(select(Notice.mail_id).where(Notice.case_id == case_id)))
        .order_by(col(Mail.composed_at).desc(), col(Mail.id))
    )


def _criteria(session: Session, reference: str) -> tuple[Criterion, ...]:
    return tuple(
        session.exec(
            select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
        )
    )


def _texts(session: Session, named: Iterable[NamedText]) -> Iterable[Text]:
    """Newest first. A text that is not in the ledger is left out: the past of a case may name papers kept elsewhere."""
    wanted = list(named)
    rows = session.exec(select(SealedText).where(col(SealedText.id).in_({one.id for one in wanted}))).all()
    known = {row.id: row for row in rows}
    for one in reversed(wanted):
        if row := known.get(one.id):
            yield Text(one.title, row.text, row.hash, one.by.event, one.by.seq)


def _documents(
    session: Session, submissions: tuple[str, ...], unscanned: bool, gone: Disposal | None
) -> tuple[Kept, ...]:
    found = session.exec(
        select(Document)
        .where(col(Document.submission_id).in_(submissions))
        .order_by(col(Document.submission_id), col(Document.name))
    ).all()
    scans = scanned(session, (document.hash for document in found))
    return tuple(
        Kept(one, scans[one.hash], _shut(one, gone) or why_shut(one.name, scans[one.hash], unscanned))
        for one in sorted(found, key=lambda one: (submissions.index(one.submission_id), one.name))
    )


def _shut(document: Document, gone: Disposal | None) -> str:
    """What is disposed of is named by nobody, and opens for nobody."""
    return "Disposed of" if gone and document.submission_id in gone.texts else ""


def _actors(session: Session, ids: set[str], side: Side) -> dict[str, str]:
    """Each actor as this side reads it: by name among one's own, by office across the table."""
    named = session.exec(
        select(Person.id, Person.name, PersonRole.role)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id), isouter=True)
        .where(col(Person.id).in_(ids))
    ).all()
    said = {ENGINE: "Followthrough"}
    for person, name, role in named:
        theirs = Role(role).side if role else Side.inspectorate
        if side in (Side.inspectorate, theirs):
            said[person] = f"{name} ({person})"
        else:
            said.setdefault(person, OUTSIDE[theirs])
    return {
        actor: said.get(actor, actor if side is Side.inspectorate else "the inspectorate") for actor in ids
    }


def _repairs(session: Session, case_id: str) -> tuple[Repair, ...]:
    return tuple(
        session.exec(
            select(Repair)
            .where(Repair.subject == case_id, col(Repair.closed_at).is_(None))
            .order_by(col(Repair.opened_at))
        )
    )
