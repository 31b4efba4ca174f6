"""This installation as operations see it: its identity, its timeline, and whether it may send beyond this machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from activities.mail.arming import Standing, standing
from models.database import Database
from models.tables import Arming, Installation


@dataclass(frozen=True)
class Installed:
    """`armings` are all there ever were of any installation that had this ledger, newest first."""

    installation: Installation
    stands: Standing
    armings: Sequence[Arming]


def installed(database: Database) -> Installed:
    with database.reading() as session:
        return Installed(
            installation=session.exec(select(Installation)).one(),
            stands=standing(session),
            armings=session.exec(select(Arming).order_by(col(Arming.armed_at).desc())).all(),
        )
