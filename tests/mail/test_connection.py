"""One connection for many mails; what the caller commits before DATA; and no look-up of our own name."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from activities.mail import client as client_module
from activities.mail import relay as relay_module
from activities.mail.envelope import Outgoing
from activities.mail.relay import Outcome, Phase, Relay
from tests.mail.misbehaving import Misbehaving, Script, Trouble, serving


def ignore(phase: Phase) -> None:
    """A caller that keeps no ledger."""


def test_one_connection_carries_many_mails(outgoing: Outgoing) -> None:
    with serving(Misbehaving()) as server, Relay(server.url, armed=False) as relay:
        outcomes = [relay.send(outgoing, ignore).outcome for _ in range(5)]
    assert outcomes == [Outcome.accepted] * 5
    assert (server.connections, len(server.copies)) == (1, 5)


def test_a_connection_is_renewed_after_its_share_of_mails(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "MAILS_PER_CONNECTION", 2)
    with serving(Misbehaving()) as server, Relay(server.url, armed=False) as relay:
        for _ in range(5):
            relay.send(outgoing, ignore)
    assert (server.connections, len(server.copies)) == (3, 5)


@pytest.mark.parametrize("script", [{"afterwards": Trouble.drop}, {"noop": "421 idle too long"}])
def test_a_connection_gone_stale_is_replaced_before_the_mail_begins(
    script: dict[str, Script], outgoing: Outgoing
) -> None:
    with serving(Misbehaving(script)) as server, Relay(server.url, armed=False) as relay:
        outcomes = [relay.send(outgoing, ignore).outcome for _ in range(2)]
    assert outcomes == [Outcome.accepted] * 2
    assert (server.connections, len(server.copies)) == (2, 2)


def test_after_a_refusal_the_next_mail_has_a_clean_connection(outgoing: Outgoing) -> None:
    script = {"rcpt": ["250 ok", "550 gone", "250 ok"]}
    with serving(Misbehaving(script)) as server, Relay(server.url, armed=False) as relay:
        outcomes = [relay.send(outgoing, ignore).outcome for _ in range(3)]
    assert outcomes == [Outcome.accepted, Outcome.refused, Outcome.accepted]
    assert server.connections == 2


def test_a_server_that_never_says_goodbye_is_not_waited_for(
    outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "GOODBYE_SECONDS", 0.2)
    began = time.monotonic()
    with serving(Misbehaving({"quit": Trouble.stall})) as server, Relay(server.url, armed=False) as relay:
        assert relay.send(outgoing, ignore).outcome is Outcome.accepted
    assert time.monotonic() - began < 5


def test_data_is_told_before_the_command_leaves(outgoing: Outgoing) -> None:
    seen: dict[Phase, list[str]] = {}

    def look(phase: Phase) -> None:
        seen[phase] = list(server.commands)

    with serving(Misbehaving()) as server, Relay(server.url, armed=False) as relay:
        relay.send(outgoing, look)
    assert "data" not in seen[Phase.data]
    assert seen[Phase.data][-1].startswith("rcpt")
    assert "data" in server.commands


@pytest.mark.parametrize("failure", [RuntimeError("disk full"), ConnectionError("ledger gone")])
def test_a_ledger_that_cannot_commit_stops_the_send_before_data(
    failure: Exception, outgoing: Outgoing
) -> None:
    def commit(phase: Phase) -> None:
        if phase is Phase.data:
            raise failure

    with serving(Misbehaving()) as server, Relay(server.url, armed=False) as relay:
        with pytest.raises(type(failure), match=str(failure)):
            relay.send(outgoing, commit)
        assert "data" not in server.commands
        assert relay.send(outgoing, ignore).outcome is Outcome.accepted
    assert len(server.copies) == 1


def test_a_ledger_that_fails_after_acceptance_is_the_callers_to_know(outgoing: Outgoing) -> None:
    def commit(phase: Phase) -> None:
        if phase is Phase.accepted:
            raise ConnectionError("ledger gone")

    with (
        serving(Misbehaving()) as server,
        Relay(server.url, armed=False) as relay,
        pytest.raises(ConnectionError),
    ):
        relay.send(outgoing, commit)
    assert len(server.copies) == 1


def test_our_own_name_is_never_looked_up(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(name: str = "") -> str:
        raise AssertionError("looked up")

    monkeypatch.setattr(socket, "getfqdn", lookup)
    monkeypatch.setattr("emails.backend.smtp.backend.DNS_NAME._fqdn", "unset", raising=False)
    monkeypatch.delattr("emails.backend.smtp.backend.DNS_NAME._fqdn")
    with serving(Misbehaving()) as server, Relay(f"{server.url}?helo=mail.example", armed=False) as relay:
        relay.send(outgoing, ignore)
    assert server.commands[0] == "ehlo mail.example"


PROGRAM = """
import os, sys
from datetime import UTC, datetime
from activities.mail.envelope import Outgoing
from activities.mail.relay import Relay

def commit(phase):
    with open(sys.argv[2], "a") as ledger:
        ledger.write(phase + "\\n"); ledger.flush(); os.fsync(ledger.fileno())

outgoing = Outgoing(
    message_id="<1@mail.example>", mailbox="a@force.example", sender="b@c.example", reply_to="b@c.example",
    subject="s", text="t", html="<p>t</p>", date=datetime.now(UTC), headers={}, envelope_sender="b@c.example",
)
Relay(sys.argv[1], armed=False, timeout=60).send(outgoing, commit)
"""


def test_a_process_killed_after_data_leaves_the_phase_that_says_so(tmp_path: Path) -> None:
    ledger = tmp_path / "phases"
    with serving(Misbehaving({"dot": Trouble.stall})) as server:
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, server.url, str(ledger)])
        assert server.dots.wait(30)
        process.kill()
        process.wait(10)
    assert ledger.read_text().split() == ["connecting", "greeted", "mail", "rcpt", "data"]
    assert len(server.copies) == 1
