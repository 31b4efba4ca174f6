"""What a body keeps with us: drafts of submissions, who covers for its role mailboxes, and who changed those when."""

from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class SubmissionDraft(SQLModel, table=True):
    """One person's submission in the making, or made: then `submission_id` is what it was sealed as.

    `key` is the act's from the start, so that a second press submits nothing twice. `answer` and `reference` are the
    act's too. Its files are the `Upload` rows with this draft's id.
    """

    __tablename__ = "submission_draft"

    id: str = Field(primary_key=True, max_length=80)
    body_id: str = Field(foreign_key="body.id", index=True, max_length=80)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    report_id: str = Field(max_length=80)
    cases: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    answer: str = Field(default="plan", max_length=40)
    reference: str = Field(default="", max_length=80)
    text: str = ""
    key: str = Field(max_length=200)
    saved_at: datetime
    submission_id: str | None = Field(default=None, foreign_key="sealed_text.id", index=True, max_length=80)


class ContactCover(SQLModel, table=True):
    """Another mailbox that is told whatever a role of an owner is told: a deputy's, or somebody's for a leave.

    `until` is the first day on which it no longer holds. Rows are ended, never deleted.
    """

    __tablename__ = "contact_cover"

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True, max_length=80)
    role: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    who: str = Field(max_length=200)
    mailbox: str = Field(max_length=254)
    since: date
    until: date | None = None


class ContactChange(SQLModel, table=True):
    """Who changed a contact or its cover, when, and to what."""

    __tablename__ = "contact_change"

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True, max_length=80)
    role: str = Field(max_length=40)
    actor: str = Field(max_length=80)
    at: datetime
    said: str = Field(max_length=500)
