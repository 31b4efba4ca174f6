"""What seals what the engine keeps: the data keys of workflows."""

from datetime import datetime

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
