"""What a fleet left behind: nothing twice, nothing lost, one writer for each case, one digest."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import col, select

from benchmarks.fleet.hands import Hand
from benchmarks.fleet.place import Place
from embedded.mailstore import messages
from models.tables import (
    ActTaken,
    Attempt,
    EventRow,
    Mail,
    MailState,
    Notice,
    NoticeState,
    Repair,
    SealedText,
)
from office.auditing import audit_rows, every_stream


def count(place: Place, crew: Sequence[Hand], acts: dict[str, str]) -> dict[str, object]:
    """`lost`, `twice`, `unknown`, `writers` and `differences` must be 0; `exits` are workers' codes."""
    arrived = Counter(one.message_id for one in messages(place.inbox))
    with place.database.reading() as session:
        accepted = set(session.exec(select(Mail.message_id).where(Mail.state == MailState.accepted.value)))
        states = Counter(session.exec(select(Notice.state)))
        reasons = Counter(
            session.exec(select(Notice.reason).where(Notice.state == NoticeState.not_sent.value))
        )
        doubtful = len(session.exec(select(Attempt).where(Attempt.outcome == "unknown")).all())
        taken = {one.key: one.stream for one in session.exec(select(ActTaken))}
        told = Counter(session.exec(select(EventRow.stream).where(EventRow.kind == "rung_fell")))
        repairs = [one.id for one in session.exec(select(Repair).where(col(Repair.closed_at).is_(None)))]
        digests = len(session.exec(select(SealedText).where(SealedText.kind == "digest")).all())
        digest_mails = len(session.exec(select(Notice.id).where(Notice.template == "digest")).all())
    found = audit_rows(place.database, every_stream(place.database), datetime.now(UTC))
    exits = [code for hand in crew for code in hand.exits]
    return {
        "cases": len(told),
        "notices": dict(states),
        "not_sent": dict(reasons),
        "messages": len(arrived),
        "lost": len(accepted - arrived.keys()) + sum(taken.get(key) != case for key, case in acts.items()),
        "twice": sum(copies - 1 for copies in arrived.values()),
        "unknown": doubtful,
        "reminded_twice": sum(number > 1 for number in told.values()),
        "differences": len(found),
        "repairs": repairs,
        "digests": digests,
        "digest_notices": digest_mails,
        "acts": len(acts),
        "stopped": len(exits),
        "exits": sorted(set(exits)),
        "drained": sum(hand.said("draining") for hand in crew),
    }
