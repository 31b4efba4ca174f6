"""Uploads become documents of a submission: once, together, with their state; and are opened when it allows."""

import hashlib

import pytest
from sqlmodel import select

from activities.scanning.rounds import scan_waiting
from lifecycle.words import Refused
from models.tables import Document, Repair, Scan, ScanState, SealedText, Upload
from office.casework import seal_submission, seal_submission_from_uploads
from office.uploads import shelf
from office.uploads.opening import NoDocument, StaysShut, attachment, open_document, open_upload
from office.uploads.shelf import NoUpload
from tests.uploads import files as f
from tests.uploads.scene import CASE, LIAISON, OTHER, Draft, Scripted

PLAN = f.GOOD["plan.pdf"]


async def sealed(draft: Draft, *uploads: Upload, text: str = "Our plan.") -> str:
    return await seal_submission_from_uploads(
        draft.desk, [CASE], text, [each.id for each in uploads], LIAISON
    )


async def test_uploads_are_sealed_whole_and_leave_the_shelf(draft: Draft):
    two = [await draft.upload("plan.pdf", PLAN), await draft.upload("dates.csv", b"a,b\n")]
    submission = await sealed(draft, *two)

    with draft.database.reading() as session:
        documents = session.exec(select(Document).where(Document.submission_id == submission)).all()
        assert {(one.name, one.size, one.hash) for one in documents} == {
            (u.name, u.size, u.hash) for u in two
        }
        text = session.get_one(SealedText, submission).text
        assert hashlib.sha256(PLAN).hexdigest() in text
        assert {row.submission_id for row in session.exec(select(Upload))} == {submission}
    assert draft.waiting() == []
    with pytest.raises(NoUpload):
        shelf.remove(draft.database, LIAISON, two[0].id)


async def test_by_either_door_it_is_the_same_submission(draft: Draft):
    upload = await draft.upload("plan.pdf", PLAN)
    assert await sealed(draft, upload) == await seal_submission(
        draft.desk, [CASE], "Our plan.", [("plan.pdf", PLAN)]
    )


async def test_sealing_again_gives_the_same_answer(draft: Draft):
    upload = await draft.upload("plan.pdf", PLAN)
    assert await sealed(draft, upload) == await sealed(draft, upload)
    with pytest.raises(NoUpload, match="part of another submission already"):
        await sealed(draft, upload, text="Other words.")


async def test_somebody_elses_file_is_not_sealed(draft: Draft):
    mine, theirs = await draft.upload("a.txt", b"a"), await draft.upload("b.txt", b"b", person=OTHER)
    with pytest.raises(NoUpload, match="Upload it again"):
        await sealed(draft, mine, theirs)
    assert draft.waiting() == [("a.txt", "quarantined")]
    with draft.database.reading() as session:
        assert session.exec(select(SealedText)).all() == []


async def test_an_infected_file_stops_the_whole_submission(draft: Draft):
    two = [await draft.upload("a.txt", b"a"), await draft.upload("b.txt", b"MARKER")]
    scan_waiting(draft.database, Scripted())
    assert draft.waiting() == [("a.txt", "clean"), ("b.txt", "infected")]
    with pytest.raises(Refused, match=r"b.txt contains a virus"):
        await sealed(draft, *two)
    with draft.database.reading() as session:
        assert session.exec(select(Document)).all() == []


async def test_two_files_of_one_name_from_two_drafts_are_refused(draft: Draft):
    two = [await draft.upload("a.txt", b"a"), await draft.upload("A.txt", b"b", draft="another")]
    with pytest.raises(Refused, match="Two documents are called"):
        await sealed(draft, *two)


async def test_there_must_be_something_to_submit(draft: Draft):
    with pytest.raises(Refused, match="nothing to submit"):
        await sealed(draft, text=" ")


