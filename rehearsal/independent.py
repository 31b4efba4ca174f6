"""The count that shares no code with the engine: what should have been sent, against what arrived.

Run it on the folder of any replay: `python -m rehearsal.independent DIR`. It reads ledger.db for the facts of acts,
config/ for the policy's text and the table of bank holidays, and inbox/*.eml for what an SMTP server received. It
uses the standard library, and of ours what `audit/` counts by itself.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from pathlib import Path

from audit.shelf import CONFIG, read_shelf
from rehearsal.independent_offices import Offices, instant
from rehearsal.independent_rules import Fact, Fate, Key, Life, World


@dataclass(frozen=True)
class Count:
    """`expected` notices, those `missed` (each with its reason), what nobody `unexpected` asked for, and the mails
    `received`, `duplicates` among them by Message-ID."""

    expected: int
    missed: tuple[str, ...]
    unexpected: tuple[str, ...]
    received: int
    duplicates: int


def count(folder: Path, config: Path = CONFIG) -> Count:
    """Count a replay's folder."""
    book = sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True)
    try:
        book.row_factory = sqlite3.Row
        return _Audit(book, list(_received(folder / "inbox")), config).count(_until(folder, book))
    finally:
        book.close()


@dataclass(frozen=True)
class _Mail:
    message_id: str
    mailboxes: tuple[str, ...]


def _received(inbox: Path) -> Iterator[_Mail]:
    for path in sorted(inbox.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes())
        yield _Mail(str(mail["Message-ID"]).strip(), tuple(mail.get_all("Delivered-To", [])))


def _until(folder: Path, book: sqlite3.Connection) -> datetime:
    """How far the clocks were moved: as the replay says, or else to the last event."""
    said = folder / "replay.json"
    if said.exists():
        return datetime.fromisoformat(json.loads(said.read_text(encoding="utf-8"))["until"])
    return instant(book.execute("SELECT max(at) FROM event").fetchone()[0])


