"""Who joined, left, and was given or lost which role: by whom, when and why. Rows are added, never changed."""

from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class PersonnelChange(SQLModel, table=True):
    """One change to one person, in force from `on`. `kind` is one of `office.personnel.Kind`."""

    __tablename__ = "personnel_change"

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    kind: str = Field(max_length=40)
    on: date
    details: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reason: str = Field(max_length=500)
    by: str = Field(max_length=80)
    at: datetime
