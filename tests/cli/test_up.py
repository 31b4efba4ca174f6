"""A stranger's first hour: start it, look around, act, stop it, kill it, and find everything there again."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embedded.mailstore import messages
from lifecycle.dates import local_date
from tests.cli.running import Installation, installation

pytestmark = [pytest.mark.server]
WAIT_SECONDS = 60.0
PAST = """source = "Case file 7"

[[act]]
kind = "{kind}"
on = {today}
text = "By letter"
"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation. All tests of this file that need one have this one, for a first start takes its time."""
    with installation(tmp_path_factory.mktemp("up") / "home") as running:
        running.start()
        yield running


def cases(there: Installation, *words: str) -> list[dict[str, object]]:
    found = there.json("case", "list", *words)
    assert isinstance(found, list)
    return found


def file_of(there: Installation, case: str) -> dict[str, object]:
    found = there.json("case", "show", case)
    assert isinstance(found, dict)
    return found


def until_mailed(there: Installation, message: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not any(message in mail.subject for mail in messages(there.home / "inbox")):
        assert time.monotonic() < deadline, [mail.subject for mail in messages(there.home / "inbox")]
        time.sleep(0.1)


def first(there: Installation, stage: str) -> str:
    return next(
        str(case["id"])
        for case in cases(there, "--stage", stage)
        if str(case["reference"]).startswith("seed-2016")
    )


def test_documents_are_kept_whole_and_a_case_is_opened_with_its_past(
    there: Installation, tmp_path: Path
) -> None:
    case = first(there, "requested")
    actor = f"liaison-{case.rsplit('/', 1)[1]}"
    plan = tmp_path / "plan.pdf"
    sent = [b"the first plan", b"another plan under the same name"]
    for content in sent:
        plan.write_bytes(content)
        done = there.here("case", "submit", case, "--text", "Our plan.", "--document", str(plan), actor=actor)
        assert done.returncode == 0, done.stderr
    kept = file_of(there, case)["documents"]
    assert isinstance(kept, list)
    assert [one["name"] for one in kept] == ["plan.pdf", "plan.pdf"]
    for number, (one, content) in enumerate(zip(kept, sent, strict=True)):
        copy = tmp_path / f"copy-{number}"
        assert there.here("case", "document", case, one["hash"], "--to", str(copy)).returncode == 0
        assert copy.read_bytes() == content
    wrong = there.here("case", "document", case, "no such hash", "--to", str(tmp_path / "copy-3"))
    assert (wrong.returncode, (tmp_path / "copy-3").exists()) == (66, False)
    plan.write_bytes(b"")
    empty = there.here("case", "submit", case, "--text", "x", "--document", str(plan), actor=actor)
    assert (empty.returncode, "plan.pdf is empty" in empty.stderr) == (65, True)

    past, today = tmp_path / "past.toml", local_date(datetime.now(UTC))
    past.write_text(PAST.format(kind="declare_implemented", today=today))
    reference = "hants-2017-iag"
    opened = there.here("case", "open", reference, "kent", "--past", str(past))
    assert opened.returncode == 0, opened.stderr
    timeline = file_of(there, opened.stdout.strip())["timeline"]
    assert isinstance(timeline, list)
    assert [entry["kind"] for entry in timeline][:2] == ["issued", "declared"]
    assert {entry["source"] for entry in timeline[:2]} == {"Case file 7"}
    assert there.here("case", "open", reference, "kent").returncode == 65
    past.write_text(PAST.format(kind="authorise", today=today))
    refused = there.here("case", "open", reference, "essex", "--past", str(past))
    assert refused.returncode == 65
    assert "authorise" in refused.stderr
    assert not [one for one in cases(there, "--all") if one["id"] == f"recommendation/{reference}/essex"]


def test_a_second_run_in_one_folder_says_who_holds_it(there: Installation) -> None:
    second = there.run("up")
    assert second.returncode == 75
    assert "is in use by process" in second.stderr


def test_from_first_start_to_kill_and_back(there: Installation) -> None:
    assert "127.0.0.1" in there.words()
    assert len({case["body"] for case in cases(there)}) >= 43

    overdue = cases(there, "--overdue")
    waiting = cases(there, "--stage", "submitted")
    assert overdue
    assert waiting

    case = first(there, "requested")
    body = case.rsplit("/", 1)[1]
    done = there.run(
        "case", "submit", case, "--text", "Our plan.", "--key", "plan-1", actor=f"liaison-{body}"
    )
    assert done.returncode == 0, done.stderr
    again = there.here(
        "case", "submit", case, "--text", "Our plan.", "--key", "plan-1", actor=f"liaison-{body}"
    )
    assert again.stdout == done.stdout
    until_mailed(there, str(file_of(there, case)["row"]["reference"]))  # type: ignore[index]

    wrong = there.here("case", "authorise", case)
    assert wrong.returncode == 65
    assert "Complete the assessment first" in wrong.stderr

    there.kill()
    there.start()
    assert file_of(there, case)["row"]["stage"] == "submitted"  # type: ignore[index]

    criteria = [
        one["id"]
        for one in there.json("report", "show", str(file_of(there, case)["row"]["report_id"]))["criteria"]  # type: ignore[index]
        if one["reference"] == case.split("/")[1]
    ]
    findings = [word for one in criteria for word in ("--finding", f"{one}=included")]
    assess = ("case", "assess", case, "--outcome", "started", *findings, "--text", "A clear plan.")
    assert there.here(*assess, actor="inspector-1").returncode == 0
    own = there.here("case", "authorise", case, actor="inspector-1")
    assert own.returncode == 77
    assert there.here("case", "authorise", case, actor="lead-1").returncode == 0
    assert there.here("case", "letter", case, actor="lead-1").returncode == 0
    seqs = [entry["seq"] for entry in file_of(there, case)["timeline"]]  # type: ignore[attr-defined]
    assert seqs == list(range(1, len(seqs) + 1))

    assert there.stop() == 0
    assert "Draining" in there.words()
    there.start()
    assert file_of(there, case)["row"]["stage"] == "letter_sent"  # type: ignore[index]
    subjects = [mail.message_id for mail in messages(there.home / "inbox")]
    assert len(subjects) == len(set(subjects))
    assert there.run("doctor").returncode == 0


def test_a_port_that_is_taken_is_named_and_nothing_is_half_started(tmp_path: Path) -> None:
    import socket

    there = Installation(tmp_path / "home")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", there.ports["ENGINE_PORT"]))
        taken.listen()
        refused = there.run("up")
    assert refused.returncode == 69
    assert str(there.ports["ENGINE_PORT"]) in refused.stderr
    assert "FOLLOWTHROUGH_ENGINE_PORT" in refused.stderr


def test_without_a_ledger_commands_say_how_to_make_one(tmp_path: Path) -> None:
    there = Installation(tmp_path / "home")
    done = there.run("case", "list")
    assert done.returncode != 0
    assert "followthrough up" in done.stderr
