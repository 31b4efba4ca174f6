"""The time limit that a recommendation sets in its own words.

A limit at the head of a sentence governs the limbs that the sentence brings in. Where parts have limits of
their own, the latest governs, because the recommendation is not done before its last part is. Whatever needs
a person's eye makes the reading uncertain, and `why` says what it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from lifecycle.dates import long_date, plain_date
from lifecycle.wording_clauses import Clause, Clauses, Place
from lifecycle.wording_leftovers import Leftovers
from lifecycle.wording_mentions import Kind, Mention, read_mentions
from lifecycle.wording_patterns import Folded, fold

__all__ = ["Kind", "Reading", "WordedLimit", "read_wording"]


@dataclass(frozen=True, slots=True)
class WordedLimit:
    """One limit that a text names. `phrase` is text[start:end].

    `limit` is None but for a period ("P6M"; "10 working days"). `due` is the last day; None where the phrase
    alone cannot give it.
    """

    kind: Kind
    limit: str | None
    due: date | None
    phrase: str | None
    start: int | None
    end: int | None

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"kind": self.kind.value, "due": self.due.isoformat() if self.due else None}


NO_LIMIT = WordedLimit(Kind.NONE, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says about when it is due. Where that is not `certain`, a person confirms it: see `why`."""

    governing: WordedLimit
    limits: tuple[WordedLimit, ...]
    certain: bool
    why: str

    def as_json(self) -> dict[str, object]:
        governing = self.governing.as_json()
        return {
            "governing": governing,
            "limits": [limit.as_json() for limit in self.limits],
            "certain": self.certain,
            "why": self.why,
            **{key: governing[key] for key in ("kind", "limit", "due", "phrase")},
        }


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mention with where it stands, and the phrase in quotation marks."""

    mention: Mention
    clause: Clause
    place: Place
    quoted: str

    @property
    def is_aside(self) -> bool:
        return self.place is Place.ASIDE or self.mention.event is not None

    @property
    def is_description(self) -> bool:
        """Whether it tells how work is done at once: no limit, as in "respond immediately to calls"."""
        return self.is_aside and self.mention.kind is Kind.IMMEDIATE


def read_wording(text: str, start: date) -> Reading:
    """The limits in a recommendation's text, counted from `start`: the day of its report or letter."""
    folded = fold(text)
    if not folded.words.strip():
        return Reading(NO_LIMIT, (), False, "There is no text to read.")
    clauses = Clauses(folded)
    mentions, doubts = read_mentions(folded, start)
    leftovers = Leftovers(folded, clauses, [*mentions, *doubts])
    placed = [_placed(mention, clauses, folded) for mention in mentions]
    reasons = [*(doubt.reason for doubt in doubts), *leftovers.unread()]
    limits = [limit for limit in placed if not limit.is_description]
    if not limits:
        return _without_limit([*reasons, *map(_described, placed), *leftovers.hints(start)])
    governing = _governing(limits)
    found = [_worded(limit.mention, text, folded) for limit in limits]
    rivals = [limit for limit in limits if limit is not governing]
    reasons += _reasons(governing, rivals)
    why = _sentences([*_counted(governing, start), *_beside(governing, rivals), *reasons])
    return Reading(found[limits.index(governing)], tuple(found), not reasons, why)


def _without_limit(reasons: Sequence[str]) -> Reading:
    if not reasons:
        return Reading(NO_LIMIT, (), True, "The text sets no time limit.")
    return Reading(NO_LIMIT, (), False, _sentences(["No time limit could be read.", *reasons]))


def _sentences(sentences: Iterable[str]) -> str:
    """Each sentence once."""
    return " ".join(dict.fromkeys(sentences))


def _placed(mention: Mention, clauses: Clauses, folded: Folded) -> _Placed:
    place = clauses.place(
        mention.start,
        mention.end,
        dated=mention.kind in (Kind.DATE, Kind.MONTH),
        at_once=mention.kind is Kind.IMMEDIATE,
    )
    return _Placed(mention, clauses.at(mention.start), place, folded.quote(mention.start, mention.end))


