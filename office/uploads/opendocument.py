"""ODT and ODS: OpenDocument packages (ISO/IEC 26300-3) without macros, scripts or embedded objects."""

from typing import IO
from zipfile import ZipFile

from office.uploads import archives
from office.uploads.kinds import Kind
from office.uploads.markup import elements
from office.uploads.refusals import active, not_what_it_says, password

MIMETYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
_MACROS = ("basic/", "scripts/", "dialogs/")
_SCRIPTED = ("script", "event-listener")


def check(file: IO[bytes], kind: Kind) -> None:
    """Raises FileRefused unless it is what its name says, and holds nothing that runs."""
    with archives.opened(file, kind.called) as archive:
        _check_kind(archive, kind)
        if any(tag == "encryption-data" for tag, _ in elements(archive, MANIFEST)):
            raise password()
        _check_entries(archive)
        _check_scripts(archive)


def _check_kind(archive: ZipFile, kind: Kind) -> None:
    """The first entry is called mimetype and says, in so many bytes, what the package is (part 2, 3.3)."""
    entries = archive.infolist()
    if not entries or entries[0].filename != MIMETYPE or MANIFEST not in archive.namelist():
        raise not_what_it_says(kind.called)
    if entries[0].file_size > 100 or archive.read(MIMETYPE).strip() != kind.media.encode():
        raise not_what_it_says(kind.called)


def _check_entries(archive: ZipFile) -> None:
    for entry, first in archives.beginnings(archive):
        if entry.filename.lower().startswith(_MACROS):
            raise active("macros")
        archives.refuse_what_runs(entry, first)
        if first.startswith(archives.ZIP):
            raise active(f"another archive ({entry.filename[:80]!r})")


def _check_scripts(archive: ZipFile) -> None:
    """A document can call macros that are installed elsewhere from what happens in it: part 1, 3.13 and 10.3.19."""
    for name in ("content.xml", "styles.xml"):
        if name in archive.namelist() and any(tag in _SCRIPTED for tag, _ in elements(archive, name)):
            raise active("scripts")
