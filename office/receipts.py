"""Keys of acts, which make a repeat harmless: each is one act, on one case."""

from sqlmodel import Session

from lifecycle.words import Refused
from models.tables import ActTaken


class KeyUsed(Refused):
    """The key was used for an act on another case."""


def refuse_used(session: Session, key: str, case_id: str) -> None:
    """A repeat on the same case gets its receipt again; on another it is a mistake.

    Raises:
        KeyUsed
    """
    taken = session.get(ActTaken, key)
    if taken is not None and taken.stream != case_id:
        raise KeyUsed(f"This key was used on {taken.stream}. Use a new one for each act.")
