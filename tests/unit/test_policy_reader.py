"""Policies as an officer writes them: what loads, and what each mistake is told, by file and key."""

import re
from datetime import time

import pytest

from lifecycle.policy import Anchor, hash_of
from lifecycle.policy_reader import PolicyError, read_policy
from lifecycle.words import Role, Side
from tests.unit.builders import (
    ACCELERATED,
    AREA,
    CONCERN,
    FILES,
    NAMES,
    NATIONAL,
    RESPONSE,
    policy,
    templates,
)
from tests.unit.policy_mistakes import FILE, KNOWN, MISTAKES, OF_MANY, SHORT


def read(text=SHORT):
    return read_policy(text, FILE, KNOWN)


def problems(text):
    """Every problem, which must all name the file."""
    with pytest.raises(PolicyError) as caught:
        read(text)
    assert str(caught.value).splitlines() == [f"{FILE}: {problem}" for problem in caught.value.problems]
    assert caught.value.file == FILE
    return caught.value.problems


# What loads


def test_a_short_policy_is_read_whole():
    short = read()
    clock = short.clocks["submission"]
    before, after = clock.rungs
    assert (short.name, short.version, short.needs_request, short.hash) == ("short", 1, True, hash_of(SHORT))
    assert (clock.owner, clock.limit, clock.met_by) == (Side.body, "10 working days", ("submitted",))
    assert (before.anchor, before.count, before.working, before.at) == (Anchor.before, 5, True, time(9))
    assert (after.to, after.copied_to, after.at) == ((Role.liaison,), (Role.oversight,), time(10, 30))
    assert short.announced_by("submitted")[0].template == "received"
    assert short.clocks_started_by("requested") == (clock,)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_committed_policy_loads_under_its_own_name(path):
    loaded = read_policy(path.read_text("utf-8"), path.name, templates())
    assert path.name == f"{loaded.name}-{loaded.version}.toml"
    assert loaded.hash == hash_of(path.read_text("utf-8"))


def test_each_kind_of_recommendation_is_for_one_policy():
    kinds = [kind for name in NAMES for kind in policy(name).applies_to]
    assert sorted(kinds) == [
        "accelerated cause of concern recommendation",
        "area for improvement",
        "cause of concern recommendation",
        "recommendation",
        "response",
    ]


def test_only_a_national_recommendation_has_a_request_letter():
    assert {
        name: policy(name).needs_request for name in (NATIONAL, CONCERN, ACCELERATED, AREA, RESPONSE)
    } == {
        NATIONAL: True,
        CONCERN: False,
        ACCELERATED: False,
        AREA: False,
        RESPONSE: False,
    }


def test_the_limits_of_the_committed_policies():
    assert policy(NATIONAL).clocks["submission"].limit == "10 working days"
    assert policy(CONCERN).clocks["submission"].limit == "28 days"
    assert policy(ACCELERATED).clocks["submission"].limit == "14 days"
    assert "submission" not in policy(AREA).clocks
    assert policy(RESPONSE).clocks["response"].limit == "56 days beginning with"
    assert policy(RESPONSE).clocks["response"].statutory


def test_the_national_submission_ladder_is_the_one_in_the_brief():
    ladder = [
        (rung.id, [role.value for role in rung.to], [role.value for role in rung.copied_to])
        for rung in policy(NATIONAL).clocks["submission"].rungs
    ]
    assert ladder == [
        ("before-10", ["liaison"], []),
        ("before-5", ["liaison"], []),
        ("before-1", ["liaison"], []),
        ("due", ["liaison"], []),
        ("after-1", ["liaison", "chief_officer"], []),
        ("after-5", ["chief_officer"], ["oversight"]),
        ("after-10", ["lead_inspector"], []),
        ("after-20", ["oversight_group"], []),
    ]


def test_no_rung_tells_the_inspectorates_group_and_the_body_at_once():
    """The proposal to the oversight group is inside the inspectorate only."""
    for name in NAMES:
        for clock in policy(name).clocks.values():
            for rung in clock.rungs:
                told = {*rung.to, *rung.copied_to}
                if Role.oversight_group in told:
                    assert {role.side for role in told} == {Side.inspectorate}


def test_every_duty_of_the_inspectorate_has_a_rung_on_its_day_or_after():
    """A duty whose only reminder is overtaken by its own start would be forgotten: Friday's letter, due on Saturday."""
    for name in (NATIONAL, CONCERN, ACCELERATED):
        for clock in policy(name).clocks.values():
            if clock.owner is Side.inspectorate:
                assert any(rung.anchor is not Anchor.before for rung in clock.rungs)
    assert policy(CONCERN).clocks["publication"].limit == "1 working day"


# Mistakes: the table is in policy_mistakes.py


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_file_and_key(mistake):
    written, instead, said = MISTAKES[mistake]
    assert written in SHORT
    found = problems(SHORT.replace(written, instead))
    assert any(problem.startswith(said) for problem in found), found


@pytest.mark.parametrize("mistake", sorted(set(MISTAKES) - OF_MANY))
def test_one_mistake_is_one_problem(mistake):
    written, instead, _ = MISTAKES[mistake]
    assert len(problems(SHORT.replace(written, instead))) == 1


def test_all_mistakes_are_told_at_once():
    text = (
        SHORT.replace('"overdue"', '"shouting"').replace('["liaison"]', '["sergeant"]').replace("= 1", "= 0")
    )
    assert [problem.split(":")[0] for problem in problems(text)] == [
        "clock.submission.rung[before-5].to",
        "clock.submission.rung[after-1].to",
        "clock.submission.rung[after-1].template",
        "policy.version",
    ]


def test_tables_that_are_missing_or_of_another_shape():
    assert "policy: this table is missing or empty" in problems(SHORT.replace("[policy]", "[polity]"))
    assert problems("[policy]\nname = 'x'")[0].startswith("clock: this table is missing or empty")
    assert "clock.other: this table is missing or empty" in problems(SHORT + "\n[clock.other]\n")
    assert problems(SHORT.replace("[[announce]]", "[announce]")) == ["announce: must be [[announce]] tables"]
    flat = SHORT.replace("[[clock.submission.rung]]", "[clock.submission.rung]", 1)
    assert problems(flat)[0].startswith("not TOML: ")
    bare = re.sub(r"\[\[clock.submission.rung\]\].*?(?=\n\[\[announce)", "rung = 3\n", SHORT, flags=re.S)
    assert problems(bare) == ["clock.submission.rung: must be [[clock.submission.rung]] tables"]


@pytest.mark.parametrize("text", ["{", "a = ", "a = 1\na = 2", "n = " + "1" * 5000, "a = " + "[" * 5000])
def test_what_is_not_toml_is_told_so(text):
    assert problems(text)[0].startswith("not TOML: ")
