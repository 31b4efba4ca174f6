"""Outcomes, findings, results and dates as the public site writes them."""

from collections.abc import Sequence
from datetime import date

from lifecycle.dates import deadline_text, long_date, plain_date, short_date
from lifecycle.words import Finding
from publication.record import Public

FOUND = {
    Finding.included: "Included",
    Finding.included_commenced: "Included, and begun",
    Finding.included_not_commenced: "Included, not begun",
    Finding.not_included: "Not included",
    Finding.unclear: "Unclear",
    Finding.no_information: "No information",
    Finding.seen_earlier: "No information; seen in an earlier inspection",
    Finding.in_place: "In place",
}
RESULTS = {
    "verified": "Closed: verified by inspection",
    "reissued": "Re-issued",
    "superseded": "Superseded",
    "no_further_action": "No further action",
}


def outcome(word: str) -> str:
    """An outcome as words: "all_in_place" is "All in place"."""
    text = word.replace("_", " ").strip()
    return text[:1].upper() + text[1:] if text else "No outcome recorded"


def finding(found: Finding | None) -> str:
    return FOUND[found] if found else "Not assessed"


def status(case: Public) -> str:
    """Where a case stands today, in a few words."""
    if case.withdrawn:
        return "Letter withdrawn"
    if case.result:
        return RESULTS.get(case.result, outcome(case.result))
    if case.declared_on:
        return "Declared carried out, not verified yet"
    if case.declared_parts:
        return "Declared carried out in part"
    return "Published, its letter not shown" if case.withheld else "Letter published"


def day(on: date | None) -> str:
    return plain_date(on) if on else "none"


def short(on: date | None) -> str:
    return short_date(on) if on else "none"


def counted(number: int, one: str, many: str = "") -> str:
    """1 body, 43 bodies"""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Kent; Kent and Essex; Kent, Essex and Surrey"""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(words: str) -> str:
    """With a capital: a criterion's name reads on from "Your plans include"."""
    return words[:1].upper() + words[1:]


FILTERS = {
    "sentence": sentence,
    "outcome": outcome,
    "finding": finding,
    "status": status,
    "day": day,
    "short": short,
    "long": long_date,
    "deadline": deadline_text,
    "counted": counted,
}
