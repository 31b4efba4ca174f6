"""The sign of life: asked for after a run, by GET; nobody there, or an error, is said and fails nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from activities.beacon import NotDelivered, give_sign
from config.settings import load
from config.sources import SettingsError
from embedded.ports import free_ports


class Watcher:
    """Listens on loopback, and keeps what was asked for."""

    def __init__(self, status: int) -> None:
        self.asked: list[str] = []
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.asked.append(self.path)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/7d1f"


@contextmanager
def watching(status: int = 200) -> Iterator[Watcher]:
    watcher = Watcher(status)
    thread = Thread(target=watcher.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield watcher
    finally:
        watcher.server.shutdown()
        thread.join()
        watcher.server.server_close()


def test_a_sign_is_one_get_of_the_address() -> None:
    with watching() as watcher:
        give_sign(watcher.url)
    assert watcher.asked == ["/ping/7d1f"]


def test_a_sign_that_nobody_takes_says_why_and_does_not_name_the_address() -> None:
    with watching(503) as watcher, pytest.raises(NotDelivered, match="the watcher answered 503"):
        give_sign(watcher.url)
    [port] = free_ports(1)
    with pytest.raises(NotDelivered) as silent:
        give_sign(f"http://127.0.0.1:{port}/secret")
    assert "secret" not in str(silent.value)


@pytest.mark.parametrize("url", ["ftp://watch.example", "watch.example/ping", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="FOLLOWTHROUGH_HEARTBEAT_URL"):
        load(heartbeat_url=url)
    assert load().heartbeat_url is None
