"""The drill: act while a backup is taken, lose the machine, restore elsewhere, and go on with two people's word."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from embedded.mailstore import Kept, messages
from tests.cli.running import Installation, installation

pytestmark = [pytest.mark.server]
WAIT_SECONDS = 60.0


def until(found: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not found():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def mails(there: Installation) -> list[Kept]:
    folder = there.home / "inbox"
    return list(messages(folder)) if folder.exists() else []


def stages(there: Installation) -> dict[str, str]:
    found = there.json("case", "list", "--all")
    assert isinstance(found, list)
    return {str(one["id"]): str(one["stage"]) for one in found}


def submit(there: Installation, case: str, key: str) -> int:
    body = case.rsplit("/", 1)[1]
    words = ("case", "submit", case, "--text", "Our plan.", "--key", key)
    return there.run(*words, actor=f"liaison-{body}").returncode


def real(there: Installation) -> list[Kept]:
    """Mails to bodies themselves, unmarked."""
    return [
        mail
        for mail in mails(there)
        if "COPY" not in mail.subject and mail.mailboxes[0].startswith("liaison@")
    ]


def test_the_drill(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as there:
        there.start()
        known = stages(there)
        waiting = [case for case, stage in known.items() if stage == "requested"]
        before, during, after = waiting[:3]
        assert submit(there, before, "before") == 0

        acting = threading.Thread(target=submit, args=(there, during, "during"))
        acting.start()
        done = there.run("backup", str(tmp_path / "backup"))
        acting.join()
        assert done.returncode == 0, done.stderr
        there.kill()

    with installation(tmp_path / "elsewhere") as copy:
        done = copy.run("restore", str(tmp_path / "backup"))
        assert done.returncode == 0, done.stderr
        assert "It is mute." in done.stdout
        copy.start()

        assert submit(copy, during, "during") == 0  # in the backup or not: taken once
        assert submit(copy, after, "after") == 0
        found = stages(copy)
        assert found[before] == found[during] == found[after] == "submitted"
        doctor = copy.run("doctor")
        assert (doctor.returncode, "a copy, and mute: nothing is sent" in doctor.stdout) == (1, True)
        assert mails(copy) == []

        assert copy.run("unmute", actor="ops-1").returncode == 0
        until(lambda: mails(copy), "nothing came to the sink")
        assert {mailbox for mail in mails(copy) for mailbox in mail.mailboxes} == {
            "sink@inspectorate.example"
        }
        assert all(mail.subject.startswith("[COPY of ") for mail in mails(copy))

        assert copy.run("arm", actor="ops-1").returncode == 0
        alone = copy.run("arm", actor="ops-1")
        assert (alone.returncode, "somebody else must arm it too" in alone.stderr) == (65, True)
        armed = copy.run("arm", actor="ops-2")
        assert (armed.returncode, armed.stdout.startswith("Armed")) == (0, True)
        until(lambda: real(copy), "nothing was sent for real after two people armed it")
        assert stages(copy).keys() == known.keys()
        ids = [mail.message_id for mail in real(copy)]
        assert len(ids) == len(set(ids))
