"""The one place that sends mail: one mail to one mailbox, and an honest word on what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from types import TracebackType
from typing import Self

from activities.mail.client import Backend, Phase, Progress
from activities.mail.envelope import MailError, Outgoing
from activities.mail.mime import as_mime
from activities.mail.route import parse_route

__all__ = ["Delivery", "Outcome", "Phase", "Relay", "Unarmed"]

MAILS_PER_CONNECTION = 100
REPLY_LENGTH = 500


class Outcome(StrEnum):
    """What became of a send.

    `unreachable`: nothing was handed over, so sending again is safe. `unknown`: the connection ended after
    DATA began and before an answer, so the mail may or may not have arrived.
    """

    accepted = "accepted"
    refused = "refused"
    deferred = "deferred"
    unknown = "unknown"
    unreachable = "unreachable"


@dataclass(frozen=True)
class Delivery:
    """The outcome, the server's code and words (or ours, when it said nothing), and the phase reached."""

    outcome: Outcome
    code: int | None
    reply: str
    phase: Phase


class Unarmed(MailError):  # noqa: N818 - a state of the installation, said to an operator
    """This installation is not armed, and the relay is not on this machine."""


class Relay:
    """An SMTP server that takes our mail. Keeps one connection open between sends; one send at a time.

    `timeout` is the longest wait in seconds for any one answer. `send` blocks: call it from a thread.

    Raises:
        MailError: when the URL cannot be used.
        Unarmed: when `armed` is false and the URL leads off this machine.
    """

    def __init__(self, url: str, *, armed: bool, timeout: float = 30.0) -> None:
        route = parse_route(url)
        if not armed and not route.loopback:
            raise Unarmed(
                f"This installation is not armed, so no mail may leave it for {route}. "
                "Arm it, or point the mail URL at the local inbox (smtp://127.0.0.1:2525)."
            )
        self.route = route
        self._backend = Backend(route, timeout)
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, if one is open."""
        self._sent = 0
        self._backend.close()

    def send(self, outgoing: Outgoing, on_phase: Callable[[Phase], None]) -> Delivery:
        """Send one mail once. Never raises for what the server or the network does: that is the Delivery.

        `on_phase` is called, and must return, before the step it names is taken: commit `data` in it, and a
        crash afterwards can be told from a crash before. What it raises ends the send and reaches the caller.
        """
        progress = self._backend.progress = Progress(on_phase)
        try:
            delivery = self._attempt(outgoing, progress)
        except BaseException:
            self.close()
            raise
        if delivery.outcome is not Outcome.accepted:
            self.close()
        return delivery

    def _attempt(self, outgoing: Outgoing, progress: Progress) -> Delivery:
        mime = as_mime(outgoing)
        try:
            progress.reach(Phase.connecting)
            self._connect()
            progress.reach(Phase.greeted)
            response = self._backend.sendmail(outgoing.envelope_sender, [outgoing.mailbox], mime)
        except OSError as error:
            if error is progress.failure:
                raise
            return self._judge(error, progress.phase)
        assert response is not None
        self._sent += 1
        progress.reach(Phase.accepted)
        return Delivery(Outcome.accepted, response.status_code, _words(response.status_text), Phase.accepted)

    def _connect(self) -> None:
        """A connection known to be alive: the one we have, if it still answers, or else a new one."""
        if self._sent >= MAILS_PER_CONNECTION or not self._alive():
            self.close()
        self._backend.get_client()

    def _alive(self) -> bool:
        try:
            return self._sent > 0 and self._backend.get_client().noop()[0] == 250
        except OSError:
            return False

    def _judge(self, error: OSError, phase: Phase) -> Delivery:
        code, reply = _answer(error)
        if code is not None and 400 <= code < 500:
            return Delivery(Outcome.deferred, code, reply, phase)
        if code is not None and 500 <= code < 600 and phase is not Phase.connecting:
            return Delivery(Outcome.refused, code, reply, phase)
        if phase is Phase.data:
            return Delivery(
                Outcome.unknown, None, f"{self.route} gave no clear answer after DATA: {reply}", phase
            )
        return Delivery(Outcome.unreachable, code, f"{self.route}: {reply}", phase)


def _answer(error: OSError) -> tuple[int | None, str]:
    """The server's code and words; no code when smtplib made the answer up itself (its text is not bytes)."""
    if isinstance(error, SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return code, _words(text)
    if isinstance(error, SMTPResponseException) and isinstance(error.smtp_error, bytes):
        return error.smtp_code, _words(error.smtp_error)
    return None, _words(error.strerror or str(error) or type(error).__name__)


def _words(text: bytes | str | None) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text or ""
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:REPLY_LENGTH]
