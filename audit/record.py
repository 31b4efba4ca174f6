"""What the audit reads, as values, and what it finds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

Row = Mapping[str, Any]
FIRST = "0" * 64
CLOCK_EVENTS = ("clock_started", "clock_moved", "clock_met", "clock_ended")
RUNG_EVENTS = ("rung_fell", "rung_passed")


@dataclass(frozen=True)
class Record:
    """One event of a stream, as its row has it."""

    stream: str
    seq: int
    kind: str
    at: datetime
    on: date
    actor: str
    key: str | None
    details: Row
    previous: str
    hash: str

    def digest(self) -> str:
        """The hash that the row should have (docs/ledger.md, The hash chain)."""
        said = {
            "stream": self.stream,
            "seq": self.seq,
            "kind": self.kind,
            "actor": self.actor,
            "act_key": self.key,
            "details": self.details,
            "previous_hash": self.previous,
            "at": self.at.astimezone(UTC).isoformat(),
            "on": self.on.isoformat(),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def is_fact(self) -> bool:
        """Something done, by a person or at the opening: no clock's event and no rung's."""
        return self.kind not in (*CLOCK_EVENTS, *RUNG_EVENTS)


@dataclass(frozen=True)
class Papers:
    """All that the ledger holds of one case. `own` are the recommendation's limits: criterion ("" for all), due."""

    stream: str
    events: tuple[Record, ...]
    acts: tuple[Row, ...] = ()
    case: Row | None = None
    clocks: tuple[Row, ...] = ()
    notices: tuple[Row, ...] = ()
    own: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Difference:
    """Something that is not as it should be: what kind, of which case, why, and what to do about it."""

    kind: str
    subject: str
    cause: str
    remedy: str
