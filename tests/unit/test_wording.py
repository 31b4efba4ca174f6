"""The time limits that recommendations set in their own words."""

import csv
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.wording import Kind, Reading, read_wording

START = date(2016, 12, 8)
RECORDS = Path(__file__).parents[3] / "shared" / "data" / "recommendations.csv"
NO_WORDING = ("", "(none set by HMICFRS; local date)")


def read(text: str, start: date = START) -> Reading:
    return read_wording(text, start)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# One limit that governs: text, its phrase, the limit and its last day from 8 December 2016.

PERIODS = [
    ("Within six months, forces should act.", "Within six months", "P6M", "2017-06-08"),
    ("Within 6 months the force should act.", "Within 6 months", "P6M", "2017-06-08"),
    ("All forces within six months should act.", "within six months", "P6M", "2017-06-08"),
    ("We recommend that within six months, forces should act.", "within six months", "P6M", "2017-06-08"),
    ("To end this, within six months, forces should act.", "within six months", "P6M", "2017-06-08"),
    ("The force should, within six months, act.", "within six months", "P6M", "2017-06-08"),
    ("The force should therefore, within six months, act.", "within six months", "P6M", "2017-06-08"),
    ("The force should complete its review within six months.", "within six months", "P6M", "2017-06-08"),
    ("Publish the plan within six months.", "within six months", "P6M", "2017-06-08"),
    ("Forces should ensure, within six months, that it works.", "within six months", "P6M", "2017-06-08"),
    ("It should be completed within six months.", "within six months", "P6M", "2017-06-08"),
    ("TTR-1: Within six months, the force should act.", "Within six months", "P6M", "2017-06-08"),
    ("Recommendation 3 Within six months, forces should act.", "Within six months", "P6M", "2017-06-08"),
    ("Within 28 days, the force should act.", "Within 28 days", "P28D", "2017-01-05"),
    ("Within twenty-eight days, act.", "Within twenty-eight days", "P28D", "2017-01-05"),
    ("Within forty eight days, act.", "Within forty eight days", "P48D", "2017-01-25"),
    ("Within 100 days, act.", "Within 100 days", "P100D", "2017-03-18"),
    ("Within one hundred and twenty days, act.", "Within one hundred and twenty days", "P120D", "2017-04-07"),
    ("Within one month the force should act.", "Within one month", "P1M", "2017-01-08"),
    ("Within a month the force should act.", "Within a month", "P1M", "2017-01-08"),
    ("Within eighteen months, act.", "Within eighteen months", "P18M", "2018-06-08"),
    ("Within a year, forces should act.", "Within a year", "P1Y", "2017-12-08"),
    ("Within two years, forces should act.", "Within two years", "P2Y", "2018-12-08"),
    ("Within six weeks, act.", "Within six weeks", "P6W", "2017-01-19"),
    ("Within a fortnight, act.", "Within a fortnight", "P2W", "2016-12-22"),
    ("Within six (6) months, act.", "Within six (6) months", "P6M", "2017-06-08"),
    ("Within six calendar months, act.", "Within six calendar months", "P6M", "2017-06-08"),
    ("Within the next 12 months, act.", "Within the next 12 months", "P12M", "2017-12-08"),
    ("Within a six-month period, act.", "Within a six-month period", "P6M", "2017-06-08"),
    ("Within a period of six months, act.", "Within a period of six months", "P6M", "2017-06-08"),
    ("Within a maximum of 6 months, act.", "Within a maximum of 6 months", "P6M", "2017-06-08"),
    ("In the next three months, act.", "In the next three months", "P3M", "2017-03-08"),
    ("Over the next six months, act.", "Over the next six months", "P6M", "2017-06-08"),
    ("The force should act over the next year.", "over the next year", "P1Y", "2017-12-08"),
    ("In six months’ time, forces should report.", "In six months’ time", "P6M", "2017-06-08"),
    ("No later than six months, act.", "No later than six months", "P6M", "2017-06-08"),
]
FROM_PUBLICATION = [
    ("within six weeks of publication", "P6W", "2017-01-19"),
    ("within twelve months of publication", "P12M", "2017-12-08"),
    ("within six months of the publication of this report", "P6M", "2017-06-08"),
    ("within six months of this report’s publication", "P6M", "2017-06-08"),
    ("within six months of the report being published", "P6M", "2017-06-08"),
    ("within 28 days of the date of this letter", "P28D", "2017-01-05"),
    ("within 28 days of receipt of this letter", "P28D", "2017-01-05"),
    ("within the six months following publication", "P6M", "2017-06-08"),
    ("no later than six months after publication", "P6M", "2017-06-08"),
]
DATES = [
    ("By 31 August 2017", "2017-08-31"),
    ("By 31st August 2017", "2017-08-31"),
    ("By the 31st of August, 2017", "2017-08-31"),
    ("By Thursday 31 August 2017", "2017-08-31"),
    ("By 5pm on 31 August 2017", "2017-08-31"),
    ("By close of business on 31 August 2017", "2017-08-31"),
    ("By the end of 31 August 2017", "2017-08-31"),
    ("By August 31, 2017", "2017-08-31"),
    ("By 31 Aug 2017", "2017-08-31"),
    ("By 1 Sept 2017", "2017-09-01"),
    ("By 31/08/2017", "2017-08-31"),
    ("By 2017-08-31", "2017-08-31"),
    ("BY 31 AUGUST 2017", "2017-08-31"),
    ("Not later than 31 March 2017", "2017-03-31"),
    ("No later than 31 March 2017", "2017-03-31"),
    ("By no later than 31 March 2017", "2017-03-31"),
    ("By, at the latest, 31 March 2017", "2017-03-31"),
    ("On or before 31 March 2017", "2017-03-31"),
    ("Before 1 April 2025", "2025-03-31"),
    ("Prior to 1 April 2025", "2025-03-31"),
    ("Before the end of 1 April 2025", "2025-04-01"),
    ("Deadline: 31 March 2017", "2017-03-31"),
    ("By 29 February 2020", "2020-02-29"),
]
MONTHS = [
    ("By September 2017", "2017-09-30"),
    ("By the end of September 2017", "2017-09-30"),
    ("By end September 2017", "2017-09-30"),
    ("By no later than the end of March 2017", "2017-03-31"),
    ("Before the end of February 2020", "2020-02-29"),
    ("Before April 2025", "2025-03-31"),
    ("By the end of 2025", "2025-12-31"),
]
AT_ONCE = [
    ("Immediately, all chief constables should act.", "Immediately"),
    ("The force should immediately: review; and", "immediately"),
    ("The force should immediately:clearly define its model;", "immediately"),
    ("The force should put in place immediately the right procedures.", "immediately"),
    ("The force needs to immediately review its cells.", "immediately"),
    ("With immediate effect, all forces should act.", "With immediate effect"),
    ("The force should cease this practice with immediate effect.", "with immediate effect"),
    ("The force should take immediate action to: create a culture;", "take immediate action"),
    ("The force must take immediate steps to protect people.", "take immediate steps"),
    ("Immediate action should be taken to protect people.", "Immediate action"),
]
NOTHING = [
    "The force should improve its records.",
    "Responses should come within 15 minutes.",
    "The force should answer calls 24 hours a day, 7 days a week.",
    "The force should make an immediate response to each call.",
    "The force should plan an immediate (within 15 minutes) or prompt (within an hour) response.",
    "Immediate safeguarding should be given to victims.",
    "The force should audit its records every six months.",
    "In the last six months, cases fell. The force should improve.",
    "Within the last six months the force has improved. It should do more.",
    "Nobody should be kept in a cell for six months, by the way.",
    "The force should act on our report of 3 July 2014.",
    "The force should break its figures down by year and by month.",
]


