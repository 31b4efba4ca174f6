"""Who somebody is that an OpenID provider has let in: a registered person, and always the same one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from lifecycle.dates import local_date
from models.database import Database
from models.tables import Account, Person
from office.access import Limits, begin
from office.people import NotAllowed, find_actor
from office.rights import role_for

ASK = "Ask your operations team."


class Unknown(Exception):  # noqa: N818 - said to a person
    """The provider's account is nobody's here; the message says why, and whom to ask."""


@dataclass(frozen=True)
class Vouched:
    """What a provider vouches for: an account of its own, and whose it is: a verified mailbox or a person's id here."""

    issuer: str
    subject: str
    mailbox: str | None = None
    person: str | None = None


def let_in(
    database: Database, vouched: Vouched, browser: str, now: datetime, limits: Limits
) -> tuple[str, str]:
    """Begin a session of the account's person; answers its secret, and the person. Nobody is registered by this.

    Raises:
        Unknown
    """
    with database.writing() as session:
        person = _whose(session, vouched, now)
        try:
            find_actor(session, person, local_date(now))
        except NotAllowed as left:
            raise Unknown(f"{person} cannot sign in any more. {ASK}") from left
        return begin(session, person, "oidc", browser, now, limits), person


def forget_account(database: Database, actor: str, person: str, now: datetime) -> int:
    """Let go of a person's accounts, so that another may be bound; answers how many there were.

    Raises:
        NotAllowed
    """
    with database.writing() as session:
        role_for(find_actor(session, actor, local_date(now)), "people", "", None)
        gone = session.exec(delete(Account).where(col(Account.person_id) == person))
        return int(gone.rowcount)


def _whose(session: Session, vouched: Vouched, now: datetime) -> str:
    """The account's person. A provider may hand a mailbox on to somebody else: the account counts, then the mailbox."""
    bound = session.get(Account, (vouched.issuer, vouched.subject))
    named = _named(session, vouched, now)
    if bound is not None:
        if named and named != [bound.person_id]:
            raise Unknown(
                f"This account was first used by {bound.person_id}, and now names somebody else. {ASK}"
            )
        return bound.person_id
    if len(named) != 1:
        raise Unknown(_nobody(vouched) if not named else f"Several people share {vouched.mailbox}. {ASK}")
    _bind(session, vouched, named[0], now)
    return named[0]


def _bind(session: Session, vouched: Vouched, person: str, now: datetime) -> None:
    other = select(Account).where(Account.issuer == vouched.issuer, Account.person_id == person)
    if session.exec(other).first() is not None:
        raise Unknown(f"{person} signs in with another account. {ASK}")
    session.add(Account(issuer=vouched.issuer, subject=vouched.subject, person_id=person, bound_at=now))


def _named(session: Session, vouched: Vouched, now: datetime) -> list[str]:
    if vouched.person is not None:
        found = session.exec(select(Person).where(Person.id == vouched.person)).all()
    elif vouched.mailbox:
        mailbox = vouched.mailbox.strip().lower()
        found = session.exec(
            select(Person).where(func.lower(Person.mailbox) == mailbox, Person.mailbox != "")
        ).all()
    else:
        found = ()
    today = local_date(now)
    return [person.id for person in found if person.until is None or person.until > today]


def _nobody(vouched: Vouched) -> str:
    if vouched.person is None and not vouched.mailbox:
        return f"Your account there has no verified mailbox, and you cannot be known by it. {ASK}"
    return f"You are signed in there as {vouched.person or vouched.mailbox}, and nobody here is. {ASK}"