def _worded(mention: Mention, text: str, folded: Folded) -> WordedLimit:
    start, end = folded.original(mention.start, mention.end)
    limit = mention.limit.iso if mention.limit else None
    return WordedLimit(mention.kind, limit, mention.due, text[start:end], start, end)


# Which limit governs


def _governing(limits: Sequence[_Placed]) -> _Placed:
    """The latest of the limits that speak for a sentence; where none does, of those that stand aside."""
    speaking = [limit for group in _groups(limits) for limit in _speaking(group)]
    return max(speaking or limits, key=lambda limit: limit.mention.due or date.min)


def _groups(limits: Iterable[_Placed]) -> Iterable[list[_Placed]]:
    groups: dict[int, list[_Placed]] = {}
    for limit in limits:
        if not limit.is_aside:
            groups.setdefault(limit.clause.group, []).append(limit)
    return groups.values()


def _speaking(group: Sequence[_Placed]) -> list[_Placed]:
    """The limits of a sentence's own clauses, or else of its limbs; in each clause, those at its head."""
    own = [limit for limit in group if limit.clause.lead is None] or group
    headed = {limit.clause for limit in own if limit.place is Place.HEAD}
    return [limit for limit in own if limit.place is Place.HEAD or limit.clause not in headed]


def _agrees(rival: _Placed, governing: _Placed) -> bool:
    """Whether another limit sets the same last day."""
    same_limit = rival.mention.limit == governing.mention.limit
    return (
        not rival.is_aside
        and rival.mention.due == governing.mention.due
        and (same_limit or rival.mention.due is not None)
    )


def _yields(rival: _Placed, governing: _Placed) -> bool:
    """Whether another limit, though different, leaves no doubt about which governs."""
    if rival.is_aside:
        return rival.mention.due is None or rival.mention.due <= (governing.mention.due or date.min)
    return rival.mention.kind is Kind.IMMEDIATE and rival.mention.start > governing.mention.start


# Why


def _counted(governing: _Placed, start: date) -> Iterator[str]:
    due = governing.mention.due
    match governing.mention.kind:
        case Kind.PERIOD if due:
            yield f"{governing.quoted} from {plain_date(start)} ends on {long_date(due)}."
        case Kind.DATE if due:
            yield f"{governing.quoted} makes {long_date(due)} the last day."
        case Kind.IMMEDIATE:
            yield f"{governing.quoted} makes it due from the start, {long_date(start)}."
        case _:
            pass


def _beside(governing: _Placed, rivals: Sequence[_Placed]) -> Iterator[str]:
    """What else the text sets, without harm to the reading."""
    if agreeing := [rival for rival in rivals if _agrees(rival, governing)]:
        yield f"The text sets the same limit {len(agreeing) + 1} times."
    different = (rival for rival in rivals if not _agrees(rival, governing))
    if yielding := [rival for rival in different if _yields(rival, governing)]:
        yield f"{_listed(yielding)} does not govern: it limits a part, or describes the practice."


def _reasons(governing: _Placed, rivals: Sequence[_Placed]) -> Iterator[str]:
    """Why a person should look."""
    yield from governing.mention.doubts
    if governing.is_aside and not governing.mention.event:
        yield f"{governing.quoted} may not be when it is due: it stands aside from what is asked."
    contrary = [rival for rival in rivals if not _agrees(rival, governing) and not _yields(rival, governing)]
    if contrary:
        yield f"Parts have limits of their own ({_listed(contrary)}): {_rule(governing, rivals)}."
    for rival in rivals:
        yield from () if rival.is_aside else rival.mention.doubts


def _rule(governing: _Placed, rivals: Iterable[_Placed]) -> str:
    """Why this limit governs among others."""
    latest = max((rival.mention.due for rival in rivals if rival.mention.due), default=date.min)
    if governing.mention.due and governing.mention.due >= latest:
        return "the latest governs, because the whole is not done before it"
    return "the one for the whole governs"


def _described(at_once: _Placed) -> str:
    return f"{at_once.quoted} describes the practice asked for, not when the recommendation is due."


def _listed(limits: Iterable[_Placed]) -> str:
    return ", ".join(dict.fromkeys(limit.quoted for limit in limits))
