"""Workers die and work side by side: each notice leaves once, or is in doubt and says so (rule 2)."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from activities.mail import lease, progress
from activities.mail import run as run_module
from activities.mail.claim import Told
from activities.mail.envelope import Outgoing
from activities.mail.relay import Delivery, Phase, Relay
from activities.mail.writing import group
from models.tables import Mail, MailState, Notice, NoticeState
from tests.ledger.story import at_once
from tests.mail.misbehaving import Misbehaving, Trouble, serving
from tests.mail.post import LETTER, Died, Meddling, Post, die

ROOT = Path(__file__).parents[2]
DUE_SOON = date(2016, 12, 15)
LIAISON = "liaison@bedfordshire.example"
AT_ONCE = timedelta(0)
"""A lease that has run out as soon as it is given: whoever comes next takes over."""


@pytest.fixture
def due(post: Post) -> Post:
    """One notice due now: the reminder to the liaison."""
    story = post.asked()
    post.until(DUE_SOON, story)
    post.server.copies.clear()
    return post


def die_before(post: Post, phase: Phase) -> None:
    with pytest.raises(Died):
        post.run(worker="doomed", lease=AT_ONCE, relay=Meddling(post.server.url, phase, die))


@pytest.mark.parametrize("phase", [Phase.connecting, Phase.greeted, Phase.mail, Phase.rcpt, Phase.data])
def test_killed_before_data_it_is_tried_again_once(due: Post, phase: Phase):
    die_before(due, phase)
    assert due.mail_to(LIAISON).state == MailState.sending

    counts = [due.run().sent for _ in range(3)]

    assert counts == [1, 0, 0]
    assert len(due.server.copies) == 1
    lost, again = due.attempts()[-2:]
    assert (lost.outcome, lost.worker) == ("unreachable", "doomed")
    assert lost.reply == "The worker doomed was lost before DATA; nothing was handed over."
    assert again.outcome == "accepted"


def test_killed_after_data_it_is_in_doubt_and_not_sent_again(due: Post):
    die_before(due, Phase.accepted)

    counts = [str(due.run()) for _ in range(2)]

    assert counts == ["1 unknown", "nothing to send"]
    assert len(due.server.copies) == 1
    assert due.states("before-5") == {"liaison": NoticeState.unknown}
    [repair] = due.repairs()
    assert "The worker doomed was lost after DATA began." in repair.cause


def test_killed_after_data_it_is_sent_again_where_policy_says_so(due: Post):
    die_before(due, Phase.accepted)

    due.run(unknown_policy=lambda case: "send_again")
    due.later(minutes=1)
    due.run(unknown_policy=lambda case: "send_again")

    first, second = due.arrived()
    assert first["Message-ID"] == second["Message-ID"]
    assert due.mail_to(LIAISON).state == MailState.accepted


def test_a_lease_that_runs_still_is_respected(due: Post):
    with pytest.raises(Died):
        due.run(worker="doomed", relay=Meddling(due.server.url, Phase.greeted, die))

    assert str(due.run()) == "nothing to send"
    assert due.mail_to(LIAISON).state == MailState.sending


def test_a_claim_without_a_mail_is_due_again(due: Post, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(run_module, "group", lambda told: die())
        with pytest.raises(Died):
            due.run(lease=AT_ONCE)
    assert due.states("before-5") == {"liaison": NoticeState.claimed}

    assert due.run().sent == 1


def test_a_mail_written_but_not_begun_is_sent_by_the_next_run(due: Post, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(run_module, "recheck", lambda *_: die())
        with pytest.raises(Died):
            due.run(lease=AT_ONCE)
    assert due.mail_to(LIAISON).state == MailState.composed

    assert due.run().sent == 1


def test_a_worker_that_lost_its_lease_stops_before_data(due: Post):
    """It was slow, not dead: another took over meanwhile, and sent."""
    other = due.dispatcher("worker-2")
    relay = Meddling(due.server.url, Phase.rcpt, other.run_once)

    count = due.run(worker="slow", lease=AT_ONCE, relay=relay)

    assert count.sent == 0
    assert len(due.server.copies) == 1
    assert due.mail_to(LIAISON).state == MailState.accepted


def test_a_late_answer_is_better_than_a_doubt(due: Post):
    """It was given up for dead after DATA; then the server's answer came."""
    other = due.dispatcher("worker-2")
    relay = Meddling(due.server.url, Phase.accepted, other.run_once)

    count = due.run(worker="slow", lease=AT_ONCE, relay=relay)

    assert count.sent == 1
    assert due.states("before-5") == {"liaison": NoticeState.sent}
    assert due.repairs() == []
    assert len(due.server.copies) == 1


def test_an_answer_that_comes_after_another_was_sent_only_completes_its_attempt(due: Post):
    again: dict[str, Any] = {"unknown_policy": lambda case: "send_again"}
    other = due.dispatcher("worker-2", **again)

    def given_up() -> None:
        other.run_once()
        due.later(minutes=1)
        assert other.run_once().sent == 1

    count = due.run(
        worker="slow", lease=AT_ONCE, relay=Meddling(due.server.url, Phase.accepted, given_up), **again
    )

    assert count.sent == 0
    assert [(one.worker, one.outcome) for one in due.attempts()[-2:]] == [
        ("slow", "accepted"),
        ("worker-2", "accepted"),
    ]
    assert due.mail_to(LIAISON).tries == 2


