"""Version N starts cases and N+1 finishes them, and back: workers of two versions on one queue.

    python -m benchmarks.fleet.roll --cases 1000 [--program tests/versions/….zip]

Each case takes half of its life with workers of one version, which then leave, and the other half with the other's.
"""

import argparse
import asyncio
import contextlib
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client

from benchmarks.fleet.count import count
from benchmarks.fleet.hands import CODE, Hand
from benchmarks.fleet.place import Place, place
from benchmarks.fleet.reminders import settled
from benchmarks.lifecycle import opening
from config.policy_files import load_policies
from lifecycle import acts as a
from lifecycle.dates import local_date
from lifecycle.opening import Opening
from lifecycle.policy import Policy
from lifecycle.words import InspectionResult
from models.database import Database
from models.messages import CaseStart
from models.tables import Order, SealedText
from office.desk import Desk
from tests.versions.keep import kept, unpack
from worker import TASK_QUEUE

POLICY = "national-recommendation"
REPORT = "benchmark"
AT_ONCE = 10


def _first_half(case: str) -> tuple[a.Act, ...]:
    return (
        a.SendRequestLetter(key=f"{case}/ask", actor="lead-1", letter="l-1"),
        a.Acknowledge(key=f"{case}/seen", actor="ops-1"),
        a.RecordSubmission(key=f"{case}/submit", actor="ops-1", submission="s-1"),
    )


def _second_half(case: str) -> tuple[a.Act, ...]:
    return (
        a.CompleteAssessment(
            key=f"{case}/assess", actor="inspector-1", assessment="a-1", outcome="started", findings={}
        ),
        a.Authorise(key=f"{case}/authorise", actor="lead-1"),
        a.SendLetter(key=f"{case}/send", actor="lead-1", letter="l-1"),
    )


def _end(case: str) -> tuple[a.Act, ...]:
    """What comes when its letter is sent and the order is given."""
    return (
        a.Publish(key=f"{case}/publish", actor="lead-1", order=_order_of(case)),
        a.RecordInspection(
            key=f"{case}/inspect",
            actor="inspector-1",
            result=InspectionResult.verified,
            narrative="n-1",
        ),
    )


def _order_of(case: str) -> str:
    return f"order-{case.split('/')[1].partition('-')[0]}"


async def roll(cases: int, program: Path) -> dict[str, object]:
    """Forward with one half of the cases, back with the other."""
    with tempfile.TemporaryDirectory(prefix="ft-version-") as folder:
        older = unpack(program, Path(folder))
        async with place() as there, contextlib.AsyncExitStack() as stack:
            first, ours, back = (
                Hand(there.folder / name, there.settings, code)
                for name, code in (("older", older), ("ours", CODE), ("back", older))
            )
            for hand in (first, ours, back):
                stack.callback(hand.kill)
            _write_papers(there.database)
            await first.start()
            policy = _held_by_both(older)
            forward = await _pass_on(there, policy, "forward", cases // 2, first, ours)
            backward = await _pass_on(there, policy, "back", cases - cases // 2, ours, back)
            await settled(there)
            await back.stop()
            both = (*forward.cases, *backward.cases)
            acts = {
                act.key: case
                for case in both
                for act in (*_first_half(case), *_second_half(case), *_end(case))
            }
            return {
                "program": program.stem,
                "finished": forward.finished + backward.finished,
                "by_both": forward.by_both + backward.by_both,
                **count(there, [first, ours, back], acts),
            }


@dataclass
class _Passed:
    """Cases that two versions shared: how many have ended, and in how many both did a task."""

    cases: list[str]
    finished: int = 0
    by_both: int = 0


async def _pass_on(there: Place, policy: Policy, what: str, size: int, before: Hand, after: Hand) -> _Passed:
    """`before` works already; `after` comes before it leaves: a rolling change of versions."""
    found = _Passed([f"recommendation/{what}-{number}/kent" for number in range(size)])
    made = {case: _opening(policy, case) for case in found.cases}
    await asyncio.to_thread(there.imported, made.values())
    await _each(found.cases, lambda case: _start(there.client, made[case]))
    await _each(found.cases, lambda case: _take(there, case, _first_half(case)))
    await after.start()
    await before.stop()
    await _each(found.cases, lambda case: _take(there, case, _second_half(case)))
    await asyncio.to_thread(_give_order, there.database, _order_of(found.cases[0]))
    await _each(found.cases, lambda case: _take(there, case, _end(case)))
    for case in found.cases:
        handle = there.client.get_workflow_handle(case, result_type=str)
        found.finished += await handle.result() == "closed"
        found.by_both += {before.identity, after.identity} <= await _hands_of(there.client, case)
    return found


async def _hands_of(client: Client, case: str) -> set[str]:
    """Which processes did the tasks of a case."""
    history = await client.get_workflow_handle(case).fetch_history()
    done = (one.workflow_task_completed_event_attributes for one in history.events)
    return {one.identity for one in done if one.identity}


def _give_order(database: Database, name: str) -> None:
    """To publish the report: it covers the letters that were sent before it."""
    now = datetime.now(UTC)
    with database.writing() as session:
        session.add(
            Order(
                id=name,
                kind="publish",
                report_id=REPORT,
                actor="lead-1",
                on=local_date(now),
                effective_at=now,
            )
        )


def _write_papers(database: Database) -> None:
    with database.writing() as session:
        for paper in ("l-1", "s-1", "a-1", "n-1"):
            if session.get(SealedText, paper) is None:
                text = SealedText(id=paper, kind="letter", hash="0", text=paper, sealed_at=datetime.now(UTC))
                session.add(text)


def _held_by_both(older: Path) -> Policy:
    """The newest version of the policy that the older program holds too: under a newer one, a case waits for ours."""
    names = {path.stem for path in (older / "config" / "policies").glob(f"{POLICY}-*.toml")}
    shared = [one for one in load_policies() if one.name == POLICY and f"{one.name}-{one.version}" in names]
    return max(shared, key=lambda one: one.version)


def _opening(policy: Policy, case: str) -> Opening:
    return opening(case, policy, local_date(datetime.now(UTC))).model_copy(update={"criteria": ()})


async def _start(client: Client, made: Opening) -> None:
    start = CaseStart(opening=made)
    await client.start_workflow("RecommendationWorkflow", start, id=made.id, task_queue=TASK_QUEUE)


async def _take(there: Place, case: str, acts: Sequence[a.Act]) -> None:
    desk = Desk(there.client, there.database, patience=timedelta(seconds=120))
    await there.opened(case)
    for act in acts:
        await desk.take(case, act)


async def _each(cases: Sequence[str], deed: Callable[[str], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: str) -> None:
        async with gate:
            await deed(case)

    await asyncio.gather(*(one(case) for case in cases))


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--cases", type=int, default=1000)
    reader.add_argument("--program", type=Path, default=kept()[-1], help="a kept version's; else the newest")
    given = reader.parse_args()
    print(json.dumps(asyncio.run(roll(given.cases, given.program)), indent=2))


if __name__ == "__main__":
    main()
