"""The local inbox: an SMTP server on this machine that keeps every mail, and pages to read them."""

import asyncio
import errno
import os
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from embedded.inbox_pages import pages
from embedded.mailstore import Kept, keep, messages, open_folder

__all__ = ["Inbox", "InboxError", "Kept", "messages"]

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0


class InboxError(Exception):
    """The inbox cannot start; says why and what to do."""


class Inbox:
    """Takes mail on `smtp_port` and shows it on `web_port`, from loopback only, in threads of its own.

    `start` and `stop` return within moments and leave a running event loop alone, so both may be called there.
    """

    def __init__(self) -> None:
        self._smtp: _Door | None = None
        self._web: _Web | None = None

    def start(self, smtp_port: int, web_port: int, folder: Path) -> Self:
        """Begin to take mail into `folder`, which keeps what it already holds. Port 0 means any free one.

        Raises:
            InboxError: when a port is taken or the folder cannot be written.
        """
        try:
            open_folder(folder)
            _require_writable(folder)
        except OSError as error:
            raise InboxError(f"The inbox cannot write its folder {folder}: {error.strerror}.") from error
        self._smtp = _open_door(folder, smtp_port)
        try:
            self._web = _Web(folder, web_port)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Take no more mail. What was accepted stays in the folder. Safe to call twice."""
        if self._web is not None:
            self._web.stop()
        if self._smtp is not None:
            self._smtp.stop()
        self._smtp = self._web = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def smtp_url(self) -> str:
        """Where a relay sends mail for this inbox."""
        if self._smtp is None:
            raise InboxError("The inbox is not running. Start it first.")
        return f"smtp://{LOOPBACK}:{self._smtp.port}"

    @property
    def web_url(self) -> str:
        """Where people read it."""
        if self._web is None:
            raise InboxError("The inbox is not running. Start it first.")
        return f"http://{LOOPBACK}:{self._web.port}"


class _Keeper:
    """Answers 250 only when the mail is safe on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        sender, mailboxes = envelope.mail_from or "", tuple(envelope.rcpt_tos)
        try:
            name = await asyncio.to_thread(keep, self._folder, sender, mailboxes, content)
        except OSError as error:
            return f"452 4.3.1 The inbox cannot write its folder: {error.strerror}"
        return f"250 2.0.0 Kept as {name}"


class _Door(Controller):
    """The SMTP server. Port 0 becomes the port that the system chose."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def _open_door(folder: Path, port: int) -> _Door:
    _listen("SMTP", port).close()  # a taken port is known at once; the controller would wait for five seconds
    door = _Door(_Keeper(folder), hostname=LOOPBACK, port=port, ident="Followthrough inbox")
    try:
        door.start()
    except OSError as error:
        door.stop(no_assert=True)
        door.loop.close()
        raise _taken("SMTP", port, error) from error
    return door


class _Web:
    """The pages, served by uvicorn in a thread."""

    def __init__(self, folder: Path, port: int) -> None:
        self._socket = _listen("web", port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            pages(folder), lifespan="off", ws="none", log_config=None, access_log=False, loop="asyncio"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="inbox pages")
        self._thread.daemon = True
        self._thread.start()
        self._await_start()

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise InboxError("The inbox pages did not start. The log says why.")
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._socket.close()


def _listen(what: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise _taken(what, port, error) from error
    return listener


def _require_writable(folder: Path) -> None:
    """Raises PermissionError now, rather than with each mail that comes."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _taken(what: str, port: int, error: OSError) -> InboxError:
    if error.errno == errno.EADDRINUSE:
        return InboxError(f"The inbox's {what} port {port} is taken. Stop what uses it, or choose another.")
    return InboxError(f"The inbox cannot use its {what} port {port}: {error.strerror or error}.")
