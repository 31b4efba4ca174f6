"""The program where it must make do: another user, clock and language; folders it may not write; ports taken."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from embedded.ports import LOOPBACK, free_ports
from lifecycle.dates import local_date, long_date
from models.tables import ClockRow
from tests.cli.running import PROGRAM, Installation, installation
from tests.console.house import House

pytestmark = [pytest.mark.server]
WORDS = "Mae’r cynllun — “ar amser” — wedi’i anfon: £1 ŵ"
SETTINGS = 78
UNAVAILABLE = 69
SETPRIV = shutil.which("setpriv")
TAKEN = ("INBOX_SMTP_PORT", "INBOX_WEB_PORT", "CONSOLE_PORT", "SITE_PORT", "METRICS_PORT", "SDK_METRICS_PORT")


# --- another user, at the other end of the world, who has set no language -------------------------------------------


AHEAD, BEHIND = "Pacific/Auckland", "Pacific/Pago_Pago"


def another_day() -> str:
    """Where it is not London's day now: Auckland from noon on (UTC), and before that where it is still yesterday."""
    now = datetime.now(UTC)
    return AHEAD if now.astimezone(ZoneInfo(AHEAD)).date() != local_date(now) else BEHIND


def somebody_else() -> pwd.struct_passwd | None:
    """Whom root lends the program; None when we are not root, and so somebody else already."""
    if os.geteuid() != 0:
        return None
    if SETPRIV is None:
        pytest.skip("only root, and with setpriv, can lend the program another user")
    return pwd.getpwnam("nobody")


@pytest.fixture(scope="module")
def abroad() -> Iterator[Installation]:
    """An installation of an ordinary user, in a day that is not London's (TZ=Pacific/Auckland), and LANG=C."""
    folder = Path(tempfile.mkdtemp(prefix="ft-room-"))  # pytest's own folders are for root alone
    user = somebody_else()
    try:
        with installation(folder / "home") as there:
            there.environ |= {"TZ": another_day(), "LANG": "C", "HOME": str(folder)}
            there.environ = {k: v for k, v in there.environ.items() if k not in ("LC_ALL", "PYTHONUTF8")}
            if user is not None:
                os.chown(folder, user.pw_uid, user.pw_gid)
                lend = ("--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups")
                there.program = [str(SETPRIV), *lend, PROGRAM]
            there.start()
            yield there
    finally:
        shutil.rmtree(folder)


def test_an_ordinary_user_runs_it_and_everything_is_theirs(abroad: Installation):
    assert abroad.process is not None
    user = Path(abroad.home, "ledger.db").stat().st_uid
    assert user != 0
    assert {path.stat().st_uid for path in abroad.home.rglob("*")} == {user}


def test_dates_are_londons_wherever_the_machine_is(abroad: Installation):
    with closing(House(abroad).database) as ledger, ledger.reading() as session:
        clock = session.exec(
            select(ClockRow).where(ClockRow.kind == "submission", ClockRow.state == "running")
        )
        one = clock.first()
    assert one is not None
    assert one.due is not None
    shown = abroad.run("case", "show", one.case_id)
    assert shown.returncode == 0, shown.stderr
    assert str(one.due) in shown.stdout
    with closing(House(abroad).database):
        page = House(abroad)
    with page.as_(f"liaison-{one.case_id.rsplit('/', 1)[1]}") as browser:
        assert (
            f"by 11:59pm on {long_date(one.due)}"
            in browser.get(f"/cases/{one.case_id.partition('/')[2]}").text
        )


def test_words_beyond_ascii_come_through_under_lang_c(abroad: Installation):
    house = House(abroad)
    with closing(house.database):
        case = house.case_at("requested", "seed-2016")
        file = abroad.home / "plan.txt"
        file.write_text(WORDS, "utf-8")
        file.chmod(0o644)
        done = abroad.run("case", "ask", case.id, "--file", str(file), actor=f"liaison-{case.body}")
        assert done.returncode == 0, done.stderr
        with house.as_(f"liaison-{case.body}") as browser:
            assert "ŵ" in browser.get(house.page(case)).text


def test_today_is_londons_day_and_not_the_machines(abroad: Installation):
    """Ahead of London the machine has tomorrow, which is refused; behind, it has yesterday, and today is taken."""
    house, day = House(abroad), local_date(datetime.now(UTC))
    ahead = abroad.environ["TZ"] == AHEAD
    with closing(house.database):
        case = house.case_at("requested", "seed-2016")
        on = str(day + timedelta(days=1) if ahead else day)
        words = ("case", "ask", case.id, "--text", "When?", "--on", on)
        done = abroad.run(*words, actor=f"liaison-{case.body}")
    if local_date(datetime.now(UTC)) != day:
        return  # midnight came meanwhile
    assert done.returncode == (65 if ahead else 0), done.stderr
    assert ("which has not come" in done.stderr) is ahead


# --- no room -------------------------------------------------------------------------------------------------------


def fails(there: Installation) -> subprocess.CompletedProcess[str]:
    """`followthrough up` where it cannot: it ends by itself."""
    return there.run("up", "--no-sample", actor=None)


@pytest.mark.parametrize("what", ["home", "ledger.db", "inbox"])
def test_what_may_not_be_written_is_named_and_nothing_is_left_running(tmp_path: Path, what: str):
    there = Installation(tmp_path / "home")
    if os.geteuid() == 0:
        if SETPRIV is None:
            pytest.skip("root may write everything, and without setpriv cannot do without")
        there.program = [SETPRIV, "--inh-caps=-all", "--bounding-set=-all", PROGRAM]
    there.home.mkdir()
    shut = there.home if what == "home" else there.home / what
    if what == "ledger.db":
        shut.touch()
    else:
        shut.mkdir(exist_ok=True)
    shut.chmod(0o444 if what == "ledger.db" else 0o555)
    try:
        done = fails(there)
    finally:
        shut.chmod(0o755)
    assert done.returncode in (SETTINGS, UNAVAILABLE), done.stderr
    assert str(shut) in done.stderr or "readonly database" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(there.home.glob("engine.pid"))


def test_every_port_that_is_taken_is_named_with_its_setting(tmp_path: Path):
    there = Installation(tmp_path / "home")
    there.environ |= {
        f"FOLLOWTHROUGH_{name}": str(port)
        for name, port in zip(("METRICS_PORT", "SDK_METRICS_PORT"), free_ports(2), strict=True)
    }
    with ExitStack() as others:
        for name in TAKEN:
            take(others, int(there.environ[f"FOLLOWTHROUGH_{name}"]))
        done = fails(there)
    assert done.returncode == UNAVAILABLE
    for name in TAKEN:
        port = there.environ[f"FOLLOWTHROUGH_{name}"]
        assert f"port {port}, for" in done.stderr
        assert f"set FOLLOWTHROUGH_{name}." in done.stderr
    assert not (there.home / "ledger.db").exists()


def take(others: ExitStack, port: int) -> None:
    other = others.enter_context(closing(socket.socket()))
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    other.bind((LOOPBACK, port))
    other.listen()
