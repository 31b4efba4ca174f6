"""What should have been told, and what the world received: counted by itself, without a line of Followthrough.

    python -I benchmarks/soak/count.py DATABASE_URL FOLDER

From the policies' text and the events come the notices that there should be; from the mail server's record and files,
the mails that arrived; from `acts.jsonl`, the acts that people were told are taken. The standard library alone, and
psycopg where the ledger is in PostgreSQL. It knows no more of policies than the soak's need: limits and rungs in days,
on working days.
"""

import email
import email.policy
import hashlib
import json
import re
import sqlite3
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
KILLED = ("worker", "database")
"""Whose end may keep the outcome of a send from being written."""
ENDS = ("inspected", "withdrawn")
INSIDE = ("inspector", "lead_inspector", "oversight_group", "operations")
GONE = ("the sender went away before DATA", "the sender went away within DATA")
AMID = timedelta(seconds=3)
"""From the first word of a send until its outcome is written; what goes wrong later can hide nothing of it."""
SOON = timedelta(hours=4)
"""What falls due may wait so long to be told: clocks are set by two hours, and mail is put off for up to 70 minutes."""
FOR_PEOPLE = ("unknown_send", "refused")
"""Repairs that what the mail server did leaves to a person; any other says that something of ours went wrong."""
Row = Mapping[str, Any]
Key = tuple[str, str, int, str, str]


@dataclass(frozen=True)
class Fact:
    """Something that happened to a case."""

    seq: int
    kind: str
    at: datetime
    on: date
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Due:
    """A notice that there should be: when its time comes, and what stopped its clock, if anything did."""

    key: Key
    at: datetime | None = None
    stop: Fact | None = None
    opened: datetime | None = None

    @property
    def needed(self) -> bool:
        return self.at is None or self.stop is None or self.at < self.stop.at

    def asks_for(self, cause: Fact) -> bool:
        """Whether its rung fell while its clock ran."""
        return self.stop is None or cause.kind != "rung_fell" or cause.seq < self.stop.seq


@dataclass(frozen=True)
class Arrived:
    """A mail in the world's hands."""

    message_id: str
    mailbox: str
    asks: str
    about: tuple[str, ...]
    """Its cases; what has none, a digest, is about its subject."""
    shown: datetime
    """The latest time that our programs' clocks had shown by then."""