@pytest.mark.parametrize(("text", "phrase", "limit", "due"), PERIODS)
def test_a_period_counts_from_the_start(text, phrase, limit, due):
    governing = read(text).governing
    assert (governing.kind, governing.phrase, governing.limit, governing.due) == (
        Kind.PERIOD,
        phrase,
        limit,
        day(due),
    )
    assert read(text).certain


@pytest.mark.parametrize(("phrase", "limit", "due"), FROM_PUBLICATION)
def test_a_period_from_publication_is_a_period_from_the_start(phrase, limit, due):
    reading = read(f"Forces should, {phrase}, publish a plan.")
    assert (reading.governing.phrase, reading.governing.limit, reading.governing.due) == (
        phrase,
        limit,
        day(due),
    )
    assert reading.certain


@pytest.mark.parametrize(("phrase", "due"), DATES)
def test_a_date_is_its_own_last_day_and_before_a_date_is_the_eve(phrase, due):
    reading = read(f"{phrase}, the force should act.")
    assert (reading.governing.kind, reading.governing.phrase) == (Kind.DATE, phrase)
    assert (reading.governing.limit, reading.governing.due) == (None, day(due))
    assert reading.certain


@pytest.mark.parametrize(("phrase", "due"), MONTHS)
def test_a_month_means_its_last_day_and_somebody_confirms_it(phrase, due):
    reading = read(f"{phrase}, the force should act.")
    assert (reading.governing.kind, reading.governing.phrase) == (Kind.MONTH, phrase)
    assert (reading.governing.limit, reading.governing.due) == (None, day(due))
    assert not reading.certain


