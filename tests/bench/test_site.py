"""The benchmark of the public site at a small size: what it builds is whole, and a second build writes what changed."""

from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.site import act, prepare
from config.policy_files import fill_shelf
from lifecycle.dates import local_date
from models.database import Database
from publication.build import build
from publication.check import problems
from publication.shelf import Release


def test_it_builds_what_it_says(tmp_path: Path):
    fill_shelf()
    today, url = local_date(datetime.now(UTC)), f"sqlite:///{tmp_path}/ledger.db"
    prepare(url, 30, today)
    whole = built(url, tmp_path, today)
    assert whole.files == len(whole.written) > 60
    act(url)
    again = built(url, tmp_path, today)
    assert 0 < len(again.written) < 15
    assert problems(tmp_path / "site") == []


def built(url: str, folder: Path, today: date) -> Release:
    database = Database(url)
    try:
        return build(database, folder / "site", "https://site.example", today, pdf=False)
    finally:
        database.close()
