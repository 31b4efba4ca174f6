"""Notices (the duty to tell a role), mails (one message to one mailbox), and each attempt to send one."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class NoticeState(StrEnum):
    """due → claimed → sent | unknown | refused; or not_sent with the reason why."""

    due = "due"
    claimed = "claimed"
    sent = "sent"
    refused = "refused"
    unknown = "unknown"
    not_sent = "not_sent"


class Notice(SQLModel, table=True):
    """Tell one role of one body about one rung, or about one act (`clock` is "act", `version` its seq).

    `cover` is 0 for the role's own mailbox, the `ContactCover` that is told the same, or -1 for whoever submitted.
    """

    __table_args__ = (
        UniqueConstraint("case_id", "clock", "version", "rung", "role", "cover"),
        Index("ix_notice_ready", "state", "not_before"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(index=True, max_length=200)
    clock: str = Field(max_length=80)
    version: int
    rung: str = Field(max_length=60)
    role: str = Field(max_length=40)
    cover: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    template: str = Field(max_length=60)
    copied_to: str = Field(default="", max_length=200)
    due: date | None = None
    cause_seq: int
    fell_at: datetime
    not_before: datetime
    state: str = Field(default=NoticeState.due.value, max_length=20)
    reason: str = Field(default="", max_length=300)
    lease: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = None
    mail_id: str | None = Field(default=None, index=True, max_length=80)
    held: bool = False


class MailState(StrEnum):
    """composed → sending → accepted | refused | deferred (tried again) | unknown."""

    composed = "composed"
    sending = "sending"
    accepted = "accepted"
    refused = "refused"
    deferred = "deferred"
    unknown = "unknown"
    dropped = "dropped"


class Mail(SQLModel, table=True):
    """One message to one mailbox. `message_id` is fixed before the first connection and never changes.

    `meant_for` is set in an unarmed copy, whose mails go to a sink: the mailbox that was not written to.
    """

    id: str = Field(primary_key=True, max_length=80)
    message_id: str = Field(unique=True, max_length=250)
    mailbox: str = Field(index=True, max_length=254)
    meant_for: str = Field(default="", max_length=254, sa_column_kwargs={"server_default": ""})
    case_id: str = Field(index=True, max_length=200)
    thread: str = Field(default="", index=True, max_length=320)
    subject: str = Field(default="", max_length=500)
    text: str = ""
    html: str = ""
    references: str = ""
    composed_at: datetime
    state: str = Field(default=MailState.composed.value, index=True, max_length=20)
    tries: int = 0
    next_try: datetime | None = None
    code: int | None = None
    reply: str = Field(default="", max_length=500)
    settled_at: datetime | None = None
    lease: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = None
    held: bool = False


class Attempt(SQLModel, table=True):
    """One try at sending a mail, written before connecting; `phase` is how far it got."""

    mail_id: str = Field(primary_key=True, foreign_key="mail.id", max_length=80)
    number: int = Field(primary_key=True)
    worker: str = Field(max_length=80)
    started_at: datetime = Field(index=True)
    phase: str = Field(default="connecting", max_length=20)
    outcome: str | None = Field(default=None, max_length=20)
    code: int | None = None
    reply: str = Field(default="", max_length=500)
    ended_at: datetime | None = None
