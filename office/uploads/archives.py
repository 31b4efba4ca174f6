"""Zip archives of office files, looked into without trusting what they say of themselves."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from zlib import error as ZlibError  # noqa: N812

from office.uploads.refusals import active, not_what_it_says, password, too_large_inside

MOST_ENTRIES = 5_000
MOST_BYTES = 256 * 1024 * 1024  # all entries unpacked
MOST_RATIO = 200  # unpacked to packed, for entries of a megabyte or more
SMALL = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x41  # bits 0 and 6 of the flags: old and strong encryption
_BROKEN = (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, ValueError, RuntimeError, OSError)


@contextmanager
def opened(file: IO[bytes], called: str, most: int = MOST_BYTES) -> Iterator[zipfile.ZipFile]:
    """The archive, when its directory is sane: names, number of entries, sizes, methods, encryption.

    Raises:
        FileRefused: for what is wrong with it, now or while its entries are read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_directory(archive.infolist(), called, most)
            yield archive
    except _BROKEN as error:
        raise not_what_it_says(called) from error


def _refuse_directory(entries: list[zipfile.ZipInfo], called: str, most: int) -> None:
    names = [entry.filename.casefold() for entry in entries]
    if len(names) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > most:
        raise too_large_inside()
    if len(set(names)) < len(names) or any(map(_strays, (entry.orig_filename for entry in entries))):
        raise not_what_it_says(called)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise password()
        if entry.compress_type not in _METHODS:
            raise not_what_it_says(called)
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise too_large_inside()


def _strays(name: str) -> bool:
    """Whether a name would lead out of the folder it is unpacked in, or means one thing here and another there."""
    return bool(re.match(r"/|[A-Za-z]:", name) or re.search(r"[\\\0]", name) or ".." in name.split("/"))


def beginnings(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """Every entry with its first bytes, read to its end: its real size and checksum must be as the directory says."""
    for entry in archive.infolist():
        with archive.open(entry) as stream:
            first = stream.read(16)
            while stream.read(SMALL):
                pass
        yield entry, first


def refuse_what_runs(entry: zipfile.ZipInfo, first: bytes) -> None:
    """Raises FileRefused for a program or an old-style compound file, in which macros and objects travel."""
    if first.startswith(OLE):
        raise active(f"an embedded object ({entry.filename[:80]!r})")
    if first.startswith(PROGRAMS):
        raise active(f"a program ({entry.filename[:80]!r})")
