"""Taking in: whole and checked, or nothing; and a person can always go on."""

import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.tables import Content, Scan, ScanState, Upload
from office.uploads import intake, shelf
from office.uploads.refusals import FileRefused
from office.uploads.shelf import NoUpload
from tests.uploads import files as f
from tests.uploads.scene import LIAISON, OTHER, Draft

ROOT = Path(__file__).parents[2]
PLAN = f.GOOD["plan.pdf"]
NOTHING = {"Upload": 0, "Content": 0, "Scan": 0}


@pytest.mark.parametrize("name", f.GOOD)
async def test_a_right_file_is_kept_whole_under_its_hash(draft: Draft, name):
    upload = await draft.upload(name, f.GOOD[name])

    assert upload.hash == hashlib.sha256(f.GOOD[name]).hexdigest()
    assert (upload.name, upload.size) == (name, len(f.GOOD[name]))
    with draft.database.reading() as session:
        assert session.get_one(Content, upload.hash).content == f.GOOD[name]
    assert draft.waiting() == [(name, "quarantined")]
    assert draft.left_over() == []


async def test_without_a_scanner_it_is_unscanned(draft: Draft, tmp_path):
    await Draft(draft.database, tmp_path, scanned=False).upload("plan.pdf", PLAN)
    assert draft.waiting() == [("plan.pdf", "unscanned")]


async def test_the_same_bytes_are_kept_once(draft: Draft):
    await draft.upload("plan.pdf", PLAN)
    await draft.upload("plan.pdf", PLAN, person=OTHER)
    assert draft.counts() == {"Upload": 2, "Content": 1, "Scan": 1}
    assert draft.waiting(OTHER) == [("plan.pdf", "quarantined")]


async def test_the_stream_is_not_read_beyond_the_limit(draft: Draft):
    read = 0

    async def long() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 256 * 1024

    with pytest.raises(
        FileRefused, match=r"The selected file must be smaller than 1MB, and plan\.txt is larger"
    ) as why:
        await draft.upload("plan.txt", long())
    assert (why.value.code, read) == ("too_big", 5)
    assert draft.counts() == NOTHING


async def test_a_file_of_exactly_the_limit_is_taken(draft: Draft):
    upload = await draft.upload("plan.txt", b"x" * intake.MEGABYTE)
    assert upload.size == intake.MEGABYTE


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.pdf", b"", "The selected file is empty"),
        ("plan.exe", b"MZ", "must be a PDF, DOCX"),
        ("plan.docx", PLAN, "its content is something else"),
    ],
)
async def test_a_refused_file_leaves_nothing(draft: Draft, name, content, said):
    with pytest.raises(FileRefused, match=said):
        await draft.upload(name, content)
    assert draft.counts() == NOTHING
    assert draft.left_over() == []


async def test_a_browser_that_goes_away_leaves_nothing(draft: Draft):
    async def broken() -> AsyncIterator[bytes]:
        yield PLAN[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await draft.upload("plan.pdf", broken())
    assert draft.counts() == NOTHING
    assert draft.left_over() == []


async def test_a_process_killed_in_mid_upload_leaves_nothing_and_the_person_goes_on(draft: Draft):
    await draft.upload("first.pdf", PLAN)
    home = draft.doorway.folder.parent
    order = [sys.executable, "-m", "tests.uploads.doomed", str(draft.database.url), str(home)]
    with subprocess.Popen(order, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half way\n"
        process.kill()

    assert draft.left_over() == []
    assert draft.waiting() == [("first.pdf", "quarantined")]
    await draft.upload("plan.pdf", PLAN + b"\n")
    assert [name for name, _ in draft.waiting()] == ["first.pdf", "plan.pdf"]


async def test_a_second_file_of_one_name_in_a_draft_is_refused(draft: Draft):
    await draft.upload("plan.pdf", PLAN)
    with pytest.raises(FileRefused, match=r"already uploaded a file called PLAN.pdf. Remove"):
        await draft.upload("PLAN.pdf", PLAN)
    await draft.upload("plan.pdf", PLAN, draft="another")


async def test_nobody_fills_the_shelf(draft: Draft, monkeypatch):
    monkeypatch.setattr(intake, "MOST_WAITING", 2)
    for name in ("a.txt", "b.txt"):
        await draft.upload(name, b"x")
    with pytest.raises(FileRefused, match="Submit or remove some first"):
        await draft.upload("c.txt", b"x")
    await draft.upload("c.txt", b"x", person=OTHER)


async def test_bytes_known_to_be_infected_are_not_kept_again(draft: Draft):
    with draft.database.writing() as session:
        digest = hashlib.sha256(PLAN).hexdigest()
        session.add(Scan(hash=digest, state=ScanState.infected.value, name="old.pdf", signature="Test"))
    with pytest.raises(FileRefused, match="contains a virus") as why:
        await draft.upload("plan.pdf", PLAN)
    assert why.value.code == "virus"
    assert draft.counts() == {"Upload": 0, "Content": 0, "Scan": 1}


# --- taking back, and clearing


async def test_a_file_is_taken_back_with_its_bytes(draft: Draft):
    upload = await draft.upload("plan.pdf", PLAN)
    with pytest.raises(NoUpload):
        shelf.remove(draft.database, OTHER, upload.id)
    shelf.remove(draft.database, LIAISON, upload.id)
    assert draft.counts() == NOTHING
    with pytest.raises(NoUpload, match="Upload it again"):
        shelf.remove(draft.database, LIAISON, upload.id)


async def test_bytes_that_another_file_shares_stay(draft: Draft):
    mine = await draft.upload("plan.pdf", PLAN)
    await draft.upload("plan.pdf", PLAN, person=OTHER)
    shelf.remove(draft.database, LIAISON, mine.id)
    assert draft.counts() == {"Upload": 1, "Content": 1, "Scan": 1}


async def test_what_nobody_submits_expires(draft: Draft):
    old = await draft.upload("old.pdf", PLAN)
    await draft.upload("new.txt", b"new")
    now = datetime.now(UTC)
    with draft.database.writing() as session:
        session.get_one(Upload, old.id).uploaded_at = now - timedelta(days=15)

    assert shelf.expire(draft.database, 14, now) == 1
    assert draft.waiting() == [("new.txt", "quarantined")]
    assert draft.counts() == {"Upload": 1, "Content": 1, "Scan": 1}
    assert shelf.expire(draft.database, 14, now) == 0
