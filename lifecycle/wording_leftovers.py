"""What is left of a text after its limits are read, and may yet mean one: the reader's reasons for doubt."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date

from lifecycle.wording_clauses import Clauses, Place
from lifecycle.wording_mentions import Doubt, Mention
from lifecycle.wording_patterns import HOURS, NAMED_DATE, UNREAD, VAGUE, Folded, month_number


class Leftovers:
    """The words of a text that no mention took."""

    def __init__(self, folded: Folded, clauses: Clauses, taken: Iterable[Mention | Doubt]) -> None:
        self._folded = folded
        self._clauses = clauses
        self._words = _without(folded.words, taken)

    def unread(self) -> Iterator[str]:
        """Limits in words that cannot be counted, such as "by the end of the financial year"."""
        yield from (
            f"{quoted} cannot be counted." for quoted, place in self._uncounted() if place is not Place.ASIDE
        )

    def hints(self, start: date) -> Iterator[str]:
        """What matters only where the text sets no limit."""
        for match in VAGUE.finditer(self._words):
            yield f"{self._folded.quote(*match.span())} names no day."
        for quoted, place in self._uncounted():
            if place is Place.ASIDE:
                yield f"{quoted} stands aside from what is asked, and cannot be counted."
        for match in HOURS.finditer(self._words):
            if self._place(*match.span()) is Place.HEAD:
                yield f"{self._folded.quote(*match.span())} counts hours or minutes: a standard, not a limit."
        for match in NAMED_DATE.finditer(self._words):
            if _last_day(match["year"], match["month"]) >= start:
                yield f"{self._folded.quote(*match.span())} is named, but not as a limit."

    def _uncounted(self) -> Iterator[tuple[str, Place]]:
        for match in UNREAD.finditer(self._words):
            yield self._folded.quote(*match.span()), self._place(*match.span())

    def _place(self, start: int, end: int) -> Place:
        return self._clauses.place(start, end, dated=False, at_once=False)


def _without(words: str, taken: Iterable[Mention | Doubt]) -> str:
    """The words with what was taken blanked out, at the same length."""
    pieces, end = [], 0
    for phrase in sorted(taken, key=lambda phrase: phrase.start):
        pieces += [words[end : phrase.start], "\0" * (phrase.end - phrase.start)]
        end = phrase.end
    return "".join([*pieces, words[end:]])


def _last_day(year: str, month: str) -> date:
    return date(int(year), month_number(month), monthrange(int(year), month_number(month))[1])
