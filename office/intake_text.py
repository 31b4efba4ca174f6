"""From bytes to text: size, kind of file and encoding, each refused in words that say what to do."""

import re
from collections.abc import AsyncIterator

from office.intake_entries import IntakeError, Problem

EMPTY = "The file is empty. Name a file with a heading line and at least one recommendation."
LIMIT = 20 * 1024 * 1024
EXCEL = "in Excel, choose Save As and then 'CSV UTF-8 (Comma delimited)'"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BINARY = {
    b"PK\x03\x04": f"This is an Excel workbook or another packed file. Save it as text: {EXCEL}.",
    b"\xd0\xcf\x11\xe0": f"This is an old Excel workbook. Save it as text: {EXCEL}.",
    b"\xff\xfe": f"This is UTF-16 text. Save it as UTF-8: {EXCEL}.",
    b"\xfe\xff": f"This is UTF-16 text. Save it as UTF-8: {EXCEL}.",
    b"%PDF": "This is a PDF. Write its recommendations into a CSV or TOML file; docs/import.md shows both.",
}


async def arriving_text(name: str, chunks: AsyncIterator[bytes]) -> bytes:
    """The bytes of a file as they arrive, read no further than the limit.

    Raises:
        IntakeError: when there are more.
    """
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > LIMIT:
            raise IntakeError(name, [Problem(line=0, column="", message=_too_big())])
    return bytes(content)


def read_text(content: bytes, name: str) -> str:
    """The text of a file, without byte-order mark, its lines ended by a line feed.

    Raises:
        IntakeError: when the file is too large, empty, no text, or not in UTF-8.
    """
    for problem in _whole(content):
        raise IntakeError(name, [Problem(line=0, column="", message=problem)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IntakeError(name, [_not_utf8(error)]) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise IntakeError(name, [Problem(line=0, column="", message=EMPTY)])
    if found := _control(text):
        raise IntakeError(name, [found])
    return text


def _whole(content: bytes) -> list[str]:
    if len(content) > LIMIT:
        return [_too_big()]
    return [said for start, said in _BINARY.items() if content.startswith(start)]


def _too_big() -> str:
    return f"The file is too big: at most {LIMIT:,} bytes (20 MB) are taken. Split it by report."


def _not_utf8(error: UnicodeDecodeError) -> Problem:
    before = error.object[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    byte = error.object[error.start]
    return Problem(
        line=before.count(b"\n") + 1,
        column="",
        message=f"Byte {byte:#04x} is not UTF-8 text. Save the file as UTF-8: {EXCEL}.",
    )


def _control(text: str) -> Problem | None:
    """A control character, which no table and no mail can carry."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    message = f"A control character ({ord(found[0]):#04x}) stands here. Delete it."
    return Problem(line=line, column="", message=message)
