"""Whether this installation may send beyond this machine (design, rule 10)."""

from sqlmodel import Session, col, select

from models.database import Database
from models.tables import Arming, Installation

REAL = "real"


def is_armed(database: Database) -> bool:
    """Whether somebody armed this very installation and nobody disarmed it. A virtual timeline never is."""
    with database.reading() as session:
        return armed(session)


def armed(session: Session) -> bool:
    """As `is_armed`, in a transaction that is open already."""
    installation = session.exec(select(Installation)).first()
    if installation is None or installation.timeline != REAL:
        return False
    arming = select(Arming.id).where(
        Arming.installation_id == installation.id, col(Arming.disarmed_at).is_(None)
    )
    return session.exec(arming).first() is not None