@pytest.mark.parametrize(("text", "phrase"), AT_ONCE)
def test_what_is_asked_at_once_is_due_from_the_start(text, phrase):
    reading = read(text)
    assert (reading.governing.kind, reading.governing.phrase) == (Kind.IMMEDIATE, phrase)
    assert (reading.governing.limit, reading.governing.due) == (None, START)
    assert reading.certain


@pytest.mark.parametrize("text", NOTHING)
def test_service_standards_and_descriptions_are_no_limits(text):
    reading = read(text)
    assert (reading.governing.kind, reading.limits, reading.certain) == (Kind.NONE, (), True)
    assert reading.why == "The text sets no time limit."


# Where it cannot be read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("By 31 June 2017, forces should act.", '"By 31 June 2017" is not a date in the calendar.'),
        ("By 31/13/2017, forces should act.", '"By 31/13/2017" is not a date in the calendar.'),
        ("By 31 March, forces should act.", '"By 31 March" names no year.'),
        ("By the end of March, forces should act.", '"By the end of March" cannot be counted.'),
        ("By 2018, forces should act.", '"By 2018" cannot be counted.'),
        ("By the end of the year, forces should act.", '"By the end of the year" cannot be counted.'),
        ("By the end of the financial year, act.", '"By the end of the financial year" cannot be counted.'),
        ("By spring 2017, forces should act.", '"By spring 2017" cannot be counted.'),
        ("By mid-July 2017, forces should act.", '"By mid-July 2017" cannot be counted.'),
        ("By the start of July 2017, act.", '"By the start of July 2017" cannot be counted.'),
        ("By six months, forces should act.", '"By six months" cannot be counted.'),
        ("By 31/03/17, forces should act.", '"By 31/03/17" cannot be counted.'),
        ("Within a few weeks, forces should act.", '"Within a few weeks" cannot be counted.'),
        ("Within 1.5 years, forces should act.", '"Within 1.5 years" cannot be counted.'),
        ("Within one and a half years, act.", '"Within one and a half years" cannot be counted.'),
        ("Within 0 days, forces should act.", '"Within 0 days" is not a limit that can be counted.'),
        ("Within 9999 years, forces should act.", '"Within 9999 years" is not a limit that can be counted.'),
        ("Within 72 hours, the force should act.", '"Within 72 hours" counts hours or minutes'),
        ("Forces should act as soon as possible.", '"as soon as possible" names no day.'),
        ("As soon as reasonably practicable, act.", '"As soon as reasonably practicable" names no day.'),
        ("Forces should act without delay.", '"without delay" names no day.'),
        ("The force should urgently review its cells.", '"urgently" names no day.'),
        ("The force should promptly review its cells.", '"promptly" names no day.'),
        ("The force should act before our next inspection.", '"before our next inspection" names no day.'),
        ("From 1 April 2017, forces should record it.", '"1 April 2017" is named, but not as a limit.'),
        ("Not before 1 April 2017 should forces act.", '"1 April 2017" is named, but not as a limit.'),
        ("Immediately after an arrest, officers should record it.", '"Immediately" names no day.'),
        ("Officers should respond immediately to calls.", '"immediately" describes the practice asked for'),
        ("The force should not immediately close cases.", '"immediately" describes the practice asked for'),
        ("", "There is no text to read."),
        (" \n\u00a0\ufeff", "There is no text to read."),
    ],
)
def test_an_unreadable_limit_is_no_limit_and_says_why(text, said):
    reading = read(text)
    assert (reading.governing.kind, reading.limits, reading.certain) == (Kind.NONE, (), False)
    assert said in reading.why


