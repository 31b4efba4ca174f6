"""Whether this installation may send: armed by one person, a copy by two; disarmed; a copy unmuted. All recorded."""

from datetime import UTC, datetime

from sqlmodel import Session, col, select

from activities.mail.arming import Standing, armed_by, standing
from activities.mail.repair import NotPossible, send_for_real
from models.database import Database, lock
from models.tables import Arming, Installation
from office.post import act_on_mail


def arm(database: Database, actor: str, reason: str) -> Standing:
    """Let this very installation send beyond this machine. A copy needs a second person to say so too.

    With the second, what the copy had sent to its sink is due again, for those it was meant for.

    Raises:
        NotAllowed; NotPossible: when this person has armed it already.
    """

    def deed(session: Session) -> Standing:
        installation = _installation(session)
        if actor in armed_by(session, installation):
            another = " A copy is armed by two people: somebody else must arm it too." * bool(
                installation.copy_of
            )
            raise NotPossible(f"{actor} has armed this installation already.{another}")
        session.add(
            Arming(installation_id=installation.id, armed_by=actor, armed_at=datetime.now(UTC), reason=reason)
        )
        session.flush()
        stands = standing(session)
        if stands.armed and installation.copy_of:
            send_for_real(session, actor)
        return stands

    return act_on_mail(database, actor, deed)


def disarm(database: Database, actor: str) -> None:
    """Keep all mail on this machine from now on; that of a copy goes to its sink again."""

    def deed(session: Session) -> None:
        for row in session.exec(select(Arming).where(col(Arming.disarmed_at).is_(None))):
            row.disarmed_at = datetime.now(UTC)

    act_on_mail(database, actor, deed)


def unmute(database: Database, actor: str) -> Standing:
    """Let a copy send: to its sink, or, when it is armed, as any installation.

    Raises:
        NotAllowed; NotPossible: when it is not mute.
    """

    def deed(session: Session) -> Standing:
        installation = _installation(session)
        if not standing(session).mute:
            raise NotPossible("This installation is not mute: nothing was changed.")
        installation.unmuted_by, installation.unmuted_at = actor, datetime.now(UTC)
        session.flush()
        return standing(session)

    return act_on_mail(database, actor, deed)


def _installation(session: Session) -> Installation:
    lock(session.connection(), "installation")
    return session.exec(select(Installation)).one()
