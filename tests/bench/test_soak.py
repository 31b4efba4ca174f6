"""`make soak` at a small size; and its count, which must see every kind of loss that is planted."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soak import count
from benchmarks.soak.goals import NOTHING, misses
from benchmarks.soak.wall import can_be_set

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not can_be_set(), reason="clocks are set for some processes alone on Linux on x86-64"),
]
SIZE = "--kills 3 --reports 1 --bodies 2 --pages 1 --commands 1 --parts autumn --seed 7"
Found = dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Found]:
    """Its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("soak") / "kept"
    order = [sys.executable, "-m", "benchmarks.soak", *SIZE.split(), "--keep", str(folder)]
    done = subprocess.run(order, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert (done.returncode, found["misses"]) == (0, []), done.stdout
    return folder, found


def test_nothing_is_lost_or_there_twice(played: tuple[Path, Found]) -> None:
    _, found = played
    assert sum(n for what, n in found["faults"].items() if what.endswith(" killed")) == 3
    assert {"clocks set -2 h", "clocks set +2 h"} <= set(found["faults"])
    assert found["acts"] == {"pages": 5, "commands": 2}
    assert found["notices"] >= 4 * 7 * 2
    assert found["notices_by_state"]["sent"] > found["notices"] / 2


def again(folder: Path) -> Found:
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


def break_the_chain(ledger: sqlite3.Connection, _: Path) -> None:
    ledger.execute("UPDATE event SET previous_hash = 'x' WHERE seq = 2")


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
        (break_the_chain, "broken"),
        (answer_an_act_that_is_not_there, "missing"),
    ],
)
def test_the_count_sees_it(
    played: tuple[Path, Found],
    damage: Callable[[sqlite3.Connection, Path], None],
    goal: str,
    tmp_path: Path,
) -> None:
    source, found = played
    folder = copied(source, tmp_path / "soak")
    with closing(sqlite3.connect(folder / "kept" / "ledger.db")) as ledger, ledger:
        damage(ledger, folder / "post")
    damaged = again(folder)
    assert damaged[goal]
    assert any(miss.startswith(f"{goal}: ") for miss in misses({**found, **damaged}))


def copied(source: Path, target: Path) -> Path:
    """What the count reads."""
    for name in ("kept", "post", "checkout/config/policies"):
        shutil.copytree(source / name, target / name)
    for name in ("faults.jsonl", "acts.jsonl"):
        shutil.copy(source / name, target / name)
    return target


def test_the_count_imports_nothing_of_ours(played: tuple[Path, Found]) -> None:
    words = Path(count.__file__).read_text("utf-8").splitlines()
    imported = {line.split()[1].split(".")[0] for line in words if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
    assert set(NOTHING) - {"stuck", "acts_refused", "acts_unanswered"} <= set(again(played[0]))
