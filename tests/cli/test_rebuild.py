"""The engine's file is deleted: the next start seats every case again, and no mail leaves twice."""

import json
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlmodel import select

from embedded.mailstore import messages
from models.database import Database
from models.tables import Notice
from tests.cli.running import Installation, installation
from tests.cli.test_up import cases, file_of, first, until_mailed

pytestmark = [pytest.mark.server]
QUIET_SECONDS = 60.0


def notices(there: Installation) -> Counter[tuple[object, ...]]:
    database = Database(f"sqlite:///{there.home / 'ledger.db'}")
    try:
        with database.reading() as session:
            rows = session.exec(select(Notice)).all()
            return Counter((r.case_id, r.clock, r.version, r.rung, r.role, r.cover) for r in rows)
    finally:
        database.close()


def arrived(there: Installation) -> Counter[str]:
    return Counter(mail.message_id for mail in messages(there.home / "inbox"))


def settled(there: Installation) -> Counter[str]:
    """All mail that arrives until none has come for two seconds."""
    deadline, seen, since = time.monotonic() + QUIET_SECONDS, arrived(there), time.monotonic()
    while time.monotonic() - since < 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        if (now := arrived(there)) != seen:
            seen, since = now, time.monotonic()
    return seen


def test_an_engine_that_lost_its_file_is_rebuilt_by_the_next_start(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as there:
        there.start()
        case = first(there, "requested")
        submit = ("case", "submit", case, "--text", "Our plan.", "--key", "plan-1")
        assert there.here(*submit, actor=f"liaison-{case.rsplit('/', 1)[1]}").returncode == 0
        until_mailed(there, str(file_of(there, case)["row"]["reference"]))  # type: ignore[index]
        mails, agenda, told = settled(there), there.json("agenda"), notices(there)
        assert there.stop() == 0
        for file in (*there.home.glob("engine.db*"), there.home / "engine.version"):
            file.unlink()
        there.start()
        open_cases = len(cases(there))
        assert f"The ledger holds {open_cases} open cases that have no workflow." in there.words()
        assert f"{open_cases} open cases: {open_cases} started" in there.words()

        def rebuild(*words: str) -> CompletedProcess[str]:
            return there.run("engine", "rebuild", *words, "--json", actor="ops-1")

        with ThreadPoolExecutor(2) as both:
            done = list(both.map(lambda _: rebuild(), range(2)))
        for one in (*done, rebuild("--dry-run")):
            assert one.returncode == 0, one.stderr
            found = json.loads(one.stdout)
            assert (found["open"], found["there"], found["started"]) == (open_cases, open_cases, 0)
            assert (found["stuck"], found["unknown"]) == ({}, [])
        assert there.here("engine", "rebuild", actor="lead-1").returncode == 77
        assert there.json("agenda") == agenda
        assert (settled(there), notices(there)) == (mails, told)
        assert set(mails.values()) == set(told.values()) == {1}

        assert there.here(*submit, actor=f"liaison-{case.rsplit('/', 1)[1]}").returncode == 0  # taken once
        assert notices(there) == told
        other = first(there, "requested")
        again = ("case", "submit", other, "--text", "Our plan.")
        assert there.here(*again, actor=f"liaison-{other.rsplit('/', 1)[1]}").returncode == 0
        until_mailed(there, str(file_of(there, other)["row"]["reference"]))  # type: ignore[index]
        assert set(settled(there).values()) == {1}
        assert there.here("doctor").returncode == 0
        the_audit_finds_nothing_until_something_is_wrong(there, other)


def the_audit_finds_nothing_until_something_is_wrong(there: Installation, case: str) -> None:
    assert there.json("audit") == []
    head = there.json("audit", "verify")["head"]  # type: ignore[index]
    with sqlite3.connect(there.home / "ledger.db") as ledger:
        ledger.execute("update case_ set stage = 'published' where id = ?", (case,))
    wrong = there.here("audit", "--case", case, "--json")
    assert wrong.returncode == 1
    [found] = json.loads(wrong.stdout)
    assert (found["kind"], found["remedy"]) == ("wrong_rows", f"followthrough audit mend {case}")
    assert f"followthrough audit mend {case}" in there.here("doctor").stdout
    assert there.here("audit", "mend", case, actor="lead-1").returncode == 77
    mended = there.here("audit", "mend", case, actor="ops-1")
    assert (mended.returncode, "from its events" in mended.stdout) == (0, True), mended.stderr

    assert there.here("audit", "verify", "--head", head).returncode == 0
    with sqlite3.connect(there.home / "ledger.db") as ledger:
        ledger.execute("update event set actor = 'mallory' where stream = ? and seq = 2", (case,))
    broken = there.here("audit", "verify")
    assert (broken.returncode, f"broken: {case}: Event 2 of" in broken.stdout) == (1, True)
    refused = there.here("audit", "mend", case, actor="ops-1")
    assert (refused.returncode, "is not mended" in refused.stderr) == (65, True)
