"""Acts that were kept as drafts because no workflow took them: shown to operations until they are recorded."""

import hashlib
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from activities.ledger.repairs import close_repair, open_repair
from lifecycle.acts import Act
from models.database import Database
from models.tables import ActTaken, Person, Repair, SealedText

UNRECORDED = "unrecorded_act"
DESK = "desk"
REMEDY = (
    "Mend the case first: its other entries here say how. Then ask whoever it was to take the act again, from the "
    "same page if it is still open. It closes by itself once the act is recorded; close it by hand when nobody "
    "wants it any more."
)


def keep(session: Session, case_id: str, act: Act) -> None:
    """Keep the act as it was handed in, once, and put it up for operations."""
    text = act.model_dump_json()
    digest = hashlib.sha256(text.encode()).hexdigest()
    if session.get(SealedText, f"draft-{digest[:24]}") is None:
        session.add(
            SealedText(
                id=f"draft-{digest[:24]}",
                kind="draft",
                hash=digest,
                text=text,
                meta={"case": case_id, "key": act.key},
                sealed_at=datetime.now(UTC),
            )
        )
    who = session.get(Person, act.actor)
    said = f"{who.name if who else act.actor} ({act.actor}): {act.kind.replace('_', ' ')} is not recorded."
    open_repair(session, _repair_id(act.key), case_id, UNRECORDED, said, REMEDY)


def recorded(session: Session, key: str) -> None:
    """The act with this key is in the ledger: nobody need look at its draft any more."""
    repair = session.get(Repair, _repair_id(key))
    if repair is not None and repair.closed_at is None:
        close_repair(session, repair.id, DESK)


def is_kept(session: Session, key: str) -> bool:
    """Whether an act with this key is shown as not recorded."""
    repair = session.get(Repair, _repair_id(key))
    return repair is not None and repair.closed_at is None


def close_recorded(database: Database) -> int:
    """Close what a workflow that was only late has recorded after all; answers how many there were."""
    with database.reading() as session:
        open_ = session.exec(
            select(Repair.id).where(Repair.kind == UNRECORDED, col(Repair.closed_at).is_(None))
        ).all()
        if not open_:
            return 0
        drafts = session.exec(select(SealedText.meta).where(SealedText.kind == "draft")).all()
        keys = {str(meta["key"]) for meta in drafts if "key" in meta}
        taken = session.exec(select(ActTaken.key).where(col(ActTaken.key).in_(keys))).all()
    late = [key for key in taken if _repair_id(key) in open_]
    with database.writing() as session:
        for key in late:
            recorded(session, key)
    return len(late)


def _repair_id(key: str) -> str:
    return f"{UNRECORDED}/{hashlib.sha256(key.encode()).hexdigest()[:24]}"
