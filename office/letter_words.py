"""The words of letters, in English and in Welsh, from `config/templates/letters`. A Welsh text says who reviewed it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

import config
from lifecycle.dates import deadline_text, plain_date

FOLDER = Path(config.__file__).parent / "templates" / "letters"


class Language(StrEnum):
    """A letter's language, as HTML and PDF name it."""

    english = "en-GB"
    welsh = "cy"


WORDS = {Language.english: "wording.toml", Language.welsh: "wording.cy.toml"}


@dataclass(frozen=True)
class Said:
    """A text in its final words. Without `reviewed` nobody has said that its Welsh is right, and it is not sent."""

    text: str
    reviewed: bool = True


def say(language: Language, section: str, sentence: str, **facts: str) -> Said:
    """A sentence of the templates with its facts. KeyError for one that there is not."""
    text, reviewer = _entry(language, section, sentence)
    return Said(_compiled(text).render(facts), language is Language.english or bool(reviewer))


def there_is(section: str, sentence: str) -> bool:
    """Whether the templates have such a sentence."""
    return sentence in _wording(Language.english).get(section, {})


def word(language: Language, section: str, name: str, otherwise: str = "") -> Said:
    """A short word of a section, or else `otherwise`, which nobody has to review."""
    if name not in _wording(language).get(section, {}):
        return Said(otherwise)
    return say(language, section, name)


def unreviewed() -> tuple[str, ...]:
    """The Welsh texts that nobody has reviewed, by section and name."""
    return tuple(
        f"{section}.{name}"
        for section, texts in _wording(Language.welsh).items()
        for name in texts
        if not _entry(Language.welsh, section, name)[1]
    )


def day(language: Language, on: date) -> str:
    """3 November 2026, 3 Tachwedd 2026"""
    if language is Language.english:
        return plain_date(on)
    return f"{on.day} {_dates('months')[on.month - 1]} {on.year}"


def deadline(language: Language, on: date) -> str:
    """by 11:59pm on Tuesday 3 November 2026"""
    if language is Language.english:
        return deadline_text(on)
    return f"erbyn 11:59pm {_dates('days')[on.weekday()]} {day(language, on)}"


def _dates(name: str) -> list[str]:
    """Of the calendar, not of a letter: nobody has to review them."""
    names: list[str] = _files(Language.welsh)["dates"][name]  # type: ignore[assignment]
    return names


def _entry(language: Language, section: str, name: str) -> tuple[str, str]:
    """The text, and who reviewed it."""
    entry = _wording(language)[section][name]
    return (entry, "") if isinstance(entry, str) else (entry["text"], entry["reviewed_by"])


@cache
def _wording(language: Language) -> Mapping[str, Mapping[str, str | Mapping[str, str]]]:
    return {section: texts for section, texts in _files(language).items() if section != "dates"}


@cache
def _files(language: Language) -> Mapping[str, Mapping[str, str | Mapping[str, str]]]:
    return tomllib.loads((FOLDER / WORDS[language]).read_text(encoding="utf-8"))


@cache
def _compiled(text: str) -> Template:
    return Environment(autoescape=False, undefined=StrictUndefined).from_string(text)