class Book:
    """The ledger's rows."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite")
        if self._sqlite:
            self._way: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
        else:
            import psycopg

            self._way = psycopg.connect(url.replace("+psycopg", ""))

    def rows(self, query: str) -> list[Row]:
        cursor = self._way.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def count(url: str, folder: Path) -> dict[str, object]:
    book, record = Book(url), _lines(folder / "post" / "post.jsonl")
    notices = book.rows("SELECT * FROM notice")
    mails = {row["id"]: row for row in book.rows("SELECT id, message_id, mailbox, state FROM mail")}
    attempts = book.rows("SELECT mail_id, number, phase, outcome FROM attempt")
    arrived = [_read(folder / "post", line) for line in record if line["taken"]]
    streams = _streams(book)
    dues = [due for facts in streams.values() for due in _dues(facts, folder / "checkout" / "config")]
    judge = Judge(book, notices, mails, record, arrived, streams, dues)
    lost = [said for due in dues if (said := judge.lost(due))]
    lost += [
        f"{_words(row)}: {said}" for row in notices if row["cause_seq"] == 0 and (said := judge.wrong(row))
    ]
    times = Times(notices, mails, arrived, streams)
    unasked = [_words(row) for row in notices if row["cause_seq"] and not judge.asked(row)]
    doubtful = [row for row in attempts if row["outcome"] == "unknown"]
    faults = _lines(folder / "faults.jsonl")
    by_server, by_us, unexplained = _explained(doubtful, record, _hiding(faults))
    states = Counter(str(row["state"]) for row in notices)
    return {
        "cases": len(streams),
        "notices": len(notices),
        "notices_by_state": dict(sorted(states.items())),
        "mails_arrived": len(arrived),
        "mail_server": dict(sorted(Counter(line["fate"] for line in record).items())),
        "lost": sorted(lost),
        "unasked": sorted(unasked),
        "early": sorted(said for due in dues if (said := times.early(due))),
        "wrong_time": sorted(said for due in dues if (said := times.wrong(due))),
        "twice": _twice(arrived, {mails[row["mail_id"]]["message_id"] for row in doubtful}),
        "copies_of_unknown": sum(n - 1 for n in Counter(one.message_id for one in arrived).values()),
        "other_id": _under_another_id(arrived),
        "unknown": len(doubtful),
        "faults_after_data": sum(_failed_after_data(line) for line in record),
        "kills": sum(line["what"] == "kill" for line in faults),
        "unknown_by_mail_server": by_server,
        "unknown_by_kill_or_full_disk": by_us,
        "unknown_unexplained": unexplained,
        "missing": _missing(book, folder),
        "broken": _broken(book),
        "repairs": dict(
            Counter(row["kind"] for row in book.rows("SELECT kind FROM repair WHERE closed_at IS NULL"))
        ),
        "repairs_of_what_should_not_be": sorted(
            f"{row['kind']}: {row['subject']}"
            for row in book.rows("SELECT kind, subject FROM repair WHERE closed_at IS NULL")
            if row["kind"] not in FOR_PEOPLE
        ),
    }


# --- what there should be -------------------------------------------------------------------------------------------


def _streams(book: Book) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in book.rows('SELECT stream, seq, kind, at, "on", details FROM event ORDER BY stream, seq'):
        details = row["details"] if isinstance(row["details"], dict) else json.loads(row["details"])
        on = row["on"] if isinstance(row["on"], date) else date.fromisoformat(row["on"])
        found[row["stream"]].append(
            Fact(row["seq"], row["kind"], _instant(row["at"]), on, {**details, "case": row["stream"]})
        )
    return {stream: facts for stream, facts in found.items() if facts[0].kind == "issued"}


def _instant(value: object) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _dues(facts: Sequence[Fact], config: Path) -> Iterator[Due]:
    opened = facts[0]
    case, policy = str(opened.details["case"]), _policy(config, opened.details["policy_hash"])
    for fact in facts:
        for one in policy["announce"]:
            if one["event"] == fact.kind:
                for role in (*one["to"], *one.get("copy", ())):
                    yield Due((case, "act", fact.seq, one["template"], role))
    for kind, rule in policy["clock"].items():
        assert rule["starts"] == ["issued"], "this count knows clocks that start with the issue"
        stop = next((fact for fact in facts if fact.kind in (*rule["met_by"], *ENDS)), None)
        due = opened.on + _days(rule["limit"])
        for rung in rule["rung"]:
            day = due + _days(rung["when"])
            assert day.weekday() < 5, "this count knows working days only"
            at = datetime.combine(day, _time(rung["at"]), LONDON).astimezone(UTC)
            for role in (*rung["to"], *rung.get("copy", ())):
                yield Due((case, kind, 1, rung["id"], role), at, stop, opened.at)


_read_policies: dict[str, Mapping[str, Any]] = {}


def _policy(config: Path, digest: str) -> Mapping[str, Any]:
    if not _read_policies:
        for path in (config / "policies").glob("soak-*.toml"):
            text = path.read_text(encoding="utf-8")
            _read_policies[hashlib.sha256(text.encode()).hexdigest()] = tomllib.loads(text)
    return _read_policies[digest]


def _days(words: str) -> timedelta:
    number, _, unit = words.partition(" ")
    assert unit.removesuffix(" after") in ("day", "days"), f"this count knows days only, not {words!r}"
    return timedelta(days=int(number))


def _time(value: time | str) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


# --- what there is --------------------------------------------------------------------------------------------------


class Judge:
    """Says of each notice that should be there whether it was told, or why it rightly was not."""

    def __init__(
        self,
        book: Book,
        notices: Sequence[Row],
        mails: Mapping[str, Row],
        record: Sequence[Row],
        arrived: Sequence[Arrived],
        streams: Mapping[str, Sequence[Fact]],
        dues: Sequence[Due],
    ) -> None:
        self._rows = {_key(row): row for row in notices}
        self._dues = {due.key: due for due in dues}
        self._streams = streams
        self._mails = mails
        self._arrived = {(one.message_id, one.mailbox) for one in arrived}
        self._refused = {_mail_of(line) for line in record if line.get("answered") == "550"}
        self._contacts = {
            (row["owner"], row["role"]): row["mailbox"] for row in book.rows("SELECT * FROM contact")
        }

    def asked(self, row: Row) -> bool:
        """Whether the policy asks for this notice, and its clock ran when it was made."""
        due = self._dues.get(_key(row))
        return due is not None and due.asks_for(self._cause(row))

    def _cause(self, row: Row) -> Fact:
        facts = self._streams[str(row["case_id"])]
        return facts[int(row["cause_seq"]) - 1]

    def lost(self, due: Due) -> str:
        """Why the notice counts as lost; empty when all is well."""
        row = self._rows.get(due.key)
        if row is None:
            return f"{due.key}: there is no notice" if due.needed else ""
        said = self.wrong(row, due)
        return f"{due.key}: {said}" if said else ""

    def wrong(self, row: Row, due: Due | None = None) -> str:
        """A digest has no time of its own that we could count."""
        match row["state"]:
            case "sent":
                return self._not_arrived(row)
            case "refused":
                return (
                    ""
                    if row["mail_id"] in self._refused
                    else "refused, and the mail server did not refuse it"
                )
            case "unknown":
                return ""
            case "not_sent":
                return "" if due is None or self._rightly(due, row) else f"not sent, wrongly: {row['reason']}"
        return f"it is {row['state']} still"

    def _not_arrived(self, row: Row) -> str:
        owner = "inspectorate" if row["role"] in INSIDE else row["case_id"].rsplit("/", 1)[1]
        mailbox = self._contacts[owner, row["role"]]
        mail = self._mails[row["mail_id"]]["message_id"]
        return "" if (mail, mailbox) in self._arrived else f"sent, and {mail} did not arrive at {mailbox}"

    def _rightly(self, due: Due, row: Row) -> bool:
        """It was of before the start; or its clock was stopped, or a newer rung told, after it fell and soon."""
        if due.at is None or due.opened is None:
            return False
        cause = self._cause(row)
        if due.at <= due.opened:
            return cause.kind == "rung_passed"
        passed = cause.kind == "rung_passed"
        stop, fell = due.stop, due.at if passed else cause.at
        if stop is not None and (passed or cause.seq < stop.seq) and _soon(fell, stop.at):
            return True
        return any(
            other["state"] in ("sent", "unknown", "refused") and _soon(cause.at, self._cause(other).at)
            for other in self._newer(due, row)
        )

    def _newer(self, due: Due, row: Row) -> Iterator[Row]:
        """The same role's notices of later rungs of the clock."""
        for key, other in self._rows.items():
            if key[:3] == due.key[:3] and key[4] == due.key[4] and other["cause_seq"] >= row["cause_seq"]:
                at = self._dues[key].at if key in self._dues else None
                if at is not None and due.at is not None and at > due.at:
                    yield other


