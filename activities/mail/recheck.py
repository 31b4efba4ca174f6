"""Just before sending: is each notice of a mail still true, and still for this mailbox? Then its attempt is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from activities.mail.addressing import Addresses
from activities.mail.claim import Ripe, Told, suppress, with_case_and_clock
from activities.mail.compose import Sender
from activities.mail.cover import Covers, gone
from activities.mail.envelope import Outgoing
from activities.mail.lease import Lease
from activities.mail.orders import HELD_BACK, Freeze, in_force
from activities.mail.relay import Outcome, Phase
from activities.mail.truth import why_not
from activities.mail.writing import inscribe, write
from lifecycle.dates import local_date
from models.tables import Attempt, Mail, MailState, Notice, NoticeState

WAITING = (MailState.composed.value, MailState.deferred.value)
HELD = "held by an operator"


@dataclass(frozen=True)
class Ready:
    """A mail whose attempt is in the ledger: it may now leave."""

    mail_id: str
    number: int
    outgoing: Outgoing


@dataclass(frozen=True)
class Checked:
    """What is ready, if anything is, and how many notices were no longer true."""

    ready: Ready | None
    suppressed: int = 0


def mail_of(session: Session, mail_id: str, lease: Lease) -> Mail | None:
    """The waiting mail, if this lease holds it still, locked until the transaction ends."""
    mail = session.exec(select(Mail).where(Mail.id == mail_id).with_for_update()).first()
    if mail is None or mail.held or mail.state not in WAITING or mail.lease != lease.token:
        return None
    return mail


def notices_of(session: Session, mail_id: str) -> Sequence[Ripe]:
    query = with_case_and_clock(Notice.mail_id == mail_id, Notice.state == NoticeState.claimed.value)
    found = session.exec(query.with_for_update(of=Notice))
    return [(notice, case, clock) for notice, case, clock in found]


def recheck(
    session: Session, mail_id: str, lease: Lease, sender: Sender, now: datetime, worker: str
) -> Checked:
    """Drop what is no longer true, and write the attempt for what is left. A mail left with nothing is dropped.

    Raises:
        MailError: when what is left cannot be composed.
    """
    mail = mail_of(session, mail_id, lease)
    if mail is None:
        return Checked(None)
    covers = Covers(session, Addresses(session, local_date(now)))
    sorting = _Sorting(mail, covers, in_force(session, now), sender)
    for ripe in notices_of(session, mail_id):
        sorting.sort(session, ripe)
    if not sorting.kept:
        drop(mail, sorting.reasons, now)
        return Checked(None, sorting.suppressed)
    outgoing = _words(session, mail, sorting, sender, now)
    return Checked(_attempt(session, mail, outgoing, lease, now, worker), sorting.suppressed)


class _Sorting:
    """The notices of one mail: still true, no longer true, or true but not for this mail now."""

    def __init__(self, mail: Mail, covers: Covers, freeze: Freeze, sender: Sender) -> None:
        self.kept: list[Told] = []
        self.reasons: list[str] = []
        self.suppressed = 0
        self._mail = mail
        self._covers = covers
        self._freeze = freeze
        self._sender = sender

    def sort(self, session: Session, ripe: Ripe) -> None:
        notice, case, clock = ripe
        reason = why_not(session, notice, case, clock)
        address = self._covers.address(case, notice)
        if reason is not None or (notice.cover and address is None):
            said = reason.value if reason else gone(notice)
            suppress(notice, said)
            self.suppressed += 1
            self.reasons.append(said)
        elif notice.held or self._freeze.covers(notice.case_id, case):
            self._back(notice, HELD if notice.held else HELD_BACK)
        elif address is None or not self._reaches(address.mailbox):
            self._back(notice, f"{self._mail.mailbox} is no longer the mailbox of {notice.role}")
        else:
            self.kept.append(Told(notice, case, clock, address))

    def _reaches(self, mailbox: str) -> bool:
        """Whether the mail goes where its notice's role is; from a copy, to the sink in its place."""
        meant = self._mail.meant_for or self._mail.mailbox
        return meant == mailbox and self._mail.mailbox == self._sender.goes_to(mailbox)

    def _back(self, notice: Notice, reason: str) -> None:
        """Due again, so that it leaves another time, or for another mailbox: nothing is lost."""
        notice.state = NoticeState.due.value
        notice.mail_id = None
        self.reasons.append(reason)


def drop(mail: Mail, reasons: Sequence[str], now: datetime) -> None:
    """Nothing is left to say in this mail."""
    mail.state = MailState.dropped.value
    mail.reply = "; ".join(dict.fromkeys(reasons))[:500]
    mail.next_try = mail.lease = mail.lease_until = None
    mail.settled_at = now


def _words(session: Session, mail: Mail, sorting: _Sorting, sender: Sender, now: datetime) -> Outgoing:
    """Written afresh at each attempt; but a copy that may have arrived is repeated as it was."""
    outgoing = write(session, mail.id, mail.thread, sorting.kept, sender, now)
    if sorting.reasons or not _may_have_arrived(session, mail):
        return outgoing
    return replace(outgoing, subject=mail.subject, text=mail.text, html=mail.html, date=mail.composed_at)


def _may_have_arrived(session: Session, mail: Mail) -> bool:
    doubtful = select(Attempt.number).where(
        Attempt.mail_id == mail.id, Attempt.outcome == Outcome.unknown.value
    )
    return session.exec(doubtful).first() is not None


def _attempt(
    session: Session, mail: Mail, outgoing: Outgoing, lease: Lease, now: datetime, worker: str
) -> Ready:
    inscribe(mail, outgoing)
    mail.state = MailState.sending.value
    mail.tries += 1
    mail.next_try = None
    mail.lease_until = lease.until()
    session.add(
        Attempt(
            mail_id=mail.id,
            number=mail.tries,
            worker=worker,
            started_at=now,
            phase=Phase.connecting.value,
        )
    )
    return Ready(mail.id, mail.tries, outgoing)
