"""What comes in at a parser's door: anything at all, and, more cunning, real files with a few bytes changed."""

import os

from hypothesis import settings
from hypothesis import strategies as st

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
"""How many times as many examples as the suite tries, and others each time: `make fuzz`."""


def trying(examples: int) -> settings:
    """So many examples, or more when a longer run is asked for; on CI the suite's own are the same every time."""
    if TIMES == 1:
        return settings(max_examples=examples, deadline=None)
    return settings(max_examples=examples * TIMES, deadline=None, derandomize=False, print_blob=True)


BITS = st.sampled_from(
    [
        *(
            '"',
            "'",
            '"""',
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            ",",
            ";",
            "#",
            "\n",
            "\r\n",
            "\t",
            "\\",
            "\x00",
        ),
        *(
            "\ufeff",
            "\u202e",
            "\ud7ff",
            "é",
            "ŵ",
            "0",
            "-1",
            "1e999",
            "nan",
            "true",
            "2016-02-30",
            "0001-01-01",
        ),
        *(
            "9999-12-31",
            "9" * 5000,
            "[" * 300,
            "a.b.c",
            "x" * 2000,
            "@",
            "<>",
            "=cmd|' /C calc'!A0",
            "../../etc",
        ),
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=40)
    | BITS.filter(lambda bit: "\ud7ff" not in bit),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn, whole: str) -> str:
    """The text with up to four pieces cut out, put in or replaced."""
    text = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 30))
        text = (
            text[:start]
            + draw(BITS | st.text(st.characters(codec="utf-8"), max_size=12))
            + text[start + length :]
        )
    return text


def like(whole: str) -> st.SearchStrategy[bytes]:
    """Bytes: anything, or nearly the real thing."""
    return st.binary(max_size=200) | mutated(whole).map(str.encode)
