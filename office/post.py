"""Mail at the desk: looked at, retried, held, resolved; all sending stopped."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from activities.mail import repair
from activities.mail.orders import STOP
from lifecycle.dates import local_date
from models.database import Database
from models.tables import Attempt, Mail, Notice, Order
from office.people import find_actor
from office.rights import role_for

T = TypeVar("T")


class NoMail(LookupError):  # noqa: N818 - said to a person
    """There is no such mail."""


def mails(
    database: Database, *, state: str | None = None, mailbox: str | None = None, limit: int = 200
) -> list[Mail]:
    """The newest mails, of a state or to a mailbox."""
    query = select(Mail).order_by(col(Mail.composed_at).desc(), col(Mail.id)).limit(limit)
    if state is not None:
        query = query.where(Mail.state == state)
    if mailbox is not None:
        query = query.where(Mail.mailbox == mailbox)
    with database.reading() as session:
        return list(session.exec(query))


def mail_file(database: Database, mail_id: str) -> tuple[Mail, list[Attempt], list[Notice]]:
    """One mail with its attempts and notices.

    Raises:
        NoMail.
    """
    with database.reading() as session:
        mail = session.get(Mail, mail_id)
        if mail is None:
            raise NoMail(f"There is no mail {mail_id!r}. `followthrough mail list` shows them.")
        attempts = session.exec(
            select(Attempt).where(Attempt.mail_id == mail_id).order_by(col(Attempt.number))
        )
        notices = session.exec(select(Notice).where(Notice.mail_id == mail_id).order_by(col(Notice.id)))
        return mail, list(attempts), list(notices)


def act_on_mail(database: Database, actor: str, deed: Callable[[Session], T]) -> T:
    """Do something about mail, as somebody who may."""
    with database.writing() as session:
        role_for(find_actor(session, actor, _today()), "mail", "", None)
        return deed(session)


def retry(database: Database, mail_id: str, actor: str) -> Mail:
    return act_on_mail(
        database, actor, lambda session: repair.retry(session, mail_id, actor, datetime.now(UTC))
    )


def hold(database: Database, mail_id: str, actor: str) -> Mail:
    return act_on_mail(database, actor, lambda session: repair.hold_mail(session, mail_id, actor))


def release(database: Database, mail_id: str, actor: str) -> Mail:
    return act_on_mail(database, actor, lambda session: repair.release_mail(session, mail_id, actor))


def resolve(database: Database, mail_id: str, actor: str, *, arrived: bool) -> Mail:
    return act_on_mail(
        database,
        actor,
        lambda session: repair.resolve_unknown(
            session, mail_id, arrived=arrived, actor=actor, now=datetime.now(UTC)
        ),
    )


def stop_sending(database: Database, actor: str, reason: str) -> Order:
    """Stop all sending, from this instant; notices go on falling due and wait."""

    def deed(session: Session) -> Order:
        order = Order(
            id=f"{STOP}-{uuid.uuid4()}",
            kind=STOP,
            actor=actor,
            on=_today(),
            effective_at=datetime.now(UTC),
            details={"reason": reason},
        )
        session.add(order)
        return order

    return act_on_mail(database, actor, deed)


def resume_sending(database: Database, actor: str) -> int:
    """Lift every order that stops sending; answers how many there were."""

    def deed(session: Session) -> int:
        orders = session.exec(select(Order).where(Order.kind == STOP, col(Order.lifted_at).is_(None))).all()
        for order in orders:
            order.lifted_at = datetime.now(UTC)
        return len(orders)

    return act_on_mail(database, actor, deed)


def _today() -> date:
    return local_date(datetime.now(UTC))
