"""Does a file hold what its name says, and nothing that could act? One way in for every kind."""

from typing import IO

import puremagic

from office.uploads import office_files, opendocument, pdf_files, pictures, plain_text
from office.uploads.archives import OLE, ZIP
from office.uploads.kinds import KINDS, Family, Kind
from office.uploads.refusals import not_what_it_says

HEAD = 4096
_BINARY = {kind.media for kind in KINDS.values() if kind.family is not Family.text}
_CONTAINERS = (Family.office, Family.opendocument)


def inspect(file: IO[bytes], kind: Kind) -> str:
    """What to tell the person who uploaded it, usually nothing.

    Raises:
        FileRefused: with the reason, and what to do next.
    """
    file.seek(0)
    _narrow(file.read(HEAD), kind)
    file.seek(0)
    match kind.family:
        case Family.pdf:
            pdf_files.check(file, kind)
        case Family.office:
            office_files.check(file, kind)
        case Family.opendocument:
            opendocument.check(file, kind)
        case Family.picture:
            pictures.check(file, kind)
        case Family.text:
            return plain_text.check(file, kind)
    return ""


def _narrow(head: bytes, kind: Kind) -> None:
    """puremagic knows the beginnings of files. It calls every zip a DOCX, so of those it only says that it is one."""
    if kind.family in _CONTAINERS:
        if not head.startswith((ZIP, OLE)):
            raise not_what_it_says(kind.called)
        return
    known = _media(head)
    right = not known & _BINARY if kind.family is Family.text else kind.media in known
    if not right:
        raise not_what_it_says(kind.called)


def _media(head: bytes) -> set[str]:
    try:
        return {each.mime_type for each in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()
