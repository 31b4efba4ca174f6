"""This installation: its timeline, whether it is armed, its jobs' heartbeats, and what needs repair."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class Installation(SQLModel, table=True):
    """One row: this database's identity and its one timeline, real or virtual, written at creation.

    `place` is where it was at its last start (`models.place`). A copy has an id of its own, and names the
    installation it is a copy of; it is mute until somebody unmutes it.
    """

    id: str = Field(primary_key=True, max_length=80)
    timeline: str = Field(max_length=20)
    created_at: datetime
    place: str = Field(default="", max_length=200)
    copy_of: str = Field(default="", max_length=80)
    copied_at: datetime | None = None
    unmuted_by: str = Field(default="", max_length=80)
    unmuted_at: datetime | None = None


class Arming(SQLModel, table=True):
    """One person's permission to send beyond loopback, bound to one installation. A copy needs two people's."""

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
