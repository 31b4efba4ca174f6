"""Random lifecycles: any policy, any acts that are not refused, any waiting between them, waking on time or late."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from lifecycle import acts as a
from lifecycle.dates import local_date
from lifecycle.decisions import decide
from lifecycle.words import Refused
from tests.ledger.story import ISSUED, Story

POLICIES = (
    "national-recommendation",
    "cause-of-concern",
    "accelerated-cause-of-concern",
    "area-for-improvement",
    "response",
)
ENDING = (a.Withdraw, a.RecordInspection, a.RecordResponse)


@dataclass(frozen=True)
class Step:
    """Wait `days`, waking on time or late; then take the act that `choice` picks, dated `back` days ago."""

    days: int
    late: bool
    choice: int
    back: int
    may_end: bool


@dataclass(frozen=True)
class Plan:
    policy: str
    taken_over_after: int
    steps: list[Step]

    def live(self, story: Story) -> None:
        self._open(story)
        for step in self.steps:
            if story.case.ended:
                return
            (story.sleep if step.late else story.wait)(step.days)
            _act(story, step)

    def _open(self, story: Story) -> None:
        if not self.taken_over_after:
            story.opened()
            return
        story.now += timedelta(days=self.taken_over_after)
        letter = a.SendRequestLetter(
            key="past", actor="operations", letter="l-0", on=ISSUED, source="the letter"
        )
        past = (letter,) if story.rules.policy.needs_request else ()
        story.opened(past=past, source="the inspectorate's spreadsheet")


def _act(story: Story, step: Step) -> None:
    acts = [act for act in story.allowed() if step.may_end or not isinstance(act, ENDING)]
    if acts:
        act = acts[step.choice % len(acts)]
        story.take(_dated(story, act, step.back))


def _dated(story: Story, act: a.Act, back: int) -> a.Act:
    earlier = act.model_copy(update={"on": local_date(story.now) - timedelta(days=back)})
    try:
        decide(story.case, earlier, story.now, story.rules)
    except Refused:
        return act
    return earlier


steps = st.builds(
    Step,
    days=st.integers(0, 90),
    late=st.booleans(),
    choice=st.integers(0, 99),
    back=st.sampled_from((0, 0, 0, 3, 30)),
    may_end=st.sampled_from((False, False, False, False, False, True)),
)
plans = st.builds(
    Plan,
    policy=st.sampled_from(POLICIES),
    taken_over_after=st.sampled_from((0, 0, 200)),
    steps=st.lists(steps, max_size=14),
)
