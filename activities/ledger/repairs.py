"""What needs a person: opened by whoever finds it, shown until somebody closes it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from models.database import lock
from models.tables import Repair


class NoRepair(LookupError):  # noqa: N818 - said to an operator
    """No repair with this id is open."""


def open_repair(session: Session, id: str, subject: str, kind: str, cause: str, remedy: str) -> Repair:  # noqa: A002
    """Say that `subject` needs a person. One that is open already keeps its time, and says the latest cause."""
    lock(session.connection(), f"repair/{id}")
    repair = session.get(Repair, id)
    since = repair.opened_at if repair and repair.closed_at is None else _now()
    repair = repair or Repair(id=id, subject=subject, kind=kind, cause=cause, opened_at=since)
    said = {"subject": subject, "kind": kind, "cause": cause, "remedy": remedy}
    repair.sqlmodel_update({**said, "opened_at": since, "closed_at": None, "closed_by": ""})
    session.add(repair)
    return repair


def close_repair(session: Session, id: str, closed_by: str) -> Repair:  # noqa: A002
    """Say who has seen to it.

    Raises:
        NoRepair: when nothing of that id is open.
    """
    lock(session.connection(), f"repair/{id}")
    repair = session.get(Repair, id)
    if repair is None or repair.closed_at is not None:
        raise NoRepair(f"No repair {id!r} is open: it never was, or somebody has closed it.")
    repair.sqlmodel_update({"closed_at": _now(), "closed_by": closed_by})
    session.add(repair)
    return repair


def outstanding(session: Session) -> Sequence[Repair]:
    """Everything that still needs a person, oldest first."""
    return session.exec(
        select(Repair).where(col(Repair.closed_at).is_(None)).order_by(col(Repair.opened_at), col(Repair.id))
    ).all()


def _now() -> datetime:
    return datetime.now(UTC)
