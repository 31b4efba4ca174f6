"""What no ledger keeps: PostgreSQL refuses NUL in a text, and half of a surrogate pair is no character at all."""

import re
from collections.abc import Mapping

from pydantic import BaseModel

_UNKEPT = re.compile("[\0\ud800-\udfff]")
SAID = "holds a character that cannot be kept (NUL, or half of a surrogate pair). Leave it out."


def kept(text: str) -> bool:
    """Whether a ledger keeps this text, whatever database it is in."""
    return _UNKEPT.search(text) is None


def unkept_in(value: object, at: str = "") -> str | None:
    """The field, as a path, of the first text in a message that no ledger keeps; None when all are kept."""
    if isinstance(value, str):
        return None if kept(value) else at or "the text"
    if isinstance(value, BaseModel):
        return unkept_in(dict(value), at)
    if isinstance(value, Mapping):
        if not all(kept(key) for key in value if isinstance(key, str)):
            return f"a name in {at or 'the message'}"
        within = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, list | tuple):
        within = [(str(number), one) for number, one in enumerate(value, 1)]
    else:
        return None
    found = (unkept_in(one, f"{at}.{name}" if at else name) for name, one in within)
    return next((one for one in found if one), None)
