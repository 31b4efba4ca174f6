"""Whatever happens to a case, the audit finds nothing: and it counts by itself, so two counts agree."""

from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from sqlmodel import col, update

from audit.record import Difference
from audit.rows import papers, streams
from audit.shelf import read_shelf
from audit.whole import differences
from lifecycle.rules import Rules
from models.database import Database
from models.tables import Notice, NoticeState
from tests.ledger.lifecycles import Plan, plans
from tests.ledger.story import Story

numbers = count(1)
SHELF = read_shelf()
lifecycles = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def audited(story: Story) -> list[Difference]:
    with story.database.writing() as session:
        session.exec(update(Notice).where(col(Notice.state) == "due").values(state=NoticeState.sent.value))
        assert story.case.id in streams(session)
        return list(differences(papers(session, [story.case.id]), SHELF, story.now + timedelta(minutes=1)))


@lifecycles
@given(plan=plans)
def test_random_lives_have_no_difference(database: Database, rules_of: dict[str, Rules], plan: Plan):
    story = Story(database, rules_of[plan.policy], f"recommendation/R-{next(numbers)}/bedfordshire")
    plan.live(story)
    story.wait(0)
    found = audited(story)
    assert not found, "\n".join([str(found), *(f"{n} {e!r}" for n, e in enumerate(story.events, 1))])
