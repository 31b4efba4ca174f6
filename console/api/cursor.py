"""Where a page of a list ends, as a text that is handed back for the next one."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import StringConstraints

from lifecycle.words import Refused
from office.known import After

T = TypeVar("T")
LONGEST = 600
NOT_OURS = "This cursor is not one of ours. Leave it out, and begin at the first page."

Slug = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:/@-]+$")]
"""An id as our own are written."""
Size = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=LONGEST, description="`next` of the page before. None asks for the first page."),
]


def write(*place: str | None) -> str:
    """A cursor after this place in the order of a list."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read(cursor: str | None, parts: int) -> list[str | None] | None:
    """The place that `write` wrote; None for the first page.

    Raises:
        Refused
    """
    if cursor is None:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        place = None
    if not isinstance(place, list) or len(place) != parts or not all(_fits(part) for part in place):
        raise Refused(NOT_OURS)
    return place


def read_after(cursor: str | None) -> After | None:
    """The place in a list of cases. Raises Refused."""
    place = read(cursor, 2)
    if place is None:
        return None
    try:
        return After(date.fromisoformat(place[0]) if place[0] else None, place[1] or "")
    except ValueError as wrong:
        raise Refused(NOT_OURS) from wrong


def first(found: Sequence[T], size: int) -> tuple[Sequence[T], bool]:
    """The page, and whether more follow: a list is asked for one more than a page holds."""
    return found[:size], len(found) > size


def _fits(part: object) -> bool:
    return part is None or (isinstance(part, str) and "\x00" not in part and part.isprintable())
