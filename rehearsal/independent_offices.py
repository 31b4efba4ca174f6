"""Which mailbox an office had on a day, looked up by itself. The standard library only, as all of this count."""

import json
import sqlite3
from datetime import UTC, datetime

from audit.days import LONDON
from rehearsal.independent_rules import INSPECTORATE

BODY_ROLES = ("liaison", "chief_officer")


def instant(text: str) -> datetime:
    """An instant as SQLite keeps it, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Offices:
    """The contacts of one ledger."""

    def __init__(self, book: sqlite3.Connection) -> None:
        self.book = book

    def mailbox(self, row: sqlite3.Row) -> str | None:
        """The mailbox of the role's office on the local day of the notice."""
        day = instant(row["fell_at"]).astimezone(LONDON).date().isoformat()
        found = self.book.execute(
            """SELECT mailbox FROM contact WHERE owner = ? AND role = ? AND since <= ?
               AND (until IS NULL OR until > ?) ORDER BY since DESC, mailbox LIMIT 1""",
            (self._owner(row["case_id"], row["role"], day), row["role"], day, day),
        ).fetchone()
        return found["mailbox"] if found else None

    def _owner(self, case: str, role: str, day: str) -> str | None:
        if role in INSPECTORATE:
            return "inspectorate"
        opened = self.book.execute(
            "SELECT details FROM event WHERE stream = ? AND seq = 1", (case,)
        ).fetchone()
        said = json.loads(opened["details"])
        if role in BODY_ROLES:
            return str(said["body"])
        if case.startswith("response/"):
            return str(said["oversight"])
        row = self.book.execute(
            """SELECT oversight_id FROM oversees WHERE body_id = ? AND since <= ?
               AND (until IS NULL OR until > ?) ORDER BY since DESC LIMIT 1""",
            (said["body"], day, day),
        ).fetchone()
        return row["oversight_id"] if row else None
