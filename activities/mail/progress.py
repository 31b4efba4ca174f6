"""How far a send has come, committed while it runs: what was possible before a crash, and what was not."""

from sqlmodel import Session, select

from activities.mail.lease import Lease, host_now
from activities.mail.recheck import Ready
from activities.mail.relay import Phase
from models.database import Database
from models.tables import Attempt, Mail, MailState


class LostLease(Exception):  # noqa: N818 - another worker has taken over
    """Our lease ran out and the mail is another worker's: this send must stop before DATA."""


class Watch:
    """Told each phase by the relay before it begins. DATA begins only when its phase is in the ledger."""

    def __init__(self, database: Database, ready: Ready, lease: Lease) -> None:
        self.phase = Phase.connecting
        self._database = database
        self._ready = ready
        self._lease = lease
        self._renewed = host_now()

    def __call__(self, phase: Phase) -> None:
        if phase is Phase.data or (phase is not Phase.accepted and self._tiring()):
            with self._database.writing() as session:
                self._advance(session, phase)
        self.phase = phase

    def _tiring(self) -> bool:
        return host_now() - self._renewed > self._lease.length / 3

    def _advance(self, session: Session, phase: Phase) -> None:
        mail = session.exec(select(Mail).where(Mail.id == self._ready.mail_id).with_for_update()).one()
        if mail.lease != self._lease.token or mail.state != MailState.sending.value:
            raise LostLease(f"mail {mail.id}: another worker took over before {phase.value}")
        mail.lease_until = self._lease.until()
        session.get_one(Attempt, (mail.id, self._ready.number)).phase = phase.value
        self._renewed = host_now()
