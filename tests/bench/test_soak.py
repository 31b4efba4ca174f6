"""`make soak` at a small size; and its count, which must see every kind of loss that is planted in a kept one."""

import ast
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soak import count
from benchmarks.soak.goals import NOTHING, Least, misses
from benchmarks.soak.wall import can_be_set
from tests.bench.kept_soak import unpack

SIZE = "--kills 3 --reports 1 --bodies 2 --pages 1 --commands 1 --notices 50 --parts autumn --seed 7"
BY_THE_DRIVER = {"stuck", "seats", "acts_refused", "acts_unanswered", "commands_unreadable"}
SMALL = Least(kills=10, notices=50)
Found = dict[str, Any]


@pytest.mark.server
@pytest.mark.skipif(not can_be_set(), reason="clocks are set for some processes alone on Linux on x86-64")
def test_nothing_is_lost_or_there_twice(tmp_path: Path) -> None:
    order = [sys.executable, "-m", "benchmarks.soak", *SIZE.split(), "--keep", str(tmp_path / "kept")]
    done = subprocess.run(order, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert (done.returncode, found["misses"]) == (0, []), done.stdout
    assert sum(n for what, n in found["faults"].items() if what.endswith(" killed")) == found["kills"] == 3
    assert {"clocks set -2 h", "clocks set +2 h"} <= set(found["faults"])
    assert found["acts"] == {"pages": 5, "commands": 2}
    assert found["notices"] >= 4 * 7 * 2
    assert found["notices_by_state"]["sent"] > found["notices"] / 2
    assert NOTHING.keys() <= found.keys()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Found]:
    """A soak of ten kills that was kept: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("soak")
    return folder, unpack(folder)


def test_the_count_is_what_it_was(kept: tuple[Path, Found]) -> None:
    folder, found = kept
    again = counted(folder)
    assert again == {name: found[name] for name in again}
    assert misses({**found, **again}, SMALL) == []
    assert NOTHING.keys() == (again.keys() & NOTHING.keys()) | BY_THE_DRIVER


def test_too_few_kills_or_notices_are_a_miss(kept: tuple[Path, Found]) -> None:
    said = misses(kept[1], Least())
    assert [one.partition(":")[0] for one in said] == ["kills", "notices"]


def counted(folder: Path) -> Found:
    return count.count(f"sqlite:///{folder / 'kept' / 'ledger.db'}", folder)


def forget_a_notice(ledger: sqlite3.Connection, _: Path) -> None:
    ledger.execute("DELETE FROM notice WHERE id = (SELECT min(id) FROM notice WHERE clock = 'watch-1')")


def invent_a_notice(ledger: sqlite3.Connection, _: Path) -> None:
    ledger.execute(
        "UPDATE notice SET rung = 'made-up' WHERE id = (SELECT min(id) FROM notice WHERE clock = 'watch-1')"
    )


def lose_a_mail(_: sqlite3.Connection, post: Path) -> None:
    rewrite(post, lambda lines: [{**line, "taken": None} if line is first(lines) else line for line in lines])


def take_a_mail_twice(_: sqlite3.Connection, post: Path) -> None:
    rewrite(post, lambda lines: [*lines, first(lines)])


def take_it_under_another_id(_: sqlite3.Connection, post: Path) -> None:
    def other(lines: list[Found]) -> list[Found]:
        mail = (post / first(lines)["taken"]).read_text("utf-8")
        (post / "other.eml").write_text(mail.replace("Message-ID: <", "Message-ID: <other-"), "utf-8")
        return [*lines, {**first(lines), "taken": "other.eml"}]

    rewrite(post, other)


def tell_it_early(_: sqlite3.Connection, post: Path) -> None:
    rewrite(post, lambda lines: [{**line, "shown": "2026-10-25T00:00:00+00:00"} for line in lines])


def fall_an_hour_late(ledger: sqlite3.Connection, _: Path) -> None:
    ledger.execute("UPDATE event SET details = replace(details, 'T09:', 'T10:') WHERE kind = 'rung_fell'")


def doubt_without_a_fault(ledger: sqlite3.Connection, post: Path) -> None:
    ledger.execute("UPDATE attempt SET outcome = 'unknown' WHERE outcome = 'accepted'")
    (post.parent / "faults.jsonl").write_text("")


def doubt_before_the_kill(ledger: sqlite3.Connection, post: Path) -> None:
    """A mail that was taken is in doubt, and the worker was killed, but four seconds before or after its send."""
    line = first([json.loads(one) for one in (post / "post.jsonl").read_text("utf-8").splitlines()])
    mail = line["sender"].partition("+")[2].partition("@")[0]
    ledger.execute("UPDATE attempt SET outcome = 'unknown' WHERE mail_id = ?", (mail,))
    at = datetime.fromisoformat(line["at"])
    kills = [
        {"at": (at + timedelta(seconds=off)).isoformat(), "what": "kill", "which": which}
        for off, which in ((-4, "worker"), (1, "console"), (1, "engine"), (4, "worker"))
    ]
    (post.parent / "faults.jsonl").write_text("".join(json.dumps(one) + "\n" for one in kills))


def break_the_chain(ledger: sqlite3.Connection, _: Path) -> None:
    ledger.execute("UPDATE event SET previous_hash = 'x' WHERE seq = 2")


def edit_an_event(ledger: sqlite3.Connection, _: Path) -> None:
    """Its hash and the next one's stay as they were."""
    ledger.execute("UPDATE event SET actor = 'mallory' WHERE seq = 2")


