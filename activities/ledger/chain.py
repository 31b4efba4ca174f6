"""Events as rows: each holds the hash of the one before it, so that no change to any can hide."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from lifecycle.events import EVENT, Event
from models.messages import Recorded
from models.tables import EventRow

FIRST = "0" * 64
_HEAD = {"kind", "at", "on", "actor"}


def to_rows(
    stream: str,
    after: int,
    previous: str,
    act_key: str | None,
    events: Iterable[Event],
    recorded_at: datetime,
) -> list[dict[str, object]]:
    """The events as row values, numbered and chained after (`after`, `previous`)."""
    rows = []
    for seq, event in enumerate(events, after + 1):
        row: dict[str, object] = {
            "stream": stream,
            "seq": seq,
            "kind": event.kind,
            "at": event.at,
            "on": event.on,
            "actor": event.actor,
            "act_key": act_key,
            "details": event.model_dump(mode="json", exclude=_HEAD, exclude_defaults=True),
            "previous_hash": previous,
        }
        previous = digest(row)
        rows.append(row | {"hash": previous, "recorded_at": recorded_at})
    return rows


def digest(row: dict[str, object]) -> str:
    """SHA-256 over the previous hash and all of the event but the host's `recorded_at`."""
    at, on = row["at"], row["on"]
    assert isinstance(at, datetime)
    sealed = {
        key: row[key] for key in ("stream", "seq", "kind", "actor", "act_key", "details", "previous_hash")
    }
    sealed |= {"at": at.astimezone(UTC).isoformat(), "on": str(on)}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def to_event(row: EventRow) -> Event:
    return EVENT.validate_python(
        {**row.details, "kind": row.kind, "at": row.at, "on": row.on, "actor": row.actor}
    )


def to_recorded(row: EventRow) -> Recorded:
    return Recorded(seq=row.seq, act_key=row.act_key, event=to_event(row))


def first_break(rows: Iterable[EventRow], head: str | None = None) -> int | None:
    """The number of the first event that does not follow from the one before it; None when all do.

    `head`, the hash that the case's row keeps of its last event, shows a missing tail too.
    """
    previous, seq = FIRST, 0
    for seq, row in enumerate(rows, 1):
        if row.seq != seq or row.previous_hash != previous or digest(row.model_dump()) != row.hash:
            return seq
        previous = row.hash
    return None if head in (None, previous) else seq + 1