async def test_a_submitted_document_keeps_its_state_and_does_not_expire(draft: Draft):
    upload = await draft.upload("plan.pdf", PLAN)
    await sealed(draft, upload)
    assert shelf.expire(draft.database, -1) == 0
    assert shelf.document_scans(draft.database, [upload.hash])[upload.hash].state is ScanState.quarantined
    scan_waiting(draft.database, Scripted())
    known = shelf.document_scans(draft.database, [upload.hash])[upload.hash]
    assert (known.state, known.words) == (ScanState.clean, "Scanned: no virus found")


async def test_a_document_found_infected_after_it_was_submitted_needs_a_person(draft: Draft):
    submission = await sealed(draft, await draft.upload("b.txt", b"MARKER"))
    scan_waiting(draft.database, Scripted())
    with draft.database.reading() as session:
        [repair] = session.exec(select(Repair)).all()
        [scan] = session.exec(select(Scan)).all()
    assert repair.subject == submission
    assert "b.txt, already submitted, contains a virus (Test.Marker)" in repair.cause
    assert (scan.name, scan.signature, scan.hash) == (
        "b.txt",
        "Test.Marker",
        hashlib.sha256(b"MARKER").hexdigest(),
    )
    assert draft.counts()["Content"] == 0
    with pytest.raises(Refused, match="contains a virus"):
        await seal_submission(draft.desk, [CASE], "Again.", [("c.txt", b"MARKER")])


# --- opening


async def test_only_what_the_state_allows_is_opened(draft: Draft):
    upload = await draft.upload("b.txt", b"BREAKS")
    submission = await sealed(draft, upload)

    def shut(*, unscanned: bool) -> str:
        with pytest.raises(StaysShut) as why:
            open_document(draft.database, submission, "b.txt", unscanned=unscanned)
        return str(why.value)

    assert "waiting to be scanned" in shut(unscanned=True)
    scan_waiting(draft.database, Scripted())
    assert "was not scanned for viruses (clamd gave no verdict), so it stays shut" in shut(unscanned=False)
    assert open_document(draft.database, submission, "b.txt", unscanned=True).content == b"BREAKS"
    with draft.database.writing() as session:
        session.get_one(Scan, upload.hash).state = ScanState.clean.value
    assert open_document(draft.database, submission, "b.txt", unscanned=False).content == b"BREAKS"
    with draft.database.writing() as session:
        session.get_one(Scan, upload.hash).state = ScanState.infected.value
    assert "was deleted. Ask for a clean copy" in shut(unscanned=True)


async def test_what_is_not_there_is_not_opened(draft: Draft):
    submission = await sealed(draft)
    with pytest.raises(NoDocument, match="Its page lists them"):
        open_document(draft.database, submission, "plan.pdf", unscanned=True)


async def test_a_person_opens_their_own_upload_and_nobody_elses(draft: Draft):
    upload = await draft.upload("plan.pdf", PLAN)
    scan_waiting(draft.database, None)
    assert open_upload(draft.database, LIAISON, upload.id, unscanned=True).content == PLAN
    with pytest.raises(NoUpload):
        open_upload(draft.database, OTHER, upload.id, unscanned=True)


def test_a_document_is_served_as_an_attachment_under_its_name():
    headers = attachment('Plan – "final"; café.pdf', 5)
    assert headers == {
        "Content-Type": "application/pdf",
        "Content-Length": "5",
        "Content-Disposition": 'attachment; filename="Plan _ _final_; caf_.pdf"; '
        "filename*=UTF-8''Plan%20%E2%80%93%20%22final%22%3B%20caf%C3%A9.pdf",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


@pytest.mark.parametrize("name", ["page.html", "a\r\nSet-Cookie: b=c", "picture.svg"])
def test_names_from_other_doors_cannot_become_pages_or_headers(name):
    headers = attachment(name, 0)
    assert headers["Content-Type"] == "application/octet-stream"
    assert not any(char in "".join(headers.values()) for char in "\r\n")
