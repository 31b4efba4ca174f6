"""Letters as tagged PDF: what a machine can check of PDF/UA, the same bytes in every process, and no word elsewhere."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from io import BytesIO

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from office import letter_pdf
from office.letter_pages import page
from office.letter_parts import Kind
from office.letter_pdf import NoPdf, pdf, why_not
from office.letter_words import Language
from tests.office.pdf_ua import faults, roles
from tests.unit.test_letter_variants import made

pytestmark = pytest.mark.skipif(
    bool(why_not()) and os.environ.get("CI") != "true", reason="Pango is not here; on CI it must be"
)
TABLE = "<table><tr><th>Force</th></tr><tr><td>Bedfordshire</td></tr></table>"


def html(body: str, head: str = "<title>A letter</title>") -> str:
    return f'<!DOCTYPE html><html lang="en-GB"><head>{head}</head><body>{body}</body></html>'


@pytest.fixture(scope="module")
def letter() -> bytes:
    return pdf(page(made(Kind.request, 2).paper, "OFFICIAL-SENSITIVE"))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", Language)
def test_every_letter_passes(kind: Kind, language: Language):
    assert faults(pdf(page(made(kind, language=language).paper, "OFFICIAL-SENSITIVE"))) == []


def test_a_letter_has_its_structure(letter: bytes):
    found = roles(letter)
    assert faults(letter) == []
    assert found.count("H1") == 1
    assert found.count("H2") == 2
    assert {"L", "LI", "P", "BlockQuote"} <= set(found)


def test_its_language_and_title_are_its_own():
    with pikepdf.open(BytesIO(pdf(made(Kind.closure, language=Language.welsh).html))) as document:
        assert str(document.Root.Lang) == "cy"
        assert "Bedfordshire Police, 2 Hydref 2017" in str(document.docinfo["/Title"])
        assert set(document.docinfo.keys()) == {"/Title", "/Producer"}  # no date: the clock is not in it


def test_the_same_bytes_in_every_process(letter: bytes):
    told = "from tests.unit.test_letter_variants import *\n" + "\n".join(
        (
            "from office.letter_pdf import pdf",
            "from office.letter_pages import page",
            "import hashlib",
            "print(hashlib.sha256(pdf(page(made(Kind.request, 2).paper, 'OFFICIAL-SENSITIVE'))).hexdigest())",
        )
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    said = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, env=environment
    )
    assert said.stdout.strip() == hashlib.sha256(letter).hexdigest()


def test_the_published_letter_bears_no_marking(letter: bytes):
    paper = made(Kind.request, 2).paper
    assert "OFFICIAL" in page(paper, "OFFICIAL-SENSITIVE")
    assert "OFFICIAL" not in page(paper)
    assert pdf(page(paper)) != letter


@pytest.mark.parametrize(
    "body", ['<img alt="x" src="http://elsewhere.example/a.png">', '<img alt="x" src="file:///etc/passwd">']
)
def test_it_fetches_nothing(body: str):
    with pytest.raises(FatalURLFetchingError):
        pdf(html(f"<h1>A</h1>{body}"))


def test_its_only_typeface_is_ours(letter: bytes):
    with pikepdf.open(BytesIO(letter)) as document:
        fonts = {str(one.BaseFont).split("+")[1] for one in document.objects if "/BaseFont" in _keys(one)}
    assert fonts
    assert {name.split("-")[0] for name in fonts} == {"Letter"}, (
        "a character fell back to a font of the machine"
    )


def _keys(thing: object) -> set[str]:
    return set(thing.keys()) if isinstance(thing, pikepdf.Dictionary) else set()


def test_without_pango_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    for name in [one for one in sys.modules if one.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Missing(), *sys.meta_path])
    letter_pdf._weasyprint.cache_clear()
    with pytest.raises(NoPdf, match="Install Pango"):
        pdf(html(""))
    assert "cannot load library" in why_not()
    monkeypatch.undo()
    letter_pdf._weasyprint.cache_clear()
    assert why_not() == ""


class _Missing(MetaPathFinder):
    """A machine without Pango: WeasyPrint's import fails so."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


def changed(content: bytes, change: Callable[[pikepdf.Pdf], object]) -> list[str]:
    """What the checker says of a document after a change."""
    with pikepdf.open(BytesIO(content)) as document:
        change(document)
        kept = BytesIO()
        document.save(kept)
    return faults(kept.getvalue())


def without(entry: str) -> Callable[[pikepdf.Pdf], object]:
    return lambda document: document.Root.__delitem__(entry)


def without_alternative(document: pikepdf.Pdf) -> None:
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/H2":
            one.S = pikepdf.Name.Figure


def without_fonts(document: pikepdf.Pdf) -> None:
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
            for name in ("/FontFile2", "/FontFile3"):
                if name in one:
                    del one[name]


def untagged(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(b"BT (x) Tj ET")


def deep(document: pikepdf.Pdf) -> None:
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/H2":
            one.S = pikepdf.Name.H4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without("/MarkInfo"), "MarkInfo"),
        (without("/Lang"), "language"),
        (without("/ViewerPreferences"), "DisplayDocTitle"),
        (without("/Metadata"), "no title"),
        (without("/StructTreeRoot"), "StructTreeRoot"),
        (without_alternative, "no alternative text"),
        (without_fonts, "not embedded"),
        (untagged, "neither tagged nor an artifact"),
        (deep, "heading of level 4 follows one of level 1"),
    ],
)
def test_the_checker_finds_what_is_wrong(letter: bytes, change: Callable[[pikepdf.Pdf], object], says: str):
    assert any(says in fault for fault in changed(letter, change))


def test_the_checker_wants_header_cells():
    assert faults(pdf(html(f"<h1>A</h1>{TABLE}"))) == []
    assert "15: a table has no header cell" in faults(pdf(html(f"<h1>A</h1>{TABLE.replace('th>', 'td>')}")))
