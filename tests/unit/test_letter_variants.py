"""All that a letter may have to say: every value of the 2017 grid, every kind, one case or several, both languages."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecycle.words import Finding, InspectionResult
from office.letter_follow_up import (
    Closure,
    Extension,
    Progress,
    Reminder,
    Revisit,
    render_closure,
    render_extension,
    render_progress,
    render_reminder,
    render_revisit,
)
from office.letter_parts import Kind, Letter, kept, read
from office.letter_words import Language
from office.letters import Assessment, Criterion, Envelope, Request, render_letter, render_request

F = Finding
NAMES = {
    "strategy": "the national strategy of April 2017",
    "unit": "a review of the capability and capacity of your counter-corruption unit",
    "systems": "better monitoring of your IT systems",
    "support": "seeking intelligence from those who support vulnerable people",
}
NOT_ENOUGH = "insufficient_information"
IN_PLACE = dict.fromkeys(NAMES, F.in_place)

# The grid of the 2017 letters: force, overall verdict, finding on each criterion, seen earlier, what the letter says.
GRID = [
    (
        "Bedfordshire Police",
        "started",
        {
            "strategy": F.included,
            "unit": F.unclear,
            "systems": F.included_commenced,
            "support": F.included_commenced,
        },
        {},
        [
            "work on them has begun",
            "Your plans include the national strategy of April 2017.",
            (
                "What your plans say about a review of the capability and capacity of your counter-corruption unit "
                "is unclear."
            ),
            "better monitoring of your IT systems, and this work had begun by the time of our review.",
            "support vulnerable people, and this work had begun by the time of our review.",
        ],
    ),
    (
        "Leicestershire Police",
        NOT_ENOUGH,
        {
            "strategy": F.not_included,
            "unit": F.no_information,
            "systems": F.included_commenced,
            "support": F.no_information,
        },
        {},
        [
            "did not tell us enough",
            "Your plans do not include the national strategy of April 2017.",
            "We were given no information about a review of the capability",
            "IT systems, and this work had begun",
            "We were given no information about seeking intelligence",
        ],
    ),
    (
        "Staffordshire Police",
        NOT_ENOUGH,
        {
            "strategy": F.not_included,
            "unit": F.no_information,
            "systems": F.no_information,
            "support": F.no_information,
        },
        {"support": "our 2016 inspection"},
        [
            "Your plans do not include the national strategy",
            "no information about better monitoring of your IT systems",
            (
                "no information about seeking intelligence from those who support vulnerable people, so we could not "
                "assess it. Evidence of this had been seen in our 2016 inspection."
            ),
        ],
    ),
    (
        "North Yorkshire Police",
        "not_started",
        dict.fromkeys(NAMES, F.included_not_commenced),
        {},
        [
            "the work in them had not begun when we reviewed them",
            "IT systems, but this work had not begun by the time of our review.",
        ],
    ),
    (
        "Merseyside Police",
        "all_in_place",
        IN_PLACE,
        {},
        ["everything the recommendation asks for", "in place already"],
    ),
    (
        "Another Police",
        "not_submitted",
        dict.fromkeys(NAMES, F.seen_earlier),
        {},
        ["Without your plans", "although an earlier inspection had seen evidence of it"],
    ),
]


def envelope(body: str = "Bedfordshire Police", **more) -> Envelope:
    return Envelope(**{"body_name": body, "on": date(2017, 10, 2), "subject": "Our assessment", **more})


def assessment(outcome="started", findings=None, seen=None, **more) -> Assessment:
    findings, seen = findings or dict.fromkeys(NAMES, F.included), seen or {}
    given = {
        "background": ("In our report we made this recommendation:",),
        "quoted": "All forces should have started to implement a plan.",
        "reviewed": "in June 2017",
        "outcome": outcome,
        "criteria": tuple(
            Criterion(name, findings[id_], id=id_, seen=seen.get(id_, "")) for id_, name in NAMES.items()
        ),
        "requested_on": date(2017, 5, 16),
        "submission_due": date(2017, 5, 31),
        "submitted": outcome != "not_submitted",
        "title": "Abuse of position",
    }
    return Assessment(**{**given, **more})


BACK: Any = {"background": ("We wrote this:",), "quoted": "Do it.", "title": "Abuse of position"}
HOW = (Criterion("a plan", F.included_commenced, id="a"), Criterion("training", F.in_place, id="b"))
LETTERS: Any = {
    Kind.request: (
        render_request,
        Request(
            "PEEL 2016", date(2016, 12, 8), "Do it.", ("Strategy",), date(2017, 5, 31), "Abuse of position"
        ),
        ["Please send us your force's plan", "by 11:59pm on Wednesday 31 May 2017"],
    ),
    Kind.assessment: (render_letter, assessment(), ["Further to my letter of 16 May 2017"]),
    Kind.progress: (
        render_progress,
        Progress(
            letter_of=date(2017, 10, 2),
            reviewed="in March 2018",
            outcome="in_progress",
            criteria=HOW,
            next_look=date(2018, 9, 3),
            **BACK,
        ),
        ["Further to my letter of 2 October 2017", '"a plan": this work is in progress.', "3 September 2018"],
    ),
    Kind.revisit: (
        render_revisit,
        Revisit(
            visited="from 5 to 7 February 2024",
            outcome="addressed",
            criteria=HOW,
            closed=True,
            plan_on=date(2023, 10, 6),
            interviewed="staff at all levels",
            shared_on=date(2024, 2, 23),
            governance="A board now meets each month.",
            **BACK,
        ),
        [
            "action plan on 6 October 2023. We revisited your force from 5 to 7 February 2024",
            "We spoke to staff at all levels.",
            "shared our initial findings with you on 23 February 2024",
            "A board now meets each month.",
            '"training": this is now in place.',
            "it is now closed",
        ],
    ),
    Kind.extension: (
        render_extension,
        Extension("your plan", date(2017, 5, 22), date(2017, 6, 30), True, date(2017, 6, 16), title="Abuse"),
        [
            "until 30 June 2017",
            "We can agree to part of this. Please send it to us by 11:59pm on Friday 16 June",
        ],
    ),
    Kind.reminder: (
        render_reminder,
        Reminder(duty="its plan", due=date(2017, 5, 31), letter_of=date(2017, 5, 16), **BACK),
        ["In my letter of 16 May 2017", "We have not received it.", "as soon as you can"],
    ),
    Kind.closure: (
        render_closure,
        Closure(result=InspectionResult.verified, reviewed=date(2018, 5, 3), criteria=HOW, **BACK),
        ["took place on 3 May 2018", "it is now closed", "Thank you"],
    ),
}


def made(kind: Kind, count: int = 1, **more) -> Letter:
    render, matter, _ = LETTERS[kind]
    letter: Letter = render(envelope(), *[matter] * count, **more)
    return letter


def flat(text: str) -> str:
    return " ".join(text.split())


def in_order(text: str, phrases: list[str]) -> None:
    reached = 0
    for phrase in phrases:
        at = flat(text).find(phrase, reached)
        assert at >= 0, f"{phrase!r} does not stand in, or not in its order: {flat(text)}"
        reached = at


@pytest.mark.parametrize(("body", "outcome", "findings", "seen", "says"), GRID, ids=[row[0] for row in GRID])
def test_every_variant_of_2017_has_its_passage(body, outcome, findings, seen, says):
    letter = render_letter(envelope(body), assessment(outcome, findings, seen))
    in_order(letter.text, says)
    ids = [passage.id for passage in letter.paper.passages]
    assert [one for one in ids if one.startswith("criterion-") and not one.endswith("-seen")] == [
        f"criterion-{name}" for name in NAMES
    ]


def test_the_grid_has_every_finding():
    assert {finding for *_, findings, _, _ in GRID for finding in findings.values()} == set(Finding)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_its_part_and_has_every_part_of_a_letter(kind):
    letter = made(kind)
    in_order(letter.text, LETTERS[kind][2])
    in_order(
        letter.text,
        [
            "Inspectorate of Constabulary and Fire & Rescue Services",
            "Chief Constable",
            "Via email",
            "2 October 2017",
            "Dear Chief Constable",
            "Our assessment",
            "please write to the case contact",
            "Yours sincerely",
            "HM Inspector of Constabulary",
        ],
    )


@pytest.mark.parametrize("kind", Kind)
def test_a_letter_on_two_cases_tells_each_under_its_title_and_the_common_part_once(kind):
    letter = made(kind, 2)
    assert letter.html.count("<h2>") == 2
    assert letter.text.count("please write to the case contact") == 1
    assert letter.text.count("will be published") <= 1
    ids = [passage.id for passage in letter.paper.passages]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_sealed_reads_back_as_it_was(kind):
    paper = made(kind, 2).paper
    assert read(kept(paper)) == paper


def test_names_stand_beside_offices_where_they_are_known_and_the_greeting_is_by_office():
    letter = render_letter(
        envelope(
            holder="A. Example QPM", copied_to="Police and Crime Commissioner", copy_holder="B. Example"
        ),
        assessment(),
    )
    in_order(
        letter.text,
        ["Chief Constable A. Example QPM", "Copied to: B. Example, Police and", "Dear Chief Constable "],
    )


def test_publication_is_told_with_its_day_where_it_is_known():
    letter = render_letter(envelope(), assessment(published_on=date(2017, 10, 5)))
    assert "on our website on 5 October 2017, together with a national overview" in letter.text


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            {"granted": True, "due": date(2017, 6, 30)},
            "We agree. Please send it to us by 11:59pm on Friday 30 June",
        ),
        (
            {"granted": False, "due": date(2017, 5, 31)},
            "The date stays as it was: by 11:59pm on Wednesday 31 May",
        ),
    ],
)
def test_more_time_is_given_or_not(told, says):
    asked = Extension(
        "your plan", date(2017, 5, 22), date(2017, 6, 30), reason="The board meets then.", **told
    )
    in_order(render_extension(envelope(), asked).text, [says, "The board meets then."])


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (InspectionResult.reissued, "We have made it again, in new words and with a new date, as R-2,"),
        (InspectionResult.superseded, "overtaken by R-2"),
        (InspectionResult.no_further_action, "We need nothing more from your force"),
    ],
)
def test_every_end_has_its_words(result, says):
    told = Closure(result=result, reviewed=date(2018, 5, 3), followed_by="R-2", **BACK)
    assert says in flat(render_closure(envelope(), told).text)


def test_a_reminder_may_name_a_day_and_need_no_letter_before_it():
    told = Reminder(duty="its plan", due=date(2017, 5, 31), expected_by=date(2017, 6, 9), **BACK)
    in_order(
        render_reminder(envelope(kind="fire-service"), told).text,
        ["We asked your service for its plan by 31 May 2017.", "by 11:59pm on Friday 9 June 2017"],
    )


def test_a_revisit_may_leave_it_open():
    told = replace(LETTERS[Kind.revisit][1], closed=False, plan_on=None)
    assert "This stays open." in render_revisit(envelope(), told).text


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_said_in_welsh_which_nobody_has_reviewed_yet(kind):
    letter = made(kind, language=Language.welsh)
    assert '<html lang="cy">' in letter.html
    assert not letter.paper.sendable
    in_order(letter.text, ["Drwy e-bost", "2 Hydref 2017", "Annwyl Brif Gwnstabl", "Yn gywir"])


def test_english_words_in_a_welsh_letter_are_marked_as_english():
    html = render_letter(envelope(), assessment(follow_up="We will be back."), language=Language.welsh).html
    assert '<blockquote lang="en-GB">' in html
    assert '<span lang="en-GB">We will be back.</span>' in html


def test_every_outcome_and_finding_has_a_welsh_sentence():
    for finding in Finding:
        told = replace(assessment(), criteria=(Criterion("a plan", finding),))
        assert '"a plan":' in render_letter(envelope(), told, language=Language.welsh).text
