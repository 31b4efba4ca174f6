"""Texts that PostgreSQL cannot hold (NUL, half of a surrogate pair, too long): refused in words at every door."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from activities.ledger.recording import LedgerActivities
from cli import exits
from config.settings import load
from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.characters import kept, unkept_in
from lifecycle.rules import Rules
from lifecycle.words import Refused
from models.database import Database
from models.messages import Append, PublishReport, RecordOrder
from office.people import NotAllowed, find_actor
from office.sealing import seal
from tests.cluster import Cluster
from tests.conftest import PostgreSQLDatabases
from tests.console.alone import browser_at
from tests.ledger.story import MORNING, Story

DAY = date(2026, 11, 24)
WRONG = pytest.mark.parametrize("wrong", ["a\0b", "a\ud800b", "\udfff"], ids=ascii)


@WRONG
def test_the_field_is_named_wherever_in_a_message_it_is(wrong: str):
    order = PublishReport(key="k", actor="a", left_out={"case": "why"})
    act = a.Publish(key="k", actor="a", order="o")
    assert unkept_in(order) is unkept_in(act) is None
    assert unkept_in(order.model_copy(update={"key": wrong})) == "key"
    assert unkept_in(order.model_copy(update={"left_out": {"case": wrong}})) == "left_out.case"
    assert unkept_in(order.model_copy(update={"left_out": {wrong: "why"}})) == "a name in left_out"
    assert unkept_in((act, act.model_copy(update={"order": wrong}))) == "2.order"


@given(st.text())
def test_every_other_text_is_kept(text: str):
    assert kept(text) is ("\0" not in text)


@WRONG
def test_it_is_nobody_s_name_and_nothing_is_sealed(database: Database, wrong: str):
    with database.writing() as session:
        with pytest.raises(NotAllowed, match="is not a registered person"):
            find_actor(session, wrong, DAY)
        for text, of in ((wrong, "case"), ("text", wrong)):
            with pytest.raises(Refused, match="Leave it out"):
                seal(session, "reason", text, MORNING, of=of)


def test_a_word_of_a_command_that_is_no_text_is_named():
    exits.refuse_unreadable(["followthrough", "case", "ask", "ŵ"])
    with pytest.raises(Refused, match="word 2 of the command is not text in UTF-8"):
        exits.refuse_unreadable(["followthrough", "case", "\udcff"])


@pytest.mark.postgres
def test_what_the_database_will_never_take_is_refused_and_not_tried_for_ever(
    postgresql: Cluster, postgresql_template: str, rules: Rules
):
    databases = PostgreSQLDatabases(postgresql, postgresql_template)
    story = Story(databases.new(), rules).opened()
    ledger, case = LedgerActivities(story.database), story.case
    for actor in ("x" * 500, "a\0b"):
        event = e.Published(at=MORNING, on=DAY, actor=actor, order="o")
        act = Append(stream=case.id, expected_seq=case.seq, act_key="k", events=(event,), actor=actor)
        with pytest.raises(ApplicationError, match="The ledger cannot keep this") as refused:
            ledger.append(act)
        assert (refused.value.type, refused.value.non_retryable) == ("Refused", True)
        with pytest.raises(ApplicationError, match="The ledger cannot keep this"):
            ledger.record_order(RecordOrder(report="r", key=actor, actor="lead-1", on=DAY, at=MORNING))
    databases.close()


def test_a_form_and_an_address_with_it_are_answered_in_words(database: Database, tmp_path):
    url = database.engine.url.render_as_string(hide_password=False)
    with browser_at(load(home=tmp_path, database_url=url), database) as browser:
        posted = browser.post("/sign-in", data={"mailbox": "a\0@police.example"})
        got = browser.get("/sign-in/a%00b")
    for answer in (posted, got):
        assert answer.status_code < 500, answer.text
        assert "went wrong" not in answer.text
    if not database.sqlite:
        assert "Nothing was done." in posted.text
