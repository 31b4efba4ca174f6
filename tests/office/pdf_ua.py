"""What a machine can check of PDF/UA-1 (ISO 14289-1; the Matterhorn Protocol's conditions), in words.

It does not check what only a person can: whether the reading order makes sense, and alternative texts say what is seen.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

HEADING = re.compile(r"/H([1-6])$")
PAINTS = frozenset(
    ["Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "EI", "BI"]
)


def faults(content: bytes) -> list[str]:
    """Everything that is wrong; empty for a document that passes."""
    with pikepdf.open(BytesIO(content)) as document:
        return [
            *_catalogue(document),
            *_title(document),
            *_structure(document),
            *_fonts(document),
            *(
                fault
                for page in document.pages
                for fault in _page(page, document.Root.get("/StructTreeRoot"))
            ),
        ]


def roles(content: bytes) -> list[str]:
    """The structure elements in reading order, such as `H1`, `P`, `L`."""
    with pikepdf.open(BytesIO(content)) as document:
        return [str(element.get("/S", "")).lstrip("/") for element in _elements(document)]


def words(content: bytes) -> str:
    """What can be read on the pages, by what the fonts say of their signs."""
    with pikepdf.open(BytesIO(content)) as document:
        return " ".join("".join(_shown(page)) for page in document.pages)


def _shown(page: pikepdf.Page) -> Iterator[str]:
    fonts = {name: _signs(font) for name, font in page.Resources.Font.items()}
    signs: dict[bytes, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        name = str(instruction.operator)
        if name == "Tf":
            signs = fonts[str(operands[0])]
        elif name in ("Tj", "TJ"):
            parts = operands[0] if name == "TJ" else operands
            for raw in (bytes(part) for part in parts if isinstance(part, pikepdf.String)):
                yield "".join(signs.get(raw[n : n + 2], "?") for n in range(0, len(raw), 2))
        elif name == "ET":
            yield " "


def _signs(font: Any) -> dict[bytes, str]:
    table = font.ToUnicode.read_bytes().decode("latin-1")
    pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>", table, re.IGNORECASE)
    return {bytes.fromhex(sign): bytes.fromhex(said).decode("utf-16-be") for sign, said in pairs}


def _catalogue(document: pikepdf.Pdf) -> Iterator[str]:
    root: Any = document.Root
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "06: the document does not say that it is tagged (MarkInfo)"
    if not str(root.get("/Lang", "")):
        yield "11: no language is given for the document"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "07: the title is not shown in the window (DisplayDocTitle)"
    if document.is_encrypted:
        yield "26: the document is encrypted"


def _title(document: pikepdf.Pdf) -> Iterator[str]:
    said = document.open_metadata()
    if not said.get("dc:title"):
        yield "06: the metadata have no title"
    if said.get("pdfuaid:part") != "1":
        yield "06: the metadata do not name PDF/UA-1"


def _structure(document: pikepdf.Pdf) -> Iterator[str]:
    elements = list(_elements(document))
    if not elements:
        yield "01: nothing is in the structure tree (StructTreeRoot)"
    named = [str(element.get("/S", "")) for element in elements]
    yield from _headings([int(found[1]) for one in named if (found := HEADING.match(one))])
    for element, role in zip(elements, named, strict=True):
        kids = [str(kid.get("/S", "")) for kid in _below(element)]
        if role == "/Figure" and not str(element.get("/Alt", "")):
            yield "13: a figure has no alternative text"
        if role == "/Table" and "/TH" not in kids:
            yield "15: a table has no header cell"
        if role == "/LI" and str(element.get("/P", {}).get("/S", "")) != "/L":
            yield "16: a list item stands outside a list"


def _headings(levels: list[int]) -> Iterator[str]:
    before = 0
    for level in levels:
        if level > before + 1:
            yield f"14: a heading of level {level} follows one of level {before}"
        before = level


def _fonts(document: pikepdf.Pdf) -> Iterator[str]:
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Dictionary) or thing.get("/Type") != "/Font":
            continue
        if thing.get("/Subtype") == "/Type0":
            if "/ToUnicode" not in thing:
                yield f"10: {thing.get('/BaseFont')} does not say which characters it shows (ToUnicode)"
            continue
        descriptor: Any = thing.get("/FontDescriptor", {})
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            yield f"31: the font {thing.get('/BaseFont')} is not embedded"


def _page(page: pikepdf.Page, tree: Any) -> Iterator[str]:
    known = _owned(page, tree)
    open_marks: list[bool] = []
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        name = str(instruction.operator)
        if name in ("BMC", "BDC"):
            mark = (
                operands[1].get("/MCID")
                if name == "BDC" and isinstance(operands[1], pikepdf.Dictionary)
                else None
            )
            if mark is not None and int(mark) not in known:
                yield f"01: marked content {mark} is in no structure element"
            open_marks.append(mark is not None or str(operands[0]) == "/Artifact")
        elif name == "EMC":
            open_marks.pop()
        elif name in PAINTS and not any(open_marks):
            yield f"01: something is painted ({name}) that is neither tagged nor an artifact"
    for annotation in page.obj.get("/Annots", []):
        if "/StructParent" not in annotation:
            yield "28: a link or other annotation is not in the structure"
        if page.obj.get("/Tabs") != "/S":
            yield "28: the tab order of a page with annotations does not follow the structure"


def _owned(page: pikepdf.Page, tree: Any) -> set[int]:
    """The marked content of a page that its structure elements own."""
    number = page.obj.get("/StructParents")
    if number is None or tree is None:
        return set()
    parents = pikepdf.NumberTree(tree.ParentTree).get(int(number))
    return {mark for mark, parent in enumerate(parents or []) if parent is not None}


def _elements(document: pikepdf.Pdf) -> Iterator[Any]:
    root = document.Root.get("/StructTreeRoot")
    if root is not None:
        yield from _below(root)


def _below(element: Any) -> Iterator[Any]:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _below(kid)
