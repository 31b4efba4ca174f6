"""Decisions after publication: a letter withdrawn with a notice, and restored; a letter held back, published later."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from activities.ledger.append import read
from activities.ledger.reports import left_out
from lifecycle import events as e
from lifecycle.acts import Publish, key_for
from lifecycle.dates import local_date
from lifecycle.words import Refused, Stage
from models.database import Database
from models.messages import Receipt
from models.tables import CaseRow, Order, Report
from office.desk import Desk, NoCase
from office.people import find_actor
from office.rights import role_for

PUBLISH = "publish"
LATER = "publish_later"
WITHDRAW = "withdraw_letter"
RESTORE = "restore_letter"


@dataclass(frozen=True)
class Sent:
    """When a letter was sent, and on which legal date; and when its case ended, if it did."""

    at: datetime
    on: date
    ended_at: datetime | None = None


def withdraw_letter(
    database: Database, actor: str, case_id: str, notice: str, key: str, now: datetime
) -> Order:
    """Take a published letter off the public site. `notice` is what stands in its place: everybody can read it.

    Raises:
        NoCase, NotAllowed.
        Refused: without a notice, for a letter that is not public, or withdrawn already.
    """
    if not notice.strip():
        raise Refused(
            "Nothing was withdrawn: say in a sentence what is to stand in the letter's place (--notice)."
        )
    with database.writing() as session:
        case = _permitted(session, actor, WITHDRAW, case_id, now)
        if (known := session.get(Order, key)) is not None:
            return known
        if not is_public(session, case):
            raise Refused(f"{case_id} has no published letter, so there is none to withdraw.")
        if case_id in withdrawn(session):
            raise Refused(f"The letter of {case_id} is withdrawn already.")
        order = Order(
            id=key,
            kind=WITHDRAW,
            report_id=case.report_id,
            actor=actor,
            on=local_date(now),
            effective_at=now,
            details={"case": case_id, "notice": notice.strip()},
        )
        session.add(order)
        return order


def restore_letter(database: Database, actor: str, case_id: str, reason: str, now: datetime) -> Order:
    """Put a withdrawn letter back: a row of its own, which says who did and why, and on which withdrawal.

    Raises:
        NoCase, NotAllowed.
        Refused: without a reason, or when it is not withdrawn.
    """
    _refuse_unreasoned(reason, "restored")
    with database.writing() as session:
        case = _permitted(session, actor, RESTORE, case_id, now)
        order = withdrawn(session).get(case_id)
        if order is None:
            raise Refused(f"The letter of {case_id} is not withdrawn, so there is nothing to restore.")
        order.lifted_at = now
        restored = Order(
            id=key_for(RESTORE, order.id),
            kind=RESTORE,
            report_id=case.report_id,
            actor=actor,
            on=local_date(now),
            effective_at=now,
            details={"case": case_id, "withdrawal": order.id, "reason": reason.strip()},
        )
        session.add_all((order, restored))
        return restored


async def publish_held(desk: Desk, actor: str, case_id: str, reason: str, key: str) -> Receipt:
    """Publish the letter of a body that was left out when its report was published.

    One ledger row first, in force at once; the case follows, and the same order given again is harmless. An order
    that the case refuses is lifted. No response is begun: the 56 days are the report's (Police Act 1996 s.55(5A)).

    Raises:
        NoCase, NotAllowed, NeedsRepair.
        Refused: without a reason; when the report is not published, or the case was not left out or has no letter sent.
    """
    _refuse_unreasoned(reason, "published")
    order = await asyncio.to_thread(_order_later, desk, actor, case_id, reason, key)
    act = Publish(key=key_for(order.id, case_id), actor=actor, on=order.on, order=order.id)
    try:
        return await desk.take(case_id, act)
    except Refused:
        await asyncio.to_thread(_lift, desk, order.id)
        raise


def _lift(desk: Desk, order_id: str) -> None:
    with desk.database.writing() as session:
        order = session.get_one(Order, order_id)
        order.lifted_at = order.lifted_at or desk.clock.now()
        session.add(order)


def _order_later(desk: Desk, actor: str, case_id: str, reason: str, key: str) -> Order:
    now = desk.clock.now()
    with desk.database.writing() as session:
        case = _permitted(session, actor, "publish_held", case_id, now)
        known = session.get(Order, key) or _later(session, case)
        if known is not None:
            return known
        _refuse_unheld(session, case)
        order = Order(
            id=key,
            kind=LATER,
            report_id=case.report_id,
            actor=actor,
            on=local_date(now),
            effective_at=now,
            details={"cases": [case_id], "reason": reason.strip()},
        )
        session.add(order)
        return order


def _later(session: Session, case: CaseRow) -> Order | None:
    """The order that stands to publish this case after its report."""
    orders = publications(session).get(case.report_id, ())
    return next((one for one in orders if case.id in named(one)), None)


def _refuse_unheld(session: Session, case: CaseRow) -> None:
    report = session.get(Report, case.report_id)
    if report is None or report.overview_published_on is None:
        raise Refused(
            f"{case.report_id} is not published, and its letters are published together. "
            f"Publish it first: followthrough report publish {case.report_id}"
        )
    if case.stage != Stage.letter_sent:
        raise Refused(
            f"{case.id} is at {case.stage.replace('_', ' ')}; only a letter that is sent is published."
        )
    if is_public(session, case):
        raise Refused(f"{case.id} was not left out: the order to publish {case.report_id} covers it.")


def _refuse_unreasoned(reason: str, what: str) -> None:
    if not reason.strip():
        raise Refused(f"Nothing was {what}: say in a sentence why. The reason stays on record.")


def named(order: Order) -> list[str]:
    """The cases that an order names."""
    said = order.details.get("cases")
    return [str(case) for case in said] if isinstance(said, list) else []


def decisions(session: Session, report_id: str) -> list[Order]:
    """Every order on the publication of a report's letters, also what is lifted: the first first."""
    chosen = select(Order).where(
        Order.report_id == report_id, col(Order.kind).in_((PUBLISH, LATER, WITHDRAW, RESTORE))
    )
    return list(session.exec(chosen.order_by(col(Order.effective_at), col(Order.id))))


