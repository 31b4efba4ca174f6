"""Files that go with a mail: as they were sealed, the same bytes at every attempt, and never too many of them."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest

from activities.mail.envelope import MOST_ATTACHED, Attachment, MailError, Outgoing
from activities.mail.mime import as_mime
from activities.mail.relay import Outcome
from embedded.inbox import Inbox, messages
from models.tables import Content, Document
from tests.mail.misbehaving import Trouble
from tests.mail.post import LETTER, Post
from tests.mail.reading import send
from tests.mail.test_dispatch_trouble import relayed

PDF = Attachment("request-letter.pdf", "application/pdf", b"%PDF-1.7\n\xff\x00\r\n.\r\nnot really\n" * 40)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_words_come_first_and_then_the_file_as_it_is(outgoing: Outgoing) -> None:
    read = message_from_bytes(as_mime(replace(outgoing, attachments=(PDF,))).as_bytes(), policy=default)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    [file] = read.iter_attachments()
    assert (file.get_filename(), file.get_content()) == (PDF.name, PDF.content)
    assert text_of(read).splitlines() == outgoing.text.splitlines()


def test_the_same_bytes_each_time(outgoing: Outgoing) -> None:
    mail = replace(outgoing, attachments=(PDF, replace(PDF, name="letter-2.pdf")))
    assert as_mime(mail).as_bytes() == as_mime(mail).as_bytes()


def test_it_reaches_the_inbox_whole(inbox: Inbox, folder: Path, outgoing: Outgoing) -> None:
    mail = replace(outgoing, attachments=(PDF,))
    assert send(inbox, mail) == [Outcome.accepted]
    [kept] = messages(folder)
    assert kept.raw().endswith(as_mime(mail).as_bytes())
    assert kept.text().strip() == outgoing.text.strip()


@pytest.mark.parametrize(
    "files",
    [
        (replace(PDF, name="../letter.pdf"),),
        (replace(PDF, name='a".pdf'),),
        (replace(PDF, name="two words.pdf"),),
        (PDF, PDF),
        (replace(PDF, content=b"x" * (MOST_ATTACHED + 1)),),
    ],
)
def test_a_bad_name_and_too_much_are_refused(files: tuple[Attachment, ...], outgoing: Outgoing) -> None:
    with pytest.raises(MailError, match=r"^attachments: "):
        replace(outgoing, attachments=files)


@pytest.fixture
def lettered(post: Post) -> Post:
    """The request letter has its page and its PDF."""
    digest = sha256(PDF.content).hexdigest()
    post.add(
        Content(hash=digest, content=PDF.content),
        Document(submission_id="letter-1", name=PDF.name, size=len(PDF.content), hash=digest),
        Content(hash="page", content=b"<p>"),
        Document(submission_id="letter-1", name="request-letter.html", size=3, hash="page"),
    )
    return post


def test_a_letters_mail_carries_its_pdf_and_says_so(lettered: Post) -> None:
    lettered.take(lettered.story(), LETTER)
    lettered.run()

    assert lettered.arrived()
    for message in lettered.arrived():
        [file] = message.iter_attachments()
        assert (file.get_filename(), file.get_content()) == (PDF.name, PDF.content)
        text = text_of(message)
        assert "Attached: request-letter.pdf" in text
        assert "Please send your plan." in text


def test_a_letter_on_two_cases_goes_once_and_reads_once(lettered: Post) -> None:
    lettered.recommendation("R-2016-6086")
    for reference in ("R-2016-6085", "R-2016-6086"):
        lettered.take(lettered.story(reference), LETTER)
    lettered.run()

    message = lettered.arrived()[0]
    text = text_of(message)
    assert len(list(message.iter_attachments())) == 1
    assert text.count("Please send your plan.") == 1
    assert text.count("R-2016-6085") == text.count("R-2016-6086")


def test_sent_again_after_doubt_it_has_the_same_bytes(lettered: Post) -> None:
    lettered.take(lettered.story(), LETTER)
    with relayed(lettered, dot=Trouble.drop) as server:
        assert lettered.run(unknown_policy=lambda case: "send_again").unknown
        first = sorted(server.copies)
    lettered.later(minutes=2)
    lettered.run()
    assert sorted(lettered.server.copies) == first
