"""Files that people hand in: whose each is until it is sealed, and what the scanner said of its bytes."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class ScanState(StrEnum):
    """What is known of some bytes. `unscanned`: there is no scanner, or it failed; never the same as clean."""

    quarantined = "quarantined"
    clean = "clean"
    infected = "infected"
    unscanned = "unscanned"


class Scan(SQLModel, table=True):
    """The scanner's word on the bytes with this SHA-256, under whatever names they come.

    Those of an infected file are deleted from `Content`; this row, with its name and signature, stays.
    """

    hash: str = Field(primary_key=True, max_length=64)
    state: str = Field(max_length=20)
    name: str = Field(max_length=255)
    signature: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=300)
    scanned_at: datetime | None = None
    tries: int = 0
    next_try: datetime | None = Field(default=None, index=True)


class Upload(SQLModel, table=True):
    """A checked file of one person's draft, its bytes in `Content`; from sealing on also a `Document`."""

    id: str = Field(primary_key=True, max_length=80)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    draft: str = Field(max_length=200)
    name: str = Field(max_length=255)
    kind: str = Field(max_length=20)
    size: int
    hash: str = Field(index=True, max_length=64)
    note: str = Field(default="", max_length=300)
    uploaded_at: datetime
    submission_id: str | None = Field(default=None, foreign_key="sealed_text.id", index=True, max_length=80)