@pytest.mark.parametrize(
    ("text", "due", "said"),
    [
        ("By 1 January 2015, act.", "2015-01-01", "stands before the start, 8 December 2016."),
        ("By Friday 31 August 2017, act.", "2017-08-31", '"By Friday 31 August 2017" is a Thursday.'),
        ("Within six to twelve months, act.", "2017-12-08", "is a range; the longer end is taken."),
        ("Within 3-6 months, act.", "2017-06-08", "is a range; the longer end is taken."),
        ("Within six (8) months, act.", "2017-06-08", "gives two different numbers."),
        ("Six months after publication, act.", "2017-06-08", "does not say that the time ends there."),
        ("Within 10 working days, act.", None, "counts working days: its last day needs a calendar."),
    ],
)
def test_a_limit_that_somebody_should_look_at_is_read_but_not_certain(text, due, said):
    reading = read(text)
    assert (reading.governing.due, reading.certain) == (day(due), False)
    assert said in reading.why


def test_working_days_keep_their_plain_name():
    assert read("Within 10 working days, the force should act.").governing.limit == "10 working days"


def test_an_unreadable_limit_beside_a_readable_one_is_said():
    reading = read("Within 28 days, forces should plan. By 31 June 2017, they should act.")
    assert (reading.governing.phrase, reading.certain) == ("Within 28 days", False)
    assert '"By 31 June 2017" is not a date' in reading.why


def test_an_old_date_does_not_govern_over_a_later_one():
    reading = read("By 1 January 2015, forces should plan. By 1 March 2017, they should act.")
    assert (reading.governing.due, reading.certain) == (date(2017, 3, 1), False)


# Counted from another event, or describing the practice asked for


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("The force should review cases opened within 28 days of arrest.", "arrest"),
        ("Make sure that complaints are reviewed within 28 days of receipt.", "receipt"),
        ("Prosecutions must begin within two years of the report of the crime.", "the report of the crime"),
        ("Officers should be trained within six months of being appointed.", "being appointed"),
        (
            "Act within six months of the publication of national guidance.",
            "the publication of national guidance",
        ),
        ("Act no later than six months after the trial.", "the trial"),
    ],
)
def test_a_period_from_another_event_has_no_last_day(text, event):
    reading = read(text)
    assert (reading.governing.kind, reading.governing.due, reading.certain) == (Kind.PERIOD, None, False)
    assert f'counts from another event ("{event}")' in reading.why


def test_a_period_from_another_event_never_governs_beside_a_limit():
    reading = read("Within three months, the force should train officers within a year of being appointed.")
    assert [limit.phrase for limit in reading.limits] == ["Within three months", "within a year"]
    assert (reading.governing.phrase, reading.certain) == ("Within three months", True)


