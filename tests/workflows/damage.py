"""Damage to a ledger, as an older backup or a careless hand would do it; and its mending."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from activities.ledger.append import append
from activities.ledger.rebuild import rebuild_projections
from activities.ledger.repairs import outstanding
from lifecycle.events import Event
from models.database import Database
from models.messages import Append, Appended
from models.tables import ActTaken, CaseRow, ClockRow, EventRow, Notice
from tests.workflows.scene import Followed

Rows = Sequence[dict[str, object]]


def cut_ledger(database: Database, stream: str, *, after: int) -> Rows:
    """Take away a stream's events beyond `after`; answers them."""
    with database.writing() as session:
        gone = _beyond(session, stream, after)
        rows = [row.model_dump() for row in gone]
        session.exec(delete(EventRow).where(col(EventRow.stream) == stream, col(EventRow.seq) > after))
        session.exec(delete(ActTaken).where(col(ActTaken.stream) == stream, col(ActTaken.last_seq) > after))
    return rows


def restore_ledger(database: Database, rows: Rows) -> None:
    """Put the events back that were taken away."""
    with database.writing() as session:
        for row in rows:
            session.add(EventRow.model_validate(row))


def set_back(database: Database, stream: str, *, after: int) -> None:
    """The stream as an older backup holds it: events, acts, rows and notices."""
    cut_ledger(database, stream, after=after)
    with database.writing() as session:
        session.exec(delete(Notice).where(col(Notice.case_id) == stream, col(Notice.cause_seq) > after))
        rebuild_projections(session, stream)


def lose(database: Database, stream: str) -> None:
    """The ledger knows nothing of the stream any more."""
    cut_ledger(database, stream, after=0)
    with database.writing() as session:
        session.exec(delete(Notice).where(col(Notice.case_id) == stream))
        session.exec(delete(ClockRow).where(col(ClockRow.case_id) == stream))
        session.exec(delete(CaseRow).where(col(CaseRow.id) == stream))


def written_by_somebody_else(
    database: Database, stream: str, seq: int, events: tuple[Event, ...], key: str | None = None
) -> Appended:
    """Events that reach the ledger past the case's workflow."""
    with database.writing() as session:
        return append(session, Append(stream=stream, expected_seq=seq, act_key=key, events=events))


def repairs(case: Followed) -> list[str]:
    """What is up for repair of this case."""
    with case.scene.database.reading() as session:
        return [one.id for one in outstanding(session) if one.subject == case.id]


def _beyond(session: Session, stream: str, after: int) -> Sequence[EventRow]:
    query = select(EventRow).where(EventRow.stream == stream, EventRow.seq > after)
    return session.exec(query.order_by(col(EventRow.seq))).all()
