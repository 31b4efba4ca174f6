"""Reports in the ledger: how their cases stand, and the one row that orders their publication."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from sqlalchemy import or_
from sqlmodel import Session, col, select

from lifecycle.words import ENDS, Stage
from models.messages import RecordOrder, ReportState
from models.tables import CaseRow, Order, Oversees, Report

S55_FROM = date(2017, 5, 2)  # Policing and Crime Act 2017 s.37, SI 2017/399 reg 4(a)
SAME = "same_findings"
READY = (Stage.letter_sent, Stage.published)


def state(session: Session, report_id: str) -> ReportState:
    """The report's cases by stage and outcome, and those whose letter is not out."""
    cases = session.exec(
        select(CaseRow)
        .where(CaseRow.report_id == report_id, CaseRow.kind == "recommendation")
        .order_by(col(CaseRow.id))
    ).all()
    report = session.get(Report, report_id)
    done = {stage.value for stage in (*READY, *ENDS)}
    return ReportState(
        report=report_id,
        stages=dict(Counter(case.stage for case in cases)),
        outcomes=dict(Counter(case.outcome for case in cases if case.outcome)),
        not_ready=tuple(case.id for case in cases if case.stage not in done),
        published_on=report.overview_published_on if report else None,
    )


def record_publication(session: Session, order: RecordOrder) -> None:
    """Write the order, once, and the day on the report."""
    if session.get(Order, order.key) is None:
        session.add(
            Order(
                id=order.key,
                kind="publish",
                report_id=order.report,
                actor=order.actor,
                on=order.on,
                effective_at=order.at,
                details={"left_out": order.left_out},
            )
        )
    report = session.get(Report, order.report)
    if report is not None:
        report.overview_published_on = order.on
        session.add(report)


def cases_to_publish(session: Session, report_id: str, left_out: tuple[str, ...]) -> list[str]:
    """Cases whose letter is sent and which are not left out. Repeating finds only those still to be published."""
    rows = session.exec(
        select(CaseRow.id)
        .where(
            CaseRow.report_id == report_id,
            CaseRow.kind == "recommendation",
            CaseRow.stage == Stage.letter_sent.value,
        )
        .order_by(col(CaseRow.id))
    )
    return [case for case in rows if case not in left_out]


def is_published(session: Session, report_id: str, day: date) -> bool:
    """Whether the ledger holds that the report was published on that day."""
    report = session.get(Report, report_id)
    return report is not None and report.overview_published_on == day


def responses_asked(session: Session, report_id: str, day: date) -> list[tuple[str, str, str]]:
    """(oversight body, body, division) of each response that a publication on `day` asks for; none where s.55 does
    not apply: reports published from 2 May 2017.

    It is the report that is answered, not a letter: whoever answers for a body whose letter is held, or whose case
    waits for repair, has the same 56 days as all others.
    """
    report = session.get(Report, report_id)
    if report is None or not report.s55 or day < S55_FROM:
        return []
    return _answering(session, report_id, day)


def unfinished(session: Session) -> Iterator[Order]:
    """Orders to publish that are in force and not carried out on every case, or whose responses are not all begun.

    The sample's are papers of a past that nobody ordered here.
    """
    for order in session.exec(select(Order).where(Order.kind == "publish").order_by(col(Order.id))):
        if not order.details.get("sample") and (_left(session, order) or _unasked(session, order)):
            yield order


def left_out(order: Order) -> dict[str, str]:
    """The cases that an order to publish leaves out, each with its reason."""
    said = order.details.get("left_out")
    return {str(case): str(why) for case, why in said.items()} if isinstance(said, dict) else {}


def _left(session: Session, order: Order) -> bool:
    return bool(cases_to_publish(session, order.report_id, tuple(left_out(order))))


def _unasked(session: Session, order: Order) -> bool:
    asked = responses_asked(session, order.report_id, order.on)
    return any(session.get(CaseRow, f"response/{order.report_id}/{one}") is None for one, *_ in asked)


def _answering(session: Session, report_id: str, day: date) -> list[tuple[str, str, str]]:
    """(oversight body, body, division) for each oversight body that answers, on `day`, for a body with a case that was
    issued by then and not withdrawn: who answered when the report was issued may have gone since. Not for bodies on
    which another report has the same findings."""
    rows = session.exec(
        select(Oversees.oversight_id, CaseRow.body_id, CaseRow.division)
        .join(CaseRow, col(CaseRow.body_id) == Oversees.body_id)
        .where(
            CaseRow.report_id == report_id,
            CaseRow.kind == "recommendation",
            CaseRow.stage != Stage.withdrawn.value,
            CaseRow.issued_on <= day,
            col(CaseRow.body_id).not_in(answered_elsewhere(session, report_id)),
            col(Oversees.since) <= day,
            or_(col(Oversees.until).is_(None), col(Oversees.until) > day),
        )
        .order_by(col(Oversees.oversight_id), col(CaseRow.body_id))
    )
    found: dict[str, tuple[str, str, str]] = {}
    for oversight, body, division in rows:
        found.setdefault(oversight, (oversight, body, division))
    return list(found.values())


def answered_elsewhere(session: Session, report_id: str) -> dict[str, str]:
    """The bodies on which a report of their own has the same findings as this national one, and which that is."""
    others = [
        str(order.details["report"])
        for order in session.exec(
            select(Order).where(Order.kind == SAME, Order.report_id == report_id).order_by(col(Order.id))
        )
        if order.lifted_at is None
    ]
    if not others:
        return {}
    here = select(CaseRow.body_id).where(CaseRow.report_id == report_id)
    rows = session.exec(
        select(CaseRow.body_id, CaseRow.report_id)
        .where(col(CaseRow.report_id).in_(others), col(CaseRow.body_id).in_(here))
        .distinct()
        .order_by(col(CaseRow.body_id), col(CaseRow.report_id))
    )
    return dict(rows.all())


def begun(session: Session, report_id: str, bodies: set[str]) -> list[str]:
    """The responses to a report, for these bodies, whose 56 days have begun."""
    rows = session.exec(
        select(CaseRow.id).where(
            CaseRow.report_id == report_id,
            CaseRow.kind == "response",
            col(CaseRow.body_id).in_(bodies),
        )
    )
    return sorted(rows)
