"""A virus scanner: clamd, spoken to over its socket (clamd(8), INSTREAM). It never sees a path, only bytes."""

import re
import socket
import struct
from time import monotonic

PIECE = 64 * 1024
LONGEST_ANSWER = 1024
PATIENCE = 120.0  # seconds for one file; clamd gives up a scan at MaxScanTime, 120 by default
_FOUND = re.compile(r"stream: (?P<signature>[\x20-\x7e]{1,200}) FOUND")


class NotScanned(Exception):  # noqa: N818 - said to an operator
    """There is no verdict: the scanner is silent, broke off, or refused. Never to be taken as clean."""


class Clamd:
    """The scanner at an address: a socket's path, or host:port."""

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        self.address = address
        self.patience = patience

    def ping(self) -> None:
        """Raises NotScanned when it does not answer as clamd does."""
        if (answer := self._ask(b"zPING\0")) != "PONG":
            raise NotScanned(f"{self.address} answered {answer[:80]!r}, which is not clamd's PONG")

    def scan(self, content: bytes) -> str | None:
        """The signature that was found, or None when the content is clean.

        Raises:
            NotScanned: when there is no verdict.
        """
        pieces = (content[at : at + PIECE] for at in range(0, len(content), PIECE))
        answer = self._ask(
            b"zINSTREAM\0", *(struct.pack(">I", len(each)) + each for each in pieces), b"\0\0\0\0"
        )
        if answer == "stream: OK":
            return None
        if found := _FOUND.fullmatch(answer):
            return found["signature"]
        raise NotScanned(f"clamd gave no verdict: {answer[:80]!r}")

    def _ask(self, *order: bytes) -> str:
        end = monotonic() + self.patience
        try:
            with self._connect() as connection:
                for part in order:
                    connection.settimeout(_left(end))
                    connection.sendall(part)
                return _answer(connection, end)
        except OSError as error:
            raise NotScanned(f"clamd at {self.address} broke off or is not there: {error}") from error

    def _connect(self) -> socket.socket:
        if not self.address.startswith("/"):
            host, _, port = self.address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), self.patience)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self.patience)
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection


def _answer(connection: socket.socket, end: float) -> str:
    """Up to the zero byte that ends it: what was cut off is no answer."""
    read = b""
    while not read.endswith(b"\0"):
        connection.settimeout(_left(end))
        piece = connection.recv(LONGEST_ANSWER)
        if not piece or len(read) > LONGEST_ANSWER:
            raise ConnectionError("no whole answer")
        read += piece
    return read[:-1].decode("ascii", errors="replace")


def _left(end: float) -> float:
    if (left := end - monotonic()) <= 0:
        raise TimeoutError("timed out")
    return left
