"""Run inside a released version by `tests.backup.released`: fills its ledger, and prints every row as JSON.

It knows only what that version knew. Rows are as SQLite keeps them; bytes as hexadecimal digits.
"""

import json
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from config.calendar_files import load_calendars
from config.policy_files import fill_shelf, load_policies
from lifecycle.calendars import Division
from lifecycle.rules import Rules, rules_for
from models import schema, tables
from models.database import Database
from models.installation import establish
from tests.ledger.story import MORNING
from tests.mail.misbehaving import Misbehaving, serving
from tests.mail.post import Post

HASH = "ab" * 32


def rules() -> Rules:
    fill_shelf()
    policy = next(one for one in load_policies() if one.name == "national-recommendation")
    return rules_for(policy.hash, load_calendars(policy.calendar).hash, Division.ENGLAND_AND_WALES.value)


def live(database: Database) -> None:
    """One case answered, one late with a mail in doubt and a rung that waits; and a row in each other table."""
    installation = establish(database)
    with serving(Misbehaving()) as server:
        post = Post(database, rules(), server).settle_in()
        for number in (6086, 6087):
            post.recommendation(f"R-2016-{number}")
        answered, late = post.asked(), post.asked("R-2016-6086")
        post.submit(answered)
        post.until(date(2016, 12, 15), late)
        post.run()
        post.until(date(2016, 12, 30), late)
        post.order("stop_sending", lifted_at=post.now)
        post.add(
            tables.Person(id="ops-1", name="Olive Sims", mailbox="ops-1@inspectorate.example"),
            tables.PersonRole(person_id="ops-1", role="operations", owner="inspectorate"),
            tables.Criterion(reference="R-2016-6085", id="a", position=1, summary="Train all.", limit="P3M"),
            tables.SealedText(id="plan-1", kind="submission", hash=HASH, text="Our plan.", sealed_at=MORNING),
            tables.Document(submission_id="plan-1", name="plan.pdf", size=4, hash=HASH),
            tables.Arming(installation_id=installation.id, armed_by="ops-1", armed_at=MORNING, reason="live"),
            tables.Heartbeat(job="dispatch", worker="host 1", started_at=MORNING, outcome="nothing to send"),
            tables.Repair(id="r-1", subject="R-2016-6087", kind="no_contact", cause="?", opened_at=MORNING),
        )
        if hasattr(tables, "Content"):
            post.add(tables.Content(hash=HASH, content=b"%PDF"))
        post.close()


def rows(path: Path) -> dict[str, list[dict[str, object]]]:
    with closing(sqlite3.connect(path)) as ledger:
        ledger.row_factory = sqlite3.Row
        named = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        names = [row[0] for row in ledger.execute(named).fetchall()]
        return {name: [_plain(row) for row in ledger.execute(f'SELECT * FROM "{name}"')] for name in names}


def _plain(row: sqlite3.Row) -> dict[str, object]:
    return {key: row[key].hex() if isinstance(row[key], bytes) else row[key] for key in row.keys()}  # noqa: SIM118


def main() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        database = Database(f"sqlite:///{path}")
        schema.upgrade(database)
        live(database)
        database.close()
        json.dump(rows(path), sys.stdout, indent=1, ensure_ascii=False)
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
