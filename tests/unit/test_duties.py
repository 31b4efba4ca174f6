"""Duties as people read them: how each stands, and why its date is that date, day by day."""

from datetime import date

from lifecycle import events as e
from office.duties import duties
from tests.unit import builders as b

TODAY = date(2017, 6, 2)


def of(story, clock, rules=None):
    found = duties(story.case, story.events, rules or story.rules)
    return next(duty for duty in found if duty.id == clock)


def test_a_counted_date_is_explained_day_by_day():
    duty = of(b.requested(), "submission")
    assert (duty.title, duty.owner, duty.due) == ("Submission of the plan", "the body", date(2017, 5, 31))
    assert "Monday 29 May 2017" in " ".join(duty.why)
    assert "Spring bank holiday" in " ".join(duty.why)
    assert duty.why[-1] == "The last day is Wednesday 31 May 2017."


def test_a_date_that_was_given_says_so():
    duty = of(b.requested(due=date(2017, 6, 20)), "submission")
    assert duty.why == ("The date given on Tuesday 16 May 2017.",)


def test_a_moved_date_keeps_its_past():
    story = b.requested()
    story.at(date(2017, 5, 18)).take(b.move("submission", date(2017, 6, 15)))
    duty = of(story, "submission")
    assert duty.due == date(2017, 6, 15)
    assert duty.why[-1] == ("On Thursday 18 May 2017 it was moved: due by 11:59pm on Thursday 15 June 2017.")
    assert "Wednesday 31 May 2017" in " ".join(duty.why)


def test_it_says_how_it_stands():
    story = b.requested()
    assert of(story, "submission").stands(date(2017, 5, 26)) == "due in 5 days"
    assert of(story, "submission").stands(date(2017, 5, 31)) == "due today"
    assert of(story, "submission").stands(date(2017, 6, 1)) == "1 day late"
    story.at(TODAY).take(b.submission())
    duty = of(story, "submission")
    assert (duty.stands(date(2018, 1, 1)), duty.stopped_on) == ("met 2 days late", TODAY)
    assert duty.why[-1] == "It was met on Friday 2 June 2017."


def test_without_rules_the_ledger_s_own_sentence_stands():
    story = b.requested()
    [duty] = [one for one in duties(story.case, story.events, None) if one.id == "submission"]
    started = next(one for one in story.events if isinstance(one, e.ClockStarted))
    assert (duty.title, duty.owner, duty.why) == ("Submission", "", (started.why,))
