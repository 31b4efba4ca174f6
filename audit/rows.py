"""What the ledger holds, read as values: cases in batches, in a fixed number of queries for each."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import Table, func, select
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, SQLModel

from audit.disposals import STREAM as DISPOSALS
from audit.disposals import disposals
from audit.record import Papers, Record, Row
from models.tables.core import ACTS, CASES, CLOCKS, EVENTS, NOTICES

BATCH = 100
ROUNDS = 28
"""A case that has ended and does not change is looked at again within so many nights."""
DIGESTS = "digest/"


def streams(session: Session) -> list[str]:
    """Everything that has an event, a row or a notice; the digests, which are no cases, aside."""
    connection = session.connection()
    found = set(connection.scalars(select(EVENTS.c.stream).distinct()))
    found |= set(connection.scalars(select(CASES.c.id)))
    found |= set(connection.scalars(select(NOTICES.c.case_id).distinct()))
    return sorted(stream for stream in found if not stream.startswith(DIGESTS))


def tonight(session: Session, day: date, since: datetime) -> list[str]:
    """The streams of a nightly run: what is open, what changed since then, and a share of the rest in turn."""
    connection = session.connection()
    wanted = set(connection.scalars(select(CASES.c.id).where(CASES.c.ended_on.is_(None))))
    wanted |= set(connection.scalars(select(EVENTS.c.stream).distinct().where(EVENTS.c.recorded_at >= since)))
    turn = day.toordinal() % ROUNDS
    return [
        stream for stream in streams(session) if stream in wanted or crc32(stream.encode()) % ROUNDS == turn
    ]


def papers(session: Session, names: Sequence[str]) -> Iterator[Papers]:
    """All that is held of these streams, each with its events in order."""
    for first in range(0, len(names), BATCH):
        yield from _batch(session, names[first : first + BATCH])


def _batch(session: Session, names: Sequence[str]) -> Iterator[Papers]:
    events = _grouped(session, EVENTS, EVENTS.c.stream, names, EVENTS.c.seq)
    acts = _grouped(session, ACTS, ACTS.c.stream, names, ACTS.c.key)
    cases = _grouped(session, CASES, CASES.c.id, names, CASES.c.id)
    clocks = _grouped(session, CLOCKS, CLOCKS.c.case_id, names, CLOCKS.c.id)
    notices = _grouped(session, NOTICES, NOTICES.c.case_id, names, NOTICES.c.id)
    told = {name: tuple(_record(row) for row in events[name]) for name in names}
    own = _own_limits(session, {str(one[0].details.get("reference")) for one in told.values() if one})
    for name in names:
        reference = str(told[name][0].details.get("reference")) if told[name] else ""
        yield Papers(
            stream=name,
            events=told[name],
            acts=tuple(acts[name]),
            case=next(iter(cases[name]), None),
            clocks=tuple(clocks[name]),
            notices=tuple(notices[name]),
            own=own[reference],
        )


def _grouped(
    session: Session, table: Table, of: ColumnElement[Any], names: Sequence[str], order: ColumnElement[Any]
) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in (
        session.connection().execute(select(table).where(of.in_(names)).order_by(of, order)).mappings()
    ):
        found[row[of]].append(dict(row))
    return found


def _record(row: Row) -> Record:
    return Record(
        stream=row["stream"],
        seq=row["seq"],
        kind=row["kind"],
        at=row["at"],
        on=row["on"],
        actor=row["actor"],
        key=row["act_key"],
        details=row["details"],
        previous=row["previous_hash"],
        hash=row["hash"],
    )


def _own_limits(session: Session, references: set[str]) -> Mapping[str, dict[str, date]]:
    """The dates that recommendations give themselves, by reference and criterion ("" is all of it)."""
    found: dict[str, dict[str, date]] = defaultdict(dict)
    tables = SQLModel.metadata.tables
    recommendation, criterion = tables["recommendation"], tables["criterion"]
    whole = select(recommendation.c.reference, recommendation.c.due)
    for reference, due in session.connection().execute(
        whole.where(recommendation.c.reference.in_(references), recommendation.c.due.is_not(None))
    ):
        found[reference][""] = due
    parts = select(criterion.c.reference, criterion.c.id, criterion.c.due)
    for reference, of, due in session.connection().execute(
        parts.where(criterion.c.reference.in_(references), criterion.c.due.is_not(None))
    ):
        found[reference][of] = due
    return found


# --- heads of the chains --------------------------------------------------------------------------------------------


def heads(session: Session, until: datetime | None = None) -> tuple[dict[str, tuple[int, str]], int]:
    """The number and hash of the last event of every stream, and of the last disposal; and how many events there are.
    As recorded by then."""
    recorded = EVENTS.c.recorded_at <= until if until else EVENTS.c.seq > 0
    last = (
        select(EVENTS.c.stream, func.max(EVENTS.c.seq).label("seq"))
        .where(recorded)
        .group_by(EVENTS.c.stream)
        .subquery()
    )
    rows = session.connection().execute(
        select(EVENTS.c.stream, EVENTS.c.seq, EVENTS.c.hash).join(
            last, (EVENTS.c.stream == last.c.stream) & (EVENTS.c.seq == last.c.seq)
        )
    )
    found = {row.stream: (row.seq, row.hash) for row in rows}
    events = sum(seq for seq, _ in found.values())
    if done := disposals(session, until):
        found[DISPOSALS] = (done[-1]["number"], done[-1]["hash"])
    return found, events


def since(now: datetime) -> datetime:
    """From when on what was recorded counts as changed: more than a night, so that none is missed."""
    return now - timedelta(days=2)
