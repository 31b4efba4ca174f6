"""Histories replayed for real: the small example, twice. tests/browser/test_replayed_site.py plays the 2017 case."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from embedded.mailstore import messages
from models.database import Database
from office.auditing import audit_rows, every_stream
from rehearsal.errors import DeedFailed, FolderTaken
from rehearsal.history_file import find_history
from rehearsal.independent import count
from rehearsal.ledger_digest import ledger_digest
from rehearsal.replay import replay
from rehearsal.result import ReplayResult
from tests.unit.test_letters import Page

pytestmark = [pytest.mark.server]


@pytest.fixture(scope="session")
async def example(tmp_path_factory) -> tuple[Path, ReplayResult]:
    """The example, played once for all tests here."""
    folder = tmp_path_factory.mktemp("replay") / "example"
    return folder, await replay("example", keep=folder)


@pytest.fixture
def folder(example, tmp_path: Path) -> Path:
    """A copy of the example's folder, to be damaged."""
    copy = tmp_path / "copy"
    shutil.copytree(example[0], copy)
    return copy


def change(folder: Path, order: str) -> None:
    book = sqlite3.connect(folder / "ledger.db")
    with book:
        book.execute(order)
    book.close()


def test_the_example_goes_to_its_end_and_misses_nothing(example):
    _, result = example
    assert result.outcomes == {"started": 1, "not_submitted": 1}
    assert result.stages == {"closed": 1, "reissued": 1}
    assert (result.responses, result.duplicates, result.missed, result.unexpected) == (2, 0, 0, 0)
    assert result.notices == result.expected == result.notices_sent + result.notices_explained
    assert result.problems == ()


def test_mails_are_what_the_smtp_server_received(example):
    folder, result = example
    kept = messages(folder / "inbox")
    assert len(kept) == result.mails
    assert len({mail.message_id for mail in kept}) == result.mails
    assert all("rehearsal, partly illustrative" in mail.sender for mail in kept)
    assert all(mailbox.endswith(".example") for mail in kept for mailbox in mail.mailboxes)


def test_a_duty_never_met_is_chased_to_the_top(example):
    folder, _ = example
    told = {
        (mail.mailboxes[0], mail.subject.partition("] ")[2].partition(",")[0])
        for mail in messages(folder / "inbox")
    }
    assert ("chief.officer@southmoor.example", "Plan overdue") in told
    assert ("oversight@southmoor.example", "Plan overdue") in told
    assert any(mailbox == "lead.inspector@inspectorate.example" for mailbox, _ in told)


def test_letters_and_timeline_can_be_opened_by_everybody(example):
    folder, _ = example
    names = {path.name for path in (folder / "letters").iterdir()}
    assert names == {
        f"{body}-{kind}.html" for body in ("northfield", "southmoor") for kind in ("request", "assessment")
    }
    for page in [*(folder / "letters").iterdir(), folder / "timeline.html"]:
        read = Page(page.read_text(encoding="utf-8"))
        assert (read.count("h1"), read.count("main"), read.count("script")) == (1, 1, 0)
    southmoor = (folder / "letters" / "southmoor-assessment.html").read_text(encoding="utf-8")
    assert "we had received no documents from your force by 15 March 2024" in southmoor
    assert "Illustrative, because not known of this body: findings, outcome." in southmoor


def test_the_timeline_tells_every_event_notice_and_mail_of_one_body(example):
    folder, _ = example
    page = (folder / "timeline.html").read_text(encoding="utf-8")
    for words in (
        "Northfield Police",
        "The timetable",
        "Assessment returned",
        "submission-reminder to liaison",
    ):
        assert words in page or words == "The timetable"
    assert page.count("<td>mail</td>") > 5
    assert "not sent: overtaken by the start" in page
    assert '<span class="mark">illustrative</span>' in page


async def test_two_runs_give_the_same_ledger(example, tmp_path):
    folder, result = example
    again = await replay(find_history("example"), keep=tmp_path / "again")
    assert again.ledger == result.ledger == ledger_digest(folder / "ledger.db")
    assert again.model_copy(update={"seconds": result.seconds, "folder": result.folder}) == result


