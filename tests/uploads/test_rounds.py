"""The scanner's rounds: everything gets a verdict in the end, and nothing is clean without one."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from activities.scanning.clamd import NotScanned
from activities.scanning.rounds import AT_ONCE, scan_waiting, scanner
from models.tables import Scan
from office.casework import seal_submission
from office.uploads import shelf
from tests.uploads.scene import CASE, LIAISON, Draft, Scripted

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def round_at(draft: Draft, clamd: Scripted, minutes: float = 0) -> str:
    return scan_waiting(draft.database, clamd, now=lambda: NOW + timedelta(minutes=minutes))


async def test_what_failed_is_tried_again_later_and_later(draft: Draft):
    await draft.upload("a.txt", b"BREAKS")
    clamd = Scripted()
    for minutes, scans in ((0, 1), (0.5, 1), (1, 2), (2, 2), (3, 3)):
        round_at(draft, clamd, minutes)
        assert clamd.scans == scans
    assert draft.waiting() == [("a.txt", "unscanned")]
    [waiting] = shelf.waiting(draft.database, LIAISON, "draft-1")
    assert waiting.scanned.reason == "clamd gave no verdict"


async def test_a_verdict_is_asked_for_once(draft: Draft):
    await draft.upload("a.txt", b"a")
    await draft.upload("b.txt", b"MARKER")
    clamd = Scripted()
    assert round_at(draft, clamd) == "1 clean, 1 infected, 0 could not be scanned"
    assert round_at(draft, clamd, 600) == "0 clean, 0 infected, 0 could not be scanned"
    assert clamd.scans == 2


async def test_one_file_that_fails_does_not_hold_up_the_others(draft: Draft):
    for number in range(AT_ONCE):
        await draft.upload(f"{number}.txt", b"BREAKS %d" % number)
    clamd = Scripted()
    round_at(draft, clamd)
    await draft.upload("last.txt", b"fine")
    round_at(draft, clamd, 1)
    assert ("last.txt", "clean") in draft.waiting()


async def test_a_scanner_that_is_away_leaves_nothing_in_quarantine_and_nothing_clean(draft: Draft):
    await draft.upload("a.txt", b"a")
    with pytest.raises(NotScanned):
        round_at(draft, Scripted(there=False))
    assert draft.waiting() == [("a.txt", "unscanned")]
    round_at(draft, Scripted())
    assert draft.waiting() == [("a.txt", "clean")]


async def test_without_a_scanner_what_waits_is_unscanned_and_scanned_when_there_is_one(draft: Draft):
    await draft.upload("a.txt", b"MARKER")
    assert scanner(None) is None
    assert scan_waiting(draft.database, None) == "no virus scanner is set up"
    assert draft.waiting() == [("a.txt", "unscanned")]
    round_at(draft, Scripted())
    assert draft.waiting() == [("a.txt", "infected")]
    assert draft.counts() == {"Upload": 1, "Content": 0, "Scan": 1}


async def test_an_infected_file_that_is_taken_back_stays_known(draft: Draft):
    upload = await draft.upload("a.txt", b"MARKER")
    round_at(draft, Scripted())
    shelf.remove(draft.database, LIAISON, upload.id)
    with draft.database.reading() as session:
        known = session.get_one(Scan, upload.hash)
    assert (known.name, known.signature, known.scanned_at) == ("a.txt", "Test.Marker", NOW)


async def test_documents_from_before_there_was_a_scanner_are_scanned(draft: Draft):
    await seal_submission(draft.desk, [CASE], "Our plan.", [("plan.exe", b"MARKER"), ("b.txt", b"b")])
    with draft.database.writing() as session:
        for row in (session.get_one(Scan, digest) for digest in _digests(draft)):
            session.delete(row)
    assert round_at(draft, Scripted()) == "1 clean, 1 infected, 0 could not be scanned"


def _digests(draft: Draft) -> list[str]:
    return [hashlib.sha256(content).hexdigest() for content in (b"MARKER", b"b")]
