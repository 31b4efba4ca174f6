"""Whole lives of cases as scenarios: tests look at how they go, and `tests.replay.record` keeps their histories."""

from datetime import date

from lifecycle import acts as a
from lifecycle.opening import OwnLimit
from lifecycle.words import Finding, Paper, SubmissionAnswer
from tests.unit import builders as b
from tests.workflows.scene import Followed, Scene

CRITERIA = ("A", "B")
SIX_MONTHS = (OwnLimit(limit="6 months"),)
FINDINGS = {"A": Finding.included, "B": Finding.unclear}


def named(key: str, act: a.Act) -> a.Act:
    """The same act under another key."""
    return act.model_copy(update={"key": key})


def assessed(key: str) -> a.Act:
    return named(key, b.assessment(findings=FINDINGS))


LIFE: tuple[a.Act, ...] = (
    b.request(),
    b.submission(complete=False),
    b.document(),
    named("submit-2", b.submission(sealed="submission-2")),
    assessed("assess-1"),
    b.taking_back(),
    assessed("assess-2"),
    b.returning(),
    assessed("assess-3"),
    b.authorisation(),
    b.letter(),
    b.publication(),
    b.move("inspection", date(2018, 3, 1)),
    named("declare-A", b.declaration(criterion="A")),
    named("declare-B", b.declaration(criterion="B")),
    b.inspection(),
)
ASKING: tuple[a.Act, ...] = (
    b.acknowledgement(),
    b.request(),
    b.acknowledgement(Paper.request_letter),
    b.question(),
    b.asking_for_time("submission", date(2017, 6, 12)),
    b.denying("submission"),
    named("ask-time-2", b.asking_for_time("submission", date(2017, 6, 9))),
    b.granting("submission"),
    b.submission(),
    b.withdrawing_submission(),
)
"""What a body asks and is answered, until it owes its plan again by 9 June 2017."""
SHORT = (b.request(), b.submission(), b.assessment(), b.authorisation(), b.letter(), b.publication())


async def whole_life(scene: Scene, *, acts: tuple[a.Act, ...] = LIFE) -> Followed:
    """Every act of a national recommendation, to its end."""
    case = await scene.open(criteria=CRITERIA, own_limits=SIX_MONTHS)
    for act in acts:
        await case.take(act)
    await case.handle.result()
    return case


async def asked_and_answered(scene: Scene) -> Followed:
    """A body asks, is answered, takes back what it sent, and sends it again late: accepted, with a question open."""
    case = await scene.open()
    for act in ASKING:
        await case.take(act)
    await case.until(b.london(date(2017, 6, 12)))
    nothing = b.submission(sealed="submission-2", answer=SubmissionAnswer.nothing_to_report)
    await case.take(named("submit-2", nothing))
    await case.take(b.accepting_late())
    await case.take(b.answer((await case.view()).case.questions[0]))
    return case


async def up_to(scene: Scene, last: str, **opening: object) -> Followed:
    """A national recommendation on its straight way, up to the act of this kind."""
    case = await scene.open(**opening)  # type: ignore[arg-type]
    for act in SHORT:
        await case.take(act)
        if act.kind == last:
            return case
    raise AssertionError(f"{last} is not on the way")
