"""A national report and a report on one force with the same findings: the oversight body answers the force's alone.

Where both find and recommend the same, a response to the national report is not asked for; otherwise each gets one
(the inspectorate's guidance to local policing bodies). Which do is a person's decision: one row of the ledger.
"""

from datetime import datetime

from sqlmodel import Session

from activities.ledger.reports import SAME, answered_elsewhere, begun
from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database
from models.tables import Order, Report
from office.desk import NoCase
from office.people import find_actor
from office.rights import role_for


def record_same(
    database: Database, actor: str, national: str, force: str, reason: str, key: str, now: datetime
) -> tuple[str, ...]:
    """Record that the report `force` has the findings of `national`; answers the bodies that are in both.

    Raises:
        NoCase, NotAllowed.
        Refused: without a reason, for one report, for reports that share no body, or when a response to the national
            one has begun.
    """
    if not reason.strip():
        raise Refused("Nothing was recorded: say in a sentence why their findings are the same.")
    with database.writing() as session:
        role_for(find_actor(session, actor, local_date(now)), "report_same", "", None)
        for report in (national, force):
            if session.get(Report, report) is None:
                raise NoCase(f"There is no report {report!r}. `followthrough report list` shows them.")
        if session.get(Order, key) is None:
            session.add(
                Order(
                    id=key,
                    kind=SAME,
                    report_id=national,
                    actor=actor,
                    on=local_date(now),
                    effective_at=now,
                    details={"report": force, "reason": reason.strip()},
                )
            )
            session.flush()
            _refuse_unfit(session, national, force)
        return tuple(
            sorted(one for one, other in answered_elsewhere(session, national).items() if other == force)
        )


def _refuse_unfit(session: Session, national: str, force: str) -> None:
    shared = {body for body, other in answered_elsewhere(session, national).items() if other == force}
    if national == force or not shared:
        raise Refused(f"{national} and {force} share no body, so neither answers for the other.")
    if already := begun(session, national, shared):
        raise Refused(
            f"Nothing was recorded: the response {already[0]} has begun, and its last day is set by law. "
            "Say that findings are the same before the national report is published."
        )
