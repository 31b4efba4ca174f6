"""The public record out of the ledger, in a fixed number of queries. What is not published is not in what this answers.

The barrier is the order to publish: one row, in force at once for every case that it covers, whether or not each case
has followed it yet. So no reader, and no build, ever sees half of a report. What an order covers is told by each case's
own events: a letter that its case could not publish by that order is not public.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from activities.ledger.reports import answered_elsewhere
from config.region_files import regions
from lifecycle.rules import rules_for
from models.database import Database
from models.tables import (
    Body,
    CaseRow,
    Criterion,
    Document,
    Order,
    OversightBody,
    Recommendation,
    Report,
    SealedText,
)
from models.tables.core import CASES, EVENTS
from office.letter_seal import IN_WELSH
from office.publications import covers, publications, withdrawn
from publication.awaiting import Overseers, answers, overseers
from publication.head import day_head
from publication.record import FACTS, Advice, Limb, Public, Published, Record
from publication.story import TOLD, Story, Told, stories

GONE = "This letter was withdrawn. The recommendation to this body is no longer followed up."
Orders = Mapping[str, Sequence[Order]]


@dataclass(frozen=True)
class Ledger:
    """What the queries found."""

    cases: Mapping[str, Sequence[CaseRow]]
    stories: Mapping[str, Story]
    orders: Orders
    withdrawn: Mapping[str, Order]
    names: Mapping[str, str]
    advice: Mapping[str, Sequence[Advice]]
    overseers: Overseers
    welsh: frozenset[str]
    lettered: Mapping[str, frozenset[str]]
    elsewhere: Mapping[str, Mapping[str, str]]


def public_record(database: Database, on: date) -> Record:
    """Everything that is public on a day, from one snapshot of the ledger."""
    with database.reading() as session:
        reports = session.exec(
            select(Report)
            .where(col(Report.overview_published_on).is_not(None))
            .order_by(col(Report.overview_published_on).desc(), col(Report.id))
        ).all()
        ledger = _ledger(session, [report.id for report in reports], on)
        made = [_published(report, ledger) for report in reports]
        head = day_head(session, on)
    told = {report.id for report in made if report.cases}
    shown = _showing_only(tuple(_naming_only(report, told) for report in made if report.cases), ledger)
    names = {case.body: case.body_name for report in shown for case in report.cases}
    return Record(on, shown, head, dict(sorted(names.items(), key=lambda one: (one[1], one[0]))))


def _naming_only(report: Published, told: Collection[str]) -> Published:
    """Of the reports that have its findings too, only those that are public: one under embargo is not named."""
    bodies = {case.body for case in report.cases}
    known = {body: one for body, one in report.elsewhere.items() if one in told and body in bodies}
    return replace(report, elsewhere=known)


def _showing_only(reports: Sequence[Published], ledger: Ledger) -> tuple[Published, ...]:
    """Of a letter on several cases all or nothing: its text is not shown before each of them is public, nor when one
    is withdrawn. And of what follows a case only the reference that is public for the same body."""
    public = {case.id: case for report in reports for case in report.cases}
    whole = {one for one, case in public.items() if not case.withdrawn}
    named = {(case.reference, case.body) for case in public.values()}

    def shown(case: Public) -> Public:
        return replace(
            case,
            withheld=not case.withdrawn and not ledger.lettered.get(case.letter, frozenset()) <= whole,
            followed_by=case.followed_by if (case.followed_by, case.body) in named else "",
        )

    return tuple(replace(one, cases=tuple(shown(case) for case in one.cases)) for one in reports)


def _ledger(session: Session, reports: Sequence[str], on: date) -> Ledger:
    cases: defaultdict[str, list[CaseRow]] = defaultdict(list)
    for row in session.exec(
        select(CaseRow).where(col(CaseRow.report_id).in_(reports)).order_by(col(CaseRow.id))
    ):
        cases[row.report_id].append(row)
    names: dict[str, str] = {}
    for table in (Body, OversightBody):
        names |= dict(session.exec(select(table.id, table.name)).all())
    told = stories(_events(session, reports))
    return Ledger(
        elsewhere={one: answered_elsewhere(session, one) for one in reports},
        cases=cases,
        stories=told,
        lettered=_lettered(session, told),
        orders=publications(session),
        withdrawn=withdrawn(session),
        names=names,
        advice=_advice(session, reports),
        overseers=overseers(session, reports, on, told),
        welsh=frozenset(
            session.exec(select(Document.submission_id).where(col(Document.name).like(f"%{IN_WELSH}.html")))
        ),
    )


def _lettered(session: Session, told: Mapping[str, Story]) -> Mapping[str, frozenset[str]]:
    """The cases that each letter is on: as it was sealed, or, where the seal does not say, as it was sent."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for case, story in told.items():
        if story.letter is not None:
            found[story.letter.text("letter")].add(case)
    sealed = session.exec(
        select(SealedText.id, col(SealedText.meta)["cases"]).where(SealedText.kind == "letter")
    )
    for letter, cases in sealed:
        if letter in found and isinstance(cases, list):
            found[letter] = set(map(str, cases))
    return {letter: frozenset(cases) for letter, cases in found.items()}