class _Audit:
    """One ledger and one inbox, compared."""

    def __init__(self, book: sqlite3.Connection, mails: Sequence[_Mail], config: Path) -> None:
        self.book = book
        self.offices = Offices(book)
        self.mails = mails
        self.shelf = read_shelf(config)
        self.arrived = {mail.message_id: mail for mail in mails}

    def count(self, until: datetime) -> Count:
        expected = self._expected(until)
        rows = {_key(row): row for row in self.book.execute("SELECT * FROM notice") if row["cause_seq"]}
        missed = [
            f"{_words(key)}: {why}"
            for key, fate in expected.items()
            if (why := self._missed(key, fate, rows))
        ]
        unexpected = [*self._unexpected_notices(expected, rows), *self._unexpected_mails(expected, rows)]
        return Count(
            expected=len(expected),
            missed=tuple(sorted(missed)),
            unexpected=tuple(sorted(unexpected)),
            received=len(self.mails),
            duplicates=len(self.mails) - len(self.arrived),
        )

    # --- what should be there ---------------------------------------------------------------------------------------

    def _expected(self, until: datetime) -> dict[Key, Fate]:
        found: dict[Key, Fate] = {}
        for stream, facts in self._streams():
            opened = facts[0].details
            world = World(
                policy=self.shelf.policy(opened["policy_hash"]),
                holidays=self.shelf.days(opened["calendar_hash"]),
                own_limits=self._own_limits(opened["reference"]),
            )
            found.update(Life(stream, facts, world, opened["division"]).expected(until))
        return found

    def _streams(self) -> Iterator[tuple[str, list[Fact]]]:
        streams: dict[str, list[Fact]] = {}
        for row in self.book.execute(
            'SELECT stream, seq, kind, at, "on", details FROM event ORDER BY stream, seq'
        ):
            fact = Fact(
                row["seq"],
                row["kind"],
                instant(row["at"]),
                date.fromisoformat(row["on"]),
                json.loads(row["details"]),
            )
            streams.setdefault(row["stream"], []).append(fact)
        yield from ((stream, facts) for stream, facts in streams.items() if facts[0].kind == "issued")

    def _own_limits(self, reference: str) -> list[tuple[str, str | None, date | None]]:
        query = """
            SELECT '' AS criterion, "limit", due FROM recommendation WHERE reference = :reference
            UNION ALL SELECT id, "limit", due FROM criterion WHERE reference = :reference"""
        rows = self.book.execute(query, {"reference": reference})
        return [
            (row["criterion"], row["limit"], date.fromisoformat(row["due"]) if row["due"] else None)
            for row in rows
            if row["limit"] or row["due"]
        ]

    # --- what is there ----------------------------------------------------------------------------------------------

    def _missed(self, key: Key, fate: Fate, rows: Mapping[Key, sqlite3.Row]) -> str:
        """Why a notice counts as missed; empty when all is well."""
        row = rows.get(key)
        if row is None:
            return "there is no notice"
        explained = row["state"] == "not_sent" and bool(row["reason"])
        if fate is Fate.explained:
            return (
                ""
                if explained
                else f"it is {row['state']}, and should be recorded as not sent, with the reason"
            )
        if fate is Fate.either and explained:
            return ""
        return self._not_arrived(row)

    def _not_arrived(self, row: sqlite3.Row) -> str:
        if row["state"] != "sent":
            return f"it is {row['state']} ({row['reason'] or 'no reason'}), not sent"
        [message_id] = self.book.execute(
            "SELECT message_id FROM mail WHERE id = ?", (row["mail_id"],)
        ).fetchone()
        mail = self.arrived.get(message_id)
        if mail is None:
            return f"mail {message_id} did not arrive"
        wanted = self.offices.mailbox(row)
        return (
            "" if wanted in mail.mailboxes else f"mail {message_id} went to {mail.mailboxes}, not to {wanted}"
        )

    def _unexpected_notices(
        self, expected: Mapping[Key, Fate], rows: Mapping[Key, sqlite3.Row]
    ) -> Iterator[str]:
        yield from (f"{_words(key)}: nobody asked for this notice" for key in rows if key not in expected)

    def _unexpected_mails(
        self, expected: Mapping[Key, Fate], rows: Mapping[Key, sqlite3.Row]
    ) -> Iterator[str]:
        """A mail is accounted for by a notice in it that was to be sent."""
        ids = {row["mail_id"] for key, row in rows.items() if expected.get(key) in (Fate.sent, Fate.either)}
        known = {
            row["message_id"]
            for row in self.book.execute("SELECT id, message_id FROM mail")
            if row["id"] in ids
        }
        digests = {
            row["message_id"]
            for row in self.book.execute(
                "SELECT message_id FROM mail JOIN notice ON notice.mail_id = mail.id WHERE notice.cause_seq = 0"
            )
        }
        for message_id in self.arrived:
            if message_id not in known | digests:
                yield f"mail {message_id}: nobody asked for it"


def _key(row: sqlite3.Row) -> Key:
    return (row["case_id"], row["clock"], row["version"], row["rung"], row["role"])


def _words(key: Key) -> str:
    case, clock, version, rung, role = key
    return f"{case}, {clock} {version}, {rung} to {role}"


def main() -> int:
    """Print the count of a folder; the exit code is 1 when anything was missed, unexpected or doubled."""
    if len(sys.argv) != 2:
        sys.stderr.write("Usage: python -m rehearsal.independent DIR\n")
        return 2
    found = count(Path(sys.argv[1]))
    for line in (*found.missed, *found.unexpected):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"expected {found.expected}, missed {len(found.missed)}, unexpected {len(found.unexpected)}, "
        f"mails {found.received}, duplicates {found.duplicates}\n"
    )
    return 1 if found.missed or found.unexpected or found.duplicates else 0


if __name__ == "__main__":
    sys.exit(main())
