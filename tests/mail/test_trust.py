"""Where mail may go: certificates verified, passwords off open wires, an unarmed relay at home."""

import pytest

from activities.mail.envelope import MailError, Outgoing
from activities.mail.relay import Delivery, Outcome, Phase, Relay, Unarmed
from activities.mail.route import parse_route
from tests.mail.certificates import Certificates
from tests.mail.misbehaving import Misbehaving, serving


def ignore(phase: Phase) -> None:
    """A caller that keeps no ledger."""


def deliver(url: str, outgoing: Outgoing) -> Delivery:
    with Relay(url, armed=False, timeout=5) as relay:
        return relay.send(outgoing, ignore)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_from_our_authority_for_this_host_is_trusted(
    scheme: str, certificates: Certificates, outgoing: Outgoing
) -> None:
    with serving(tls_server(scheme, certificates, "right")) as server:
        url = f"{scheme}://user:secret@127.0.0.1:{server.port}?ca={certificates.authority}"
        delivery = deliver(url, outgoing)
    assert delivery.outcome is Outcome.accepted
    assert server.connections == 1
    assert any(command.lower().startswith("auth plain") for command in server.commands)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize(
    ("certificate", "trusting"),
    [("right", False), ("other_host", True), ("self_signed", True), ("self_signed", False)],
)
def test_any_other_certificate_ends_the_send_before_mail_or_password(
    scheme: str, certificate: str, trusting: bool, certificates: Certificates, outgoing: Outgoing
) -> None:
    with serving(tls_server(scheme, certificates, certificate)) as server:
        option = f"?ca={certificates.authority}" if trusting else ""
        delivery = deliver(f"{scheme}://user:secret@127.0.0.1:{server.port}{option}", outgoing)
    assert (delivery.outcome, delivery.phase) == (Outcome.unreachable, Phase.connecting)
    assert "certificate" in delivery.reply.lower()
    assert not any(c.lower().startswith(("auth", "mail")) for c in server.commands)
    assert not server.copies


def test_a_server_without_starttls_gets_nothing_in_the_clear(outgoing: Outgoing) -> None:
    with serving(Misbehaving()) as server:
        delivery = deliver(f"smtp+starttls://user:secret@127.0.0.1:{server.port}", outgoing)
    assert delivery.outcome is Outcome.unreachable
    assert "STARTTLS" in delivery.reply
    assert not any(c.lower().startswith(("auth", "mail")) for c in server.commands)


def test_a_wrong_password_is_our_trouble_and_not_the_mailboxes(
    certificates: Certificates, outgoing: Outgoing
) -> None:
    with serving(Misbehaving({"auth": "535 wrong"}, wrapped=certificates.right)) as server:
        url = f"smtps://user:secret@127.0.0.1:{server.port}?ca={certificates.authority}"
        delivery = deliver(url, outgoing)
    assert (delivery.outcome, delivery.code) == (Outcome.unreachable, 535)
    assert "secret" not in repr(delivery)


def tls_server(scheme: str, certificates: Certificates, name: str) -> Misbehaving:
    context = getattr(certificates, name)
    return Misbehaving(wrapped=context) if scheme == "smtps" else Misbehaving(starttls=context)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.inspectorate.example:25",
        "smtps://user:secret@mail.inspectorate.example",
        "smtp://127.0.0.1.example",
        "smtps://127.0.0.1:25@mail.example",
        "smtp://localhost.example",
        "smtp://10.0.0.1",
        "smtp://0.0.0.0",
        "smtp://127.1",
        "smtp://[2001:db8::1]",
    ],
)
def test_an_unarmed_relay_refuses_every_host_but_this_one(url: str) -> None:
    with pytest.raises(Unarmed, match="not armed") as refusal:
        Relay(url, armed=False)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["smtp://127.0.0.1:2525", "smtp://127.8.9.10", "smtp://[::1]:2525", "smtp://LOCALHOST"]
)
def test_an_unarmed_relay_may_reach_this_machine(url: str) -> None:
    assert Relay(url, armed=False).route.loopback


def test_an_armed_relay_may_go_anywhere() -> None:
    route = Relay("smtp+starttls://user:p%40ss@mail.example", armed=True).route
    assert (route.host, route.port, route.password) == ("mail.example", 587, "p@ss")
    assert "p@ss" not in repr(route)
    assert "p@ss" not in str(route)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://mail.example", "scheme 'http'"),
        ("smtp://", "one host"),
        ("smtp://mail.example/box", "no path"),
        ("smtp://[::1", "cannot be read"),
        ("smtp://mail.example:99999", "port"),
        ("smtp://mail..example", "not a host name"),
        ("smtp://user:secret@mail.example", "unencrypted"),
        ("smtps://user@mail.example", "both a user and a password"),
        ("smtps://user:s%C3%A9cret@mail.example", "printable ASCII"),
        ("smtps://mail.example?verify=no", "unknown option verify"),
        ("smtp://mail.example?ca=/etc/hosts", "without TLS"),
        ("smtps://mail.example?ca=/no/such.pem", "no file"),
        ("smtps://mail.example?ca=/etc/hosts", "no certificate"),
        ("smtps://mail.example?helo=a%20b", "full name"),
    ],
)
def test_a_wrong_url_says_what_is_wrong_and_keeps_the_password(url: str, words: str) -> None:
    with pytest.raises(MailError, match=words) as refusal:
        parse_route(url)
    assert "secret" not in str(refusal.value)
