"""Sending to the local inbox, and reading it over HTTP, as tests do."""

from email.message import Message
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from activities.mail.envelope import Outgoing
from activities.mail.relay import Outcome, Phase, Relay
from embedded.inbox import Inbox


def ignore(phase: Phase) -> None:
    """A caller that keeps no ledger."""


def send(inbox: Inbox, *mails: Outgoing) -> list[Outcome]:
    with Relay(inbox.smtp_url, armed=False) as relay:
        return [relay.send(mail, ignore).outcome for mail in mails]


def fetch(url: str, host: str | None = None) -> tuple[int, str, Message]:
    try:
        with urlopen(Request(url, headers={"Host": host} if host else {}), timeout=10) as answer:
            return answer.status, answer.read().decode("utf-8", "replace"), answer.headers
    except HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers
