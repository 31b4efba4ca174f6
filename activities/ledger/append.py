"""Compare-and-append: the one way events enter the ledger, in one transaction with all that follows.

Every act and every rung passes here, and one writer at a time: statements are built once and run on the session's
connection, which takes a third of the processor time that mapped objects took (docs/performance.md).
"""

from datetime import UTC, datetime

from sqlalchemy import Row, bindparam, insert
from sqlmodel import Session, col, select

from activities.ledger import notices, projection
from activities.ledger.chain import FIRST, to_recorded, to_rows
from models.database import lock
from models.messages import Answer, Append, Appended, Recorded
from models.tables import EventRow
from models.tables.core import ACTS, EVENTS

_HEAD = (
    select(EVENTS.c.seq, EVENTS.c.hash)
    .where(EVENTS.c.stream == bindparam("of"))
    .order_by(EVENTS.c.seq.desc())
    .limit(1)
)
_TAKEN = select(ACTS.c.stream, ACTS.c.last_seq).where(ACTS.c.key == bindparam("of"))
_ADD_EVENTS = insert(EVENTS)
_ADD_ACT = insert(ACTS)


class ActKeyTaken(ValueError):  # noqa: N818 - said to a person
    """The act's key was used before, on another stream."""


def append(session: Session, request: Append) -> Appended:
    """Append the events if the stream stands where the caller believes.

    Committed: written now. Already: this act key was written before; `seq` is its receipt. Behind: the stream
    holds more, given in `missed`. Ahead: the caller has seen what this ledger lacks; nothing is written.

    Raises:
        ActKeyTaken: when the act key was used on another stream.
    """
    _wait_for_others(session, request)
    taken = _taken(session, request)
    if taken is not None:
        return Appended(
            answer=Answer.already,
            seq=taken.last_seq,
            missed=read(session, request.stream, request.expected_seq),
        )
    head = _head(session, request.stream)
    seq = head.seq if head else 0
    if seq > request.expected_seq:
        return Appended(
            answer=Answer.behind, seq=seq, missed=read(session, request.stream, request.expected_seq)
        )
    if seq < request.expected_seq:
        return Appended(answer=Answer.ahead, seq=seq)
    return _write(session, request, seq, head.hash if head else FIRST)


def read(session: Session, stream: str, after_seq: int = 0) -> tuple[Recorded, ...]:
    """A stream's events after `after_seq`, in order."""
    rows = session.exec(
        select(EventRow)
        .where(EventRow.stream == stream, EventRow.seq > after_seq)
        .order_by(col(EventRow.seq))
    )
    return tuple(to_recorded(row) for row in rows)


def _wait_for_others(session: Session, request: Append) -> None:
    """One writer at a time for a stream and for an act key; the second then sees what the first wrote."""
    key = () if request.act_key is None else (f"act/{request.act_key}",)
    lock(session.connection(), *key, f"stream/{request.stream}")


def _taken(session: Session, request: Append) -> Row[tuple[str, int]] | None:
    if request.act_key is None:
        return None
    taken = session.connection().execute(_TAKEN, {"of": request.act_key}).first()
    if taken is not None and taken.stream != request.stream:
        raise ActKeyTaken(
            f"Act key {request.act_key!r} was used on {taken.stream}; "
            f"it cannot be used again on {request.stream}."
        )
    return taken


def _head(session: Session, stream: str) -> Row[tuple[int, str]] | None:
    return session.connection().execute(_HEAD, {"of": stream}).first()


def _write(session: Session, request: Append, seq: int, previous: str) -> Appended:
    if not request.events:
        return Appended(answer=Answer.committed, seq=seq)
    rows = to_rows(request.stream, seq, previous, request.act_key, request.events, datetime.now(UTC))
    last = seq + len(rows)
    session.connection().execute(_ADD_EVENTS, rows)
    if request.act_key is not None:
        taken = {"key": request.act_key, "stream": request.stream, "first_seq": seq + 1, "last_seq": last}
        session.connection().execute(_ADD_ACT, taken)
    case = projection.project(session, request, head_hash=str(rows[-1]["hash"]))
    leaving = notices.settle(session, request, case, seq)
    return Appended(answer=Answer.committed, seq=last, leaving=leaving)
