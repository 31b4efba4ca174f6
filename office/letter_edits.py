"""What an editor changed in a letter, passage by passage, against the template: word by word, and always to be seen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from lifecycle.words import Refused
from office.letter_parts import Edit, Form, Paper, Passage

WORDS = re.compile(r"\S+")


@dataclass(frozen=True)
class Change:
    """Words that stayed (`kept`), came (`added`) or went (`removed`)."""

    what: str
    words: str


@dataclass(frozen=True)
class Changed:
    """A passage in the template's words and in the editor's, and the way from one to the other."""

    id: str
    template: str
    words: str
    diff: tuple[Change, ...]


def edited(paper: Paper, edits: Mapping[str, Edit]) -> Paper:
    """The paper with its edits.

    Raises:
        Refused: when a passage is gone, or the template now says something else than the editor saw.
    """
    there = {passage.id: passage for passage in paper.passages}
    for name, edit in edits.items():
        if name not in there:
            raise Refused(
                f"The letter has no passage {name!r} any more, which was edited: the facts have changed. "
                "Open the letter, and take the edit back or write it elsewhere."
            )
        if there[name].words != edit.template:
            raise Refused(
                f"The passage {name!r} was edited when it said {edit.template!r}; from the facts as they are it "
                f"now says {there[name].words!r}. Open the letter, and keep the edit or take it back."
            )
    return replace(paper, passages=tuple(_worded(passage, edits) for passage in paper.passages))


def _worded(passage: Passage, edits: Mapping[str, Edit]) -> Passage:
    return passage.reworded(edits[passage.id].words) if passage.id in edits else passage


def edits_of(paper: Paper, words: Mapping[str, str]) -> dict[str, Edit]:
    """What is really changed of these passages; words that are the template's own are no edit.

    Raises:
        Refused: for a passage that the letter has not.
    """
    there = {passage.id: passage.words for passage in paper.passages}
    if unknown := sorted(set(words) - set(there)):
        raise Refused(f"The letter has no passage {', '.join(unknown)}. Open it again, and write there.")
    said = {name: _tidy(text) for name, text in words.items()}
    return {name: Edit(text, there[name]) for name, text in said.items() if text != _tidy(there[name])}


def changes(edits: Mapping[str, Edit]) -> tuple[Changed, ...]:
    """Every edit with its difference, word by word."""
    return tuple(
        Changed(name, edit.template, edit.words, difference(edit.template, edit.words))
        for name, edit in edits.items()
    )


def difference(before: str, after: str) -> tuple[Change, ...]:
    """The words that stayed, went and came, in order."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    found: list[Change] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(Change("kept", " ".join(old[i:j])))
            continue
        found += _unless_empty("removed", old[i:j])
        found += _unless_empty("added", new[k:m])
    return tuple(found)


def _unless_empty(what: str, words: Sequence[str]) -> list[Change]:
    return [Change(what, " ".join(words))] if words else []


def _tidy(text: str) -> str:
    """Each line without needless spaces, and no empty line."""
    return "\n".join(line for line in (" ".join(one.split()) for one in text.splitlines()) if line)


def whole(paper: Paper, text: str) -> Paper:
    """The letter with all of its words as somebody wrote them, head to signature."""
    subject = paper.envelope.subject
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    passages = [
        Passage("subject", part, Form.heading) if part == subject else Passage(f"part-{number}", part)
        for number, part in enumerate(parts, 1)
    ]
    return replace(paper, passages=tuple(passages), whole=True)
