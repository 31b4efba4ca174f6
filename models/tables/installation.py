"""This installation: its timeline, whether it is armed, its jobs' heartbeats, and what needs repair."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class Installation(SQLModel, table=True):
    """One row: this database's identity and its one timeline, real or virtual, written at creation."""

    id: str = Field(primary_key=True, max_length=80)
    timeline: str = Field(max_length=20)
    created_at: datetime


class Arming(SQLModel, table=True):
    """Permission to send beyond loopback, bound to one installation. A restored copy has another id: unarmed."""

    id: int | None = Field(default=None, primary_key=True)
    installation_id: str = Field(index=True, max_length=80)
    armed_by: str = Field(max_length=80)
    armed_at: datetime
    reason: str = Field(default="", max_length=300)
    disarmed_at: datetime | None = None


class Heartbeat(SQLModel, table=True):
    """When a job last started and finished, and what it said."""

    job: str = Field(primary_key=True, max_length=60)
    worker: str = Field(default="", max_length=80)
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = Field(default="", max_length=300)


class Repair(SQLModel, table=True):
    """Something that needs a person: a parked case, an unknown send."""

    id: str = Field(primary_key=True, max_length=250)
    subject: str = Field(index=True, max_length=200)
    kind: str = Field(max_length=40)
    cause: str
    remedy: str = ""
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: str = Field(default="", max_length=80)
