"""The SMTP client of `emails` with its traps closed: no second send behind our back, no unverified TLS."""

import ssl
from collections.abc import Callable, Sequence
from enum import StrEnum

from emails.backend.response import SMTPResponse
from emails.backend.smtp.backend import SMTPBackend
from emails.backend.smtp.client import SMTPClientWithResponse, SMTPClientWithResponse_SSL
from emails.utils import DNS_NAME

from activities.mail.route import Route

GOODBYE_SECONDS = 5.0
DONE = 250


class Phase(StrEnum):
    """How far a send has come. `data`: the DATA command is about to begin; from here doubt is possible."""

    connecting = "connecting"
    greeted = "greeted"
    mail = "mail"
    rcpt = "rcpt"
    data = "data"
    accepted = "accepted"


class Progress:
    """The phase that one send has reached, told to the caller before the step it names is taken."""

    def __init__(self, tell: Callable[[Phase], None]) -> None:
        self.phase = Phase.connecting
        self.failure: BaseException | None = None
        self._tell = tell

    def reach(self, phase: Phase) -> None:
        """Tell the caller first; only when it has returned does the send go on."""
        try:
            self._tell(phase)
        except BaseException as error:
            self.failure = error
            raise
        self.phase = phase


class _Watched(SMTPClientWithResponse):
    """Reports each phase, verifies TLS, and leaves quickly."""

    parent: "Backend"

    def starttls(  # type: ignore[override]
        self, keyfile: None = None, certfile: None = None, context: ssl.SSLContext | None = None
    ) -> tuple[int, bytes]:
        return super().starttls(context=self.parent.route.trust)

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.parent.progress.reach(Phase.mail)
        return super().mail(sender, options)

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.parent.progress.reach(Phase.rcpt)
        return super().rcpt(recip, options)

    def data(self, msg: bytes | str) -> tuple[int, bytes]:  # type: ignore[override]
        self.parent.progress.reach(Phase.data)
        code, reply = super().data(msg)
        return (DONE if 200 <= code < 300 else code), reply

    def quit(self) -> None:  # type: ignore[override]
        """Say goodbye without waiting long for the answer, and close whatever comes of it."""
        try:
            if self.sock is not None:
                self.sock.settimeout(GOODBYE_SECONDS)
            super().quit()  # type: ignore[no-untyped-call]
        except OSError:
            pass  # there is nothing left to say it to
        finally:
            self.close()

    def _rset(self) -> None:
        """Nothing: the relay closes the connection after every refusal, so there is nothing to reset."""


class _Plain(_Watched):
    """A connection in the clear, or upgraded by STARTTLS."""


class _Wrapped(_Watched, SMTPClientWithResponse_SSL):
    """TLS from the first byte. The class of `emails` connects twice and verifies neither time."""

    def __init__(self, **options: object) -> None:
        parent = options["parent"]
        assert isinstance(parent, Backend)
        self.context = parent.route.trust
        SMTPClientWithResponse.__init__(self, **options)  # type: ignore[no-untyped-call]


class Backend(SMTPBackend):
    """One connection to one route. Errors are raised, and nothing is ever sent a second time."""

    connection_cls = _Plain
    connection_ssl_cls = _Wrapped

    def __init__(self, route: Route, timeout: float) -> None:
        DNS_NAME._fqdn = route.helo  # else `emails` looks up this host's name, even when it is given one
        self.route = route
        self.progress = Progress(lambda phase: None)
        super().__init__(
            ssl=route.scheme == "smtps",
            fail_silently=False,
            host=route.host,
            port=route.port,
            tls=route.scheme == "smtp+starttls",
            user=route.user,
            password=route.password,
            timeout=timeout,
            local_hostname=route.helo,
        )

    def retry_on_disconnect(
        self, func: Callable[..., SMTPResponse | None]
    ) -> Callable[..., SMTPResponse | None]:
        return func
