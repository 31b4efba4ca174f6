"""The scanner: a real clamd, and ones that misbehave. Without a whole verdict nothing is clean."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from activities.scanning.clamd import Clamd, NotScanned
from activities.scanning.rounds import scan_waiting
from tests.conftest import ON_CI
from tests.uploads import files as f
from tests.uploads.clamav import MARKER, NoClamd, clamd, eicar
from tests.uploads.scene import Draft

Conduct = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real scanner. Without clamd its tests are skipped, but not on CI."""
    try:
        with clamd() as running:
            yield running
    except NoClamd as missing:
        if ON_CI:
            raise
        pytest.skip(str(missing))


# --- the real one


def test_what_is_clean_is_clean(address):
    scanner = Clamd(address)
    scanner.ping()
    assert scanner.scan(f.GOOD["plan.pdf"]) is None
    assert scanner.scan(b"x" * 500_000) is None


def test_the_standard_test_file_is_found(address):
    assert Clamd(address).scan(eicar()) == "Test.Eicar.UNOFFICIAL"


def test_a_marker_is_found_inside_a_document(address):
    document = f.office(more={"word/comments.xml": b"<a>" + MARKER + b"</a>"})
    assert MARKER not in document
    assert Clamd(address).scan(document) == "Test.Marker.UNOFFICIAL"


def test_what_is_beyond_its_limit_has_no_verdict(address):
    with pytest.raises(NotScanned):
        Clamd(address).scan(b"x" * 4_000_000)


async def test_a_round_with_the_real_scanner(draft: Draft, address):
    for name, content in (
        ("a.txt", b"fine"),
        ("b.txt", eicar()),
        ("c.docx", f.office(more={"word/c.xml": MARKER})),
    ):
        await draft.upload(name, content)
    assert scan_waiting(draft.database, Clamd(address)) == "1 clean, 2 infected, 0 could not be scanned"
    assert draft.waiting() == [("a.txt", "clean"), ("b.txt", "infected"), ("c.docx", "infected")]


# --- ones that misbehave


@contextmanager
def misbehaving(conduct: Conduct) -> Iterator[str]:
    """A server on loopback that does this to whoever connects, once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                conduct(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def whole(connection: socket.socket) -> None:
    """Read the whole order."""
    read = b""
    while not read.endswith(b"\0\0\0\0"):
        read += connection.recv(65536)


def says(answer: bytes) -> Conduct:
    def conduct(connection: socket.socket) -> None:
        whole(connection)
        connection.sendall(answer)

    return conduct


def silent(connection: socket.socket) -> None:
    whole(connection)
    connection.recv(1)  # until the other side gives up


def drops(connection: socket.socket) -> None:
    connection.recv(16)


def drips(connection: socket.socket) -> None:
    whole(connection)
    try:
        while True:
            connection.sendall(b"s")
            threading.Event().wait(0.05)
    except OSError:
        return


@pytest.mark.parametrize(
    "conduct",
    [
        silent,
        drops,
        drips,
        says(b""),
        says(b"stream: OK"),
        says(b"stream: OK\nand more\0"),
        says(b"stream: OK FOUND OK\0"),
        says(b"\xff\xfe\x00"),
        says(b"HTTP/1.1 400 Bad Request\r\n\r\n\0"),
        says(b"INSTREAM size limit exceeded. ERROR\0"),
        says(b"stream: Can't allocate memory ERROR\0"),
        says(b"x" * 5000),
    ],
)
def test_without_a_whole_verdict_there_is_none(conduct):
    with misbehaving(conduct) as there, pytest.raises(NotScanned):
        Clamd(there, patience=0.5).scan(b"some bytes")


def test_a_scanner_over_tcp_is_understood():
    with misbehaving(says(b"stream: OK\0")) as there:
        assert Clamd(there).scan(b"some bytes") is None
    with misbehaving(says(b"stream: Win.Test-1 FOUND\0")) as there:
        assert Clamd(there).scan(b"some bytes") == "Win.Test-1"


def test_what_is_not_clamd_is_not_taken_for_it():
    def web(connection: socket.socket) -> None:
        connection.recv(16)
        connection.sendall(b"220 smtp.example\0")

    with misbehaving(web) as there, pytest.raises(NotScanned, match="is not clamd's PONG"):
        Clamd(there).ping()


@pytest.mark.parametrize("where", ["/nowhere/clamd.ctl", "127.0.0.1:1"])
def test_a_scanner_that_is_not_there_is_said_to_be_so(where):
    with pytest.raises(NotScanned, match="is not there"):
        Clamd(where).ping()
