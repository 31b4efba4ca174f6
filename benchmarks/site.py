"""The public site with many letters: `python -m benchmarks.site [--letters 10000] [--pdfs 50]`.

Built whole, again with nothing changed, and again after one letter was withdrawn, each in a process of its own:
seconds, seconds of its processor, its memory at most, files and how many of them were written. Letters as PDF are
measured by themselves, since each takes as long as it takes.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import col, select, update

from benchmarks.many_cases import fill
from config.policy_files import fill_shelf
from lifecycle.dates import local_date
from lifecycle.words import Finding
from models.database import Database
from models.schema import upgrade
from models.tables import CaseRow, Report, SealedText
from office.letter_parts import kept
from office.letter_pdf import pdf
from office.letters import Assessment, Criterion, Envelope, Letter, Source, render_letter
from office.publications import withdraw_letter
from publication.build import build
from publication.check import problems

LETTER = "letter-many"
PUBLIC = 0.54
"""Of the cases that `fill` makes, so many have come to their publication."""
HEAD = f"{'build':<28}  {'seconds':>7}  {'cpu s':>6}  {'MiB':>5}  {'files':>6}  {'written':>7}"


def letter(on: date) -> Letter:
    """A letter of usual length."""
    found = tuple(
        Criterion(f"the part of the plan that is called {n}", Finding.included) for n in ("1", "2", "3")
    )
    told = Assessment(
        background=(Source("A national report", on),),
        quoted="All forces should have started to carry out a plan within six months.",
        reviewed=on,
        outcome="started",
        criteria=found,
    )
    return render_letter(Envelope("Kent Police", on, "Many"), told)


def prepare(url: str, letters: int, today: date) -> None:
    """A ledger in which so many letters are published."""
    database = Database(url)
    upgrade(database)
    fill(database, round(letters / PUBLIC), today)
    made, now = letter(today), datetime.now(UTC)
    with database.writing() as session:
        session.add(
            SealedText(
                id=LETTER,
                kind="letter",
                hash="0" * 64,
                text=made.text,
                sealed_at=now,
                meta={"cases": [], "papers": [kept(made.paper)]},
            )
        )
        session.connection().execute(update(Report).values(overview_published_on=today))
    database.close()


def act(url: str) -> None:
    """One letter is withdrawn."""
    database = Database(url)
    with database.reading() as session:
        stage = col(CaseRow.stage) == "published"
        case = session.exec(select(CaseRow.id).where(stage).order_by(col(CaseRow.id))).first()
    assert case is not None
    withdraw_letter(database, "lead-1", case, "It named the wrong force.", "bench", datetime.now(UTC))
    database.close()


def built(url: str, folder: Path) -> dict[str, float]:
    """A build in a process of its own: what it took."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.site", "--build", url, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def child(url: str, folder: str) -> None:
    fill_shelf()
    database, began = Database(url), time.monotonic()
    made = build(database, Path(folder), "https://site.example", local_date(datetime.now(UTC)), pdf=False)
    took = time.monotonic() - began
    database.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "seconds": took,
        "cpu": used.ru_utime + used.ru_stime,
        "mib": used.ru_maxrss / 1024,
        "files": made.files,
        "written": len(made.written),
    }
    print(json.dumps(told))


def row(name: str, told: dict[str, float]) -> str:
    return (
        f"{name:<28}  {told['seconds']:>7.1f}  {told['cpu']:>6.1f}  {told['mib']:>5.0f}  "
        f"{told['files']:>6.0f}  {told['written']:>7.0f}"
    )


def measure(letters: int, pdfs: int) -> None:
    fill_shelf()
    with tempfile.TemporaryDirectory(prefix="followthrough-bench-site-") as name:
        url, folder = f"sqlite:///{name}/ledger.db", Path(name) / "site"
        prepare(url, letters, local_date(datetime.now(UTC)))
        print(HEAD)
        print(row("whole", built(url, folder)), flush=True)
        print(row("nothing changed", built(url, folder)), flush=True)
        act(url)
        print(row("one letter withdrawn", built(url, folder)), flush=True)
        print(f"wrong on the site: {len(problems(folder))}")
    print(f"a letter as PDF: {1000 * set_in_pdf(pdfs):.0f} ms of the processor")


def set_in_pdf(letters: int) -> float:
    """Seconds of the processor for each letter that is set as PDF."""
    page = letter(local_date(datetime.now(UTC))).html
    pdf(page)  # the first one loads the library and the fonts
    began = time.process_time()
    for nth in range(letters):
        pdf(page.replace("Many", f"Many {nth}"))
    return (time.process_time() - began) / letters


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--letters", type=int, default=10_000)
    reader.add_argument("--pdfs", type=int, default=50)
    reader.add_argument("--build", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    given = reader.parse_args()
    if given.build:
        child(*given.build)
    else:
        measure(given.letters, given.pdfs)


if __name__ == "__main__":
    main()
