"""The live sample: on whatever day it is loaded, all of it opens, and there is something to see of each sort."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlmodel import select

from config.calendar_files import load_calendars
from config.policy_files import fill_shelf
from lifecycle.calendars import Division
from lifecycle.case import Case, fold_all
from lifecycle.dates import LONDON
from lifecycle.events import Notify
from lifecycle.opening import Opening, open_case
from lifecycle.rules import Rules, rules_for
from lifecycle.words import ENDS, Stage
from models.database import Database
from models.tables import Body, CaseRow, Order, Person, PersonRole, Recommendation, Report, SealedText
from office.people import find_actor
from office.reference import load_reference
from office.rights import role_for
from office.sample import build_sample, load_sample
from office.sample_file import FILE, day_of, read_sample
from office.sealing import seal
from tests.unit.intake_files import put_cases

REGISTER = Path(__file__).parents[3] / "shared" / "data" / "recommendations.csv"
ENGLAND = load_calendars().of(Division.ENGLAND_AND_WALES)
TODAY = date(2025, 11, 24)
SEED = "seed-2016-legitimacy-asg"
FOUR_HUNDRED = [date(2025, 3, 1) + timedelta(days=n) for n in range(400)]
HOLIDAYS = [
    *(date(2025, 12, 24) + timedelta(days=n) for n in range(10)),
    *(date(2026, 4, 2) + timedelta(days=n) for n in range(6)),
    *(date(2026, 12, 23) + timedelta(days=n) for n in range(12)),
]


@pytest.fixture(scope="module", autouse=True)
def _shelf() -> None:
    fill_shelf()


@cache
def rules_of(policy_hash: str, calendar_hash: str, division: str) -> Rules:
    return rules_for(policy_hash, calendar_hash, division)


def opened(today: date, at: time = time(12)) -> Iterator[tuple[Opening, Case]]:
    """Each opening with its case, opened at some time of the day."""
    now = datetime.combine(today, at, LONDON).astimezone(UTC)
    for opening in build_sample(today).openings:
        yield opening, case_of(opening, now)


def case_of(opening: Opening, now: datetime) -> Case:
    rules = rules_of(opening.policy_hash, opening.calendar_hash, opening.division)
    return fold_all(Case(id=opening.id), open_case(opening, now, rules))


def one_of_each(today: date) -> Iterator[tuple[Opening, Case]]:
    """As `opened`, but only the first of those bodies that share a recommendation and a past."""
    first: dict[tuple[object, ...], Opening] = {}
    for opening in build_sample(today).openings:
        first.setdefault((opening.reference, *((act.kind, act.on) for act in opening.past)), opening)
    now = datetime.combine(today, time(12), LONDON).astimezone(UTC)
    return ((opening, case_of(opening, now)) for opening in first.values())


def sorts(today: date) -> dict[str, int]:
    """How many cases there are of each sort on a day, all told that differ."""
    soon = ENGLAND.add_working_days(today, 3)
    found = dict.fromkeys(
        (
            *("due in a few days", "due now", "overdue", "long overdue", "waiting for an inspector"),
            *(
                "assessment overdue",
                "awaiting authorisation",
                "letter to send",
                "under embargo",
                "a document asked",
            ),
            *("area for improvement", "cause of concern", "accelerated", "a response", "published", "ended"),
        ),
        0,
    )
    for opening, case in one_of_each(today):
        running = {clock.kind: clock.due for clock in case.running() if clock.due}
        submission, assessment = running.get("submission"), running.get("assessment")
        next_working = ENGLAND.on_or_after(today)
        found["due in a few days"] += bool(submission and today < submission <= soon)
        found["due now"] += bool(submission and today <= submission <= next_working)
        found["overdue"] += bool(submission and submission < today)
        found["long overdue"] += bool(submission and submission < today - timedelta(days=28))
        found["waiting for an inspector"] += case.stage is Stage.submitted
        found["assessment overdue"] += bool(assessment and assessment < today)
        found["awaiting authorisation"] += case.stage is Stage.assessed
        found["letter to send"] += case.stage is Stage.authorised
        found["under embargo"] += case.stage is Stage.letter_sent and running["publication"] > today
        found["a document asked"] += "document" in running
        found["area for improvement"] += opening.policy == "area-for-improvement"
        concern = opening.policy == "cause-of-concern" and submission is not None and submission >= today
        found["cause of concern"] += concern and submission == opening.issued_on + timedelta(days=28)
        found["accelerated"] += opening.policy == "accelerated-cause-of-concern" and not case.ended
        found["a response"] += opening.id.startswith("response/") and running["response"] >= today
        found["published"] += case.stage is Stage.published
        found["ended"] += case.stage in ENDS
    return found


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_on_400_days_all_of_it_opens_and_there_is_something_of_each_sort(start):
    for today in FOUR_HUNDRED[start : start + 50]:
        assert [sort for sort, count in sorts(today).items() if not count] == [], today


@pytest.mark.parametrize("today", HOLIDAYS)
def test_holidays_are_days_like_others(today):
    assert [sort for sort, count in sorts(today).items() if not count] == []


@pytest.mark.parametrize("at", [time(0), time(0, 30), time(9), time(23, 59)])
@pytest.mark.parametrize("today", [date(2026, 3, 29), date(2026, 10, 25), TODAY])
def test_it_opens_at_any_time_of_the_day(today, at):
    assert len(list(opened(today, at))) == len(build_sample(today).openings)


def test_the_sample_of_a_day_is_always_the_same():
    assert build_sample(TODAY) == build_sample(TODAY)


def test_the_recommendation_of_2016_goes_to_all_43_forces_at_staggered_stages():
    cases = {case.id: case for opening, case in opened(TODAY) if opening.reference == SEED}
    assert len(cases) == 43
    stages = [case.stage for case in cases.values()]
    assert {stage: stages.count(stage) for stage in set(stages)} == {
        Stage.requested: 28,
        Stage.submitted: 11,
        Stage.assessed: 2,
        Stage.authorised: 1,
        Stage.letter_sent: 1,
    }
    bedfordshire = cases[f"recommendation/{SEED}/bedfordshire"]
    assert bedfordshire.clocks["submission"].due == ENGLAND.add_working_days(TODAY, 2)
    assert bedfordshire.criteria == ("strategy", "ccu-review", "it-monitoring", "support-bodies")


def test_nobody_is_told_of_what_is_past():
    now = datetime.combine(TODAY, time(12), UTC)
    told: list[Notify] = []
    for opening in build_sample(TODAY).openings:
        rules = rules_of(opening.policy_hash, opening.calendar_hash, opening.division)
        told += [notify for event in open_case(opening, now, rules) for notify in event.notify]
    assert told == []


def test_everything_says_that_its_dates_are_made_up():
    sample = build_sample(TODAY)
    assert all(report.sample for report in sample.reports)
    sources = {act.source for opening in sample.openings for act in opening.past}
    assert sources == {"sample: dates moved to today"} == {opening.source for opening in sample.openings}
    assert all("ample" in paper.text or paper.kind == "reason" for paper in sample.papers)


def test_every_act_was_taken_by_somebody_who_may(database):
    load_reference(database)
    with database.reading() as session:
        for opening in build_sample(TODAY).openings:
            for act in opening.past:
                assert act.on is not None
                actor = find_actor(session, act.actor, act.on)
                assert role_for(actor, act.kind, opening.body, opening.oversight) in {act.role, "liaison"}


def test_no_person_both_assessed_and_authorised():
    for opening in build_sample(TODAY).openings:
        by = {act.kind: act.actor for act in opening.past}
        assert "authorise" not in by or by["authorise"] != by["complete_assessment"]


def test_references_limits_and_sources_are_those_of_the_register():
    if not REGISTER.is_file():
        pytest.skip("the register is not beside this checkout")
    register = REGISTER.read_text(encoding="utf-8")
    for report in build_sample(TODAY).reports:
        assert report.source in register
        assert report.title.partition(" (Buck")[0].partition(" (Glou")[0] in register
        for one in report.recommendations:
            assert f",{one.reference}," in register.lower()
            assert one.due.phrase in register


def test_only_the_recommendation_that_its_letter_quotes_is_quoted():
    quoted = {
        one.reference
        for report in build_sample(TODAY).reports
        for one in report.recommendations
        if one.quoted
    }
    assert quoted == {SEED}
    letter = REGISTER.parent / "letters" / "bedfordshire-2017-10-02.txt"
    if letter.is_file():
        [text] = [one.quoted for r in build_sample(TODAY).reports for one in r.recommendations if one.quoted]
        assert text in letter.read_text(encoding="utf-8")


def test_no_text_of_the_register_was_copied_but_that_one():
    if not REGISTER.is_file():
        pytest.skip("the register is not beside this checkout")
    register = re.sub(r"\s+", " ", REGISTER.read_text(encoding="utf-8")).lower()
    for report in build_sample(TODAY).reports:
        for one in report.recommendations:
            for words in eights(f"{one.summary} {' '.join(c.summary for c in one.criteria)}"):
                assert words not in register, one.reference


def eights(text: str) -> Iterator[str]:
    """Every run of eight words."""
    words = text.lower().split()
    return (" ".join(words[n : n + 8]) for n in range(len(words) - 7))


@pytest.mark.parametrize(
    ("said", "today", "day"),
    [
        ("today", date(2025, 12, 25), date(2025, 12, 25)),
        ("1 working day ago", date(2025, 12, 29), date(2025, 12, 24)),
        ("in 2 working days", date(2025, 12, 24), date(2025, 12, 30)),
        ("10 working days ago", date(2017, 5, 31), date(2017, 5, 16)),
    ],
)
def test_days_are_counted_in_working_days(said, today, day):
    assert day_of(said, today) == day


@pytest.mark.parametrize("said", ["", "yesterday", "2 days ago", "in 2 working days "])
def test_other_words_for_a_day_are_refused(said):
    with pytest.raises(ValueError, match="is not 'today'"):
        day_of(said, TODAY)


def test_every_day_in_the_file_is_understood():
    text = FILE.read_text(encoding="utf-8")
    for said in re.findall(r'\b(?:on|due|published) = "(.*?)"', text):
        day_of(said, TODAY)
    assert read_sample().source in text


# Loading


@pytest.fixture
def ledger(database: Database) -> Database:
    load_reference(database)
    return database


def load(database: Database, today: date = TODAY) -> tuple[Opening, ...]:
    return load_sample(database, today, datetime.combine(today, time(12), UTC))


def test_loading_writes_rows_and_papers_and_answers_the_openings(ledger):
    openings = load(ledger)
    sample = build_sample(TODAY)
    assert openings == tuple(sample.openings)
    with ledger.reading() as session:
        assert {one.id for one in session.exec(select(Report))} == {one.id for one in sample.reports}
        assert all(one.illustrative for one in session.exec(select(Recommendation)))
        sealed = {one.id: one.text for one in session.exec(select(SealedText))}
        assert sealed == {paper.id: paper.text for paper in sample.papers}
        assert session.get_one(Report, "bucks-frs-2021").overview_published_on is not None
        assert session.get_one(Report, "peel-legitimacy-2016").overview_published_on is None
        orders = {one.id for one in session.exec(select(Order))}
        assert {act.order for one in openings for act in one.past if act.kind == "publish"} <= orders
        bodies = set(session.exec(select(Body.id)))
        assert {one.body for one in openings} <= bodies


def test_a_paper_has_the_id_that_sealing_gives_it(ledger):
    with ledger.writing() as session:
        for paper in build_sample(TODAY).papers[:20]:
            assert (
                seal(session, paper.kind, paper.text, datetime(2025, 1, 1, tzinfo=UTC), of=paper.of)
                == paper.id
            )


def test_loading_again_goes_on_with_the_dates_of_the_first_day(ledger):
    first = load(ledger)
    put_cases(ledger, first[:10])
    assert load(ledger, TODAY + timedelta(days=3)) == first[10:]


def test_once_all_is_there_nothing_happens(ledger):
    put_cases(ledger, load(ledger))
    assert load(ledger) == ()
    with ledger.reading() as session:
        assert len(session.exec(select(CaseRow)).all()) == len(build_sample(TODAY).openings)


def test_everybody_in_it_is_registered(ledger):
    with ledger.reading() as session:
        people = set(session.exec(select(Person.id)))
        owners = set(session.exec(select(PersonRole.owner)))
    acted = {act.actor for one in build_sample(TODAY).openings for act in one.past}
    assert acted <= people
    assert {one.body for one in build_sample(TODAY).openings} <= owners
