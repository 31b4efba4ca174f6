"""One run of the dispatcher, under one lease: recover, claim, write, and send mail by mail."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from activities.mail.arming import Standing, standing
from activities.mail.backlog import Pace, has_room, held_back, paced
from activities.mail.claim import Told, claim
from activities.mail.compose import Sender
from activities.mail.counting import DispatchCount
from activities.mail.lease import Lease
from activities.mail.progress import LostLease, Watch
from activities.mail.recheck import Ready, drop, mail_of, notices_of, recheck
from activities.mail.recovery import give_back, recover, take
from activities.mail.relay import Delivery, Outcome, Phase, Relay
from activities.mail.settle import HOLD, SEND_AGAIN, settle, unsettled
from activities.mail.waiting import not_composed, overcome
from activities.mail.writing import Draft, draft, group, keep
from models.database import Database
from models.tables import Notice

log = logging.getLogger(__name__)

UnknownPolicy = Callable[[str], str]


class Means(Protocol):
    """What a run works with: the dispatcher's own."""

    database: Database
    relay: Relay
    sender: Sender
    worker: str
    clock: Callable[[], datetime]
    unknown_policy: UnknownPolicy
    pace: Pace | None


class Run:
    """Its lease is on everything it has claimed; what it does not come to is given back at the end."""

    def __init__(self, means: Means, lease: Lease) -> None:
        self.means = means
        self.lease = lease
        self.count = DispatchCount()
        self.relay_is_there = True
        self.sender = means.sender
        self.held_until: datetime | None = None
        self.paced: frozenset[str] = frozenset()
        self.minute_is_full = False

    def go(self, limit: int) -> DispatchCount:
        with self.means.database.writing() as session:
            self.count.unknown += recover(session, self._now(), self._on_unknown)
            if not self._may_send(standing(session)):
                return self.count
            self._hold_back(session)
        try:
            mails = (*self._retries(limit), *self._new(limit))
            self._find_paced(mails)
            for mail_id in mails:
                if not (self.minute_is_full and mail_id in self.paced):
                    self._send(mail_id)
                if not self.relay_is_there:
                    break
        finally:
            with self.means.database.writing() as session:
                give_back(session, self.lease)
        return self.count

    def _now(self) -> datetime:
        return self.means.clock()

    def _may_send(self, stands: Standing) -> bool:
        """Also keeps whose copy this is: it may have been armed since the last mail."""
        self.sender = replace(self.means.sender, copy_of=stands.copy_of)
        self.count.mute = stands.mute
        return not stands.mute and (self.means.relay.route.loopback or stands.armed)

    def _hold_back(self, session: Session) -> None:
        """What should have left by the instant of an order for recovery waits for a person."""
        order = held_back(session, self._now(), self.means.pace) if self.means.pace else None
        self.held_until = order.effective_at if order else None
        self.count.held_back = order is not None

    def _find_paced(self, mails: Sequence[str]) -> None:
        if self.means.pace is not None and mails:
            with self.means.database.reading() as session:
                self.paced = paced(session, mails)

    def _must_wait(self, session: Session, mail_id: str) -> bool:
        """Of a backlog only so many leave in a minute; the others go with a later run."""
        if self.means.pace is not None and mail_id in self.paced:
            self.minute_is_full = not has_room(session, self._now(), self.means.pace)
            return self.minute_is_full
        return False

    def _on_unknown(self, session: Session, mail_id: str) -> str:
        """Sent again only when the policies of all its cases say so."""
        cases = {notice.case_id for notice in unsettled(session, mail_id)}
        said = {self.means.unknown_policy(case) for case in sorted(cases)}
        return SEND_AGAIN if said == {SEND_AGAIN} else HOLD

    def _retries(self, limit: int) -> Sequence[str]:
        with self.means.database.writing() as session:
            return take(session, self._now(), self.lease, limit, after=self.held_until)

    def _new(self, limit: int) -> list[str]:
        now = self._now()
        with self.means.database.writing() as session:
            claimed = claim(session, now, self.lease, limit, after=self.held_until)
        self.count.claimed += len(claimed.told)
        self.count.suppressed += claimed.suppressed
        if not claimed.told:
            return []
        drafts, failed = self._drafts(claimed.told, now)
        with self.means.database.writing() as session:
            for notice_id, error in failed.items():
                not_composed(session, session.get_one(Notice, notice_id), error, now)
            kept = [draft for draft in drafts if keep(session, draft, self.lease, now)]
            overcome(session, [one.notice for draft in kept for one in draft.told])
        return [draft.id for draft in kept]

    def _drafts(self, told: Sequence[Told], now: datetime) -> tuple[list[Draft], dict[int | None, Exception]]:
        """Outside any transaction that writes: composing takes its time, and others wait for those."""
        drafts: list[Draft] = []
        failed: dict[int | None, Exception] = {}
        with self.means.database.reading() as session:
            for together in group(told):
                try:
                    drafts.append(draft(session, together, self.sender, now))
                except SQLAlchemyError:
                    raise
                except Exception as error:  # what cannot be put into words must not stop the others
                    log.exception(
                        "mail not composed",
                        extra={"stream": together[0].notice.case_id, "notice": together[0].notice.id},
                    )
                    failed.update({one.notice.id: error for one in together})
        return drafts, failed

    def _send(self, mail_id: str) -> None:
        ready = self._recheck(mail_id)
        delivery = self._deliver(ready) if ready else None
        if ready is None or delivery is None:
            return
        with self.means.database.writing() as session:
            said = self._on_unknown(session, mail_id) if delivery.outcome is Outcome.unknown else HOLD
            notices = settle(session, mail_id, ready.number, delivery, self._now(), said)
        self.count.add(delivery.outcome, len(notices))
        log.info(
            "mail %s",
            delivery.outcome.value,
            extra={"mail_id": mail_id, "notices": notices, "attempt": ready.number, "code": delivery.code},
        )

    def _recheck(self, mail_id: str) -> Ready | None:
        now = self._now()
        try:
            with self.means.database.writing() as session:
                if not self._may_send(standing(session)) or self._must_wait(session, mail_id):
                    return None
                checked = recheck(session, mail_id, self.lease, self.sender, now, self.means.worker)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.exception("mail not composed", extra={"mail_id": mail_id})
            with self.means.database.writing() as session:
                self._set_aside(session, mail_id, error, now)
            return None
        self.count.suppressed += checked.suppressed
        return checked.ready

    def _set_aside(self, session: Session, mail_id: str, error: Exception, now: datetime) -> None:
        mail = mail_of(session, mail_id, self.lease)
        if mail is not None:
            for notice, _, _ in notices_of(session, mail_id):
                not_composed(session, notice, error, now)
            drop(mail, [str(error)], now)

    def _deliver(self, ready: Ready) -> Delivery | None:
        watch = Watch(self.means.database, ready, self.lease)
        try:
            delivery = self.means.relay.send(ready.outgoing, watch)
        except LostLease as lost:
            log.warning(str(lost), extra={"mail_id": ready.mail_id})
            return None
        except Exception as error:  # not the server's doing: ours, or the ledger's
            log.exception("send broken off", extra={"mail_id": ready.mail_id, "phase": watch.phase.value})
            return _broken_off(watch.phase, error)
        self.relay_is_there = delivery.phase is not Phase.connecting
        return delivery


def _broken_off(phase: Phase, error: Exception) -> Delivery:
    outcome = Outcome.unknown if phase in (Phase.data, Phase.accepted) else Outcome.unreachable
    return Delivery(outcome, None, f"broken off: {error}", phase)
