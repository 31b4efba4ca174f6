"""Mails kept as .eml files in a folder: whole and flushed to disk before anybody is told they are kept."""

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import compat32, default
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

STAMP = "%Y%m%dT%H%M%S.%fZ"
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")


@dataclass(frozen=True)
class Kept:
    """One mail in the folder. `received` is when this inbox took it, by the host's clock, in UTC."""

    id: str
    path: Path
    received: datetime
    envelope_sender: str
    mailboxes: tuple[str, ...]
    sender: str
    subject: str
    message_id: str
    headers: tuple[tuple[str, str], ...]

    def raw(self) -> bytes:
        """The file as it is."""
        return self.path.read_bytes()

    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw(), policy=default)

    def text(self) -> str:
        """The text part; empty when there is none."""
        return self._part("plain")

    def html(self) -> str:
        """The HTML part; empty when there is none."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message().get_body((kind,))
        if body is None:
            return ""
        try:
            return str(body.get_content()).replace("\r\n", "\n")
        except (LookupError, ValueError):
            return self.raw().decode("utf-8", "replace")


def keep(folder: Path, sender: str, mailboxes: tuple[str, ...], content: bytes) -> str:
    """Keep one mail and return its id. When this returns, the mail survives a crash of process or machine."""
    received = datetime.now(UTC)
    name = f"{received.strftime(STAMP)}-{secrets.token_hex(4)}"
    partial = folder / f"{name}.partial"
    with partial.open("wb") as file:
        file.write(_trace(sender, mailboxes, received) + content)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(folder / f"{name}.eml")
    _flush_folder(folder)
    return name


def open_folder(folder: Path) -> None:
    """Make the folder, and clear away what an earlier inbox was writing when it died, for it was not accepted."""
    folder.mkdir(parents=True, exist_ok=True)
    for partial in folder.glob("*.partial"):
        partial.unlink()


def messages(folder: Path) -> list[Kept]:
    """Every mail in the folder, the newest first."""
    names = sorted((path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)
    return [_read(folder / f"{name}.eml") for name in names]


def find(folder: Path, name: str) -> Kept | None:
    """The mail with this id, if it is here."""
    path = folder / f"{name}.eml"
    return _read(path) if NAME.fullmatch(name) and path.is_file() else None


@lru_cache(maxsize=50_000)
def _read(path: Path) -> Kept:
    """A kept file never changes, so that its headers are read once."""
    with path.open("rb") as file:
        parsed = BytesHeaderParser(policy=compat32).parse(file)
    headers = tuple((name, _plain(value)) for name, value in parsed.items())
    first = dict(reversed(headers))
    return Kept(
        id=path.stem,
        path=path,
        received=datetime.strptime(path.stem[:23], STAMP).replace(tzinfo=UTC),
        envelope_sender=first.get("Return-Path", "").strip("<>"),
        mailboxes=tuple(value for name, value in headers if name == "Delivered-To"),
        sender=first.get("From", ""),
        subject=first.get("Subject", ""),
        message_id=first.get("Message-ID", ""),
        headers=headers,
    )


def _plain(value: str | Header) -> str:
    """A header as people read it; as it stands, when it cannot be decoded."""
    try:
        decoded = str(make_header(decode_header(value)))
    except (LookupError, ValueError, HeaderParseError):
        decoded = str(value)
    return " ".join(decoded.split())


def _trace(sender: str, mailboxes: tuple[str, ...], received: datetime) -> bytes:
    """The trace lines a receiving server adds (RFC 5321, 4.4): envelope and time of receipt."""
    lines = [f"Return-Path: <{sender}>", *(f"Delivered-To: {mailbox}" for mailbox in mailboxes)]
    lines.append(f"Received: by localhost (Followthrough inbox); {format_datetime(received)}")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
