"""Three weeks without a dispatcher over 500 cases: a plan first, then each mailbox told once, at a measured pace."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import cast

import pytest
from sqlalchemy import event, update
from sqlmodel import col
from temporalio.client import Client as TemporalClient

from activities.ledger.recording import LedgerActivities
from activities.mail.backlog import Pace
from activities.mail.recovery_plan import Fate, Plan, go, plan
from activities.mail.relay import Relay
from activities.mail.repair import hold_notice
from benchmarks.simulation.client import Client
from benchmarks.simulation.engine import Engine
from benchmarks.simulation.loop import VirtualLoop
from embedded.inbox import Inbox
from embedded.mailstore import messages
from embedded.ports import free_ports
from lifecycle.rules import Rules
from models.tables import Notice, NoticeState
from office.repair import folded, start_case
from tests.conftest import SQLiteFiles
from tests.ledger.story import Story
from tests.mail.misbehaving import Misbehaving
from tests.mail.post import LETTER, Post

BODIES, EACH = 10, 50
PACE = Pace(timedelta(days=2), 15)
THREE_WEEKS = 21


@pytest.fixture
def world(tmp_path: Path, sqlite_template: Path, rules: Rules) -> Iterator[Post]:
    """Ten bodies and fifty recommendations to each; mail goes to the real inbox."""
    files = SQLiteFiles(tmp_path, sqlite_template)
    database = files.new()
    event.listen(database.engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous=OFF"))
    post = Post(database, rules, Misbehaving()).settle_in()
    for number in range(BODIES):
        post.body(f"force-{number}")
    for number in range(EACH):
        post.recommendation(f"R-{number}")
    yield post
    post.close()
    files.close()


def asked(post: Post) -> list[Story]:
    """500 cases whose request letters went out before the outage."""
    stories = [post.story(f"R-{one}", f"force-{body}") for body in range(BODIES) for one in range(EACH)]
    for story in stories:
        post.take(story, LETTER)
    with post.database.writing() as session:
        session.exec(update(Notice).values(state=NoticeState.sent.value))
    return stories


def send(post: Post, inbox: Inbox) -> int:
    """One run of a worker; answers how many notices left."""
    return post.run(relay=Relay(inbox.smtp_url, armed=False), pace=PACE).sent


def recover(post: Post) -> Plan:
    with post.database.writing() as session:
        return go(session, "ops-1", "our server was away", post.now, PACE)


def drain(post: Post, inbox: Inbox, folder: Path) -> list[int]:
    """Run every ten seconds until nothing waits; answers how many mails the inbox took in each minute."""
    minutes: list[int] = []
    while not minutes or minutes[-1]:
        before = len(list(messages(folder)))
        for _ in range(6):
            send(post, inbox)
            post.later(seconds=10)
        minutes.append(len(list(messages(folder))) - before)
    return minutes


def lived_on(post: Post, stories: list[Story]) -> None:
    """The post was away: first the relay, then the dispatcher. The cases were not, and some bodies answered while
    nobody was told of anything; one notice an operator holds."""
    start, nobody = post.now, free_ports(1)[0]
    for story in stories:
        post.now = start
        post.until(date(2016, 12, 16), story)
    for _ in range(3):
        post.run(relay=Relay(f"smtp://127.0.0.1:{nobody}", armed=False), pace=PACE)
    noon = post.now
    for number, story in enumerate(stories):
        post.now = noon
        if number % 5 == 0:
            post.submit(story)
        post.until(start.date() + timedelta(days=THREE_WEEKS), story)
    post.now = start + timedelta(days=THREE_WEEKS)
    [one, *_] = post.notices(Notice.case_id == stories[-1].case.id, Notice.state == NoticeState.due.value)
    with post.database.writing() as session:
        hold_notice(session, one.id or 0, "ops-1")


def seated_again(post: Post, stories: list[Story]) -> None:
    """Every workflow was lost, and is seated again from a ledger that is three weeks behind its clock: the code of
    `workflows/` and `office/repair.py`, on the simulation's engine."""
    post.now += timedelta(days=THREE_WEEKS)
    ledger, loop = LedgerActivities(post.database), VirtualLoop(post.now)  # type: ignore[abstract]
    engine = Engine(loop, Random(1), {"append": ledger.append})

    async def seat() -> None:
        for story in stories:
            case = folded(post.database, story.case.id)
            assert await start_case(cast(TemporalClient, Client(engine)), case, "queue")

    seating = loop.create_task(seat())
    engine.settle()
    assert seating.done()
    assert (seating.exception(), engine.failures, len(engine.seats)) == (None, [], len(stories))
    assert not any(seat.conductor.parked for seat in engine.seats.values())
    post.now = loop.now()


@pytest.mark.parametrize("away", [lived_on, seated_again])
def test_after_three_weeks(
    world: Post, inbox: Inbox, folder: Path, away: Callable[[Post, list[Story]], None]
) -> None:
    stories = asked(world)
    start = world.now
    away(world, stories)

    assert send(world, inbox) == 0
    assert list(messages(folder)) == []
    with world.database.writing() as session:
        shown = plan(session, world.now, PACE)
    assert shown.counts[Fate.useful] >= 500 * 0.8
    if away is lived_on:
        assert all(shown.counts[fate] for fate in Fate)
    assert recover(world) == shown

    minutes = drain(world, inbox, folder)
    late = list(messages(folder))
    assert max(minutes) <= PACE.per_minute
    assert all("is late because our server was away." in " ".join(mail.text().split()) for mail in late)
    waiting = (NoticeState.due.value, NoticeState.claimed.value)
    assert world.notices(col(Notice.state).in_(waiting), col(Notice.held).is_(False)) == []
    told = Counter(
        (one.case_id, one.clock, one.role)
        for one in world.notices(Notice.state == NoticeState.sent, Notice.not_before > start)
    )
    assert set(told.values()) == {1}  # never two rungs of a clock to one role, after three weeks
    assert len({case for case, _, _ in told}) >= 499  # one is held
