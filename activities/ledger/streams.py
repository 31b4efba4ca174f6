"""The ledger's streams by what their events say alone: the truth, whatever became of the rows that pages read."""

from sqlmodel import Session, col, select

from models.tables import EventRow

OPENS = "issued"
ENDS = ("inspected", "withdrawn")
"""Kinds of events that always end a case. A response's last event may or may not: its fold says."""


def may_be_open(session: Session) -> list[str]:
    """The cases and responses that were opened and that no event has ended for certain, in order."""
    ended = select(EventRow.stream).where(col(EventRow.kind).in_(ENDS))
    rows = session.exec(
        select(EventRow.stream)
        .where(EventRow.kind == OPENS, EventRow.seq == 1, col(EventRow.stream).not_in(ended))
        .order_by(EventRow.stream)
    )
    return list(rows)
