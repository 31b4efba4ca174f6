"""Numbers that a page hands back: of a row, or of a version. Larger ones than a database can hold are nobody's."""

from typing import Annotated

from pydantic import Field

LARGEST = 2**31 - 1
RowNumber = Annotated[int, Field(ge=0, le=LARGEST)]


def row_number(given: object) -> int:
    """The number that was handed back; 0, which no row has, for anything else."""
    if not isinstance(given, str) or not (
        given.isascii() and given.isdigit() and len(given) <= len(str(LARGEST))
    ):
        return 0
    return int(given) if int(given) <= LARGEST else 0
