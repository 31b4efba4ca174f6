"""What may be read no longer: the data keys of workflows, the disposal of cases, and holds that forbid it."""

from datetime import datetime

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class CaseKey(SQLModel, table=True):
    """One workflow's data key, wrapped by the master key that `master` names. A number is used once.

    Destroyed, `wrapped` is gone and nothing brings it back: who did it, when and why stays.
    """

    __tablename__ = "case_key"

    workflow_id: str = Field(primary_key=True, max_length=200)
    number: int = Field(primary_key=True)
    master: str = Field(index=True, max_length=16)
    wrapped: bytes | None = None
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: str = Field(default="", max_length=80)
    why: str = Field(default="", max_length=300)


class Disposal(SQLModel, table=True):
    """One case of a proposal to dispose of cases: who proposed it under what rule and why, and who else did it.

    Done, it has a `number` and stands in a chain of its own: `hash` covers all of it, and the hash of the one before.
    `redacted` counts what was, by kind; `texts` are the sealed texts that are gone, whose hashes stay.
    """

    __table_args__ = (UniqueConstraint("number"),)

    proposal: str = Field(primary_key=True, max_length=80)
    case_id: str = Field(primary_key=True, index=True, max_length=200)
    under: str = Field(max_length=300)
    reason: str = Field(max_length=500)
    proposed_by: str = Field(max_length=80)
    proposed_at: datetime
    withdrawn_by: str = Field(default="", max_length=80)
    withdrawn_at: datetime | None = None
    number: int | None = None
    disposed_by: str = Field(default="", max_length=80)
    disposed_at: datetime | None = None
    redacted: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    texts: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    previous_hash: str = Field(default="", max_length=64)
    hash: str = Field(default="", max_length=64)


class LegalHold(SQLModel, table=True):
    """Nothing of `subject` is disposed of while this stands: a case, a report, a body, or "everything"."""

    __tablename__ = "legal_hold"

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(index=True, max_length=200)
    reason: str = Field(max_length=500)
    placed_by: str = Field(max_length=80)
    placed_at: datetime
    lifted_by: str = Field(default="", max_length=80)
    lifted_at: datetime | None = None
    lifted_why: str = Field(default="", max_length=500)
