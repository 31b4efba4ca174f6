"""DOCX and XLSX: Open Packaging archives (ECMA-376) without macros, embedded objects or things fetched from outside."""

import io
import re
from typing import IO
from zipfile import ZipFile

from office.uploads import archives
from office.uploads.kinds import Kind, kind_of
from office.uploads.markup import elements
from office.uploads.refusals import active, not_what_it_says, password, too_large_inside

TYPES = "[Content_Types].xml"
MOST_NESTED = 50
MOST_NESTED_BYTES = 32 * 1024 * 1024
_MACRO = re.compile(r"vba|macro|activex", re.IGNORECASE)
_MACRO_PARTS = re.compile(
    r"(?:^|/)(?:vba\w*\.(?:bin|xml)|activex/.*|macrosheets/.*|oleobject\w*\.bin)$", re.IGNORECASE
)
_PLAIN_BINARY = re.compile(r"/(?:printersettings|customproperty)\w*/?[^/]*\.bin$", re.IGNORECASE)
_HARMLESS = ("/hyperlink", "/externalLinkPath")
"""What may lie outside: a link that is followed by hand, and the name of a workbook whose values are kept inside."""


def check(file: IO[bytes], kind: Kind) -> None:
    """Raises FileRefused unless it is what its name says, and holds nothing that runs or fetches."""
    if _is_compound(file):
        raise password() if _is_encrypted(file) else not_what_it_says(kind.called)
    with archives.opened(file, kind.called) as archive:
        nested = _check_inside(archive, kind)
        if len(nested) > MOST_NESTED:
            raise too_large_inside()
        for name in nested:
            _check_nested(archive, name, kind)


def _check_inside(archive: ZipFile, kind: Kind) -> list[str]:
    """Answers the names of the archives inside."""
    _check_types(archive, kind)
    _check_relationships(archive)
    return _check_entries(archive)


def _is_compound(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(8) == archives.OLE


def _is_encrypted(file: IO[bytes]) -> bool:
    """Office keeps a document with a password in a compound file (MS-OFFCRYPTO 2.3)."""
    file.seek(0)
    return "EncryptedPackage".encode("utf-16-le") in file.read()


def _check_types(archive: ZipFile, kind: Kind) -> None:
    if TYPES not in archive.namelist():
        raise not_what_it_says(kind.called)
    types = [given.get("ContentType", "") for _, given in elements(archive, TYPES)]
    if any(_MACRO.search(each) for each in types):
        raise active("macros")
    if not any(each == f"{kind.media}.main+xml" for each in types):
        raise not_what_it_says(kind.called)


def _check_relationships(archive: ZipFile) -> None:
    for name in archive.namelist():
        if not name.lower().endswith(".rels"):
            continue
        for _, given in elements(archive, name):
            if given.get("TargetMode", "").lower() == "external" and not given.get("Type", "").endswith(
                _HARMLESS
            ):
                what = given.get("Type", "").rpartition("/")[2] or "part"
                raise active(f"something that is fetched from elsewhere when it is opened ({what[:40]})")


def _check_entries(archive: ZipFile) -> list[str]:
    nested = []
    for entry, first in archives.beginnings(archive):
        name = entry.filename
        if _MACRO_PARTS.search(name):
            raise active("macros or embedded objects")
        if name.lower().endswith(".bin") and not _PLAIN_BINARY.search(name):
            raise active(f"an embedded object ({name[:80]!r})")
        archives.refuse_what_runs(entry, first)
        if first.startswith(archives.ZIP):
            nested.append(name)
    return nested


def _check_nested(archive: ZipFile, name: str, outer: Kind) -> None:
    """Word and Excel keep the figures behind a chart as a workbook inside; it may hold no more than the outer may."""
    kind = kind_of(name)
    if kind is None or kind.family is not outer.family:
        raise active(f"another archive ({name[:80]!r})")
    if archive.getinfo(name).file_size > MOST_NESTED_BYTES:
        raise too_large_inside()
    with archives.opened(io.BytesIO(archive.read(name)), outer.called, MOST_NESTED_BYTES) as inner:
        if _check_inside(inner, kind):
            raise active(f"archives within archives ({name[:80]!r})")
