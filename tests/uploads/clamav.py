"""A real clamd from Debian, on a socket in a temporary folder, with two signatures of our own and no others."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from activities.scanning.clamd import Clamd, NotScanned

MARKER = b"followthrough-test-marker-" + b"7f3a"
SECONDS_TO_START = 60
LIMIT = "1M"


class NoClamd(Exception):  # noqa: N818 - said to a person
    """No clamd is installed; the message says what to install."""


def eicar() -> bytes:
    """The standard test file that every scanner must find, put together here so that none finds this file."""
    return rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd() -> Iterator[str]:
    """The address of a running scanner. Raises NoClamd when none is installed."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NoClamd("clamd is not installed (apt-get install clamav-daemon)")
    folder = Path(tempfile.mkdtemp(prefix="ft-clam-"))  # short: a socket's path has at most 107 characters
    server = None
    try:
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([program, "-c", str(_configured(folder))], stdout=log, stderr=log)
        _wait(server, folder)
        yield str(folder / "socket")
    finally:
        if server is not None:
            server.terminate()
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _configured(folder: Path) -> Path:
    signatures = {"Test.Eicar": eicar(), "Test.Marker": MARKER}
    lines = (f"{name}:0:*:{content.hex()}\n" for name, content in signatures.items())
    (folder / "signatures").mkdir()
    (folder / "signatures" / "ours.ndb").write_text("".join(lines))
    config = folder / "clamd.conf"
    config.write_text(
        f"LocalSocket {folder}/socket\nDatabaseDirectory {folder}/signatures\nTemporaryDirectory {folder}\n"
        f"Foreground yes\nMaxThreads 2\nSelfCheck 0\nStreamMaxLength {LIMIT}\n"
    )
    return config


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return Clamd(str(folder / "socket"), patience=1).ping()
        except NotScanned:
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"clamd did not start:\n{(folder / 'log').read_text()}") from None
            time.sleep(0.05)
