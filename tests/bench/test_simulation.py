"""Years on one seeded thread with faults at every step: the design's invariants hold, each fails when it is broken, and
a seed repeats a run."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import benchmarks.simulation
from activities.ledger.chain import to_rows
from benchmarks.simulation.engine import Seat
from benchmarks.simulation.figures import Broken
from benchmarks.simulation.watch import Known
from benchmarks.simulation.world import SUITE, Size, World, simulate, world
from lifecycle import events as e
from lifecycle.dates import local_date
from models.tables.core import EVENTS

SEEDS = Path(benchmarks.simulation.__file__).parent / "seeds.txt"
SHORT = replace(SUITE, years=0.1, reports=24)


def failed_once() -> list[tuple[int, Size]]:
    lines = (line.partition("#")[0].split() for line in SEEDS.read_text("utf-8").splitlines())
    return [(int(seed), Size(*map(float, size))) for seed, *size in filter(None, lines)]


@pytest.fixture(scope="module")
def lived() -> Iterator[World]:
    """A world in which all has happened, and every invariant held."""
    with world(1, SUITE) as made:
        made.run()
        yield made


def test_years_pass_and_every_invariant_holds(lived: World) -> None:
    found = lived.summary()
    print(found)  # with the seed: a failure shows it
    assert found.cases >= 3
    assert found.events >= 50
    assert found.all_faults >= 20


@pytest.mark.parametrize(("seed", "size"), failed_once())
def test_what_failed_once_holds(seed: int, size: Size) -> None:
    simulate(seed, size)


def test_a_seed_repeats_a_run() -> None:
    first, second = (simulate(7, SHORT) for _ in range(2))
    assert replace(first, seconds=0) == replace(second, seconds=0)
    assert simulate(8, SHORT).digest != first.digest


# --- each invariant fails when it is broken --------------------------------------------------------------------------


@pytest.fixture
def there(lived: World) -> Iterator[World]:
    """The same, for one test: its ledger is put back afterwards. What else a plant changes it changes in a copy."""
    file = lived.database.engine.url.database
    assert file
    with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(file)) as ledger:
        ledger.backup(kept)
        engine, watch, wire = lived.engine, lived.watch, lived.post.wire
        seats, known, arrived = dict(engine.seats), dict(watch.known), dict(wire.arrived)
        yield lived
        engine.seats = seats
        watch.known = known
        wire.arrived.clear()
        wire.arrived.update(arrived)
        lived.database.engine.dispose()
        kept.backup(ledger)


def write(there: World, statement: str) -> None:
    with there.database.writing() as session:
        session.connection().exec_driver_sql(statement)


def open_case(there: World) -> Known:
    """One whose workflow runs, for a copy of what the watch knows of it."""
    known = next(known for name, known in there.watch.known.items() if name in there.engine.seats)
    there.watch.known[known.case.id] = replace(known)
    return there.watch.known[known.case.id]


def seat_of(there: World) -> Seat:
    return there.engine.seats[open_case(there).case.id]


def happen(there: World, event: e.Event, **otherwise: object) -> None:
    """It goes into the chain, and nowhere else: with a hash as it should be, unless said otherwise."""
    known = open_case(there)
    [row] = to_rows(known.case.id, known.case.seq, known.head, None, [event], event.at)
    with there.database.writing() as session:
        session.connection().execute(EVENTS.insert(), [row | otherwise])
    there.watch.step([known.case.id])


def acknowledged(there: World) -> e.Acknowledged:
    now = there.engine.now()
    return e.Acknowledged(at=now, on=local_date(now), actor="ops-1", paper="recommendation")


def fell(there: World, scheduled: datetime) -> e.RungFell:
    now, clock = there.engine.now(), next(iter(open_case(there).case.clocks.values()))
    return e.RungFell(
        at=now,
        on=local_date(now),
        actor="engine",
        clock=clock.id,
        version=clock.version,
        rung="made-up",
        scheduled=scheduled,
    )


def authorised_by_the_assessor(there: World) -> None:
    known, now = open_case(there), there.engine.now()
    known.case = known.case.model_copy(update={"assessed_by": "lead-1"})
    happen(there, e.Authorised(at=now, on=local_date(now), actor="lead-1"))


def a_workflow_folds_to_something_else(there: World) -> None:
    known = open_case(there)
    known.case = known.case.model_copy(update={"body": "nowhere"})
    there.watch._seat(there.engine.seats[known.case.id], known)


def a_rung_is_not_recorded(there: World) -> None:
    known = open_case(there)
    known.next_rung = there.engine.now() - timedelta(hours=1)
    known.caught_up_at = datetime(1970, 1, 1, tzinfo=UTC)
    there.watch._seat(there.engine.seats[known.case.id], known)


def a_clock_is_said_to_run(there: World) -> None:
    write(there, f"UPDATE clock SET state = 'paused' WHERE case_id = '{open_case(there).case.id}'")
    with there.database.reading() as session:
        there.watch._rows_equal_the_fold(session, open_case(there))


def a_closed_clock_waits_to_speak(there: World) -> None:
    known = next(
        one for one in there.watch.known.values() if any(not c.running for c in one.case.clocks.values())
    )
    clock = next(one for one in known.case.clocks.values() if not one.running)
    write(
        there,
        "UPDATE notice SET state = 'due', rung = 'x', cause_seq = 1,"
        f" case_id = '{known.case.id}', clock = '{clock.id}' WHERE id = (SELECT min(id) FROM notice)",
    )
    with there.database.reading() as session:
        there.watch._notices_fit(session, known.case)


LEAVES = "SELECT message_id FROM mail JOIN notice ON notice.mail_id = mail.id WHERE notice.clock <> 'act'"


def leave(there: World, change: str) -> None:
    """A mail of a rung is about to leave though this is so."""
    with there.database.reading() as session:
        message = session.connection().exec_driver_sql(LEAVES).scalars().first()
    for true in (
        "UPDATE notice SET state = 'claimed'",
        "UPDATE case_ SET ended_on = NULL",
        "UPDATE clock SET state = 'running'",
    ):
        write(there, true)
    write(there, change)
    there.watch.leaves(str(message))


def reckoned(there: World, change: object) -> None:
    """At the end, after this change: a statement, or what was done already."""
    if isinstance(change, str):
        write(there, change)
    there._reckon()


def arrived(there: World, copies: int) -> None:
    for message in there.post.wire.arrived:
        there.post.wire.arrived[message] = copies
    there._reckon()


PLANTS: dict[str, Callable[[World], object]] = {
    "after": lambda there: happen(there, acknowledged(there), seq=9999),
    "the chain is broken": lambda there: happen(there, acknowledged(there), previous_hash="0" * 64),
    "not its hash": lambda there: happen(there, acknowledged(there), actor="mallory"),
    "its row's": lambda there: happen(there, acknowledged(there)),
    "fell before its time": lambda there: happen(there, fell(there, there.engine.now() + timedelta(hours=1))),
    "was on no agenda": lambda there: happen(there, fell(there, there.engine.now())),
    "one person assessed and authorised": authorised_by_the_assessor,
    "its clocks' rows are not its fold": a_clock_is_said_to_run,
    "of a clock that is not": a_closed_clock_waits_to_speak,
    "folds to something else": a_workflow_folds_to_something_else,
    "is not recorded at": a_rung_is_not_recorded,
    "has ended": lambda there: leave(there, "UPDATE case_ SET ended_on = '2013-01-01'"),
    "is closed or moved": lambda there: leave(there, "UPDATE clock SET state = 'met'"),
    "holds no office": lambda there: leave(there, "UPDATE contact SET until = '2012-01-01'"),
    "without a workflow": lambda there: reckoned(there, there.engine.seats.pop(seat_of(there).id)),
    "neither sent nor explained": lambda there: reckoned(there, "UPDATE notice SET state = 'due'"),
    "never arrived": lambda there: arrived(there, 0),
    "sent twice": lambda there: arrived(there, 2),
    "acts answered": lambda there: reckoned(there, "DELETE FROM act_taken"),
    "sends in doubt": lambda there: reckoned(there, "UPDATE attempt SET outcome = 'unknown'"),
    "notice_missing": lambda there: reckoned(there, "DELETE FROM notice WHERE clock <> 'act'"),
}


@pytest.mark.parametrize("said", PLANTS)
def test_what_is_broken_is_seen(there: World, said: str) -> None:
    with pytest.raises(Broken, match=said):
        PLANTS[said](there)
    there.engine.failures.clear()
