"""Whether this installation may send, and to whom: unarmed, loopback only; a copy, to a sink (design, rule 10)."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.database import Database
from models.tables import Arming, Installation

REAL = "real"
PEOPLE_FOR_A_COPY = 2


@dataclass(frozen=True)
class Standing:
    """What this installation may do. `copy_of` names the original while its mails must go to the sink instead."""

    armed: bool = False
    mute: bool = False
    copy_of: str = ""


def standing(session: Session) -> Standing:
    """How this very installation stands. A virtual timeline is never armed."""
    installation = session.exec(select(Installation)).first()
    if installation is None:
        return Standing()
    ready = _armed(session, installation)
    return Standing(
        armed=ready,
        mute=bool(installation.copy_of) and installation.unmuted_at is None,
        copy_of="" if ready else installation.copy_of,
    )


def stands(database: Database) -> Standing:
    """As `standing`, in a transaction of its own."""
    with database.reading() as session:
        return standing(session)


def is_armed(database: Database) -> bool:
    """Whether enough people armed this very installation and nobody disarmed it."""
    return stands(database).armed


def armed(session: Session) -> bool:
    """As `is_armed`, in a transaction that is open already."""
    return standing(session).armed


def armed_by(session: Session, installation: Installation) -> set[str]:
    """Who armed it, and was not taken back."""
    return set(
        session.exec(
            select(Arming.armed_by).where(
                Arming.installation_id == installation.id, col(Arming.disarmed_at).is_(None)
            )
        )
    )


def _armed(session: Session, installation: Installation) -> bool:
    needed = PEOPLE_FOR_A_COPY if installation.copy_of else 1
    return installation.timeline == REAL and len(armed_by(session, installation)) >= needed
