"""Where a phrase stands in a recommendation: at a head, in the main clause, or aside from what is asked."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count
from typing import Optional

from lifecycle.wording_patterns import PARAGRAPH, Folded

_BULLET = rf"(?:\A|[\n{PARAGRAPH}]) ?(?:[*-]|\(?[0-9a-z]{{1,3}}[.)]) |[•●▪◦‣·○■\uf0b7] ?"
_STOP = r"(?<!\b[eE]\.g)(?<!\b[iI]\.e)(?<!\b[nN]o)[.?!][\"')\]]*[ \n](?=[\"'(\[]*[A-Z])"
_BOUNDARY = re.compile(rf"(?P<bullet>{_BULLET})|(?P<stop>{_STOP}|{PARAGRAPH})|(?P<colon>:(?![0-9]|//))|;")

_MODAL = (
    r"(?:should|must|shall|ought to|(?:will )?needs? to|(?:is|are) (?:required|needed)"
    r"|(?:is|are) (?:required|expected|asked|invited|urged|recommended) to)\b"
)
_OBLIGES = re.compile(rf"\b{_MODAL}")
_RECOMMENDS = re.compile(r"\brecommend(?:s|ed|ation is)?\b(?: that\b)?")
_SUBORDINATES = re.compile(
    r"\b(?:that|which|who|whom|whose|where|when(?:ever)?|if|unless|how|whether|because|so (?:that|it|they)"
    r"|ensur(?:e|es|ing)|mak(?:e|es|ing) sure|satisf(?:y|ies)|plans? to|able to|(?:ability|capacity) to"
    r"|respond(?:s|ing)?|repl(?:y|ies)|acknowledge[sd]?|attend(?:s|ed|ing)?|resolve[sd]?)\b"
)
_STATES = re.compile(r"\b(?:was|were|had|has|have|is|are|did|will|would|told|found|said)\b")
_OUR_ACT = r"(?:we|hmic|hmicfrs|inspectors|the inspectorate) (?:will|shall|intend|plan|aim|expect to|would)\b"
_OURS = re.compile(rf"\b{_OUR_ACT}")

_MODAL_NEXT = re.compile(rf",? {_MODAL}")
_OURS_NEXT = re.compile(rf",? {_OUR_ACT}")
_THAT_NEXT = re.compile(r",? that\b")
_AFTER_MODAL = re.compile(rf"{_MODAL},?(?: (?:also|now|therefore|then|all|each|both|either|at least),?)* ?$")
_AFTER_AND = re.compile(r"\band,? $")
_CONJUNCTION = r"(?:and|or|then|also|in addition|finally|firstly|secondly|thirdly|furthermore)"
_OPENING = re.compile(
    rf"^[ \"'(\[*-]*(?:{_CONJUNCTION},? ?)*[\"'(\[]?$|, [\"'(\[]?$|\brecommend(?:s|ed)?(?: that)?,? $"
    r"|^ ?(?:recommendation|cause of concern|area for improvement|afi) [0-9a-z.-]+ ?-? $"
)
_PARTICIPLE = re.compile(
    r"(?!(?:need|indeed|proceed|exceed|succeed|speed|children|women|men|then|when|often|even)$)"
    r"[a-z-]*(?:ed|en|made|held|kept|dealt)"
)
_HELPERS = frozenset({"be", "been", "being", "have", "has", "is", "are"})
_NEAR = 80


class Place(Enum):
    """Where a phrase stands in its clause."""

    HEAD = auto()
    MAIN = auto()
    ASIDE = auto()


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence, or a limb of one. Limbs share the group of the `lead` that brings them in with a colon."""

    start: int
    end: int
    group: int
    lead: Optional["Clause"] = None


