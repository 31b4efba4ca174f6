"""CSV and TXT: text in UTF-8, or in Windows-1252 with a word about it. No NUL, and no other control characters."""

import codecs
import re
from typing import IO

from office.uploads.kinds import Kind
from office.uploads.refusals import FileRefused, not_what_it_says

OLD = "This file is not UTF-8. It is read as Windows-1252; check that accents, dashes and pound signs are right."
PIECE = 1024 * 1024
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check(file: IO[bytes], kind: Kind) -> str:
    """What to say about it, usually nothing.

    Raises:
        FileRefused: when it is not text, or text that others could not read.
    """
    if file.read(2) in _WIDE:
        raise FileRefused(
            "content",
            f"The selected file is {kind.called} in UTF-16, which others may not be able to read. Save it as UTF-8 "
            "(in Excel: CSV UTF-8), and upload that.",
        )
    for encoding, note in (("utf-8", ""), ("cp1252", OLD)):
        try:
            _read(file, encoding, kind)
        except UnicodeDecodeError:
            continue
        return note
    raise not_what_it_says(kind.called)


def _read(file: IO[bytes], encoding: str, kind: Kind) -> None:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    piece = b"begin"
    while piece:
        piece = file.read(PIECE)
        if _CONTROLS.search(decoder.decode(piece, final=not piece)):
            raise not_what_it_says(kind.called)
