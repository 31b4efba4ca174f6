"""A small soak kept for good, so that its count is tested where none can be played: `soak.zip` beside this file.

    python -m benchmarks.soak --kills 6 … --keep FOLDER > FOUND.json
    python -m tests.bench.kept_soak FOLDER FOUND.json

Kept is what the count reads, and nothing else.
"""

import json
import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("soak.zip")
TABLES = {
    **dict.fromkeys(("notice", "event", "contact", "act_taken"), "*"),
    "mail": "id, message_id, mailbox, state",
    "attempt": "mail_id, number, phase, outcome",
    "repair": "kind, subject, closed_at",
}
LEDGER, FOUND = "kept/ledger.db", "found.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def unpack(folder: Path) -> dict[str, Any]:
    """Lay it down; answers what the soak printed."""
    with zipfile.ZipFile(KEPT) as kept:
        kept.extractall(folder)
    found: dict[str, Any] = json.loads((folder / FOUND).read_text("utf-8"))
    return found


def keep(folder: Path, found: Path) -> None:
    files = [folder / "faults.jsonl", folder / "acts.jsonl", *sorted((folder / "post").iterdir())]
    files += sorted((folder / "checkout" / "config" / "policies").glob("soak-*.toml"))
    with zipfile.ZipFile(KEPT, "w") as kept:
        _put(kept, FOUND, found.read_bytes())
        _put(kept, LEDGER, _tables(folder / LEDGER))
        for file in files:
            _put(kept, str(file.relative_to(folder)), file.read_bytes())


def _put(kept: zipfile.ZipFile, name: str, content: bytes) -> None:
    kept.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)


def _tables(ledger: Path) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "ledger.db"
        with closing(sqlite3.connect(copy)) as way, way:
            way.execute("ATTACH ? AS whole", (f"file:{ledger}?mode=ro",))
            for table, columns in TABLES.items():
                way.execute(f"CREATE TABLE {table} AS SELECT {columns} FROM whole.{table}")
        return copy.read_bytes()


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]))
