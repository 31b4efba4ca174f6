"""A file's name as we keep, print and serve it. It never becomes a path: bytes are found by their hash."""

import re
import unicodedata

from office.uploads.kinds import Kind, kind_of
from office.uploads.refusals import wrong_type

LONGEST = 100  # characters
LONGEST_BYTES = 200  # in UTF-8, which is what file systems count
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Controls; formats, among them those that turn the direction of writing; and what is no character at all."""
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\b", re.IGNORECASE)


def tidy(given: str) -> tuple[str, Kind]:
    """The name without path, controls, bidirectional tricks and what Windows cannot write; and the kind it says.

    Raises:
        FileRefused: when the ending is not of a kind that is taken.
    """
    last = re.split(r"[/\\]", given)[-1]
    visible = (
        " " if char.isspace() else char
        for char in last
        if char.isspace() or unicodedata.category(char) not in _HIDDEN
    )
    shown = unicodedata.normalize("NFC", "".join(visible))
    plain = " ".join(_FORBIDDEN.sub("_", shown).split()).rstrip(". ")
    kind = kind_of(plain)
    if kind is None:
        raise wrong_type()
    stem = plain[: -len(kind.ending) - 1].strip(". ") or "document"
    return f"{_cut(_no_device(stem), kind)}.{kind.ending}", kind


def _no_device(stem: str) -> str:
    return f"_{stem}" if _DEVICE.match(stem) else stem


def _cut(stem: str, kind: Kind) -> str:
    spare = len(kind.ending) + 1
    short = stem[: LONGEST - spare].encode()[: LONGEST_BYTES - spare].decode(errors="ignore")
    return short.rstrip(". ")