def test_a_worker_that_lost_its_claim_writes_no_mail(due: Post, monkeypatch: pytest.MonkeyPatch):
    other = due.dispatcher("worker-2")

    def slowly(told: Iterable[Told]) -> list[tuple[Told, ...]]:
        monkeypatch.setattr(run_module, "group", group)
        assert other.run_once().sent == 1
        return group(told)

    monkeypatch.setattr(run_module, "group", slowly)

    assert due.run(lease=AT_ONCE).sent == 0
    assert len(due.server.copies) == 1


def test_a_notice_put_back_by_hand_is_not_sent_under_a_message_id_that_was_used(due: Post):
    due.run()
    with due.database.writing() as session:
        notice = session.exec(select(Notice).where(Notice.rung == "before-5")).one()
        notice.state, notice.mail_id = NoticeState.due.value, None

    assert due.run().sent == 0
    assert due.mail_to(LIAISON).state == MailState.accepted
    assert len(due.server.copies) == 1


def test_a_send_that_outlives_its_lease_renews_it(due: Post, monkeypatch: pytest.MonkeyPatch):
    host = Host(monkeypatch)
    other = due.dispatcher("worker-2")
    relay = Slow(due.server.url, lambda: host.passes(seconds=30), other.run_once)

    assert due.run(worker="slow", relay=relay).sent == 1

    assert len(due.server.copies) == 1
    assert [one.worker for one in due.attempts()][-1] == "slow"


class Host:
    """The host's clock, which leases go by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime.now(UTC)
        for module in (lease, progress):
            monkeypatch.setattr(module, "host_now", lambda: self.now)

    def passes(self, **more: float) -> None:
        self.now += timedelta(**more)


class Slow(Relay):
    """A relay where time passes before each phase up to DATA, and another worker looks in each time."""

    def __init__(self, url: str, *deeds: Callable[[], object]) -> None:
        super().__init__(url, armed=False, timeout=5)
        self.deeds = deeds

    def send(self, outgoing: Outgoing, on_phase: Callable[[Phase], None]) -> Delivery:
        def slowly(phase: Phase) -> None:
            for deed in self.deeds:
                deed()
            on_phase(phase)

        return super().send(outgoing, slowly)


def test_a_ledger_that_fails_before_data_means_nothing_was_sent(due: Post):
    def fail() -> None:
        raise OSError("disk full")

    assert due.run(relay=Meddling(due.server.url, Phase.data, fail)).unreachable == 1
    assert due.server.copies == []
    assert due.mail_to(LIAISON).reply == "broken off: disk full"
    due.later(minutes=1)
    assert due.run().sent == 1


@contextmanager
def doomed(post: Post, server: Misbehaving, reached: Callable[[], bool]) -> Iterator[None]:
    """A worker in a process of its own, killed -9 when it has come so far."""
    order = [sys.executable, "-m", "tests.mail.doomed", post.database.url, server.url, post.now.isoformat()]
    process = subprocess.Popen(order, cwd=ROOT)
    end = time.monotonic() + 30
    while not reached():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(0.15)  # its lease runs out
    yield


def test_a_process_killed_before_data(due: Post):
    with serving(Misbehaving({"rcpt": [Trouble.stall, "250 ok"]})) as server:
        due.server = server
        with doomed(due, server, lambda: any(line.startswith("rcpt") for line in server.commands)):
            count = due.run()
        due.close()

    assert count.sent == 1
    assert len(server.copies) == 1
    assert [one.outcome for one in due.attempts()[-2:]] == ["unreachable", "accepted"]


def test_a_process_killed_after_data(due: Post):
    with serving(Misbehaving({"dot": [Trouble.stall, "250 ok"]})) as server:
        due.server = server
        with doomed(due, server, server.dots.is_set):
            first, second = due.run(), due.run()
        due.close()

    assert (str(first), str(second)) == ("1 unknown", "nothing to send")
    assert len(server.copies) == 1
    assert due.attempts()[-1].phase == "data"


def test_two_dispatchers_send_each_of_two_hundred_notices_once(post: Post):
    bodies = [f"force-{n}" for n in range(67)]
    for body in bodies:
        post.body(body)
        post.take(post.story(body=body), LETTER)

    def work(worker: str) -> Callable[[], int]:
        dispatcher = post.dispatcher(worker)
        return lambda: sum(dispatcher.run_once(limit=20).sent for _ in range(12))

    sent = at_once([work("worker-1"), work("worker-2")])

    assert sum(sent) == 201
    copies = Counter(message["To"] for message in post.arrived())
    assert len(copies) == 201
    assert set(copies.values()) == {1}
    letters = post.notices(Notice.rung == "request-letter")
    assert Counter(one.state for one in letters) == {"sent": 201}
    assert Counter(one.number for one in post.attempts()) == {1: 201}
    assert {one.worker for one in post.attempts()} == {"worker-1", "worker-2"}


def test_nothing_is_left_under_a_lease(due: Post):
    due.run()

    with due.database.reading() as session:
        assert set(session.exec(select(Mail.lease))) == {None}
        assert set(session.exec(select(Notice.lease))) == {None}


def test_a_lease_taken_under_a_clock_that_has_been_set_back_since_holds_nothing(due: Post):
    die_before(due, Phase.mail)
    with due.database.writing() as session:
        [mail] = session.exec(select(Mail).where(Mail.state == MailState.sending.value))
        mail.lease_until = datetime.now(UTC) + timedelta(hours=2)

    assert due.run().sent == 1
