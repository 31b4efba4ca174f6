"""Letters as they are edited before they are sealed, and who signs them."""

from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class LetterDraft(SQLModel, table=True):
    """One saved version of a letter's edits; none is changed or deleted. `base` is the version it was written on.

    `id` is of the letter's kind, cases and language. `edits` holds, for each passage changed, the template's words
    and the editor's. `reviewed_by` says who reviewed edits in Welsh. `set_aside`: it was written on an older version.
    """

    __tablename__ = "letter_draft"

    id: str = Field(primary_key=True, max_length=80)
    version: int = Field(primary_key=True)
    base: int
    kind: str = Field(max_length=40)
    language: str = Field(max_length=10)
    cases: list[str] = Field(sa_column=Column(JSON, nullable=False))
    body_id: str = Field(index=True, max_length=80)
    person_id: str = Field(foreign_key="person.id", max_length=80)
    saved_at: datetime
    set_aside: bool = False
    reviewed_by: str = Field(default="", max_length=200)
    edits: dict[str, dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))


class Signatory(SQLModel, table=True):
    """Who signs the letters to `owner`: a body, a kind of body, or "inspectorate" for all others; dated.

    `holder` is a name as letters write it, `offices` the offices that stand below it; an empty one leaves the usual.
    """

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True, max_length=80)
    holder: str = Field(max_length=200)
    offices: list[str] = Field(sa_column=Column(JSON, nullable=False))
    since: date
    until: date | None = None
