"""Setting the stage: the tables of a history's own world, and its report opened as an import would open it."""

from datetime import UTC, date, datetime
from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from lifecycle.limits import Limit
from lifecycle.opening import Opening
from lifecycle.policy import Policy
from lifecycle.words import Role
from models.database import Database
from models.installation import establish
from models.messages import TimeFrame
from models.schema import upgrade
from models.tables import Body, Contact, Oversees, OversightBody, Recommendation
from office.intake import apply_import
from office.intake_due import counted
from office.intake_entries import CriterionEntry, Due, Parsed, RecommendationEntry, ReportFile
from office.reference import load_reference
from office.reports import ReportDesk
from rehearsal.deeds import opens_at
from rehearsal.history import BodyHistory, History
from rehearsal.history_checks import policy_for

FIRST_DAY = date(1990, 1, 1)
"""Since when the offices of a history's own bodies stand."""
GRAIN = 900
"""Events of a virtual timeline are dated in steps of so many seconds, so that two runs write the same instants."""


def open_ledger(path: Path) -> Database:
    """A ledger that need not survive a power cut, only its process: a replay can be played again."""
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _without_waiting_for_the_disk)
    return database


def _without_waiting_for_the_disk(connection: Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def set_stage(database: Database, history: History) -> None:
    """A new ledger on a virtual timeline, with the bodies, offices and people of our files and of the history."""
    upgrade(database)
    establish(database, "virtual")
    load_reference(database)
    with database.writing() as session:
        for body in history.body:
            if body.name:
                _add_body(session, body)


async def open_report(history: History, database: Database, reports: ReportDesk) -> None:
    """Import the report on the day of its publication, and start its cases at the history's first instant."""
    opens, actor = opens_at(history), history.people.operations
    file = Parsed(name=history.name, reports=(_report(history),))
    result = apply_import(database, file, actor, today=history.report.published_on)
    with database.writing() as session:
        _add_followers(session, history)
    openings = tuple(_as_issued(opening) for opening in result.openings)
    frame = TimeFrame(grain_seconds=GRAIN).starting_at(opens, datetime.now(UTC))
    await reports.start(history.report.id, openings, actor, frame)
    await reports.opened(openings)


def _add_followers(session: Session, history: History) -> None:
    """Recommendations that follow this one, known by reference only: an inspection may name none that is unknown."""
    one = history.recommendation
    for reference in sorted({body.followed_by for body in history.body if body.followed_by}):
        session.add(
            Recommendation(
                reference=reference,
                report_id=history.report.id,
                kind=one.kind,
                title=f"Follows {one.reference}",
                issued_on=history.report.published_on,
                policy=_policy(history).name,
                illustrative=True,
            )
        )


def _as_issued(opening: Opening) -> Opening:
    """New on the day, not taken over from an older record."""
    return opening.model_copy(update={"source": "", "virtual": True})


def _report(history: History) -> ReportFile:
    report = history.report
    return ReportFile(
        line=0,
        id=report.id,
        title=report.title,
        published=report.published_on,
        source=report.source,
        s55=report.s55,
        recommendations=(_recommendation(history),),
    )


def _recommendation(history: History) -> RecommendationEntry:
    one = history.recommendation
    return RecommendationEntry(
        line=0,
        reference=one.reference,
        number="",
        kind=one.kind,
        title=one.title,
        summary=one.summary,
        quoted=one.quoted,
        source=one.source,
        issued=history.report.published_on,
        bodies=tuple(body.id for body in history.body),
        policy=one.policy or _policy(history).name,
        due=_due(history),
        criteria=tuple(CriterionEntry(id=each.id, summary=each.name) for each in one.criterion),
    )


def _policy(history: History) -> Policy:
    policy = policy_for(history.recommendation)
    assert policy is not None  # checked when the history was read
    return policy


def _due(history: History) -> Due:
    one = history.recommendation
    if one.limit:
        return counted(Limit.parse(one.limit), history.report.published_on, one.phrase)
    return Due(phrase=one.phrase, day=one.due, why="The history gives the date." if one.due else "")


def _add_body(session: Session, body: BodyHistory) -> None:
    """A body that only this history knows, with its offices at mailboxes that are nobody's."""
    session.add(Body(id=body.id, name=body.name, kind=body.kind, division=body.division.value))
    _add_contact(session, body.id, Role.liaison, "Liaison officer", f"liaison@{body.id}.example")
    _add_contact(session, body.id, Role.chief_officer, body.led_by, f"chief.officer@{body.id}.example")
    if body.answers_to:
        oversight = f"{body.id}-oversight"
        session.add(OversightBody(id=oversight, name=body.answers_to, kind="PCC"))
        session.flush()
        session.add(Oversees(body_id=body.id, oversight_id=oversight, since=FIRST_DAY))
        _add_contact(session, oversight, Role.oversight, body.answers_to, f"oversight@{body.id}.example")


def _add_contact(session: Session, owner: str, role: Role, office: str, mailbox: str) -> None:
    session.add(Contact(owner=owner, role=role.value, office=office, mailbox=mailbox, since=FIRST_DAY))