def withdrawn(session: Session) -> dict[str, Order]:
    """The orders in force that withdraw a letter, by case."""
    rows = session.exec(select(Order).where(Order.kind == WITHDRAW, col(Order.lifted_at).is_(None)))
    return {str(order.details["case"]): order for order in rows}


def publications(session: Session) -> Mapping[str, Sequence[Order]]:
    """The orders to publish that stand, by report, the first first: each for what was ready when it came in force."""
    found: dict[str, list[Order]] = {}
    rows = session.exec(
        select(Order)
        .where(col(Order.kind).in_((PUBLISH, LATER)), col(Order.lifted_at).is_(None))
        .order_by(col(Order.effective_at), col(Order.id))
    )
    for order in rows:
        found.setdefault(order.report_id, []).append(order)
    return found


def covers(order: Order, case_id: str, sent: Sent | None) -> bool:
    """Whether an order publishes this case: named by it, or not left out; and only what the case can take, by its
    own events. Its letter was sent by then, is dated no later than the order, and the case had not ended."""
    if sent is None or sent.at > order.effective_at or sent.on > order.on:
        return False
    if sent.ended_at is not None and sent.ended_at <= order.effective_at:
        return False
    return case_id in named(order) if "cases" in order.details else case_id not in left_out(order)


def is_public(session: Session, case: CaseRow) -> bool:
    """Whether a case's letter is published."""
    events = [one.event for one in read(session, case.id)]
    if any(isinstance(event, e.Published) for event in events):
        return True
    sent = sent_in(events)
    return any(covers(order, case.id, sent) for order in publications(session).get(case.report_id, ()))


def sent_in(events: Iterable[e.Event]) -> Sent | None:
    """The last letter that these events of a case sent."""
    sent: Sent | None = None
    for event in events:
        match event:
            case e.LetterSent():
                sent = Sent(event.at, event.on)
            case e.Inspected() | e.Withdrawn() if sent is not None:
                sent = Sent(sent.at, sent.on, event.at)
    return sent


def _permitted(session: Session, actor: str, act: str, case_id: str, now: datetime) -> CaseRow:
    case = session.get(CaseRow, case_id)
    if case is None:
        raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    role_for(find_actor(session, actor, local_date(now)), act, case.body_id, case.oversight_id)
    return case
