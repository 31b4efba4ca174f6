"""The words by which a recommendation says when it is due, as patterns over folded text.

Folded text has lower case, plain quotes and hyphens, and one space between words, so that a pattern reads as
the phrase does, and takes time in proportion to the text.
"""

import re
from dataclasses import dataclass

from lifecycle.dates import DAYS, MONTHS

PARAGRAPH = "\u2029"
_SOFT_HYPHEN = "\u00ad"
_PIECE = re.compile(r"(?P<gap>[\s\u200b\u2060\ufeff]+)|\S")
_LAYOUT = {0: " ", 1: "\n"}
_PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u201b\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
}
_LOWER = {ord("A") + n: chr(ord("a") + n) for n in range(26)} | {ord("\n"): " ", ord(PARAGRAPH): " "}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made plain: `words` for matching; `layout`, of the same length, keeps capitals and line ends."""

    layout: str
    words: str
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The same span in the text as it was given."""
        return self.offsets[start], self.offsets[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """The phrase on one line, in quotation marks."""
        return '"' + " ".join(self.layout[start:end].split()) + '"'


def fold(text: str) -> Folded:
    """The text with white space squeezed and typography made plain, each character with its origin."""
    pieces = [piece for piece in _PIECE.finditer(text) if piece[0] != _SOFT_HYPHEN]
    layout = "".join(
        _LAYOUT.get(piece[0].count("\n"), PARAGRAPH) if piece["gap"] else _PLAIN.get(piece[0], piece[0])
        for piece in pieces
    )
    return Folded(layout, layout.translate(_LOWER), tuple(piece.start() for piece in pieces))


# Numbers

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {
    **{word: n for n, word in enumerate((*_ONES, *_TEENS), 1)},
    **{word: 10 * n for n, word in enumerate(_TENS, 2)},
    "a": 1,
    "an": 1,
    "and": 0,
}
_ONE = "|".join(_ONES)
_TO_99 = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{_ONE}))?|{'|'.join(_TEENS)}|{_ONE})"
_NUMBER = rf"(?:(?:an?|{_ONE}) hundred(?: and {_TO_99})?|{_TO_99}|[0-9]{{1,4}}|an?)\b"


def number(words: str) -> int:
    """28 for "28", "twenty-eight" and "twenty eight"; 120 for "one hundred and twenty"; 1 for "a"."""
    if words.isdigit():
        return int(words)
    total = 0
    for word in re.split("[ -]", words):
        total = total * 100 if word == "hundred" else total + _VALUES[word]
    return total


# Periods

_OUR_REPORT = (
    r"(?:this|our|the|these)(?: (?:inspection|national|overview|full|final|thematic|hmic|hmicfrs|peel))*"
    r" (?:report|letter|recommendations?)(?:'s)?"
)
_PUBLICATION = (
    r"(?:the (?:date|day) of |date of )?"
    rf"(?:(?:the |its )?(?:publication|publishing)(?: date)?(?: of {_OUR_REPORT})?"
    rf"|(?:the )?(?:receipt|issue|issuing) of {_OUR_REPORT}"
    rf"|{_OUR_REPORT}(?: publication| being (?:published|issued|made)| (?:is|was) published)?"
    r"|today|now)\b(?! (?:of|being|to|by|from)\b)"
)
_ANCHOR = rf"(?: (?:of|from|after|following) {_PUBLICATION})"
_COUNT = (
    rf"(?:(?P<count>{_NUMBER})(?:(?: ?- ?| to | or )(?P<upper>{_NUMBER}))?(?: \((?P<again>{_NUMBER})\))?[ -]"
    r"|(?<=next )(?=(?:week|fortnight|month|year)\b))"
    r"(?:(?P<working>working|business) (?=day)|calendar |full |whole )?"
    r"(?P<unit>day|week|fortnight|month|year)s?\b(?:(?:'s?)? (?:time|period)\b)?"
)
_UP_TO = (
    r"(?:(?:the|an?|at most|up to) )?(?:(?:next|coming|first|further|maximum|initial) )?"
    r"(?:(?:period|maximum|total) of )?(?:(?:no|not) more than )?"
)
PERIODS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\bwithin {_UP_TO}{_COUNT}{_ANCHOR}?",
        rf"\b(?:in|over|during|across) (?:the )?(?:next|coming) {_COUNT}{_ANCHOR}?",
        rf"\b(?:by )?(?:no|not) later than {_COUNT}{_ANCHOR}?",
        rf"\bin {_COUNT}(?<= time)",
        rf"(?<![0-9.,½-])\b(?:(?:no|not) more than )?{_COUNT}{_ANCHOR}",
    )
)
OTHER_EVENT = re.compile(
    r"'? (?:of|from|after|following|before|prior to|ahead of|since|starting|beginning) "
    r"(?P<event>(?:(?!should\b|must\b)[a-z0-9'-]+ ?){1,6})"
)

# Dates and months

