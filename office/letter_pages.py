"""A letter's paper as text and as a page. The marking stands on it until it is published."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from office.letter_parts import Form, Letter, Paper, Passage
from office.letter_words import FOLDER, Language, Said, day, word

LABELS = ("by_post", "copied_to", "dear", "yours")


@dataclass(frozen=True)
class Paragraph:
    """Passages that are set together."""

    form: Form
    parts: list[Passage]


def letter(paper: Paper, marking: str = "") -> Letter:
    """The paper in its words, as text and page."""
    return Letter(text(paper), page(paper, marking), paper)


def text(paper: Paper) -> str:
    """The words, for a mail."""
    return _environment(html=False).get_template("layout.txt.jinja").render(_shown(paper, "")).strip() + "\n"


def page(paper: Paper, marking: str = "") -> str:
    """The page, with the marking at its head and foot; none when it is published."""
    return _environment(html=True).get_template("layout.html.jinja").render(_shown(paper, marking))


def labels(language: Language, addressee: str) -> dict[str, Said]:
    """The words around the passages. The office is named, and greeted, in the letter's language where it is known."""
    known = {name: word(language, "label", name) for name in LABELS}
    office = _office(language, addressee)
    return {**known, "office": office, "greeted": word(language, "greeted", addressee, office.text)}


def _office(language: Language, title: str) -> Said:
    return word(language, "office", title, title)


def _shown(paper: Paper, marking: str) -> dict[str, object]:
    envelope, said = paper.envelope, labels(paper.language, paper.envelope.addressee)
    return {
        **asdict(envelope),
        **{name: one.text for name, one in said.items() if name != "copied_to"},
        "copied": said["copied_to"].text,
        "date": day(paper.language, envelope.on),
        "signed_by": [_office(paper.language, office).text for office in envelope.signed_by],
        "iso_date": envelope.on.isoformat(),
        "salutation": f"{said['dear'].text} {said['greeted'].text}",
        "language": paper.language.value,
        "whole": paper.whole,
        "marking": marking,
        "blocks": list(_paragraphs(paper.passages)),
    }


def _paragraphs(passages: tuple[Passage, ...]) -> Iterator[Paragraph]:
    """Passages as they are set: those that join, in one paragraph; without words, not at all."""
    current: Paragraph | None = None
    for passage in passages:
        if not passage.words.strip():
            continue
        if passage.joins and current is not None and current.form is Form.text:
            current.parts.append(passage)
            continue
        if current is not None:
            yield current
        current = Paragraph(passage.form, [passage])
    if current is not None:
        yield current


@cache
def _environment(*, html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
