"""How a case's letter stands on the public site, with each decision on it; and what a report is decided to share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from activities.ledger.append import read
from activities.ledger.reports import SAME, left_out
from lifecycle import events as e
from lifecycle.words import ENDS, Stage
from models.database import Database
from models.tables import Body, CaseRow, Order, Report
from office.publications import LATER, PUBLISH, WITHDRAW, decisions, is_public, named


class State(StrEnum):
    """`ordered`: it is on the site, and its case follows the order; `over`: its case ended under embargo."""

    embargo = "embargo"
    held = "held"
    ordered = "ordered"
    public = "public"
    withdrawn = "withdrawn"
    over = "over"


@dataclass(frozen=True)
class Decision:
    """What somebody decided of a letter: `left_out`, `publish_later`, `withdraw_letter` or `restore_letter`."""

    on: date
    by: str
    what: str
    words: str


@dataclass(frozen=True)
class PublicLetter:
    """A case's letter, and how it came to be public, or not."""

    row: CaseRow
    body_name: str
    report: Report
    state: State
    decisions: tuple[Decision, ...]

    @property
    def to_publish(self) -> bool:
        """Whether it can be published by an order of its own; or that order given again, which is harmless."""
        again = self.state is State.ordered and any(one.what == LATER for one in self.decisions)
        return self.row.stage == Stage.letter_sent and (self.state is State.held or again)


def public_letter(database: Database, case_id: str) -> PublicLetter | None:
    """None when there is no such case."""
    with database.reading() as session:
        row = session.get(CaseRow, case_id)
        report = session.get(Report, row.report_id) if row else None
        return _letter(session, row, report, decisions(session, row.report_id)) if row and report else None


def decided_letters(database: Database, report_id: str) -> list[PublicLetter]:
    """The letters of a report that were left out, published later or withdrawn, whatever became of them."""
    with database.reading() as session:
        report, orders = session.get(Report, report_id), decisions(session, report_id)
        if report is None:
            return []
        cases = {case for order in orders for case in (*left_out(order), *_of(order))}
        rows = session.exec(select(CaseRow).where(col(CaseRow.id).in_(cases)).order_by(col(CaseRow.id)))
        return [_letter(session, row, report, orders) for row in rows]


def same_reports(database: Database, report_id: str) -> tuple[list[tuple[Report, Order]], list[Report]]:
    """The reports recorded to have this one's findings, with the order that says so; and those that could be."""
    with database.reading() as session:
        orders = session.exec(
            select(Order).where(
                Order.kind == SAME, Order.report_id == report_id, col(Order.lifted_at).is_(None)
            )
        )
        known = {str(order.details["report"]): order for order in orders}
        bodies = select(CaseRow.body_id).where(
            CaseRow.report_id == report_id, CaseRow.kind == "recommendation"
        )
        sharing = select(CaseRow.report_id).where(
            col(CaseRow.body_id).in_(bodies), CaseRow.report_id != report_id
        )
        found = session.exec(
            select(Report)
            .where(col(Report.id).in_(sharing))
            .order_by(col(Report.published_on).desc(), col(Report.id))
        ).all()
        recorded = [(one, known[one.id]) for one in found if one.id in known]
        return recorded, [one for one in found if one.id not in known]


def _letter(session: Session, row: CaseRow, report: Report, orders: Sequence[Order]) -> PublicLetter:
    away = [one for one in orders if one.kind == WITHDRAW and row.id in _of(one) and one.lifted_at is None]
    body = session.get(Body, row.body_id)
    return PublicLetter(
        row=row,
        body_name=body.name if body else row.body_id,
        report=report,
        state=State.withdrawn if away else _state(session, row, report),
        decisions=tuple(one for order in orders for one in _decisions(order, row.id)),
    )


def _state(session: Session, row: CaseRow, report: Report) -> State:
    if any(isinstance(one.event, e.Published) for one in read(session, row.id)):
        return State.public
    if row.stage in ENDS:
        return State.over
    if is_public(session, row):
        return State.ordered
    return State.held if report.overview_published_on else State.embargo


def _decisions(order: Order, case: str) -> Iterator[Decision]:
    """What an order decides of a case by name. One to publish it later that the case refused is lifted: it is none."""
    refused = order.kind == LATER and order.lifted_at is not None
    if case in left_out(order):
        yield Decision(order.on, order.actor, "left_out", left_out(order)[case])
    elif case in _of(order) and order.kind != PUBLISH and not refused:
        words = "notice" if order.kind == WITHDRAW else "reason"
        yield Decision(order.on, order.actor, order.kind, str(order.details.get(words, "")))


def _of(order: Order) -> tuple[str, ...]:
    """The cases on which an order was given by name."""
    case = order.details.get("case")
    return (*named(order), *((str(case),) if case else ()))
