"""Offsets that make no sense, and policies damaged at random: read or refused, never a crash."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.policy_checks import never_falls
from lifecycle.policy_reader import PolicyError, read_policy
from tests.unit.builders import FILES, templates
from tests.unit.policy_mistakes import FILE, KNOWN, SHORT

# Offsets


def rung(when):
    text = SHORT.replace('limit = "10 working days"', 'limit = "10 years"').replace(
        "5 working days before", when
    )
    return read_policy(text, FILE, KNOWN).clocks["submission"].rungs[0]


@pytest.mark.parametrize(
    ("when", "limit", "never"),
    [
        ("10 working days before", "10 working days", False),  # as long as the limit: a date may be given
        ("11 working days before", "10 working days", True),
        ("28 days before", "28 days", False),
        ("29 days before", "28 days", True),
        ("20 working days before", "28 days", False),
        ("22 working days before", "28 days", True),  # at least 22 + 4 weekends = 30 days
        ("21 working days before", "28 days", True),
        ("93 days before", "3 months", False),
        ("94 days before", "3 months", True),
        ("66 working days before", "3 months", False),
        ("68 working days before", "3 months", True),
        ("24 days before", "10 working days", False),
        ("25 days before", "10 working days", True),
        ("366 days before", "1 year", False),
        ("367 days before", "1 year", True),
        ("14 days after", "1 day", False),
        ("the day it is due", "1 day", False),
    ],
)
def test_an_offset_longer_than_the_limit_is_impossible(when, limit, never):
    assert never_falls(rung(when), limit) is never


# Any text at all


def refused_or_read(text, file, known):
    """Either is right; anything but a PolicyError is not."""
    try:
        clocks: object = read_policy(text, file, known).clocks
    except PolicyError as error:
        clocks = error.problems
    assert clocks


FRAGMENTS = st.sampled_from(
    [
        "= ",
        "[",
        "]",
        '"',
        "\n",
        "[[",
        "clock",
        "rung",
        "true",
        "-1",
        "{}",
        "[]",
        "09:00",
        "1979-05-27",
        "'",
        "#",
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(
    path=st.sampled_from(FILES),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), FRAGMENTS | st.text(max_size=8)),
        min_size=1,
        max_size=4,
    ),
)
def test_a_damaged_policy_is_read_or_refused_but_never_crashes(path, cuts):
    text = path.read_text("utf-8")
    for place, length, instead in cuts:
        start = int(place * len(text))
        text = text[:start] + instead + text[start + length :]
    refused_or_read(text, path.name, templates())


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("own") | st.times(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def toml(value):
    """A value as TOML, inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, str):
        return (
            '"'
            + "".join(c if c.isalnum() and c.isascii() else f"\\u{min(ord(c), 0xD7FF):04x}" for c in value)
            + '"'
        )
    return str(value) if isinstance(value, int) else str(value).lower()


LINES = [n for n, line in enumerate(SHORT.splitlines()) if " = " in line]


@settings(max_examples=300)
@given(line=st.sampled_from(LINES), value=VALUES)
def test_any_value_of_any_key_is_read_or_refused(line, value):
    lines = SHORT.splitlines()
    lines[line] = f"{lines[line].split(' = ')[0]} = {toml(value)}"
    refused_or_read("\n".join(lines), FILE, KNOWN)
