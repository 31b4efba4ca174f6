"""Acts taken while `followthrough up` as a whole is killed again and again; then nothing is lost, nothing there twice.

    python -m benchmarks.soak_whole --kills 50 --seed 1

One seeded driver submits, assesses and authorises on the live sample while `followthrough up` is killed with SIGKILL
(its engine with it, at the next start) and started again. Every act has a key and is repeated until it is answered. The
count afterwards reads the ledger and the inbox with the standard library alone. `make soak` kills each program alone.
"""

import argparse
import asyncio
import hashlib
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

from temporalio.service import RPCError

from config.settings import load
from config.temporal import NoServer, connect
from lifecycle import acts as a
from lifecycle.dates import local_date
from lifecycle.words import Finding, Refused
from models.database import Database
from office import casework
from office.desk import Desk, NeedsRepair, Unreachable
from office.reading import Filter, cases
from tests.cli.running import Installation, installation

TRIES = 40
BETWEEN_KILLS = (0.5, 4.0)
PACE = 0.08  # seconds between acts for each kill, so that acts are spread over all of them


@dataclass
class Tally:
    """What the driver was told."""

    taken: dict[str, str]
    refused: int = 0
    repeated: int = 0


async def soak(home: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill and act, then count. The answer's `lost`, `twice` and `broken` must all be 0."""
    chance = random.Random(seed)
    tally = Tally(taken={})
    began = time.monotonic()
    with installation(home) as there:
        await asyncio.to_thread(there.start)
        driver = asyncio.create_task(_drive(there, tally, random.Random(seed + 1), kills * PACE))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(*BETWEEN_KILLS))
            await asyncio.to_thread(there.kill)
            await asyncio.to_thread(there.start)
        await driver
        await asyncio.to_thread(_settled, home)
        code = await asyncio.to_thread(there.stop)
    found = count(home, set(tally.taken))
    return {
        "kills": kills,
        "seed": seed,
        "acts": len(tally.taken),
        "acts_repeated": tally.repeated,
        "acts_refused": tally.refused,
        **found,
        "exit": code,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _drive(there: Installation, tally: Tally, chance: random.Random, pace: float) -> None:
    database = Database(f"sqlite:///{there.home / 'ledger.db'}")
    waiting = [c.id for c in cases(database, Filter(stage="requested"), local_date(datetime.now(UTC)))]
    chance.shuffle(waiting)
    for number, case_id in enumerate(waiting):
        for act in _life(case_id, number):
            await asyncio.sleep(chance.uniform(0, pace))
            await _insist(there, database, case_id, act, tally)
    database.close()


def _life(case_id: str, number: int) -> Iterator[a.Act]:
    body = case_id.rsplit("/", 1)[1]
    yield a.RecordSubmission(key=f"soak/{number}/submit", actor=f"liaison-{body}", submission="soak")
    yield a.CompleteAssessment(
        key=f"soak/{number}/assess", actor="inspector-1", assessment="soak", outcome="started", findings={}
    )
    yield a.Authorise(key=f"soak/{number}/authorise", actor="lead-1", letter="soak")


async def _insist(there: Installation, database: Database, case_id: str, act: a.Act, tally: Tally) -> None:
    for attempt in range(TRIES):
        try:
            desk = await _desk(there, database)
            receipt = await desk.take(case_id, await _with_paper(desk, case_id, act))
            tally.taken[act.key] = case_id
            tally.repeated += attempt > 0
            assert receipt.act_key == act.key
            return
        except Refused:
            tally.refused += 1
            return
        except (NeedsRepair, Unreachable, NoServer, RPCError):
            await asyncio.sleep(0.5)
    raise SystemExit(f"{act.key} was never answered in {TRIES} tries")


async def _desk(there: Installation, database: Database) -> Desk:
    given = load(home=there.home, engine_port=there.ports["ENGINE_PORT"])
    return Desk(await connect(given, database), database)


async def _with_paper(desk: Desk, case_id: str, act: a.Act) -> a.Act:
    if isinstance(act, a.RecordSubmission):
        return act.model_copy(
            update={"submission": await casework.seal_submission(desk, [case_id], "A plan.", [])}
        )
    if isinstance(act, a.CompleteAssessment):
        view = await desk.view(case_id)
        findings = dict.fromkeys(view.case.criteria, Finding.included)
        return act.model_copy(update={"findings": findings})
    return act


def _settled(home: Path) -> None:
    """Wait until no notice is on its way."""
    for _ in range(600):
        with sqlite3.connect(home / "ledger.db") as ledger:
            waiting = ledger.execute(
                "select count(*) from notice where state in ('due', 'claimed') and not_before <= datetime('now')"
            ).fetchone()[0]
        if waiting == 0:
            return
        time.sleep(0.2)


def count(home: Path, taken: set[str]) -> dict[str, object]:
    """What the ledger and the inbox hold: read with the standard library alone."""
    with sqlite3.connect(home / "ledger.db") as ledger:
        keys = {key for (key,) in ledger.execute("select key from act_taken")}
        streams = Counter[str]()
        broken = 0
        for stream, seq in ledger.execute("select stream, seq from event order by stream, seq"):
            streams[stream] += 1
            broken += seq != streams[stream]
        chained = list(
            ledger.execute("select stream, seq, previous_hash, hash from event order by stream, seq")
        )
        states = dict(ledger.execute("select state, count(*) from notice group by state"))
        unknown = {mail for (mail,) in ledger.execute("select message_id from mail where state = 'unknown'")}
        sent = {mail for (mail,) in ledger.execute("select message_id from mail where state = 'accepted'")}
    heads: dict[str, str] = {}
    for stream, _, previous, head in chained:
        broken += previous != heads.get(stream, "0" * 64)
        heads[stream] = head
    arrived = Counter(
        str(message_from_bytes(path.read_bytes())["Message-ID"]) for path in (home / "inbox").glob("*.eml")
    )
    return {
        "events": sum(streams.values()),
        "lost": len(taken - keys) + len(sent - set(arrived)),
        "twice": sum(n - 1 for mail, n in arrived.items() if mail not in unknown and n > 1),
        "unknown": len(unknown),
        "broken": broken,
        "mails": sum(arrived.values()),
        "notices": states,
        "head": hashlib.sha256("".join(sorted(heads.values())).encode()).hexdigest()[:16],
    }


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--kills", type=int, default=50)
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="followthrough-soak-") as folder:
        found = asyncio.run(soak(Path(folder) / "home", given.kills, given.seed))
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["lost"] == found["twice"] == found["broken"] == 0 else 1)


if __name__ == "__main__":
    main()