def test_the_digest_sees_a_changed_row_but_not_the_hosts_clock(folder, example):
    change(folder, "UPDATE event SET recorded_at = '2000-01-01 00:00:00.000000'")
    assert ledger_digest(folder / "ledger.db") == example[1].ledger
    change(folder, "UPDATE event SET actor = 'nobody' WHERE seq = 1")
    assert ledger_digest(folder / "ledger.db") != example[1].ledger


def test_the_audit_finds_no_difference_in_what_a_replay_leaves(example):
    folder, result = example
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    assert audit_rows(database, every_stream(database), result.until) == []
    database.close()


def test_the_independent_count_finds_a_mail_that_did_not_arrive(folder):
    kept = next(
        mail for mail in messages(folder / "inbox") if mail.mailboxes == ("liaison@northfield.example",)
    )
    kept.path.unlink()
    found = count(folder)
    assert (len(found.missed), found.unexpected) == (1, ())
    assert found.missed[0].endswith(f"mail {kept.message_id} did not arrive")


def test_the_independent_count_finds_a_notice_that_was_never_written(folder):
    change(
        folder, "DELETE FROM notice WHERE rung = 'after-5' AND clock = 'submission' AND role = 'oversight'"
    )
    found = count(folder)
    assert found.missed == (
        "recommendation/custody-2024-1/southmoor, submission 1, after-5 to oversight: there is no notice",
    )
    assert len(found.unexpected) == 1  # its mail


def test_the_independent_count_finds_what_was_suppressed_without_need(folder):
    change(
        folder,
        "UPDATE notice SET state = 'not_sent', reason = 'why not' WHERE rung = 'due' AND clock = 'submission'",
    )
    [missed] = count(folder).missed
    assert "it is not_sent (why not), not sent" in missed


def test_the_independent_count_finds_a_mail_that_nobody_asked_for_and_one_that_came_twice(folder):
    [first, second, *_] = messages(folder / "inbox")
    shutil.copy(first.path, folder / "inbox" / "20240101T000000.000000Z-00000000.eml")
    strange = second.raw().replace(second.message_id.encode(), b"<strange@inspectorate.example>")
    (folder / "inbox" / "20240101T000000.000000Z-00000001.eml").write_bytes(strange)
    found = count(folder)
    assert found.duplicates == 1
    assert found.unexpected == ("mail <strange@inspectorate.example>: nobody asked for it",)


def test_the_independent_count_finds_a_rung_moved_to_another_day(folder):
    change(
        folder,
        "UPDATE notice SET version = 7 WHERE rung = 'after-1' AND clock = 'submission' AND role = 'liaison'",
    )
    found = count(folder)
    assert (len(found.missed), len(found.unexpected)) == (1, 2)


def test_the_independent_count_runs_by_itself(example):
    run = subprocess.run(
        [sys.executable, "-m", "rehearsal.independent", str(example[0])],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert run.returncode == 0
    assert run.stdout.startswith(f"expected {example[1].expected}, missed 0, unexpected 0")


async def test_an_act_that_is_refused_ends_the_replay_with_its_reason(tmp_path):
    text = find_history("example").read_text(encoding="utf-8")
    path = tmp_path / "wrong.toml"
    path.write_text(
        text.replace('kind = "return_assessment"', 'kind = "take_back_assessment"\nby = "inspector-2"')
    )
    with pytest.raises(DeedFailed, match="northfield, take_back_assessment on 2024-04-05: Only inspector-1"):
        await replay(path)


async def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(FolderTaken, match="is not empty"):
        await replay("example", keep=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


async def test_an_interrupted_replay_leaves_nothing_running(tmp_path):
    heard = asyncio.Event()
    folder = tmp_path / "broken-off"
    playing = asyncio.create_task(replay("example", keep=folder, progress=lambda done, of, day: heard.set()))
    await heard.wait()
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert not (folder / "engine.pid").exists()
    assert not (folder / "timeline.html").exists()
