"""One mail, complete and checked: what the relay sends and the ledger can compose again byte for byte."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MOST_ATTACHED = 10 * 1024 * 1024
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
OWN_HEADERS = frozenset(
    {
        "bcc",
        "cc",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "return-path",
        "sender",
        "subject",
        "to",
    }
)


class MailError(ValueError):
    """A mail that must not leave as it is. The text names the field and says what to do."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail: a plain name, its media type such as `application/pdf`, and its bytes."""

    name: str
    media: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Outgoing:
    """One mail to one mailbox.

    `message_id` has its angle brackets and is fixed before the first connection. `mailbox` and
    `envelope_sender` (where bounces go) are bare addresses; `sender` and `reply_to` may be written
    "Name <address>". `date` is aware.

    Raises:
        MailError: at construction, when a field cannot go into a mail.
    """

    message_id: str
    mailbox: str
    sender: str
    reply_to: str
    subject: str
    text: str
    html: str
    date: datetime
    headers: Mapping[str, str]
    envelope_sender: str
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        for name in ("message_id", "mailbox", "sender", "reply_to", "subject", "envelope_sender"):
            _one_line(name, getattr(self, name))
        _message_id(self.message_id)
        _bare_address("mailbox", self.mailbox)
        _bare_address("envelope_sender", self.envelope_sender)
        _named_address("sender", self.sender)
        _named_address("reply_to", self.reply_to)
        for name, value in self.headers.items():
            _header(name, value)
        for name in ("subject", "text", "html"):
            _not_blank(name, getattr(self, name))
        _attachments(self.attachments)
        if self.date.utcoffset() is None:
            raise MailError(
                f"date: {self.date.isoformat()} has no time zone. Give an aware datetime, in UTC."
            )


def _one_line(field: str, value: str) -> None:
    if any(character in value for character in "\r\n\0"):
        raise MailError(f"{field}: a header must be one line, got {value!r}. Remove the line break.")


def _not_blank(field: str, value: str) -> None:
    if not value.strip():
        raise MailError(f"{field}: is empty. Every mail has a subject, a text part and an HTML part.")


def _bare_address(field: str, value: str) -> None:
    if not ADDRESS.fullmatch(value):
        raise MailError(
            f"{field}: {value!r} is not one mail address. Write a single one, such as liaison@force.example: "
            "each further mailbox gets a mail of its own."
        )
    if len(value.split("@")[0]) > LOCAL_PART:
        raise MailError(
            f"{field}: the part of {value!r} before the @ is longer than {LOCAL_PART} characters."
        )


def _named_address(field: str, value: str) -> None:
    found = getaddresses([value])
    if len(found) != 1 or not ADDRESS.fullmatch(found[0][1]):
        raise MailError(
            f"{field}: {value!r} is not one address. Write it as Name <address>, the name in quotation marks "
            "when it holds a comma."
        )


def _message_id(value: str) -> None:
    if not MESSAGE_ID.fullmatch(value):
        raise MailError(f"message_id: {value!r} is not a Message-ID. Write it as <unique@domain>.")


def _attachments(files: tuple[Attachment, ...]) -> None:
    names = [file.name for file in files]
    for name in names:
        if not FILE_NAME.fullmatch(name) or names.count(name) > 1:
            raise MailError(
                f"attachments: {name!r} cannot be a file's name, or is there twice. Use letters, digits, dots, "
                "hyphens and underscores, and each name once."
            )
    size = sum(len(file.content) for file in files)
    if size > MOST_ATTACHED:
        raise MailError(
            f"attachments: {', '.join(names)} have {size:,} bytes; a mail takes {MOST_ATTACHED:,}. "
            "Shorten what is attached, or send it in several letters."
        )


def _header(name: str, value: str) -> None:
    if not HEADER_NAME.fullmatch(name):
        raise MailError(f"headers: {name!r} is not a header name. Use letters, digits and hyphens.")
    if name.lower() in OWN_HEADERS or name.lower().startswith("content-"):
        raise MailError(f"headers: {name} is set from the fields of the mail. Leave it out of headers.")
    _one_line(f"headers, {name}", value)
