"""The words of letters: the same texts in both languages, and who reviewed the Welsh."""

import tomllib
from datetime import date, timedelta
from typing import Any

import pytest
from jinja2 import Environment, meta

from office import letter_words
from office.letter_words import FOLDER, WORDS, Language, day, deadline, unreviewed


def texts(language: Language) -> dict[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / WORDS[language]).read_text(encoding="utf-8"))


def test_every_english_text_has_a_welsh_one_and_each_says_who_reviewed_it():
    english, welsh = texts(Language.english), texts(Language.welsh)
    for section, sentences in english.items():
        assert sentences
        assert set(welsh[section]) == set(sentences), section
    for section in set(welsh) - {"dates"}:
        for name, entry in welsh[section].items():
            assert isinstance(entry, dict), (section, name)
            assert set(entry) == {"reviewed_by", "text"}, (section, name)


def facts(text: str) -> set[str]:
    return meta.find_undeclared_variables(Environment(autoescape=True).parse(text)) - {"noun"}


def test_a_welsh_text_asks_for_the_same_facts_as_the_english():
    """But not for the kind of body where Welsh needs no word for it."""
    welsh = texts(Language.welsh)
    for section, sentences in texts(Language.english).items():
        for name, text in sentences.items():
            assert facts(welsh[section][name]["text"]) == facts(text), (section, name)


def test_all_welsh_texts_wait_for_a_reviewer():
    assert len(unreviewed()) == sum(
        len(names) for section, names in texts(Language.welsh).items() if section != "dates"
    )


def test_a_reviewed_text_may_be_sent(monkeypatch: pytest.MonkeyPatch):
    reviewed = {"label": {"dear": {"text": "Annwyl", "reviewed_by": "A translator"}}}
    monkeypatch.setattr(letter_words, "_wording", lambda language: reviewed)
    assert letter_words.say(Language.welsh, "label", "dear").reviewed
    assert unreviewed() == ()


@pytest.mark.parametrize(
    ("on", "written", "by"),
    [
        (date(2026, 12, 4), "4 Rhagfyr 2026", "erbyn 11:59pm ddydd Gwener 4 Rhagfyr 2026"),
        (date(2017, 5, 31), "31 Mai 2017", "erbyn 11:59pm ddydd Mercher 31 Mai 2017"),
    ],
)
def test_dates_in_welsh(on: date, written: str, by: str):
    assert (day(Language.welsh, on), deadline(Language.welsh, on)) == (written, by)


def test_every_day_and_month_has_a_welsh_name():
    days = [date(2026, 1, 1) + timedelta(days=28 * n) for n in range(13)]
    assert len({day(Language.welsh, one).split(maxsplit=1)[1] for one in days}) == 12
    assert len({deadline(Language.welsh, date(2026, 1, n)).split()[3] for n in range(1, 8)}) == 7
