"""A letter as it is kept: to whom and from whom, and its passages in order, each under an id of its own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache

from pydantic import TypeAdapter

from office.letter_words import FOLDER, Language


class Kind(StrEnum):
    """What a letter is for."""

    request = "request"
    assessment = "assessment"
    progress = "progress"
    revisit = "revisit"
    extension = "extension"
    reminder = "reminder"
    closure = "closure"


@cache
def _own() -> dict[str, tuple[str, ...]]:
    """What every letter of this inspectorate has: head, offices that sign, where to ask."""
    own = tomllib.loads((FOLDER / "letterhead.toml").read_text(encoding="utf-8"))
    return {name: tuple(lines) for name, lines in own.items()}


@dataclass(frozen=True)
class Envelope:
    """To whom and from whom, by office. `kind` is the body's (`police-force`); `note` stands above everything.

    `holder` and `signatory` are the names of those who hold the offices, where they are known.
    """

    body_name: str
    on: date
    subject: str
    addressee: str = "Chief Constable"
    kind: str = "police-force"
    copied_to: str = ""
    contact: str = field(default_factory=lambda: _own()["contact"][0])
    signed_by: tuple[str, ...] = field(default_factory=lambda: _own()["signed_by"])
    note: str = ""
    holder: str = ""
    copy_holder: str = ""
    signatory: str = ""
    letterhead: tuple[str, ...] = field(default_factory=lambda: _own()["letterhead"])


class Form(StrEnum):
    """How a passage is set."""

    text = "text"
    quote = "quote"
    list = "list"
    heading = "heading"


@dataclass(frozen=True)
class Passage:
    """One passage. With `joins` it runs on, in one paragraph, from the one before; `lang` when it is in another
    language than its letter."""

    id: str
    text: str = ""
    form: Form = Form.text
    lines: tuple[str, ...] = ()
    joins: bool = False
    lang: str = ""
    reviewed: bool = True

    @property
    def words(self) -> str:
        """What an editor sees: the text, or the lines of a list."""
        return "\n".join(self.lines) if self.form is Form.list else self.text

    def reworded(self, words: str) -> "Passage":
        """In other words, which a person answers for."""
        if self.form is Form.list:
            kept = tuple(line.strip() for line in words.splitlines() if line.strip())
            return replace(self, lines=kept, reviewed=True)
        return replace(self, text=" ".join(words.split()), reviewed=True)


@dataclass(frozen=True)
class Paper:
    """A letter's structure. `whole`: somebody wrote all of it, head to signature, as the passages."""

    kind: Kind
    language: Language
    envelope: Envelope
    passages: tuple[Passage, ...]
    reviewed: bool = True
    whole: bool = False

    @property
    def sendable(self) -> bool:
        """Whether everything in it may be sent in its language."""
        return self.reviewed and all(passage.reviewed for passage in self.passages)


@dataclass(frozen=True)
class Edit:
    """A passage in other words. `template` is what the template said when it was written."""

    words: str
    template: str


@dataclass(frozen=True)
class Letter:
    """A letter ready to seal: its words, for the mail, its page, and what both are made from.

    `edits` is what was changed against the template, `welsh` the same letter in Welsh, where the body gets both.
    """

    text: str
    html: str
    paper: Paper
    edits: Mapping[str, Edit] = field(default_factory=dict)
    welsh: "Letter | None" = None


PAPER = TypeAdapter(Paper)


def kept(paper: Paper) -> dict[str, object]:
    """The paper as JSON, to seal."""
    found: dict[str, object] = PAPER.dump_python(paper, mode="json")
    return found


def read(sealed: object) -> Paper:
    """The paper from what was sealed."""
    return PAPER.validate_python(sealed)
