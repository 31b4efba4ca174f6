"""Files are read while they arrive: refused in the middle, and never half kept, whoever goes away."""

import time

import pytest
from sqlalchemy import func
from sqlmodel import select

from models.tables import SubmissionDraft, Upload
from tests.console.slow_upload import CHUNK, sending
from tests.console.test_body_submit import BODY, begun, write

pytestmark = [pytest.mark.server]
LIAISON = f"liaison-{BODY}"
LIMIT = 20 * 1024 * 1024
ON_ITS_WAY = 8 * 1024 * 1024
"""What the system's buffers on both sides may hold when the answer comes."""


@pytest.fixture
def draft(there):
    with there.as_(LIAISON) as browser:
        made = begun(browser, "gmp2021-rtp-1")
        yield made
        browser.post(f"{made}/discard")


def uploads(there):
    with there.database.reading() as session:
        return session.exec(select(func.count()).select_from(Upload)).one()


def words_of(there, draft):
    with there.database.reading() as session:
        return session.get_one(SubmissionDraft, draft.rsplit("/", 1)[1]).text


def until_words(there, draft, words):
    """Wait until the server has come to the file: the words before it are kept then."""
    deadline = time.monotonic() + 30
    while words_of(there, draft) != words:
        assert time.monotonic() < deadline, words_of(there, draft)
        time.sleep(0.02)


def left_over(there):
    return [path.name for path in (there.there.home / "uploads").glob("*")]


def test_a_file_that_never_ends_is_refused_at_the_limit_and_its_words_are_kept(there, draft):
    before = uploads(there)
    with sending(there, LIAISON, draft) as request:
        request.fields(answer="plan", text="Words before the file.")
        request.file("endless.pdf")
        answer = request.until_answered()

    assert answer.startswith("HTTP/1.1 422")
    assert "connection: close" in answer.lower()
    assert "must be smaller than 20MB, and endless.pdf is larger. Split it" in answer
    assert "Words before the file." in answer
    assert LIMIT < request.sent < LIMIT + ON_ITS_WAY
    assert words_of(there, draft) == "Words before the file."
    assert uploads(there) == before
    assert left_over(there) == []


def test_an_import_that_never_ends_is_refused_at_its_limit(there):
    with sending(there, "ops-1", "/ops/import") as request:
        request.file("endless.csv")
        answer = request.until_answered()
    assert answer.startswith("HTTP/1.1 422")
    assert "at most 20,971,520 bytes (20 MB) are taken" in answer


def test_a_person_who_hangs_up_leaves_no_half_file_and_goes_on(there, draft):
    before = uploads(there)
    with sending(there, LIAISON, draft) as request:
        request.fields(text="Half sent.")
        request.file("plan.txt")
        request.send(CHUNK)
        until_words(there, draft, "Half sent.")
    with there.as_(LIAISON) as browser:
        assert write(browser, draft, "upload", ("plan.txt", b"whole"), text="Sent.").status_code == 303
    assert uploads(there) == before + 1
    assert left_over(there) == []


def test_fields_may_stand_on_both_sides_of_the_file(there, draft):
    with sending(there, LIAISON, draft) as request:
        request.file("first.txt")
        request.send(b"first\r\n")
        request.fields(text="After the file.", do="check")
        request.send(b"--between--\r\n")
        request.end()
        answer = request.answer()
    assert answer.startswith("HTTP/1.1 303")
    assert f"location: {draft}/check" in answer
    assert words_of(there, draft) == "After the file."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no form at all", "cannot be read"),
        (b'--between\r\nContent-Disposition: form-data; name="text"\r\n\r\nx', "cut off"),
    ],
)
def test_a_broken_form_is_refused_with_what_to_do(there, draft, content, said):
    with sending(there, LIAISON, draft) as request:
        request.send(content)
        request.end()
        answer = request.answer()
    assert answer.startswith("HTTP/1.1 400")
    assert said in answer
    assert "send the form again" in answer


def test_the_server_killed_in_mid_upload_leaves_no_half_document(there, draft):
    before = uploads(there)
    with sending(there, LIAISON, draft) as request:
        request.fields(text="Before the crash.")
        request.file("plan.txt")
        for _ in range(32):
            request.send(CHUNK)
        until_words(there, draft, "Before the crash.")
        there.there.kill()
    assert left_over(there) == []
    there.there.start()
    assert uploads(there) == before
    with there.as_(LIAISON) as browser:
        assert "Before the crash." in browser.get(draft).text
        assert write(browser, draft, "upload", ("plan.txt", b"whole"), text="Sent.").status_code == 303
