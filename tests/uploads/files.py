"""Files made for these tests: right ones of every kind, and the means to make wrong ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pikepdf

from office.uploads.kinds import KINDS

Entries = Mapping[str, bytes | str]
OOXML = "http://schemas.openxmlformats.org"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


async def stream(content: bytes, piece: int = 64 * 1024) -> AsyncIterator[bytes]:
    for at in range(0, len(content), piece):
        yield content[at : at + piece]


def archive(entries: Entries, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as into:
        for name, content in entries.items():
            into.writestr(zipfile.ZipInfo(name), content, None if name == "mimetype" else method)
    return made.getvalue()


def types(main: str, more: str = "") -> str:
    return (
        f'<Types xmlns="{OOXML}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/main.xml" ContentType="{main}"/>{more}</Types>'
    )


def relationship(kind: str, target: str, mode: str = "External") -> str:
    return (
        f'<Relationships xmlns="{OOXML}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{OOXML}/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="{mode}"/>'
        "</Relationships>"
    )


def office(ending: str = "docx", more: Entries | None = None, *, main: str = "") -> bytes:
    """A DOCX or XLSX, as far as anybody looks before opening it."""
    part = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[ending]
    plain: Entries = {
        "[Content_Types].xml": types(main or f"{KINDS[ending].media}.main+xml"),
        "_rels/.rels": relationship("officeDocument", part, "Internal"),
        part: "<document>A plan</document>",
    }
    return archive({**plain, **(more or {})})


def opendocument(ending: str = "odt", more: Entries | None = None, *, media: str = "") -> bytes:
    plain: Entries = {
        "mimetype": media or KINDS[ending].media,
        "META-INF/manifest.xml": "<manifest><file-entry/></manifest>",
        "content.xml": "<document-content><scripts/><body>A plan</body></document-content>",
    }
    return archive({**plain, **(more or {})})


def pdf(change: Callable[[pikepdf.Pdf], None] = lambda made: None, **options: object) -> bytes:
    made, into = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    change(made)
    made.save(into, **options)  # type: ignore[arg-type]
    return into.getvalue()


def png(width: int = 3, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0\0\0" * 3) * 2)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg(width: int = 3, height: int = 2) -> bytes:
    start = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    return start + b"\xff\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width) + b"\1\1\x11\0\xff\xd9"


GOOD: Mapping[str, bytes] = {
    "plan.pdf": pdf(),
    "plan.docx": office("docx"),
    "plan.xlsx": office("xlsx"),
    "plan.odt": opendocument("odt"),
    "plan.ods": opendocument("ods"),
    "plan.csv": "reference,answer\n2016-1,“Yes” – wir üben\n".encode(),
    "plan.txt": b"We will train every custody officer.\r\n",
    "plan.png": png(),
    "plan.jpg": jpeg(),
    "plan.jpeg": jpeg(),
}


def patched(content: bytes, changes: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The same file with some bytes replaced, each of which must be there."""
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    return content
