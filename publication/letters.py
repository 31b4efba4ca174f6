"""Letters as they are published: without their marking, or the notice that stands in the place of one withdrawn."""

import hashlib
from functools import cache
from importlib.metadata import version

from markupsafe import Markup, escape

from models.database import Database
from models.tables import SealedText
from office.letter_pages import page
from office.letter_parts import Paper
from office.letter_pdf import FONTS, pdf
from office.letter_seal import papers_of
from office.letter_words import Language
from publication.record import Public
from publication.templates import fingerprint, render


def languages(case: Public) -> tuple[Language, ...]:
    """The languages in which its letter is published, the first one first."""
    return (Language.english, Language.welsh) if case.welsh else (Language.english,)


def address(case: Public, language: Language) -> str:
    """Where a letter stands, without its ending."""
    welsh = language is Language.welsh
    return f"letters/{case.reference}/{'cy/' if welsh else ''}{case.body}"


class Letters:
    """The letters of a ledger, read when they are asked for: none is kept in memory."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def page(self, case: Public, language: Language = Language.english) -> str:
        """The letter's page; of a withdrawn or withheld one the notice."""
        at = f"{address(case, language)}.html"
        if case.withdrawn:
            return render("withdrawn.html.jinja", at, case=case)
        if case.withheld:
            return render("withheld.html.jinja", at, case=case)
        with self.database.reading() as session:
            text = session.get(SealedText, case.letter)
        return _page(text, case, language, at) if text else render("lost.html.jinja", at, case=case)

    def html(self, case: Public, language: Language) -> bytes:
        return self.page(case, language).encode()

    def pdf(self, case: Public, language: Language) -> bytes:
        """Raises NoPdf."""
        return pdf(self.page(case, language))

    def source(self, case: Public, language: Language, form: str) -> str:
        """What the bytes of a letter depend on: the sealed text, or the notice; and what they are made with."""
        notice = (case.withdrawn, str(case.withdrawn_on), str(case.withheld), str(case.published_on))
        said = (form, language, case.letter, str(case.letter_on), *notice)
        return fingerprint_of("\n".join((*said, case.body_name, case.reference)))


def fingerprint_of(said: str) -> str:
    """Of what a file depends on, of the program, and of what it makes pages and PDFs with."""
    return hashlib.sha256("\n".join((said, fingerprint(), _setter())).encode()).hexdigest()[:16]


def _page(text: SealedText, case: Public, language: Language, at: str) -> str:
    """From its structure, unmarked, where that was sealed; else as it was sealed; a text without page gets one."""
    if papers := papers_of(text):
        return page(_in(language, papers))
    if "html" in text.meta:
        return str(text.meta["html"])
    return render("letter.html.jinja", at, case=case, paragraphs=paragraphs(text.text))


def _in(language: Language, papers: tuple[Paper, ...]) -> Paper:
    return next((paper for paper in papers if paper.language is language), papers[0])


def paragraphs(text: str) -> list[Markup]:
    """A plain text's paragraphs, with their lines."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return [Markup("<br>").join(escape(line) for line in block.strip().split("\n")) for block in blocks]


@cache
def _setter() -> str:
    return " ".join(version(one) for one in ("weasyprint", "jinja2", FONTS.replace("_", "-")))