def stop_a_clock_long_after(ledger: sqlite3.Connection, _: Path) -> None:
    """A notice was not sent because of an answer; but that came a day later, so it should have left before."""
    ledger.execute("UPDATE event SET at = '2026-10-27 12:00:00' WHERE kind = 'submitted'")


STOPPED = """
SELECT n.case_id, n.clock, n.cause_seq FROM notice n JOIN event s ON s.stream = n.case_id AND s.kind = 'submitted'
WHERE n.clock = 'submission' AND n.cause_seq < s.seq ORDER BY n.cause_seq DESC
"""


def let_a_rung_fall_after_the_answer(ledger: sqlite3.Connection, _: Path) -> None:
    """The rung's own event comes after the submission that stopped its clock."""
    case, clock, cause = ledger.execute(STOPPED).fetchone()
    [last] = ledger.execute("SELECT max(seq) FROM event WHERE stream = ?", (case,)).fetchone()
    ledger.execute("UPDATE event SET seq = ? WHERE stream = ? AND seq = ?", (last + 1, case, cause))
    ledger.execute("UPDATE event SET seq = ? WHERE stream = ? AND seq = ?", (cause, case, last))
    ledger.execute("UPDATE event SET seq = ? WHERE stream = ? AND seq = ?", (last, case, last + 1))
    ledger.execute(
        "UPDATE notice SET cause_seq = ? WHERE case_id = ? AND clock = ? AND cause_seq = ?",
        (last, case, clock, cause),
    )


def open_a_repair(ledger: sqlite3.Connection, _: Path) -> None:
    ledger.execute("INSERT INTO repair VALUES ('no_workflow', 'recommendation/soak-0-0/kent', NULL)")


def answer_an_act_that_is_not_there(_: sqlite3.Connection, post: Path) -> None:
    with (post.parent / "acts.jsonl").open("a") as acts:
        acts.write(
            json.dumps({"case": "recommendation/soak-0-0/kent", "key": "nobody", "door": "pages"}) + "\n"
        )


def first(lines: list[Found]) -> Found:
    return next(line for line in lines if line["taken"])


def rewrite(post: Path, change: Callable[[list[Found]], list[Found]]) -> None:
    record = post / "post.jsonl"
    lines = change([json.loads(line) for line in record.read_text("utf-8").splitlines()])
    record.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


@pytest.mark.parametrize(
    ("damage", "goal"),
    [
        (forget_a_notice, "lost"),
        (invent_a_notice, "unasked"),
        (lose_a_mail, "lost"),
        (take_a_mail_twice, "twice"),
        (take_it_under_another_id, "other_id"),
        (tell_it_early, "early"),
        (fall_an_hour_late, "wrong_time"),
        (doubt_without_a_fault, "unknown_unexplained"),
        (doubt_before_the_kill, "unknown_unexplained"),
        (break_the_chain, "broken"),
        (edit_an_event, "broken"),
        (stop_a_clock_long_after, "lost"),
        (let_a_rung_fall_after_the_answer, "unasked"),
        (open_a_repair, "repairs_of_what_should_not_be"),
        (answer_an_act_that_is_not_there, "missing"),
    ],
)
def test_the_count_sees_it(
    kept: tuple[Path, Found],
    damage: Callable[[sqlite3.Connection, Path], None],
    goal: str,
    tmp_path: Path,
) -> None:
    source, found = kept
    folder = tmp_path / "soak"
    shutil.copytree(source, folder)
    with closing(sqlite3.connect(folder / "kept" / "ledger.db")) as ledger, ledger:
        damage(ledger, folder / "post")
    damaged = counted(folder)
    assert damaged[goal]
    assert any(miss.startswith(f"{goal}: ") for miss in misses({**found, **damaged}, SMALL))


def test_a_kill_amid_a_send_excuses_one_doubt_and_no_second(kept: tuple[Path, Found], tmp_path: Path) -> None:
    folder = tmp_path / "soak"
    shutil.copytree(kept[0], folder)
    with closing(sqlite3.connect(folder / "kept" / "ledger.db")) as ledger, ledger:
        doubt_before_the_kill(ledger, folder / "post")
    faults = folder / "faults.jsonl"
    line = first(
        [json.loads(one) for one in (folder / "post" / "post.jsonl").read_text("utf-8").splitlines()]
    )
    kill = json.dumps({"at": line["at"], "what": "kill", "which": "worker"}) + "\n"
    faults.write_text(kill)
    excused = counted(folder)
    assert (excused["unknown_by_kill_or_full_disk"], excused["unknown_unexplained"]) == (1, [])
    mail = line["sender"].partition("+")[2].partition("@")[0]
    with closing(sqlite3.connect(folder / "kept" / "ledger.db")) as ledger, ledger:
        ledger.execute("INSERT INTO attempt VALUES (?, 9, 'data', 'unknown')", (mail,))
    assert counted(folder)["unknown_unexplained"] == [mail]


def test_the_count_imports_nothing_of_ours() -> None:
    """Anywhere in it: within functions too. psycopg reads a ledger on PostgreSQL."""
    tree = ast.parse(Path(count.__file__).read_text("utf-8"))
    named = [alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names]
    named += [one.module or "." for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
    assert {name.split(".")[0] for name in named} <= {*sys.stdlib_module_names, "psycopg"}
    names = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
    assert not names & {"__import__", "importlib", "exec", "eval"}