@pytest.mark.parametrize(
    "text",
    [
        "The force should ensure that complaints are resolved within 28 days.",
        "The force should review cases opened within 28 days.",
        "Victims should hear from an officer who can visit within 28 days.",
        "We will return within 28 days. The force should improve.",
        "Within 28 days, we will return. The force should improve.",
        "Cases were closed within 28 days. The force should improve.",
        "The force should review certificates issued before 1 April 2025.",
    ],
)
def test_a_limit_that_may_be_a_standard_is_read_but_not_certain(text):
    reading = read(text)
    assert len(reading.limits) == 1
    assert reading.governing == reading.limits[0]
    assert not reading.certain
    assert "it stands aside from what is asked" in reading.why


def test_a_date_is_no_service_standard():
    assert read("The force should ensure that all officers are vetted by 31 March 2017.").certain


def test_a_standard_within_the_time_of_the_governing_limit_leaves_no_doubt():
    text = "Within three months, the force should ensure that complaints are resolved within 28 days."
    assert (read(text).governing.phrase, read(text).certain) == ("Within three months", True)


def test_a_standard_longer_than_the_governing_limit_leaves_a_doubt():
    text = "Within 28 days, the force should ensure that all staff are trained within a year."
    assert (read(text).governing.phrase, read(text).certain) == ("Within 28 days", False)


def test_immediate_action_in_what_a_plan_must_show_is_no_limit():
    reading = read(
        "Within 28 days, the service should provide an action plan which shows how it will: provide advice "
        "24 hours a day, 7 days a week and, where necessary, take immediate action to keep people safe."
    )
    assert [limit.phrase for limit in reading.limits] == ["Within 28 days"]
    assert reading.certain


# Several limits


def test_the_same_limit_in_several_limbs_is_certain():
    reading = read(
        "HMIC recommends that: Within three months, all forces should complete a review. "
        "Within three months, forces should establish effective procedures."
    )
    assert [limit.limit for limit in reading.limits] == ["P3M", "P3M"]
    assert (reading.governing, reading.certain) == (reading.limits[0], True)
    assert "the same limit 2 times" in reading.why


def test_different_limits_in_limbs_are_done_with_the_latest():
    reading = read(
        "The force should:\n• within three months, plan;\n• within six months, act; and\n• report."
    )
    assert [limit.limit for limit in reading.limits] == ["P3M", "P6M"]
    assert (reading.governing.limit, reading.certain) == ("P6M", False)
    assert "the latest governs" in reading.why


def test_different_limits_in_sentences_are_done_with_the_latest():
    reading = read("Within six months, forces should act. Within three months, they should plan.")
    assert (reading.governing.limit, reading.certain) == ("P6M", False)


def test_the_head_of_a_clause_governs_over_what_it_mentions_later():
    reading = read("Within 28 days, the force should publish a plan to act by 31 March 2018.")
    assert (reading.governing.phrase, reading.certain) == ("Within 28 days", False)


def test_and_opens_a_part_with_a_limit_of_its_own():
    reading = read("Within 28 days, the force should publish a plan and, by 31 March 2018, act.")
    assert (reading.governing.phrase, reading.certain) == ("by 31 March 2018", False)


def test_the_limit_of_the_lead_in_governs_over_those_of_its_limbs():
    reading = read("By 31 January 2017, the force should: within three months, plan; and within a year, act.")
    assert (reading.governing.phrase, reading.certain) == ("By 31 January 2017", False)
    assert "the one for the whole governs" in reading.why


def test_the_lead_in_still_governs_its_bullets_after_a_sentence_within_one():
    reading = read("By 31 March 2017, forces should:\n• plan. This is long.\n• within a year, act.")
    assert (reading.governing.phrase, reading.certain) == ("By 31 March 2017", False)


def test_a_lead_in_within_a_recommendation_governs_its_limbs():
    reading = read("We recommend: Within 28 days, the force should: plan; and within a year, act.")
    assert (reading.governing.phrase, reading.certain) == ("Within 28 days", False)


