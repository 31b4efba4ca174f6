"""What a link in a mail is about, and who may act by it: those registered at the mailbox that the mail went to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from activities.ledger.append import read
from lifecycle.case import Case, fold_all
from lifecycle.dates import local_date
from lifecycle.words import Paper
from models.database import Database
from models.tables import Body, CaseRow, Contact, Mail, Person, Recommendation
from office.people import NotAllowed, find_actor
from office.rights import may


@dataclass(frozen=True)
class Acknowledging:
    """A request letter that a mail brought. `people` may acknowledge it; `done` says that somebody has."""

    case: str
    reference: str
    title: str
    body: str
    mailbox: str
    people: tuple[Person, ...]
    done: bool
    ended: bool


class NoLink(LookupError):  # noqa: N818 - said to a person
    """What the link was about is not there any more."""


def acknowledging(database: Database, mail_id: str, case_id: str, now: datetime) -> Acknowledging:
    """What an acknowledging link is about. Raises NoLink."""
    with database.reading() as session:
        mail, row = session.get(Mail, mail_id), session.get(CaseRow, case_id)
        if mail is None or row is None:
            raise NoLink(mail_id)
        recommendation, body = session.get(Recommendation, row.reference), session.get(Body, row.body_id)
        case = fold_all(Case(id=case_id), (one.event for one in read(session, case_id)))
        return Acknowledging(
            case=case_id,
            reference=row.reference,
            title=recommendation.title if recommendation else row.reference,
            body=body.name if body else row.body_id,
            mailbox=mail.mailbox,
            people=tuple(_who_may(session, mail.mailbox, "acknowledge", row.body_id, now)),
            done=Paper.request_letter in case.acknowledged,
            ended=case.ended,
        )


def contact(database: Database, contact_id: int, now: datetime) -> tuple[Contact, tuple[Person, ...]]:
    """A contact, and who may confirm it: those of its owner's who are registered at its mailbox. Raises NoLink."""
    with database.reading() as session:
        row = session.get(Contact, contact_id)
        if row is None or (row.until is not None and row.until <= local_date(now)):
            raise NoLink(str(contact_id))
        return row, tuple(_who_may(session, row.mailbox, "contacts", row.owner, now, row.owner))


def _who_may(
    session: Session, mailbox: str, act: str, body: str, now: datetime, oversight: str | None = None
) -> Sequence[Person]:
    today = local_date(now)
    people = session.exec(
        select(Person).where(func.lower(Person.mailbox) == mailbox.lower()).order_by(col(Person.id))
    )
    found = []
    for person in people:
        try:
            actor = find_actor(session, person.id, today)
        except NotAllowed:
            continue
        if may(actor, act, body, oversight):
            found.append(person)
    return found
