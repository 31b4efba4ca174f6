"""Decisions after publication: a letter withdrawn with a notice, and restored; a letter held back, published later."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from activities.ledger.append import read
from activities.ledger.reports import left_out
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
        case = _permitted(session, actor, case_id, now)
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


def restore_letter(database: Database, actor: str, case_id: str, now: datetime) -> Order:
    """Put a withdrawn letter back.

    Raises:
        NoCase, NotAllowed.
        Refused: when it is not withdrawn.
    """
    with database.writing() as session:
        _permitted(session, actor, case_id, now)
        order = withdrawn(session).get(case_id)
        if order is None:
            raise Refused(f"The letter of {case_id} is not withdrawn, so there is nothing to restore.")
        order.lifted_at = now
        session.add(order)
        return order


async def publish_held(desk: Desk, actor: str, case_id: str, key: str) -> Receipt:
    """Publish the letter of a body that was left out when its report was published.

    One ledger row first, in force at once; the case follows, and the same order given again is harmless.

    Raises:
        NoCase, NotAllowed, NeedsRepair.
        Refused: when the report is not published, or the case was not left out or has no letter sent.
    """
    order = await asyncio.to_thread(_order_later, desk, actor, case_id, key)
    act = Publish(key=key_for(order.id, case_id), actor=actor, on=order.on, order=order.id)
    return await desk.take(case_id, act)


def _order_later(desk: Desk, actor: str, case_id: str, key: str) -> Order:
    now = desk.clock.now()
    with desk.database.writing() as session:
        case = _permitted(session, actor, case_id, now)
        if (known := session.get(Order, key)) is not None:
            return known
        report = session.get(Report, case.report_id)
        if report is None or report.overview_published_on is None:
            raise Refused(
                f"{case.report_id} is not published, and its letters are published together. "
                f"Publish it first: followthrough report publish {case.report_id}"
            )
        if case.stage != Stage.letter_sent:
            raise Refused(
                f"{case_id} is at {case.stage.replace('_', ' ')}; only a letter that is sent is published."
            )
        order = Order(
            id=key,
            kind=LATER,
            report_id=case.report_id,
            actor=actor,
            on=local_date(now),
            effective_at=now,
            details={"cases": [case_id]},
        )
        session.add(order)
        return order


def withdrawn(session: Session) -> dict[str, Order]:
    """The orders in force that withdraw a letter, by case."""
    rows = session.exec(select(Order).where(Order.kind == WITHDRAW, col(Order.lifted_at).is_(None)))
    return {str(order.details["case"]): order for order in rows}


def publications(session: Session) -> Mapping[str, Sequence[Order]]:
    """The orders to publish, by report, the first first. Each covers what was ready when it came in force."""
    found: dict[str, list[Order]] = {}
    rows = session.exec(
        select(Order)
        .where(col(Order.kind).in_((PUBLISH, LATER)))
        .order_by(col(Order.effective_at), col(Order.id))
    )
    for order in rows:
        found.setdefault(order.report_id, []).append(order)
    return found


def covers(order: Order, case_id: str, letter_at: datetime | None) -> bool:
    """Whether an order publishes this case: named by it, or sent by then and not left out."""
    named = order.details.get("cases")
    if isinstance(named, list):
        return case_id in named
    return letter_at is not None and letter_at <= order.effective_at and case_id not in left_out(order)


def is_public(session: Session, case: CaseRow) -> bool:
    """Whether a case's letter is published."""
    events = [one.event for one in read(session, case.id)]
    if any(event.kind == "published" for event in events):
        return True
    letter_at = max((event.at for event in events if event.kind == "letter_sent"), default=None)
    return any(covers(order, case.id, letter_at) for order in publications(session).get(case.report_id, ()))


def _permitted(session: Session, actor: str, case_id: str, now: datetime) -> CaseRow:
    case = session.get(CaseRow, case_id)
    if case is None:
        raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    role_for(find_actor(session, actor, local_date(now)), "publish", case.body_id, case.oversight_id)
    return case
