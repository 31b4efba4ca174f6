"""The kinds of file that are taken in: nothing else is (ASVS 5.0, V5.2.2)."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """How a file is looked into."""

    pdf = "pdf"
    office = "office"
    opendocument = "opendocument"
    text = "text"
    picture = "picture"


@dataclass(frozen=True)
class Kind:
    """A kind of file by its ending. `media` is what its content must be, and how it is served."""

    ending: str
    media: str
    family: Family

    @property
    def called(self) -> str:
        return self.ending.upper()


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

KINDS = {
    kind.ending: kind
    for kind in (
        Kind("pdf", "application/pdf", Family.pdf),
        Kind("docx", f"{_OFFICE}.wordprocessingml.document", Family.office),
        Kind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", Family.office),
        Kind("odt", f"{_OPEN}.text", Family.opendocument),
        Kind("ods", f"{_OPEN}.spreadsheet", Family.opendocument),
        Kind("csv", "text/csv", Family.text),
        Kind("txt", "text/plain", Family.text),
        Kind("png", "image/png", Family.picture),
        Kind("jpg", "image/jpeg", Family.picture),
        Kind("jpeg", "image/jpeg", Family.picture),
    )
}
ENDINGS = tuple(KINDS)


def kind_of(name: str) -> Kind | None:
    """The kind that a name's ending says, or None when it is not taken in."""
    return KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None