def _soon(one: datetime, other: datetime) -> bool:
    return abs(other - one) <= SOON


class Times:
    """Says of each rung that fell whether it fell for the policy's instant, and was told no earlier."""

    def __init__(
        self,
        notices: Sequence[Row],
        mails: Mapping[str, Row],
        arrived: Sequence[Arrived],
        streams: Mapping[str, Sequence[Fact]],
    ) -> None:
        self._rows = {_key(row): row for row in notices}
        self._mails = mails
        self._streams = streams
        self._first: dict[str, datetime] = {}
        for one in arrived:
            self._first[one.message_id] = min(self._first.get(one.message_id, one.shown), one.shown)

    def early(self, due: Due) -> str:
        row = self._rows.get(due.key)
        if due.at is None or row is None or row["mail_id"] is None:
            return ""
        first = self._first.get(self._mails[row["mail_id"]]["message_id"])
        return f"{due.key}: due at {due.at}, told by {first}" if first and first < due.at else ""

    def wrong(self, due: Due) -> str:
        row = self._rows.get(due.key)
        if due.at is None or row is None:
            return ""
        fact = self._streams[row["case_id"]][row["cause_seq"] - 1]
        said = fact.details.get("scheduled") or fact.details.get("passed", {}).get("at")
        if fact.kind not in ("rung_fell", "rung_passed"):
            return f"{due.key}: its cause is {fact.kind}"
        if _instant(said) != due.at or fact.at < due.at:
            return f"{due.key}: due at {due.at}, planned for {said}, fell at {fact.at}"
        return ""


def _key(row: Row) -> Key:
    return (row["case_id"], row["clock"], row["version"], row["rung"], row["role"])


def _words(row: Row) -> str:
    return " ".join(str(part) for part in _key(row))


# --- what the world received ----------------------------------------------------------------------------------------


def _read(folder: Path, line: Row) -> Arrived:
    mail = email.message_from_bytes((folder / line["taken"]).read_bytes(), policy=email.policy.default)
    part = mail.get_body(("plain",))
    assert part is not None
    text = part.get_content()
    asks = " ".join(re.findall(r"What to do next\s(.*?)(?=\n-- |\Z)", text, re.DOTALL))
    cases = re.findall(r"/cases/(\S+)", text)
    told = (
        str(mail["Message-ID"]),
        line["mailbox"],
        " ".join(asks.split()),
        tuple(cases) or (str(mail["Subject"]),),
    )
    return Arrived(*told, _instant(line["shown"]))


