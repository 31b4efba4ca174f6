"""PDF, opened with pikepdf (qpdf): no password, no scripts, nothing that starts programs, nothing attached."""

import re
from typing import IO, BinaryIO, cast

import pikepdf
from pikepdf import settings

from office.uploads.kinds import Kind
from office.uploads.refusals import active, not_what_it_says, password, too_large_inside

MOST_OBJECTS = 500_000
_MOST_UNPACKED = 64 * 1024 * 1024
_FOUND = {
    "/JavaScript": "JavaScript",
    "/JS": "JavaScript",
    "/XFA": "a form with scripts (XFA)",
    "/Launch": "an order to start a program",
    "/EmbeddedFile": "attached files",
    "/EmbeddedFiles": "attached files",
    "/EF": "attached files",
    "/RichMedia": "embedded media",
}
_MARKS = re.compile(rb"/(?:" + "|".join(name[1:] for name in _FOUND).encode() + rb")(?![A-Za-z0-9])")

# A megabyte can unpack to gigabytes while a file is only opened. qpdf's limits are the whole process's, so they are
# set where pikepdf is first imported, before any thread uses it.
settings.set_qpdf_limits(
    doc_max_warnings=1_000,
    flate_max_memory=_MOST_UNPACKED,
    png_max_memory=_MOST_UNPACKED,
    run_length_max_memory=_MOST_UNPACKED,
    tiff_max_memory=_MOST_UNPACKED,
    dct_max_memory=_MOST_UNPACKED,
)


def check(file: IO[bytes], kind: Kind) -> None:
    """Raises FileRefused unless it is a PDF that only shows."""
    try:
        with pikepdf.open(
            cast(BinaryIO, file), suppress_warnings=True, access_mode=pikepdf.AccessMode.stream
        ) as pdf:
            if pdf.is_encrypted:
                raise password()
            if len(pdf.objects) > MOST_OBJECTS:
                raise too_large_inside()
            for each in pdf.objects:
                _check_object(each)
    except pikepdf.PasswordError as error:
        raise password() from error
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        raise not_what_it_says(kind.called) from error


def _check_object(each: pikepdf.Object) -> None:
    """Written out, names are plain again, however they were disguised; only then are keys and values walked."""
    if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)) and _MARKS.search(
        _written(each)
    ):
        _walk(each)


def _written(each: pikepdf.Object) -> bytes:
    return (each.stream_dict if isinstance(each, pikepdf.Stream) else each).unparse(resolved=True)


def _walk(each: pikepdf.Object) -> None:
    """An indirect part is an object of its own, and comes by itself."""
    parts: list[object] = []
    if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
        for key, value in each.items():
            _refuse_named(key)
            parts.append(value)
    else:
        parts += list(each)
    for part in parts:
        if isinstance(part, pikepdf.Name):
            _refuse_named(str(part))
        elif isinstance(part, (pikepdf.Dictionary, pikepdf.Array)) and not part.is_indirect:
            _walk(part)


def _refuse_named(name: str) -> None:
    if name in _FOUND:
        raise active(_FOUND[name], "Print it to a new PDF")
