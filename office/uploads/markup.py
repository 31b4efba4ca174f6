"""The XML parts of office files: element names and attributes only, with no document type to expand."""

from collections.abc import Iterator, Mapping
from xml.parsers import expat
from zipfile import ZipFile

from office.uploads.refusals import too_large_inside

MOST_BYTES = 64 * 1024 * 1024
PIECE = 64 * 1024


class BadMarkup(ValueError):  # noqa: N818 - what it is
    """XML that no office program writes."""


def elements(archive: ZipFile, name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The elements of one entry by local name, in order, with their attributes by local name.

    Raises:
        BadMarkup: when it is not XML, or declares a document type (office formats forbid that).
        FileRefused: when it is too long.
    """
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise too_large_inside()
    found: list[tuple[str, Mapping[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((_local(tag), {_local(key): value for key, value in attributes.items()}))

    def doctype(*_: object) -> None:
        raise BadMarkup(f"{name} declares a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        with archive.open(name) as stream:
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
                yield from found
                found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadMarkup(f"{name}: {error}") from error
    yield from found


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
