"""Data on stdout, talk on stderr. Tables for people, tab-separated for pipes, JSON with stable keys for programs."""

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from enum import Enum

from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

Row = Mapping[str, object]


def plain(value: object) -> object:
    """A value as JSON holds it: dates as ISO text, models and rows as objects."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def put_json(value: object) -> None:
    sys.stdout.write(json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")


def put_rows(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool, title: str = "") -> None:
    """Rows as JSON (all keys), as a table on a terminal, or tab-separated in a pipe (these columns)."""
    if as_json:
        put_json(list(rows))
    elif sys.stdout.isatty():
        _put_table(rows, columns, title)
    else:
        for row in [dict(zip(columns, columns, strict=True)), *rows]:
            sys.stdout.write("\t".join(_cell(row.get(column)) for column in columns) + "\n")


def _put_table(rows: Sequence[Row], columns: Sequence[str], title: str) -> None:
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(plain(value)).replace("\t", " ").replace("\n", " ")


def put(text: str) -> None:
    """A line of data."""
    sys.stdout.write(text + "\n")


def say(text: str) -> None:
    """A line of talk."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator["Bar"]:
    """A progress bar on stderr, where there is a terminal to show it."""
    console = Console(stderr=True)
    shown = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with shown:
        yield Bar(shown, what)


class Bar:
    """One bar: moved by (done, of, what)."""

    def __init__(self, shown: Progress, what: str) -> None:
        self._shown = shown
        self._task = shown.add_task(what, total=None)

    def move(self, done: int, of: int, what: str = "") -> None:
        self._shown.update(self._task, completed=done, total=of)
        if what:
            self._shown.update(self._task, description=what)