class Clauses:
    """The clauses of a text, with the words that say what each does."""

    def __init__(self, folded: Folded) -> None:
        self._words = folded.words
        self._obliges = _ends(_OBLIGES, folded.words)
        self._recommends = _ends(_RECOMMENDS, folded.words)
        self._subordinates = _starts(_SUBORDINATES, folded.words)
        self._states = _starts(_STATES, folded.words)
        self._ours = _starts(_OURS, folded.words)
        self._clauses = self._split(folded.layout)
        self._clause_starts = [clause.start for clause in self._clauses]

    def at(self, position: int) -> Clause:
        """The clause in which a position lies."""
        return self._clauses[bisect_right(self._clause_starts, position) - 1]

    def place(self, start: int, end: int, *, dated: bool, at_once: bool) -> Place:
        """Where the phrase from `start` to `end` stands.

        A date is no service standard, so a subordinate clause does not set it aside. "Immediately" stands
        aside wherever it tells how work is done rather than when the recommendation is due.
        """
        clause = self.at(start)
        if self._is_ours(clause, start, end) or self._is_statement(clause):
            return Place.ASIDE
        described = self._describes_practice(clause, start, end)
        before = self._before(clause, start)
        if self._opens(clause, start, before):
            is_description = at_once and clause.lead and self._is_subordinate_lead(clause.lead)
            return Place.ASIDE if is_description else Place.HEAD
        if _AFTER_MODAL.search(before):
            return Place.HEAD
        if _follows_participle(before) or (at_once and before.endswith((" to ", " not "))):
            return Place.ASIDE
        if described and not dated:
            return Place.ASIDE
        return Place.HEAD if _AFTER_AND.search(before) else Place.MAIN

    def _split(self, layout: str) -> list[Clause]:
        clauses = []
        groups = count()
        start, group = 0, next(groups)
        lead = last_lead = None
        for boundary in _BOUNDARY.finditer(layout):
            clause = Clause(start, boundary.start(), group, lead)
            match boundary.lastgroup:
                case "colon" if lead is None or self._takes_over(clause, lead):
                    group = group if lead is None else next(groups)
                    lead = last_lead = clause = Clause(start, boundary.start(), group)
                case "stop":
                    group, lead = next(groups), None
                case "bullet":
                    group, lead = (last_lead.group if last_lead else next(groups)), last_lead
            clauses.append(clause)
            start = boundary.end()
        return [*clauses, Clause(start, len(layout), group, lead)]

    def _takes_over(self, clause: Clause, lead: Clause) -> bool:
        """Whether a second colon brings in the limbs: "we recommend: within a month, forces should: …"."""
        return self._obliges_in(clause) and not self._obliges_in(lead)

    def _before(self, clause: Clause, start: int) -> str:
        near = max(clause.start, start - _NEAR)
        return ("" if near == clause.start else "…") + self._words[near:start]

    def _is_ours(self, clause: Clause, start: int, end: int) -> bool:
        """Whether the phrase limits an act of the inspectorate: "we will return within six months"."""
        return _any(self._ours, clause.start, start) or bool(_OURS_NEXT.match(self._words, end))

    def _is_statement(self, clause: Clause) -> bool:
        """Whether the clause tells what was or is, and asks nothing."""
        asks = any(self._asks(asking) for asking in (clause, clause.lead) if asking)
        return not asks and _any(self._states, clause.start, clause.end)

    def _asks(self, clause: Clause) -> bool:
        return self._obliges_in(clause) or _any(self._recommends, clause.start, clause.end + 1)

    def _obliges_in(self, clause: Clause) -> bool:
        return _any(self._obliges, clause.start, clause.end + 1)

    def _opens(self, clause: Clause, start: int, before: str) -> bool:
        return not _any(self._obliges, clause.start, start) and bool(_OPENING.search(before))

    def _is_subordinate_lead(self, lead: Clause) -> bool:
        """Whether a lead-in asks for what its limbs describe: "provide a plan which shows how it will:"."""
        modal = self._modal(lead.start, lead.end + 1)
        return modal is not None and _any(self._subordinates, modal, lead.end)

    def _describes_practice(self, clause: Clause, start: int, end: int) -> bool:
        """Whether the phrase is below the obligation: "should ensure that calls are answered within …"."""
        if _THAT_NEXT.match(self._words, end) or _MODAL_NEXT.match(self._words, end):
            return False
        modal = self._modal(clause.start, start)
        if _any(self._subordinates, clause.start if modal is None else modal, start):
            return True
        if modal is not None:
            return False
        if clause.lead and self._asks(clause.lead):
            return self._is_subordinate_lead(clause.lead)
        return _any(self._obliges, start, clause.end)

    def _modal(self, start: int, end: int) -> int | None:
        """Where the first obligation of a span ends; a recommendation counts where there is no other."""
        first = _first(self._obliges, start, end)
        return first if first is not None else _first(self._recommends, start, end)


def _starts(pattern: re.Pattern[str], words: str) -> list[int]:
    return [match.start() for match in pattern.finditer(words)]


def _ends(pattern: re.Pattern[str], words: str) -> list[int]:
    return [match.end() for match in pattern.finditer(words)]


def _first(marks: Sequence[int], start: int, end: int) -> int | None:
    """The first mark at or after `start` and before `end`."""
    at = bisect_left(marks, start)
    return marks[at] if at < len(marks) and marks[at] < end else None


def _any(marks: Sequence[int], start: int, end: int) -> bool:
    return _first(marks, start, end) is not None


def _follows_participle(before: str) -> bool:
    """Whether a participle without a helper comes just before: "cases opened", not "should be completed"."""
    words = before.split()[-4:]
    return bool(words) and bool(_PARTICIPLE.fullmatch(words[-1])) and not _HELPERS & set(words[:-1])
