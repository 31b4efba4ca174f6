"""The links in mails: to the case's page in every mail; to acknowledge, signed, only for whom the letter asks."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.mail.links import ACKNOWLEDGE, Door, case_path
from config.keys import BadLink, Keys
from tests.mail import post as scene
from tests.mail.post import LETTER, Post

KEYS = Keys(["k" * 40])
BASE = "https://followthrough.example"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def linked(post: Post, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(scene, "SENDER", replace(scene.SENDER, door=Door(BASE, KEYS)))
    return post


def text(message, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    return str(part.get_content())


def addresses(message) -> list[str]:
    return re.findall(rf"{BASE}(/\S+)", text(message))


def test_every_mail_leads_to_its_case_and_only_the_body_s_to_acknowledging(linked: Post):
    story = linked.story()
    linked.take(story, LETTER)
    linked.run()

    case = case_path(story.case.id)
    for message in linked.arrived():
        found = addresses(message)
        assert found[0] == case
        asked = [one for one in found if one.startswith("/mail/acknowledge/")]
        assert len(asked) == (0 if "pcc@" in message["To"] else 1)
        assert f'<a href="{BASE}{case}">' in text(message, "html")
    linked.server.copies.clear()
    linked.submit(story)
    linked.run()
    assert all(addresses(message) == [case] for message in linked.arrived())


def test_a_link_names_its_mail_and_case_and_ends_with_the_deadline(linked: Post):
    story = linked.story()
    linked.take(story, LETTER)
    linked.run()

    mail = linked.mail_to("liaison@bedfordshire.example")
    signed = re.search(r"/mail/acknowledge/(\S+)", mail.text)
    assert signed
    due = next(one.due for one in linked.notices() if one.template == "request-letter")
    assert due
    last = datetime(due.year, due.month, due.day, 23, 59, tzinfo=UTC)
    assert KEYS.open_until(ACKNOWLEDGE, signed[1], last) == [mail.id, story.case.id]
    with pytest.raises(BadLink, match="too old"):
        KEYS.open_until(ACKNOWLEDGE, signed[1], last + timedelta(minutes=1))


def test_a_link_is_for_one_purpose_and_cannot_be_changed():
    signed = KEYS.sign_until("one", ["a", "b"], NOW + timedelta(days=1))
    assert KEYS.sign_until("one", ["a", "b"], NOW + timedelta(days=1)) == signed
    assert KEYS.open_until("one", signed, NOW) == ["a", "b"]
    for purpose, said in (("two", signed), ("one", signed[:-2] + "xx"), ("one", ""), ("one", "x.y")):
        with pytest.raises(BadLink):
            KEYS.open_until(purpose, said, NOW)
    with pytest.raises(BadLink):
        KEYS.open_until("one", KEYS.sign("one", ["a"]), NOW)


def test_an_older_key_is_still_read():
    old, new = Keys(["o" * 40]), Keys(["o" * 40, "n" * 40])
    assert new.open_until("one", old.sign_until("one", 1, NOW + timedelta(days=1)), NOW) == 1
    with pytest.raises(BadLink):
        old.open_until("one", new.sign_until("one", 1, NOW + timedelta(days=1)), NOW)
