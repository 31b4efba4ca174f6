"""A letter's page as tagged PDF (PDF/UA-1): the same bytes each time, from fonts that come with the program.

WeasyPrint calls Pango, a library of the system. Where that is missing, letters are pages without PDF.
"""

import hashlib
import logging
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

from office.letter_words import FOLDER

FONTS = "font_source_sans_pro"
FACES = {
    "SourceSansPro-Regular.ttf": ("normal", "normal"),
    "SourceSansPro-It.ttf": ("normal", "italic"),
    "SourceSansPro-Bold.ttf": ("bold", "normal"),
}
HOW = "Install Pango (on Debian libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0), and start again."


class NoPdf(Exception):  # noqa: N818 - said to an operator
    """This machine cannot make PDFs; the message says what to install."""


def pdf(page: str) -> bytes:
    """The page as PDF. It fetches nothing but our fonts.

    Raises:
        NoPdf: without Pango.
    """
    weasyprint = _weasyprint()
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheet = weasyprint.CSS(string=_sheet(), font_config=fonts, url_fetcher=_only_fonts())
    made: bytes = weasyprint.HTML(string=page, url_fetcher=_only_fonts()).write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(page.encode()).digest()[:16],
    )
    return made


def why_not() -> str:
    """Why this machine cannot make PDFs; empty when it can."""
    try:
        _weasyprint()
    except NoPdf as missing:
        return str(missing)
    return ""


@cache
def _weasyprint() -> ModuleType:
    try:
        import weasyprint
        import weasyprint.text.fonts
        import weasyprint.urls
    except OSError as missing:  # it loads Pango when it is imported
        raise NoPdf(f"PDFs of letters cannot be made: {str(missing).splitlines()[0]}. {HOW}") from missing
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    found: ModuleType = weasyprint
    return found


@cache
def _sheet() -> str:
    faces = "".join(
        f"@font-face {{ font-family: Letter; font-weight: {weight}; font-style: {style}; "
        f"src: url({(_folder() / name).as_uri()}); }}\n"
        for name, (weight, style) in FACES.items()
    )
    return faces + (FOLDER / "print.css").read_text(encoding="utf-8")


def _folder() -> Path:
    """Without importing it: the package lists its fonts in whatever order the disk has them."""
    spec = find_spec(FONTS)
    if spec is None or spec.origin is None:
        raise NoPdf(f"PDFs of letters cannot be made: {FONTS} is not installed. Run `make run` again.")
    return Path(spec.origin).parent / "files"


@cache
def _only_fonts() -> object:
    """Fetches our fonts. A letter's page may name nothing that lies elsewhere."""
    urls = _weasyprint().urls

    class OnlyFonts(urls.URLFetcher):  # type: ignore[name-defined, misc]
        def fetch(self, url: str, headers: object = None) -> object:
            path = Path(unquote(urlsplit(url).path))
            if urlsplit(url).scheme != "file" or path.parent != _folder():
                raise ValueError(f"A letter fetches nothing, and names {url!r}.")
            return urls.URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})

    return OnlyFonts(fail_on_errors=True)
