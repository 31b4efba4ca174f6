"""One hash over a whole ledger, so that two runs can be shown to be the same but for the host's clock."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT_TABLES = frozenset({"installation", "arming", "heartbeat", "repair"})
"""Tables about the host: its random id, and when its jobs ran."""
LEFT_OUT_COLUMNS = frozenset(
    {
        ("event", "recorded_at"),
        ("notice", "id"),
        ("notice", "lease"),
        ("notice", "lease_until"),
        ("mail", "lease"),
        ("mail", "lease_until"),
        ("mail", "reply"),
        ("attempt", "worker"),
        ("attempt", "started_at"),
        ("attempt", "ended_at"),
        ("attempt", "reply"),
    }
)
"""What the host's clock or chance decides: when a row was recorded, who held it how long, the order in which notices
of one instant were numbered, and the inbox's reply, which names the file it kept."""


def ledger_digest(ledger: Path) -> str:
    """SHA-256 over every row of every table but those left out, in an order that no clock decides."""
    book = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        digest = hashlib.sha256()
        for table in _tables(book):
            for line in sorted(_rows(book, table)):
                digest.update(f"{table}\t{line}\n".encode())
        return digest.hexdigest()
    finally:
        book.close()


def _tables(book: sqlite3.Connection) -> list[str]:
    names = book.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted({name for (name,) in names} - LEFT_OUT_TABLES)


def _rows(book: sqlite3.Connection, table: str) -> Iterator[str]:
    """Each row as JSON. Names of tables and columns come from the database itself."""
    every = [column[1] for column in book.execute(f'PRAGMA table_info("{table}")')]
    kept = [name for name in every if (table, name) not in LEFT_OUT_COLUMNS]
    listed = ", ".join(f'"{name}"' for name in kept)
    for row in book.execute(f'SELECT {listed} FROM "{table}"'):
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
