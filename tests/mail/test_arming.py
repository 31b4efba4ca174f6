"""Unarmed means loopback only: arming is a row, bound to this very installation (rule 10)."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from activities.mail import route
from activities.mail.arming import is_armed
from activities.mail.relay import Phase, Relay
from models.database import Database
from models.tables import Arming, Installation
from tests.mail.post import LETTER, Meddling, Post

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def install(database: Database, timeline: str = "real") -> None:
    with database.writing() as session:
        session.add(Installation(id="here", timeline=timeline, created_at=NOW))


def arm(database: Database, installation: str = "here") -> None:
    with database.writing() as session:
        session.add(
            Arming(installation_id=installation, armed_by="dawson", armed_at=NOW, reason="going live")
        )


def disarm(database: Database) -> None:
    with database.writing() as session:
        for row in session.exec(select(Arming)):
            row.disarmed_at = NOW


def test_a_new_installation_is_unarmed_until_somebody_arms_it(database: Database):
    assert not is_armed(database)
    install(database)
    assert not is_armed(database)
    arm(database)
    assert is_armed(database)
    disarm(database)
    assert not is_armed(database)
    arm(database)
    assert is_armed(database)


def test_a_restored_copy_is_unarmed(database: Database):
    install(database)
    arm(database, "where the backup came from")

    assert not is_armed(database)


def test_a_virtual_timeline_is_never_armed(database: Database):
    install(database, "virtual")
    arm(database)

    assert not is_armed(database)


def test_a_running_dispatcher_stops_when_its_installation_is_disarmed(
    post: Post, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(route.Route, "loopback", property(lambda self: False))
    install(post.database)
    post.take(post.story(), LETTER)
    dispatcher = post.dispatcher(relay=Relay(post.server.url, armed=True))

    assert dispatcher.run_once().claimed == 0
    arm(post.database)
    assert dispatcher.run_once(limit=1).sent == 1
    disarm(post.database)
    assert dispatcher.run_once().claimed == 0


def test_disarming_stops_a_run_that_has_begun(post: Post, monkeypatch: pytest.MonkeyPatch):
    install(post.database)
    arm(post.database)
    post.take(post.story(), LETTER)
    relay = Meddling(post.server.url, Phase.connecting, lambda: disarm(post.database))
    monkeypatch.setattr(route.Route, "loopback", property(lambda self: False))

    assert post.run(relay=relay).sent == 1
    assert len(post.arrived()) == 1