def test_numbered_parts_have_limits_of_their_own():
    reading = read("1. Within 3 months, forces should plan.\n2. Within 6 months, forces should act.")
    assert (reading.governing.limit, reading.certain) == ("P6M", False)


def test_at_once_in_a_later_sentence_is_listed_and_leaves_no_doubt():
    reading = read(
        "Within three months, all chief constables should assess it. Chief constables of forces where the "
        "standards are not met should put in place immediately the correct arrangements."
    )
    assert [limit.kind for limit in reading.limits] == [Kind.PERIOD, Kind.IMMEDIATE]
    assert (reading.governing.phrase, reading.certain) == ("Within three months", True)
    assert '"immediately" does not govern' in reading.why


def test_at_once_first_and_a_period_later_leaves_a_doubt():
    reading = read("The force should immediately review its files. Within six months it should report.")
    assert (reading.governing.phrase, reading.certain) == ("Within six months", False)


def test_at_once_in_the_lead_in_governs_a_period_in_a_limb():
    reading = read("The force should immediately: review its files; and within three months, report.")
    assert (reading.governing.phrase, reading.certain) == ("immediately", False)


def test_the_same_day_in_other_words_is_the_same_limit():
    reading = read("Within 28 days, forces should plan. Within four weeks, they should report.")
    assert (len(reading.limits), reading.certain) == (2, True)


# How a text is written


@pytest.mark.parametrize(
    "phrase",
    ["within\nsix months", "within\r\n   six\u00a0months", "WITHIN SIX MONTHS", "within six\u200b months"],
)
def test_line_ends_spaces_and_capitals_do_not_matter(phrase):
    reading = read(f"Forces should, {phrase}, act.")
    assert (reading.governing.phrase, reading.governing.limit) == (phrase, "P6M")


@pytest.mark.parametrize(
    "number", ["twenty\u2011eight", "twenty\u2013eight", "twenty\u00adeight", "twenty\neight"]
)
def test_every_hyphen_joins_a_number_but_a_soft_one_breaks_it(number):
    reading = read(f"Within {number} days, forces should act.")
    assert reading.certain == (number != "twenty\u00adeight")


def test_quotation_marks_and_brackets_open_a_sentence_too():
    assert read("“Within six months, forces should act.”").governing.phrase == "Within six months"
    assert read("(By 31 March 2017) forces should act.").governing.phrase == "By 31 March 2017"


def test_an_abbreviation_does_not_end_a_sentence():
    reading = read("The force should ensure that tools, e.g. ANPR, are repaired within 28 days.")
    assert not reading.certain


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2016, 8, 31), date(2017, 2, 28)),
        (date(2015, 8, 31), date(2016, 2, 29)),
        (date(1978, 9, 30), date(1979, 3, 30)),
    ],
)
def test_months_end_on_the_corresponding_date(start, due):
    """Dodds v Walker [1981] 1 WLR 1027, HL."""
    assert read("Within six months, forces should act.", start).governing.due == due


def test_a_limit_beyond_the_calendar_is_not_counted():
    reading = read("Within six months, forces should act.", date(9999, 12, 8))
    assert (reading.governing.kind, reading.certain) == (Kind.NONE, False)


