"""In which order a list stands: the same for its pages and for the file it is saved as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped

By = ColumnElement[Any] | Mapped[Any]
Columns = Mapping[str, Sequence[By]]
"""What a list can be sorted by: the column of each name, and those that decide between its equals."""


@dataclass(frozen=True)
class Order:
    """By which of a list's columns it stands, and whether the other way round."""

    by: str
    descending: bool = False

    def of(self, columns: Columns) -> list[By]:
        """As ORDER BY takes it. What has no value comes last, on every database."""
        first, *rest = columns[self.by]
        return [(first.desc() if self.descending else first.asc()).nulls_last(), *rest]
