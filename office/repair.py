"""Repair: a case's workflow seated again on its ledger, whether it is parked or gone."""

import asyncio

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.ledger.append import read
from lifecycle.case import Case, fold_all
from lifecycle.opening import Opening
from lifecycle.words import Refused
from models.attributes import initial
from models.database import Database
from models.messages import CaseStart, Receipt, Reseat, TimeFrame
from office.desk import Desk, NeedsRepair, NoCase

REAL = TimeFrame()


async def reseat(desk: Desk, case_id: str, order: Reseat, task_queue: str, time: TimeFrame = REAL) -> Receipt:
    """Fold the case again from its ledger; start a workflow for it where there is none, on the clock `time`.

    Raises:
        NoCase, NotAllowed: nothing was done.
        Refused: the case has ended; there is nothing to conduct.
    """
    case = await asyncio.to_thread(folded, desk.database, case_id)
    if case.ended:
        raise Refused(f"{case_id} has ended ({case.stage.value}); it needs no workflow.")
    await start_case(desk.client, case, task_queue, time)
    try:
        return await desk.reseat(case_id, order)
    except NeedsRepair as stuck:
        raise NeedsRepair(
            f"{stuck} Look at its workflow in Temporal's Web UI: its last error says why."
        ) from stuck


def folded(database: Database, case_id: str) -> Case:
    """The case as its ledger has it; the rules it holds may be what is missing. Raises NoCase."""
    with database.reading() as session:
        case = fold_all(Case(id=case_id), (one.event for one in read(session, case_id)))
    if not case.opened:
        raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    return case


async def start_case(client: Client, case: Case, task_queue: str, time: TimeFrame = REAL) -> bool:
    """Start the case's workflow; False when one runs. Of two that start it at once, one is told True."""
    kind = "ResponseWorkflow" if case.recommendation_kind == "response" else "RecommendationWorkflow"
    try:
        await client.start_workflow(
            kind,
            CaseStart(opening=opening_of(case), time=time),
            id=case.id,
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=initial(case.stage.value, case.body, case.report),
            static_summary=f"{case.reference}: {case.body}",
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


def opening_of(case: Case) -> Opening:
    """What a case's workflow is started with when its ledger exists already: the ledger answers with the rest."""
    assert case.issued_on is not None
    return Opening(
        id=case.id,
        reference=case.reference,
        body=case.body,
        oversight=case.oversight,
        report=case.report,
        recommendation_kind=case.recommendation_kind,
        division=case.division,
        policy=case.policy,
        policy_hash=case.policy_hash,
        calendar_hash=case.calendar_hash,
        issued_on=case.issued_on,
        criteria=case.criteria,
        actor="engine",
    )
