"""A form with a file that a browser is still sending: so much of it as a test wants, and never its end."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.console.house import House

CHUNK = b"x" * 64 * 1024
BOUNDARY = "between"


class Sending:
    """One request in chunks, whose answer may come at any time."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.sent = 0

    def send(self, content: bytes) -> None:
        self.connection.sendall(b"%x\r\n%s\r\n" % (len(content), content))
        self.sent += len(content)

    def fields(self, **fields: str) -> None:
        for name, value in fields.items():
            part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            self.send(part.encode())

    def file(self, name: str) -> None:
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        self.send(part.encode())

    def end(self) -> None:
        self.connection.sendall(b"0\r\n\r\n")

    def until_answered(self) -> str:
        """Send on and on, and stop only when an answer comes; gives it."""
        while not select.select([self.connection], [], [], 0)[0]:
            self.send(CHUNK)
        return self.answer()

    def answer(self) -> str:
        self.connection.settimeout(30)
        answer = b""
        while b"</html>" not in answer:
            came = self.connection.recv(65536)
            if not came:
                break
            answer += came
        return answer.decode()


@contextmanager
def sending(there: House, person: str, path: str) -> Iterator[Sending]:
    """Begin to send a form to this page as this person; the connection is cut at the end."""
    port = int(there.there.ports["CONSOLE_PORT"])
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: session={there.secret(person)}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode())
        yield Sending(connection)