@pytest.mark.parametrize(
    "unit",
    [
        "within six months ",
        "by 1 March 2018, ",
        "immediately ",
        "within ",
        "by the end of ",
        " ",
        "; ",
        "• ",
        "1",
        "- ",
    ],
)
def test_long_texts_are_read_in_proportion_to_their_length(unit):
    """Sixteen times the text may take sixteen times as long, not two hundred and fifty times."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        began = time.process_time()
        read(text)
        return time.process_time() - began

    seconds(1_000)
    assert seconds(160_000) < 100 * max(seconds(10_000), 0.005)


# As JSON


def test_json_has_the_governing_limit_at_the_top_too():
    text = "We recommend within six months, that forces act."
    limit = {
        "kind": "period",
        "limit": "P6M",
        "due": "2017-06-08",
        "phrase": "within six months",
        "start": 13,
        "end": 30,
    }
    reading = read(text).as_json()
    assert reading.pop("why") == '"within six months" from 8 December 2016 ends on Thursday 8 June 2017.'
    assert reading == {
        "governing": limit,
        "limits": [limit],
        "certain": True,
        "kind": "period",
        "limit": "P6M",
        "due": "2017-06-08",
        "phrase": "within six months",
    }


def test_json_without_a_limit_is_empty_but_complete():
    nothing = {"kind": "none", "limit": None, "due": None, "phrase": None, "start": None, "end": None}
    assert read("The force should improve.").as_json() == {
        "governing": nothing,
        "limits": [],
        "certain": True,
        "why": "The text sets no time limit.",
        "kind": "none",
        "limit": None,
        "due": None,
        "phrase": None,
    }


# Any text at all

WORDS = """
within six 28 twenty eight to or (6) days months year working by before the end of 31 June March 2015 2017
immediately immediate action take with effect force should must that ensure we will publication report after
arrest as soon possible hundred and a next no later than on hours Within By The ; : . , • - ’ ( ) e.g. 9999 0
31/02/2015 2016-13-01 ſix İ ı K
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\n\n", "\u00a0", "\u00ad", "\u200b", "\u2029"])
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map(" ".join))


@given(TEXTS, st.dates())
def test_any_text_is_read_without_fail(text, start):
    reading = read_wording(text, start)
    spans = []
    for limit in reading.limits:
        assert limit.start is not None
        assert limit.end is not None
        assert limit.phrase == text[limit.start : limit.end] != ""
        assert (limit.limit is not None) == (limit.kind is Kind.PERIOD)
        assert limit.kind is not Kind.NONE
        spans += [limit.start, limit.end]
    assert spans == sorted(spans)
    assert reading.why


@given(TEXTS, st.dates())
def test_the_governing_limit_is_one_of_the_limits(text, start):
    reading = read_wording(text, start)
    if reading.limits:
        assert reading.governing in reading.limits
    else:
        assert reading.governing.kind is Kind.NONE


@given(TEXTS, st.dates())
def test_what_is_certain_has_a_last_day_from_the_start_onwards(text, start):
    reading = read_wording(text, start)
    for limit in reading.limits:
        if limit.kind is Kind.PERIOD and limit.due:
            assert limit.due > start
        if limit.kind is Kind.IMMEDIATE:
            assert limit.due == start
    if reading.certain and reading.limits:
        assert reading.governing.kind is not Kind.MONTH
        assert reading.governing.due is not None
        assert reading.governing.due >= start


@given(
    st.integers(1, 99),
    st.sampled_from(["days", "weeks", "months", "years"]),
    st.dates(max_value=date(2999, 1, 1)),
)
def test_every_plain_period_is_certain(count, unit, start):
    reading = read_wording(f"Within {count} {unit}, the force should act.", start)
    assert reading.governing.limit == f"P{count}{unit[0].upper()}"
    assert reading.certain


# The real records


def test_every_real_record_is_read_as_people_read_it():
    if not RECORDS.exists():
        pytest.skip(f"the records are not here: {RECORDS}")
    with RECORDS.open(encoding="utf-8", newline="") as lines:
        records = list(csv.DictReader(lines))
    assert len(records) == 42
    for record in records:
        started = record["report_published"] or record["issued_date"] or "2013-01-01"
        reading = read(record["text"], date.fromisoformat(started if len(started) == 10 else f"{started}-01"))
        wording = record["due_wording"]
        if wording in NO_WORDING:
            assert (reading.governing.kind, reading.certain) == (Kind.NONE, True), record["row_id"]
            continue
        assert wording.lower() in (reading.governing.phrase or "").lower(), record["row_id"]
        assert reading.certain == (reading.governing.kind is not Kind.MONTH), record["row_id"]
        if stated := record["due_date_if_stated"]:
            assert reading.governing.due == date.fromisoformat(stated), record["row_id"]