_NAMES = tuple(month.lower() for month in MONTHS)
_MONTH = rf"(?:{'|'.join(_NAMES)}|sept|{'|'.join(name[:3] for name in _NAMES)})\b\.?"
_YEAR = r"(?:19|20)[0-9]{2}\b(?![/-][0-9])"
_CLOCK = r"(?:midnight|noon|[0-9]{1,2}(?:[.:][0-9]{2})? ?[ap]m|[0-9]{1,2}[.:][0-9]{2}) (?:on )?"
_END = r"(?P<end>(?:the )?(?:end|close)(?: of)?(?: business| play| (?:the )?day)?) (?:on )?"
_BY = (
    r"(?:(?<!not )\b(?P<eve>before|prior to|ahead of|in advance of)"
    r"|\b(?:by )?(?:no|not) later than|\b(?:on|by) or before|\bby(?:,? at the latest,?)?"
    r"|\b(?:deadline|due(?: date)?|target date|completion date)(?: is| of| ?:)?(?: by| on)?) "
    rf"(?:{_END}|{_CLOCK})?"
)
_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(day.lower() for day in DAYS)}),? )?(?:the )?"
_TH = r"(?:st|nd|rd|th)?"
_DATE_FORMS = (
    rf"(?P<day>[0-9]{{1,2}}){_TH}(?: day)?(?: of)?[ -]?(?P<month>{_MONTH})(?:,?[ -](?P<year>{_YEAR}))?",
    rf"(?P<month>{_MONTH}) (?P<day>[0-9]{{1,2}})(?![0-9]){_TH}(?:,? (?P<year>{_YEAR}))?",
    rf"(?P<day>[0-9]{{1,2}})[/.-](?P<month>[0-9]{{1,2}})[/.-](?P<year>{_YEAR})",
    r"(?P<year>(?:19|20)[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})\b",
)
DATES = tuple(re.compile(f"{_BY}{_WEEKDAY}{form}") for form in _DATE_FORMS)
MONTH = re.compile(rf"{_BY}(?:(?P<month>{_MONTH})(?: of)?,? |(?<=end of )|(?<=end ))(?P<year>{_YEAR})")
NAMED_DATE = re.compile(rf"\b(?:[0-9]{{1,2}}{_TH} )?(?P<month>{_MONTH}),? (?P<year>{_YEAR})")


def month_number(words: str) -> int:
    """9 for "september", "sept", "sep." and "09"."""
    if words.isdigit():
        return int(words)
    return next(n for n, name in enumerate(_NAMES, 1) if name[:3] == words[:3])


# At once, and what is no limit

IMMEDIATE = re.compile(
    r"\b(?:with immediate effect|effective immediately|forthwith|straight ?away"
    r"|immediately(?! (?:after|before|following|prior|upon|on|when|available|apparent|adjacent|obvious)\b)"
    r"|(?:take |takes |taking )?immediate (?:and (?:urgent|effective|decisive) )?(?:action|steps|measures)\b)"
)
VAGUE = re.compile(
    r"\b(?:as (?:soon|quickly|early) as (?:is )?(?:reasonably )?(?:possible|practicable|practical)"
    r"|without (?:undue |further |any )?delay|immediate effect"
    r"|as an? (?:matter of (?:urgency|priority)|(?:urgent|immediate) priority)"
    r"|(?:by|before|at) (?:the time of )?(?:our|the) next inspection|by the deadline"
    r"|at the earliest (?:possible )?opportunity|urgently|in due course|in the near future|shortly"
    r"|(?<=should )(?:promptly|quickly|swiftly|rapidly)|immediately)\b"
)
_NEXT = r"(?:the |this |next |early |late |mid-? ?)*"
_TURN = r"(?:the )?(?:(?:end|start|beginning|middle|close|turn) of )?"
_SEASON = r"spring|summer|autumn|winter|christmas|easter|new year|q[1-4]"
_OTHER_YEAR = r"(?:19|20)[0-9]{2}|(?:financial|fiscal|calendar|academic) year"
UNREAD = re.compile(
    r"\bwithin (?!(?:the )?(?:last|past|previous|preceding)\b)"
    r"(?:(?!each\b|every\b|per\b)[\w.,½()'-]+ ){0,4}?"
    r"(?:(?:week|working )?days?|weeks?|fortnights?|months?|quarters?|years?)\b"
    r"|\b(?:in|over|during) (?:the )?(?:next|coming) (?:(?:few|several) )?(?:days|weeks|months|years)\b"
    rf"|\b(?:by|before|(?:no|not) later than|until) {_TURN}{_NEXT}"
    rf"(?:{_MONTH}|(?:{_SEASON}|{_OTHER_YEAR}|(?:first|second|third|fourth|last) quarter)\b)(?: {_YEAR})?"
    rf"|\b(?:by|before) (?:the )?(?:year[ -]end|end of {_NEXT}(?:year|month|quarter)|(?:this|next) year)\b"
    rf"|\bby {_NUMBER} (?:days?|weeks?|months?|years?)\b"
    r"|\b(?:by|before|(?:no|not) later than) [0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{1,4}\b"
)
HOURS = re.compile(rf"\bwithin (?:the (?:next|first) )?{_NUMBER} (?:hour|minute|second)s?\b")
