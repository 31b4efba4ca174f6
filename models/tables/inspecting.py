"""Who looks after which case, who covers for whom, who must not judge whom, and assessments as they are drafted."""

from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class Allocation(SQLModel, table=True):
    """A case given to a person of the inspectorate: by whom, why, and until when. At most one of a case is open."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(index=True, max_length=200)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    by: str = Field(max_length=80)
    reason: str = Field(default="", max_length=500)
    since: datetime
    until: datetime | None = None
    ended_by: str = Field(default="", max_length=80)


class InspectorCover(SQLModel, table=True):
    """Who does an absent person's work, from `since` to the day before `until`."""

    __tablename__ = "inspector_cover"

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    cover_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    since: date
    until: date
    by: str = Field(max_length=80)
    made_at: datetime


class Conflict(SQLModel, table=True):
    """A person who must not judge a body, from `since` to the day before `until`; `reason` is for leads only."""

    __tablename__ = "conflict_of_interest"

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    body_id: str = Field(foreign_key="body.id", index=True, max_length=80)
    reason: str = Field(max_length=500)
    since: date
    until: date | None = None
    by: str = Field(max_length=80)
    ended_by: str = Field(default="", max_length=80)


class AssessmentDraft(SQLModel, table=True):
    """One saved version of a case's assessment; none is changed or deleted. `base` is the version it was written on.

    `set_aside`: it was written on a version that was no longer the newest, so it is kept beside the draft.
    `findings` holds finding and evidence note for each criterion. `private` never leaves the inspectorate.
    """

    __tablename__ = "assessment_draft"

    case_id: str = Field(primary_key=True, max_length=200)
    version: int = Field(primary_key=True)
    base: int
    person_id: str = Field(foreign_key="person.id", max_length=80)
    saved_at: datetime
    set_aside: bool = False
    outcome: str = Field(default="", max_length=80)
    narrative: str = ""
    private: str = ""
    findings: dict[str, dict[str, str]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
