"""The local inbox: what it accepts, it keeps."""

import asyncio
import re
import smtplib
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from activities.mail.envelope import Outgoing
from activities.mail.mime import as_mime
from activities.mail.relay import Outcome, Relay
from embedded import inbox as inbox_module
from embedded.inbox import Inbox, InboxError, messages
from tests.mail.reading import fetch, ignore, send


def test_what_the_relay_sends_is_kept_with_envelope_and_time(
    inbox: Inbox, folder: Path, outgoing: Outgoing
) -> None:
    before = datetime.now(UTC)
    assert send(inbox, outgoing) == [Outcome.accepted]
    (kept,) = messages(folder)
    assert before - timedelta(seconds=1) <= kept.received <= datetime.now(UTC)
    assert kept.envelope_sender == outgoing.envelope_sender
    assert kept.mailboxes == (outgoing.mailbox,)
    assert (kept.subject, kept.message_id) == (outgoing.subject, outgoing.message_id)
    assert kept.text().strip() == outgoing.text.strip()
    assert kept.html().strip() == outgoing.html.strip()
    assert re.search(r"^Received: by localhost .*\+0000\r$", kept.raw().decode(), re.M)


def test_the_mail_is_kept_byte_for_byte_under_the_trace_lines(
    inbox: Inbox, folder: Path, outgoing: Outgoing
) -> None:
    send(inbox, outgoing)
    assert messages(folder)[0].raw().endswith(as_mime(outgoing).as_bytes())


def test_the_newest_comes_first(inbox: Inbox, folder: Path, outgoing: Outgoing) -> None:
    send(inbox, *(replace(outgoing, subject=f"Mail {number}") for number in range(5)))
    assert [kept.subject for kept in messages(folder)] == [f"Mail {number}" for number in (4, 3, 2, 1, 0)]


def test_a_restart_keeps_the_folder(tmp_path: Path, outgoing: Outgoing) -> None:
    for _ in range(2):
        with Inbox().start(0, 0, tmp_path) as inbox:
            send(inbox, outgoing)
    assert len(messages(tmp_path)) == 2


def test_what_was_never_accepted_is_cleared_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "20170524T080000.000000Z-0123abcd.partial").write_bytes(b"half a mail")
    with Inbox().start(0, 0, tmp_path):
        assert messages(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_defers_and_keeps_nothing(
    inbox: Inbox, folder: Path, outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*mail: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inbox_module, "keep", full)
    with Relay(inbox.smtp_url, armed=False) as relay:
        delivery = relay.send(outgoing, ignore)
    assert (delivery.outcome, delivery.code) == (Outcome.deferred, 452)
    assert "No space left" in delivery.reply
    assert messages(folder) == []


def test_a_taken_port_is_said_plainly_and_leaves_nothing_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InboxError, match=f"SMTP port {port} is taken"):
            Inbox().start(port, 0, tmp_path)
        with pytest.raises(InboxError, match=f"web port {port} is taken"):
            Inbox().start(0, port, tmp_path)


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InboxError, match="cannot write its folder"):
        Inbox().start(0, 0, tmp_path / "file" / "kept")


def test_an_inbox_that_is_not_running_has_no_address() -> None:
    with pytest.raises(InboxError, match="not running"):
        _ = Inbox().smtp_url
    with pytest.raises(InboxError, match="not running"):
        _ = Inbox().web_url
    Inbox().stop()


def test_only_loopback_can_reach_it(inbox: Inbox) -> None:
    others = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1", "127.0.1.1"}:
        for url in (inbox.smtp_url, inbox.web_url):
            with pytest.raises(OSError, match=r"refused|timed out"):
                socket.create_connection((address, urlsplit(url).port or 0), timeout=1)


def test_it_stops_while_a_sender_is_still_connected(tmp_path: Path) -> None:
    inbox = Inbox().start(0, 0, tmp_path)
    with socket.create_connection(("127.0.0.1", urlsplit(inbox.smtp_url).port or 0)) as sender:
        assert sender.recv(100).startswith(b"220")
        began = time.monotonic()
        inbox.stop()
        assert time.monotonic() - began < 5
    inbox.stop()


async def test_a_running_event_loop_goes_on_beside_it(tmp_path: Path, outgoing: Outgoing) -> None:
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - began)

    ticking = asyncio.create_task(tick())
    inbox = await asyncio.to_thread(Inbox().start, 0, 0, tmp_path)
    assert await asyncio.to_thread(send, inbox, *[outgoing] * 20) == [Outcome.accepted] * 20
    status, _, _ = await asyncio.to_thread(fetch, f"{inbox.web_url}/")
    await asyncio.to_thread(inbox.stop)
    ticking.cancel()
    assert status == 200
    assert longest < 0.5


PROGRAM = """
import sys, threading
from pathlib import Path
from embedded.inbox import Inbox
inbox = Inbox().start(0, 0, Path(sys.argv[1]))
print(inbox.smtp_url, flush=True)
threading.Event().wait()
"""


LONG = f"{'x' * 70}\r\n" * 300


def begin_process(folder: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, urlsplit(process.stdout.readline().strip()).port or 0


def end_process(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def test_killed_the_moment_after_it_said_yes_it_still_has_the_mail(tmp_path: Path) -> None:
    process, port = begin_process(tmp_path)
    client = smtplib.SMTP("127.0.0.1", port, local_hostname="test")
    client.sendmail(
        "a@b.example", ["c@d.example"], b"Subject: kept\r\nMessage-ID: <1@b.example>\r\n\r\nHello\r\n"
    )
    end_process(process)
    client.close()
    (kept,) = messages(tmp_path)
    assert kept.message_id == "<1@b.example>"
    assert message_from_bytes(kept.raw()).get_payload() == "Hello\r\n"


def test_killed_under_load_every_mail_it_said_yes_to_is_there_whole(tmp_path: Path) -> None:
    process, port = begin_process(tmp_path)
    accepted: list[str] = []

    def load(sender: int) -> None:
        with suppress(OSError), smtplib.SMTP("127.0.0.1", port, local_hostname="test") as client:
            for number in range(10_000):
                name = f"<{sender}.{number}@b.example>"
                client.sendmail(
                    "a@b.example",
                    ["c@d.example"],
                    f"Message-ID: {name}\r\n\r\n{LONG}end\r\n".encode(),
                )
                accepted.append(name)

    senders = [threading.Thread(target=load, args=(sender,)) for sender in range(4)]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 30
    while len(accepted) < 40 and time.monotonic() < deadline:
        time.sleep(0.01)
    end_process(process)
    assert len(accepted) >= 40
    for sender in senders:
        sender.join(30)
    kept = messages(tmp_path)
    assert set(accepted) <= {mail.message_id for mail in kept}
    assert all(mail.raw().endswith(b"end\r\n") for mail in kept)
