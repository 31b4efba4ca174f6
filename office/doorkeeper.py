"""The last door before the ledger: an act is taken only from a registered person who may, whichever way it came.

The desk asks the same, earlier and with more to say. But whoever reaches the engine can send an update to a case by
`temporal workflow update`, past the desk; what is asked here cannot be passed by.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from activities.ledger.append import read
from lifecycle.dates import local_date
from lifecycle.events import Issued, Published
from lifecycle.words import Refused, Role
from models.messages import Append, RecordOrder
from models.tables import (
    ActTaken,
    Body,
    CaseRow,
    Order,
    OversightBody,
    Person,
    Recommendation,
    Report,
)
from office.conflicts import refuse_conflict
from office.people import NotAllowed, find_actor, owners_of
from office.publications import LATER, PUBLISH, covers, sent_in
from office.rights import role_for

A_DAY = timedelta(days=1)
"""More than any two machines differ, or a drill sets a clock ahead."""
CLAIMING = ("move_due_date", "answer_request")
"""Acts whose policy names roles: the role in which the act says it is taken must be held."""


class Doorkeeper:
    """What the ledger's activities ask before they write."""

    def refuse_act(self, session: Session, request: Append) -> None:
        """Nothing to say of what the engine records by itself, nor of an act that was taken before.

        Raises:
            Refused: nothing is to be written, and the message says why.
        """
        case = session.get(CaseRow, request.stream)
        if case is None:
            _refuse_unheard_of(session, request)
            return
        if not request.act or session.get(ActTaken, request.act_key) is not None:
            return
        orders = [event.order for event in request.events if isinstance(event, Published)]
        for order_id in orders:
            _refuse_unordered(session, case, order_id)
        if orders and all(_gave(session, request.actor, order_id) for order_id in orders):
            return
        with _refusing():
            _refuse_stranger(session, request, case)

    def refuse_order(self, session: Session, order: RecordOrder) -> None:
        """Raises Refused, when whoever gives the order to publish may not."""
        with _refusing():
            role_for(find_actor(session, order.actor, local_date(datetime.now(UTC))), "publish", "", None)

    def refuse_digest(self, day: date) -> None:
        """A day's digest is made on that day and once: made before, it would stand in place of the right one."""
        today = local_date(datetime.now(UTC))
        if day > today:
            raise Refused(f"The digest of {day} is not made before that day; today is {today}.")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except NotAllowed as stranger:
        raise Refused(str(stranger)) from stranger


def _refuse_unheard_of(session: Session, request: Append) -> None:
    """A case is opened under a recommendation, or a report, that was imported, for a body that is known, in the name of
    a registered person. Whoever starts a workflow past us can claim no more than that."""
    opened = next((event for event in request.events if isinstance(event, Issued)), None)
    if opened is None:
        raise Refused(
            f"{request.stream} was never opened. Import its report: followthrough report import FILE."
        )
    if request.stream.startswith("response/"):
        wanted, known = f"response/{opened.report}/{opened.oversight}", _asks_response(session, opened)
    else:
        wanted, known = f"recommendation/{opened.reference}/{opened.body}", _was_imported(session, opened)
    if opened.at > datetime.now(UTC) + A_DAY:
        raise Refused(
            f"{request.stream} is not opened: its clock shows {opened.at.isoformat()}, which has not come."
        )
    if not known or wanted != request.stream or session.get(Person, opened.actor) is None:
        raise Refused(
            f"{request.stream} is not opened: the ledger has no such report, recommendation, body or person. "
            "Import its report: followthrough report import FILE."
        )


def _asks_response(session: Session, opened: Issued) -> bool:
    """From the day of the report, or of the overview by which it was published."""
    report = session.get(Report, opened.report)
    days = (report.published_on, report.overview_published_on) if report else ()
    return opened.on in days and session.get(OversightBody, opened.oversight or "") is not None


def _was_imported(session: Session, opened: Issued) -> bool:
    found = session.get(Recommendation, opened.reference)
    return (
        found is not None and found.report_id == opened.report and session.get(Body, opened.body) is not None
    )


def _refuse_stranger(session: Session, request: Append, case: CaseRow) -> None:
    today = local_date(datetime.now(UTC))
    actor = find_actor(session, request.actor, today)
    role = role_for(actor, request.act, case.body_id, case.oversight_id)
    refuse_conflict(session, actor.id, role, request.act, case.body_id, today)
    if request.act in CLAIMING and not _holds(request, actor.roles, case):
        raise NotAllowed(f"{actor.id} does not hold the role {request.role!r} in which this act is taken.")


def _holds(request: Append, roles: frozenset[tuple[Role, str]], case: CaseRow) -> bool:
    claimed = next((role for role in Role if role.value == request.role), None)
    owners = owners_of(claimed, case.body_id, case.oversight_id) if claimed else ()
    return any((claimed, owner) in roles for owner in owners)


def _refuse_unordered(session: Session, case: CaseRow, order_id: str) -> None:
    """A case is published by an order that covers it: until then its letter is under embargo. A letter sent since
    waits for an order of its own."""
    order = session.get(Order, order_id)
    if (
        order is None
        or order.lifted_at
        or (order.kind, order.report_id) not in ((PUBLISH, case.report_id), (LATER, case.report_id))
        or not covers(order, case.id, sent_in(one.event for one in read(session, case.id)))
    ):
        raise Refused(
            f"{case.id} is under embargo: no order to publish it, given since its letter was sent, is called "
            f"{order_id!r}. Publish it with its report (followthrough report publish {case.report_id}); "
            f"if it was left out then, followthrough site publish-held {case.id}."
        )


def _gave(session: Session, actor: str, order_id: str) -> bool:
    """Whoever gave an order was asked then. What follows from it is done though they have left meanwhile."""
    order = session.get(Order, order_id)
    return order is not None and order.actor == actor
