"""What became of a send: each kind of server, kind and unkind, and the one outcome that it may have."""

import time

import pytest

from activities.mail.envelope import Outgoing
from activities.mail.relay import Delivery, Outcome, Phase, Relay
from tests.mail.misbehaving import Answer, Misbehaving, Slow, Trouble, serving


def deliver(server: Misbehaving, outgoing: Outgoing, timeout: float = 5.0) -> tuple[Delivery, list[Phase]]:
    phases: list[Phase] = []
    with Relay(server.url, armed=False, timeout=timeout) as relay:
        return relay.send(outgoing, phases.append), phases


def test_a_kind_server_accepts_and_every_phase_is_told_in_order(outgoing: Outgoing) -> None:
    with serving(Misbehaving()) as server:
        delivery, phases = deliver(server, outgoing)
    assert delivery == Delivery(Outcome.accepted, 250, "kept", Phase.accepted)
    assert phases == list(Phase)
    assert len(server.copies) == 1


def test_exactly_one_recipient_the_mailbox_and_bounces_go_to_the_envelope_sender(outgoing: Outgoing) -> None:
    with serving(Misbehaving()) as server:
        deliver(server, outgoing)
    commands = [command.lower() for command in server.commands]
    assert [command for command in commands if command.startswith(("mail", "rcpt"))] == [
        "mail from:<bounce+01jx3v8q5n@mail.inspectorate.example>",
        "rcpt to:<liaison@bedfordshire.example>",
    ]


@pytest.mark.parametrize(
    ("step", "answer", "phase"),
    [
        ("greeting", "421 too busy", Phase.connecting),
        ("mail", "451 later", Phase.mail),
        ("rcpt", "451 greylisted", Phase.rcpt),
        ("data", "451 not now", Phase.data),
        ("dot", "452 disk full", Phase.data),
        ("dot", "421 closing", Phase.data),
    ],
)
def test_a_temporary_refusal_anywhere_is_deferred(
    step: str, answer: str, phase: Phase, outgoing: Outgoing
) -> None:
    with serving(Misbehaving({step: answer})) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery == Delivery(Outcome.deferred, int(answer[:3]), answer[4:], phase)


@pytest.mark.parametrize(
    ("step", "answer", "phase"),
    [
        ("mail", "553 not you", Phase.mail),
        ("rcpt", "550 no such mailbox", Phase.rcpt),
        ("data", "554 no", Phase.data),
        ("dot", "554 looks like spam", Phase.data),
    ],
)
def test_a_permanent_refusal_of_the_mail_is_refused(
    step: str, answer: str, phase: Phase, outgoing: Outgoing
) -> None:
    with serving(Misbehaving({step: answer})) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery == Delivery(Outcome.refused, int(answer[:3]), answer[4:], phase)


def test_a_server_that_refuses_us_altogether_has_refused_no_mail(outgoing: Outgoing) -> None:
    with serving(Misbehaving({"greeting": "554 not you"})) as server:
        delivery, _ = deliver(server, outgoing)
    assert (delivery.outcome, delivery.code, delivery.phase) == (
        Outcome.unreachable,
        554,
        Phase.connecting,
    )


@pytest.mark.parametrize("trouble", [Trouble.drop, Trouble.stall, Trouble.flood])
@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt"])
def test_trouble_before_data_is_unreachable_and_safe_to_send_again(
    step: str, trouble: Trouble, outgoing: Outgoing
) -> None:
    with serving(Misbehaving({step: trouble})) as server:
        delivery, phases = deliver(server, outgoing, timeout=0.3)
    assert (delivery.outcome, delivery.code) == (Outcome.unreachable, None)
    assert Phase.data not in phases
    assert not server.copies


@pytest.mark.parametrize("answer", [Trouble.drop, Trouble.stall, Trouble.flood, "?? what", "25"])
@pytest.mark.parametrize("step", ["data", "dot"])
def test_no_clear_answer_after_data_began_is_unknown(step: str, answer: Answer, outgoing: Outgoing) -> None:
    with serving(Misbehaving({step: answer})) as server:
        delivery, phases = deliver(server, outgoing, timeout=0.3)
    assert (delivery.outcome, delivery.code, delivery.phase) == (Outcome.unknown, None, Phase.data)
    assert phases[-1] is Phase.data
    assert "no clear answer after DATA" in delivery.reply


def test_a_mail_in_doubt_is_never_sent_again_behind_our_back(outgoing: Outgoing) -> None:
    with serving(Misbehaving({"dot": [Trouble.drop, "250 kept"]})) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery.outcome is Outcome.unknown
    assert len(server.copies) == 1
    assert server.connections == 1


def test_nothing_is_sent_again_after_a_drop_before_data(outgoing: Outgoing) -> None:
    with serving(Misbehaving({"rcpt": [Trouble.drop, "250 ok"]})) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery.outcome is Outcome.unreachable
    assert server.connections == 1


def test_a_slow_server_is_waited_for(outgoing: Outgoing) -> None:
    slow = {"rcpt": Slow("250 ok", 0.3), "dot": Slow("250 kept at last", 0.3)}
    with serving(Misbehaving(slow)) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery == Delivery(Outcome.accepted, 250, "kept at last", Phase.accepted)


def test_a_stalled_server_is_left_after_the_timeout(outgoing: Outgoing) -> None:
    began = time.monotonic()
    with serving(Misbehaving({"dot": Trouble.stall})) as server:
        deliver(server, outgoing, timeout=0.3)
    assert time.monotonic() - began < 3


def test_any_success_after_the_dot_is_accepted(outgoing: Outgoing) -> None:
    with serving(Misbehaving({"dot": "251 forwarded"})) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery.outcome is Outcome.accepted


def test_a_refusal_of_the_only_recipient_never_reads_as_success(outgoing: Outgoing) -> None:
    with serving(Misbehaving({"rcpt": "550 gone"})) as server:
        delivery, phases = deliver(server, outgoing)
    assert delivery.outcome is Outcome.refused
    assert Phase.data not in phases


def test_a_closed_port_says_which_address_and_why(outgoing: Outgoing) -> None:
    with serving(Misbehaving()) as server:
        pass
    delivery, phases = deliver(server, outgoing)
    assert delivery.outcome is Outcome.unreachable
    assert delivery.reply == f"smtp://127.0.0.1:{server.port}: Connection refused"
    assert phases == [Phase.connecting]


def test_an_answer_is_kept_short_and_printable(outgoing: Outgoing) -> None:
    with serving(Misbehaving({"rcpt": f"550 \x1b[31mno\x07 {'x' * 900}"})) as server:
        delivery, _ = deliver(server, outgoing)
    assert delivery.reply.isprintable()
    assert len(delivery.reply) == 500
