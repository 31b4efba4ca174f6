"""Orders that hold mail back: obeyed from their instant on, whatever is claimed or waiting by then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import Session, col, select

from models.tables import CaseRow, Notice, Order

HOLDING = ("stop_sending", "hold_case")
HELD_BACK = "held back by an order"


@dataclass(frozen=True)
class Freeze:
    """What may not be sent at an instant: everything, whole reports, or single cases."""

    everything: bool
    reports: frozenset[str]
    cases: frozenset[str]

    def covers(self, case_id: str, report_id: str) -> bool:
        return self.everything or report_id in self.reports or case_id in self.cases

    def spares(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on a query of notices, with their cases outer-joined, that leave out what is held back."""
        if self.everything:
            return (false(),)
        report = col(CaseRow.report_id)
        return (
            col(Notice.case_id).not_in(self.cases),
            or_(report.is_(None), report.not_in(self.reports)),
        )


def in_force(session: Session, now: datetime) -> Freeze:
    """The freeze at `now`. An order names its cases in `details`, or else a report, or else it holds everything."""
    orders = session.exec(
        select(Order).where(
            col(Order.kind).in_(HOLDING), Order.effective_at <= now, col(Order.lifted_at).is_(None)
        )
    ).all()
    cases = {order.id: frozenset(_cases(order)) for order in orders}
    whole = [order for order in orders if not cases[order.id]]
    return Freeze(
        everything=any(not order.report_id for order in whole),
        reports=frozenset(order.report_id for order in whole if order.report_id),
        cases=frozenset().union(*cases.values()),
    )


def _cases(order: Order) -> Iterable[str]:
    """`{"case": id}` or `{"cases": [id, …]}`."""
    several = order.details.get("cases", [])
    one = order.details.get("case")
    named = [*(several if isinstance(several, list | tuple) else []), *([one] if one else [])]
    return [str(case) for case in named]
