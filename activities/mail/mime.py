"""A mail as bytes: text first, then HTML, then what is attached, and the same bytes each time it is built."""

from email.charset import QP, Charset
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime
from hashlib import sha256

from emails.message import BaseMessage
from emails.message import Message as Mail

from activities.mail.envelope import Outgoing

READABLE = Charset("utf-8")
READABLE.body_encoding = QP


def as_mime(outgoing: Outgoing) -> Mail:
    """The mail, ready for the backend of `emails`."""
    message = Mail(
        message_id=outgoing.message_id,
        date=format_datetime(outgoing.date),  # `emails` shifts an aware datetime by the host's zone
        subject=outgoing.subject,
        mail_from=outgoing.sender,
        mail_to=outgoing.mailbox,
        reply_to=outgoing.reply_to,
        headers=dict(outgoing.headers),
        text=outgoing.text,
        html=outgoing.html,
    )
    for file in outgoing.attachments:
        message.attach(filename=file.name, data=file.content, mime_type=file.media)
    message.after_build = _settle
    return message


def boundary(message_id: str, of: str = "") -> str:
    """The MIME boundary of a mail. "=_" occurs in no quoted-printable or base64 text, so no part can hold it."""
    return f"=_{sha256((message_id + of).encode()).hexdigest()[:40]}"


def _settle(source: BaseMessage, built: Message) -> None:
    """Reduce mixed(related(alternative(text, html))) to one alternative, and set it before what is attached; with
    boundaries of our own."""
    parts = [part for part in built.walk() if not part.is_multipart()]
    words = [part for part in parts if part.get_filename() is None]
    files = [part for part in parts if part.get_filename() is not None]
    for part in words:
        _make_readable(part)
    built.set_payload([])
    built.set_type("multipart/mixed" if files else "multipart/alternative")
    built.set_boundary(boundary(str(source.message_id)))
    for part in (_alternative(source, words), *files) if files else words:
        built.attach(part)


def _alternative(source: BaseMessage, words: list[Message]) -> Message:
    inner = MIMEMultipart("alternative", boundary(str(source.message_id), "words"))
    del inner["MIME-Version"]
    for part in words:
        inner.attach(part)
    return inner


def _make_readable(part: Message) -> None:
    """`emails` writes UTF-8 as base64; quoted-printable can be read, and searched, as it stands."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    del part["Content-Transfer-Encoding"]
    part.set_payload(content.decode(), READABLE)
