"""Who is inspected, who answers for them, whom we write to, and who acts. All relations are dated."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class Body(SQLModel, table=True):
    """A police force, a fire and rescue service, or another agency. `id` is a slug."""

    id: str = Field(primary_key=True, max_length=80)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    division: str = Field(max_length=40)
    nation: str = Field(default="", max_length=40)
    ons_code: str = Field(default="", max_length=20)
    until: date | None = None


class OversightBody(SQLModel, table=True):
    """Who answers for a body: police and crime commissioner, mayor, City Corporation, fire authority."""

    __tablename__ = "oversight_body"

    id: str = Field(primary_key=True, max_length=80)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)


class Oversees(SQLModel, table=True):
    """Which oversight body answers for which body, from when until when (exclusive)."""

    body_id: str = Field(primary_key=True, foreign_key="body.id", max_length=80)
    oversight_id: str = Field(primary_key=True, foreign_key="oversight_body.id", max_length=80)
    since: date = Field(primary_key=True)
    until: date | None = None


class Contact(SQLModel, table=True):
    """A role mailbox of a body, an oversight body or the inspectorate (`owner`), with the office's title; dated.

    `holder` is the office-holder's name as letters write it, where it is known.
    """

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True, max_length=80)
    role: str = Field(max_length=40)
    office: str = Field(max_length=200)
    mailbox: str = Field(max_length=254)
    holder: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    since: date
    until: date | None = None


class Person(SQLModel, table=True):
    """Somebody who may act. `id` is a short name, used in events; personal data stays here."""

    id: str = Field(primary_key=True, max_length=80)
    name: str = Field(max_length=200)
    mailbox: str = Field(default="", max_length=254)
    until: date | None = None


class PersonRole(SQLModel, table=True):
    """A role that a person holds for an owner (a body's id, or "inspectorate")."""

    __tablename__ = "person_role"

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=80)
    role: str = Field(primary_key=True, max_length=40)
    owner: str = Field(primary_key=True, max_length=80)
