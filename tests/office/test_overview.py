"""What operations see, in as many queries for many cases as for few."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from lifecycle.agenda import agenda
from lifecycle.dates import local_date
from lifecycle.rules import Rules
from lifecycle.words import Stage
from models.database import Database
from office.morrow import Post as Day
from office.morrow import next_working_day, post_of
from office.overview import heat_map, overview
from office.register import register
from office.search import search
from tests.mail.misbehaving import Misbehaving, serving
from tests.mail.post import Post

FORCES = ("essex", "kent", "dorset", "durham", "suffolk", "norfolk")


@pytest.fixture
def post(database: Database, rules: Rules) -> Iterator[Post]:
    with serving(Misbehaving()) as server:
        world = Post(database, rules, server).settle_in()
        yield world
        world.close()


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def statements(database: Database, question: Callable[[], object]) -> int:
    question()  # what is looked up once in a process is looked up here
    with counted(database) as seen:
        question()
    return len(seen)


def test_every_question_takes_as_many_queries_for_six_forces_as_for_one(post: Post):
    database = post.database
    story = post.asked()
    day = local_date(agenda(story.case, story.rules)[0].at)
    questions: dict[str, Callable[[], object]] = {
        "overview": lambda: overview(database, post.now),
        "map": lambda: heat_map(database),
        "post": lambda: post_of(database, day),
        "search": lambda: search(database, "e"),
        "people": lambda: register(database, "", "", True, day, 0, 50),
    }
    few = {name: statements(database, question) for name, question in questions.items()}
    for force in FORCES:
        post.body(force)
        post.asked(body=force)
    many = {name: statements(database, question) for name, question in questions.items()}

    assert many == few
    assert sum(heat_map(database).totals().values()) == 1 + len(FORCES)


def told(day: Day) -> set[tuple[str, str, str, str]]:
    return {(one.mailbox, one.case, one.template, one.role) for box in day.coming for one in box.letters}


def test_a_days_post_is_the_agendas_of_that_day_by_mailbox(post: Post):
    story = post.asked()
    for entry in agenda(story.case, story.rules):
        day = local_date(entry.at)
        found = post_of(post.database, day)
        expected = {
            (one.template, role.value)
            for one in agenda(story.case, story.rules)
            if local_date(one.at) == day and one.reason is None
            for role in one.roles
        }
        assert {(template, role) for _, _, template, role in told(found)} == expected
        for mailbox, _, _, role in told(found):
            assert mailbox == {"liaison": "liaison@bedfordshire.example"}.get(role, mailbox)
    assert not post_of(post.database, local_date(post.now) - timedelta(days=1000)).coming


def test_a_days_post_is_shown_page_by_page_and_every_case_once(post: Post):
    story = post.asked()
    for force in FORCES:
        post.body(force)
        post.asked(body=force)
    day = local_date(agenda(story.case, story.rules)[0].at)
    whole = post_of(post.database, day)
    pages = [post_of(post.database, day, page=page, waits=page, size=3) for page in (1, 2, 3)]
    assert (whole.cases, pages[0].cases) == (1 + len(FORCES), 1 + len(FORCES))
    assert [len({case for _, case, _, _ in told(page)}) for page in pages] == [3, 3, 1]
    assert set().union(*map(told, pages)) == told(whole)
    assert told(post_of(post.database, day, page=9, size=3)) == told(pages[-1])
    waiting = [letter.notice for page in pages for box in page.waiting for letter in box.letters]
    assert len(waiting) == len(set(waiting)) == min(whole.notices, 9)


def test_what_waits_is_shown_with_when_it_fell_due(post: Post):
    story = post.asked()
    post.until(date(2016, 12, 15), story)
    waiting = post_of(post.database, local_date(post.now)).waiting
    letters = [letter for box in waiting for letter in box.letters]
    assert {box.mailbox for box in waiting} == {"liaison@bedfordshire.example"}
    now = overview(post.database, post.now)
    assert (now.waiting, now.oldest) == (len(letters), min(letter.at for letter in letters))
    assert now.stages[Stage.requested] == 1


def test_the_next_working_day_leaves_out_weekends_and_holidays():
    assert next_working_day(date(2026, 12, 4)) == date(2026, 12, 7)
    assert next_working_day(date(2026, 12, 24)) == date(2026, 12, 29)