def _twice(arrived: Sequence[Arrived], doubtful: set[str]) -> list[str]:
    """Mails of which more than one copy arrived, though no send of them was marked unknown."""
    copies = Counter(one.message_id for one in arrived)
    return sorted(mail for mail, n in copies.items() if n > 1 and mail not in doubtful)


def _under_another_id(arrived: Sequence[Arrived]) -> list[str]:
    """What one mailbox was told of one case in the same words by two different mails."""
    ids: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in arrived:
        for about in one.about:
            ids[one.mailbox, about, one.asks].add(one.message_id)
    return sorted(
        f"{mailbox}, {about}: {asks[:60]}: {sorted(found)}"
        for (mailbox, about, asks), found in ids.items()
        if len(found) > 1
    )


Doubts = tuple[int, int, list[str]]
Span = tuple[datetime, datetime]


def _hiding(faults: Sequence[Row]) -> list[Span]:
    """From when until when each fault of ours could keep the outcome of a send from being written."""
    found, full = [], None
    for line in faults:
        at = _instant(line["at"])
        match line["what"]:
            case "kill" if line["which"] in KILLED:
                found.append((at, at))
            case "disk full":
                full = at
            case "disk free" if full is not None:
                found.append((full, at))
    return found


def _explained(doubtful: Sequence[Row], record: Sequence[Row], hiding: Sequence[Span]) -> Doubts:
    """How many sends in doubt the mail server explains, how many a fault of ours, and which mails' nothing does.

    Each fault of ours excuses one: there is but one send at a time.
    """
    begun: dict[str, list[Row]] = defaultdict(list)
    for line in record:
        if line["data"] or line["fate"] in GONE:
            begun[_mail_of(line)].append(line)
    unused = list(hiding)
    by_server, by_us = 0, 0
    unexplained: list[str] = []
    for mail, doubts in Counter(row["mail_id"] for row in doubtful).items():
        theirs = min(doubts, sum(_failed_after_data(line) for line in begun[mail]))
        left = doubts - theirs
        for line in begun[mail]:
            left -= bool(left and _hidden(line, unused))
        by_server, by_us = by_server + theirs, by_us + doubts - theirs - left
        unexplained += [mail] * left
    return by_server, by_us, sorted(unexplained)


def _failed_after_data(line: Row) -> bool:
    return bool(line["data"] and not line["answered"] and line["fate"] not in GONE)


def _hidden(line: Row, unused: list[Span]) -> bool:
    """Whether a fault of ours came amid this send, so that its answer was not heard or not written; it is used up."""
    if line["fate"] not in GONE and line["answered"] != "250":
        return False
    at = _instant(line["at"])
    found = next((span for span in unused if span[0] <= at + AMID and at <= span[1]), None)
    if found is not None:
        unused.remove(found)
    return found is not None


def _mail_of(line: Row) -> str:
    return str(line["sender"]).partition("+")[2].partition("@")[0]


# --- what people were told ------------------------------------------------------------------------------------------


def _missing(book: Book, folder: Path) -> list[str]:
    """Acts that were answered as taken, and are not in the ledger under their key and case."""
    there = {(row["key"], row["stream"]) for row in book.rows("SELECT key, stream FROM act_taken")}
    return sorted(
        f"{line['case']}: {line['key']}"
        for line in _lines(folder / "acts.jsonl")
        if (line["key"], line["case"]) not in there
    )


def _broken(book: Book) -> list[str]:
    """Streams with a gap, or in which an event does not hold the hash of the one before, or not its own."""
    heads: dict[str, tuple[int, str]] = {}
    broken = set()
    for row in book.rows("SELECT * FROM event ORDER BY stream, seq"):
        seq, head = heads.get(row["stream"], (0, "0" * 64))
        if (row["seq"], row["previous_hash"], row["hash"]) != (seq + 1, head, _sealed(row)):
            broken.add(row["stream"])
        heads[row["stream"]] = (row["seq"], row["hash"])
    return sorted(broken)


def _sealed(row: Row) -> str:
    """SHA-256 of an event as the ledger's design has it: JSON with sorted keys and without spaces."""
    told = {name: row[name] for name in ("stream", "seq", "kind", "actor", "act_key", "previous_hash")}
    told["details"] = row["details"] if isinstance(row["details"], dict) else json.loads(row["details"])
    told["at"], told["on"] = _instant(row["at"]).isoformat(), str(row["on"])
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _lines(path: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


if __name__ == "__main__":
    json.dump(count(sys.argv[1], Path(sys.argv[2])), sys.stdout)
