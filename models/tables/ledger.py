"""The ledger: acts and events, append-only, and the projections of cases and clocks that pages read."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class EventRow(SQLModel, table=True):
    """One event of a stream (a case, a response, a report), numbered, with the hash of the one before.

    `hash` covers everything but `recorded_at`, which is the host's clock.
    """

    __tablename__ = "event"

    stream: str = Field(primary_key=True, max_length=200)
    seq: int = Field(primary_key=True)
    kind: str = Field(index=True, max_length=40)
    at: datetime
    on: date
    actor: str = Field(max_length=80)
    act_key: str | None = Field(default=None, max_length=200)
    details: dict[str, object] = Field(sa_column=Column(JSON, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    recorded_at: datetime


class ActTaken(SQLModel, table=True):
    """An act's key, once and for ever, and where its events stand."""

    __tablename__ = "act_taken"

    key: str = Field(primary_key=True, max_length=200)
    stream: str = Field(index=True, max_length=200)
    first_seq: int
    last_seq: int


OF_A_BODY = (
    "body_id",
    "id",
    "ended_on",
    "kind",
    "stage",
    "next_due",
    "waits_on",
    "report_id",
    "policy_hash",
)


class CaseRow(SQLModel, table=True):
    """A case or response as pages show it: a projection of its stream, rebuilt from it at need.

    `waits_on` is the side whose duty is next; empty when it has ended. `next_at` is the next instant on the agenda: one
    that has passed is a deadline that has not fired. Its indexes hold all that lists filter and count by, so that rows
    are read for one page alone.
    """

    __tablename__ = "case_"
    __table_args__ = (
        Index("ix_case_stage", "stage", "next_due", "id"),
        Index("ix_case_next", "next_due", "id", "ended_on"),
        Index("ix_case_ended", "ended_on", "next_due", "id", "body_id"),
        Index("ix_case_waits", "waits_on", "next_due", "id", "stage"),
        Index("ix_case_map", "stage", "body_id"),
        Index("ix_case_body", *OF_A_BODY),
        Index("ix_case_of_report", "report_id", "stage", "outcome"),
        Index("ix_case_next_at", "next_at"),
    )

    id: str = Field(primary_key=True, max_length=200)
    kind: str = Field(default="recommendation", max_length=40)
    reference: str = Field(index=True, max_length=80)
    body_id: str = Field(max_length=80)
    oversight_id: str | None = Field(default=None, max_length=80)
    report_id: str = Field(max_length=80)
    recommendation_kind: str = Field(max_length=60)
    division: str = Field(max_length=40)
    policy: str = Field(max_length=80)
    policy_hash: str = Field(max_length=64)
    calendar_hash: str = Field(max_length=64)
    stage: str = Field(max_length=40)
    outcome: str | None = Field(default=None, max_length=80)
    seq: int
    head_hash: str = Field(max_length=64)
    issued_on: date
    opened_at: datetime
    next_due: date | None = None
    next_at: datetime | None = None
    waiting_for: str = Field(default="", max_length=400)
    waits_on: str = Field(default="", max_length=20)
    ended_on: date | None = None


class ClockRow(SQLModel, table=True):
    """A clock of a case, as it stands."""

    __tablename__ = "clock"
    __table_args__ = (
        Index("ix_clock_running", "case_id", "state", "kind", "due", "id"),
        Index("ix_clock_due", "due", "state", "kind", "case_id"),
    )

    case_id: str = Field(primary_key=True, foreign_key="case_.id", max_length=200)
    id: str = Field(primary_key=True, max_length=80)
    kind: str = Field(max_length=40)
    started: date
    limit: str | None = Field(default=None, max_length=60)
    due: date | None = None
    version: int = 1
    state: str = Field(max_length=20)
    why: str = Field(default="", max_length=500)
