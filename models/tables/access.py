"""Who is signed in, by what, until when. Tokens themselves are never kept: only their SHA-256."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class SignInLink(SQLModel, table=True):
    """A one-time link sent to a known mailbox."""

    __tablename__ = "sign_in_link"

    id: str = Field(primary_key=True, max_length=64)
    mailbox: str = Field(index=True, max_length=254)
    onward: str = Field(default="", max_length=500)
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None


class WebSession(SQLModel, table=True):
    """A browser in which somebody is signed in. `by` is link or oidc."""

    __tablename__ = "web_session"

    id: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    by: str = Field(max_length=20)
    browser: str = Field(default="", max_length=200)
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    ended_by: str = Field(default="", max_length=80)


class Account(SQLModel, table=True):
    """An account at an OpenID provider, and the person it was first used as: each is the other's only one there."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("issuer", "person_id"),)

    issuer: str = Field(primary_key=True, max_length=500)
    subject: str = Field(primary_key=True, max_length=255)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    bound_at: datetime


class AccessToken(SQLModel, table=True):
    """A token for the API (`api`), or the secret of a calendar feed (`feed`), with its holder's rights and no more.

    `scope` is read or act; `owner` names the body of a feed.
    """

    __tablename__ = "access_token"

    id: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=20)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=80)
    owner: str = Field(default="", max_length=80)
    name: str = Field(default="", max_length=200)
    scope: str = Field(default="read", max_length=20)
    made_at: datetime
    ends_at: datetime | None = None
    used_at: datetime | None = None
    ended_at: datetime | None = None
