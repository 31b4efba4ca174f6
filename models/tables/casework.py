"""Long or personal text, sealed as immutable hashed rows before an act names it; documents; orders over many cases."""

from datetime import date, datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class SealedText(SQLModel, table=True):
    """A text that never changes. `id` is "<kind>-" and the start of its hash."""

    __tablename__ = "sealed_text"

    id: str = Field(primary_key=True, max_length=80)
    kind: str = Field(max_length=40)
    hash: str = Field(max_length=64)
    text: str
    meta: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    sealed_at: datetime


class Document(SQLModel, table=True):
    """A file of a submission: name, size in bytes and SHA-256, which is where `Content` keeps its bytes."""

    submission_id: str = Field(primary_key=True, foreign_key="sealed_text.id", max_length=80)
    name: str = Field(primary_key=True, max_length=255)
    size: int
    hash: str = Field(max_length=64)


class Content(SQLModel, table=True):
    """The bytes of uploads and documents, once for each SHA-256. Those found infected are deleted (`Scan`)."""

    hash: str = Field(primary_key=True, max_length=64)
    content: bytes


class Order(SQLModel, table=True):
    """An order over many cases: one row, in force from `effective_at`; the updates to each case follow."""

    __tablename__ = "order_"

    id: str = Field(primary_key=True, max_length=200)
    kind: str = Field(max_length=40)
    report_id: str = Field(default="", index=True, max_length=80)
    actor: str = Field(max_length=80)
    on: date
    effective_at: datetime
    details: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    lifted_at: datetime | None = None
