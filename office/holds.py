"""Holding mail back: one notice, all about a report or a body, or everything; and letting it go again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from activities.mail import repair
from activities.mail.orders import HOLD, STOP, body_of, orders_in_force
from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import Body, CaseRow, Notice, Order, Report
from office.post import act_on_mail


@dataclass(frozen=True)
class Hold:
    """An order in force that holds mail back: what, why, by whom, since when."""

    id: str
    everything: bool
    report: str
    body: str
    case: str
    reason: str
    actor: str
    since: datetime

    @property
    def what(self) -> str:
        """What is held back, in words."""
        if self.everything:
            return "All sending"
        return (
            f"All about {self.report or self.body}" if self.report or self.body else "Mail about some cases"
        )


def holds(session: Session, now: datetime) -> Sequence[Hold]:
    """The orders in force, oldest first."""
    return [_hold(order) for order in orders_in_force(session, now)]


def _hold(order: Order) -> Hold:
    return Hold(
        id=order.id,
        everything=order.kind == STOP and not order.report_id,
        report=order.report_id,
        body=body_of(order),
        case=str(order.details.get("case", "")),
        reason=str(order.details.get("reason", "")),
        actor=order.actor,
        since=order.effective_at,
    )


def hold_all(
    database: Database,
    actor: str,
    reason: str,
    now: datetime,
    *,
    report: str = "",
    body: str = "",
    case: str = "",
) -> Order:
    """Hold all mail about one report, body or case, from this instant; notices go on falling due, and wait.

    Raises:
        NotAllowed.
        Refused: for none of them or several, for one that is not here, and without a reason.
    """

    def deed(session: Session) -> Order:
        _refuse_vague(session, reason, report, body, case)
        order = Order(
            id=f"{HOLD}-{uuid.uuid4()}",
            kind=HOLD,
            report_id=report,
            actor=actor,
            on=local_date(now),
            effective_at=now,
            details={
                "reason": reason,
                **({"body": body} if body else {}),
                **({"case": case} if case else {}),
            },
        )
        session.add(order)
        return order

    return act_on_mail(database, actor, deed)


def _refuse_vague(session: Session, reason: str, report: str, body: str, case: str) -> None:
    if sum(map(bool, (report, body, case))) != 1:
        raise Refused("Choose one report, or one body, or one case to hold.")
    if report and session.get(Report, report) is None:
        raise Refused(f"There is no report {report!r}. Choose one from the list.")
    if body and session.get(Body, body) is None:
        raise Refused(f"There is no body {body!r}. Choose one from the list.")
    if case and session.get(CaseRow, case) is None:
        raise Refused(
            f"There is no case {case!r}. Write it as its page says, such as recommendation/r-1/kent."
        )
    if not reason.strip():
        raise Refused("Say why it is held: whoever finds it held tomorrow will want to know.")


def lift(database: Database, actor: str, order_id: str, now: datetime) -> Order:
    """Let go what an order of `hold_all` held. Each notice is checked again before it leaves.

    Raises:
        NotAllowed.
        Refused: when no such order is in force.
    """

    def deed(session: Session) -> Order:
        order = session.exec(select(Order).where(Order.id == order_id).with_for_update()).first()
        if order is None or order.kind != HOLD or order.lifted_at is not None:
            raise Refused("That hold is not in force any more. Look again at what is held.")
        order.lifted_at = now
        return order

    return act_on_mail(database, actor, deed)


def hold_notice(database: Database, actor: str, notice_id: int) -> Notice:
    """Keep one notice from leaving until it is released. Raises NotAllowed, NotPossible."""
    return act_on_mail(database, actor, lambda session: repair.hold_notice(session, notice_id, actor))


def release_notice(database: Database, actor: str, notice_id: int) -> Notice:
    """Let one notice go, if it is still true by then. Raises NotAllowed, NotPossible."""
    return act_on_mail(database, actor, lambda session: repair.release_notice(session, notice_id, actor))