def _events(session: Session, reports: Sequence[str]) -> Iterator[tuple[str, Told]]:
    rows = session.connection().execute(
        select_columns(EVENTS.c.stream, EVENTS.c.kind, EVENTS.c.at, EVENTS.c.on, EVENTS.c.details)
        .join(CASES, CASES.c.id == EVENTS.c.stream)
        .where(CASES.c.report_id.in_(reports), EVENTS.c.kind.in_(TOLD))
        .order_by(EVENTS.c.stream, EVENTS.c.seq)
    )
    for stream, kind, at, on, details in rows:
        yield stream, Told(kind, at, on, details)


def _advice(session: Session, reports: Sequence[str]) -> Mapping[str, Sequence[Advice]]:
    limbs: defaultdict[str, list[Limb]] = defaultdict(list)
    chosen = col(Recommendation.report_id).in_(reports)
    of_these = (
        select(Criterion)
        .join(Recommendation, col(Recommendation.reference) == Criterion.reference)
        .where(chosen)
        .order_by(col(Criterion.reference), col(Criterion.position), col(Criterion.id))
    )
    for row in session.exec(of_these):
        limbs[row.reference].append(Limb(row.id, row.summary))
    found: defaultdict[str, list[Advice]] = defaultdict(list)
    for one in session.exec(select(Recommendation).where(chosen).order_by(col(Recommendation.reference))):
        found[one.report_id].append(
            Advice(
                reference=one.reference,
                report=one.report_id,
                kind=one.kind,
                title=one.title,
                summary=one.summary,
                quoted=one.quoted,
                issued_on=one.issued_on,
                due=one.due,
                limbs=tuple(limbs[one.reference]),
                illustrative=one.illustrative,
            )
        )
    return found


def _published(report: Report, ledger: Ledger) -> Published:
    assert report.overview_published_on is not None
    rows = ledger.cases.get(report.id, ())
    followed = [row for row in rows if row.kind == "recommendation"]
    cases = tuple(case for row in followed if (case := _public(row, ledger)) is not None)
    told = {case.reference for case in cases}
    return Published(
        id=report.id,
        title=report.title,
        made_on=report.published_on,
        published_on=report.overview_published_on,
        source=report.source,
        outcomes=_outcomes(followed, cases),
        advice=tuple(one for one in ledger.advice.get(report.id, ()) if one.reference in told),
        cases=cases,
        answers=answers(
            [row for row in rows if row.kind == "response"],
            ledger.stories,
            ledger.names,
            {case.body for case in cases},
            ledger.overseers,
        ),
        not_here=len({row.body_id for row in followed} - {case.body for case in cases}),
        elsewhere=ledger.elsewhere.get(report.id, {}),
        sample=_is_sample(report.id, ledger),
    )


def _public(row: CaseRow, ledger: Ledger) -> Public | None:
    """The case, or None when its letter is not public."""
    story = ledger.stories.get(row.id)
    if story is None or story.letter is None:
        return None
    published_on = _published_on(row, story, ledger.orders)
    if published_on is None:
        return None
    order = ledger.withdrawn.get(row.id)
    inspected = story.inspected
    return Public(
        id=row.id,
        report=row.report_id,
        reference=row.reference,
        body=row.body_id,
        body_name=ledger.names.get(row.body_id, row.body_id),
        issued_on=row.issued_on,
        published_on=published_on,
        letter_on=story.letter.on,
        letter=story.letter.text("letter"),
        outcome=story.outcome,
        findings=story.findings,
        requested_on=story.requested,
        submission_due=story.due.get("submission"),
        implementation_due=story.due.get("implementation"),
        submitted_on=story.submitted,
        late_by=story.late_by,
        declared_on=story.declared,
        declared_parts=story.declared_parts,
        inspected_on=inspected.on if inspected else None,
        result=inspected.text("result") if inspected else "",
        followed_by=inspected.text("followed_by") if inspected else "",
        withdrawn_on=order.on if order else story.withdrawn,
        withdrawn=str(order.details["notice"]) if order else GONE if story.withdrawn else "",
        made_up=FACTS if _is_sample(row.report_id, ledger) else story.made_up & FACTS,
        welsh=story.letter.text("letter") in ledger.welsh,
        corrected_on=story.corrected,
        region=regions().get(row.body_id, ""),
    )


def _is_sample(report: str, ledger: Ledger) -> bool:
    """Whether its publication came with the live sample, in which every fact is made up."""
    return any(order.details.get("sample") for order in ledger.orders.get(report, ()))


def _published_on(row: CaseRow, story: Story, orders: Orders) -> date | None:
    """By its own event, or, before that has come, by an order in force that covers it."""
    if story.published is not None:
        return story.published.on
    return next((one.on for one in orders.get(row.report_id, ()) if covers(one, row.id, story.sent)), None)


def _outcomes(rows: Sequence[CaseRow], cases: Sequence[Public]) -> tuple[str, ...]:
    """In the order of the policies, then those that no policy names."""
    rules = dict.fromkeys((row.policy_hash, row.calendar_hash, row.division) for row in rows)
    ordered = [outcome for each in rules for outcome in rules_for(*each).policy.outcomes]
    return tuple(dict.fromkeys([*ordered, *sorted({case.outcome for case in cases if case.outcome})]))
