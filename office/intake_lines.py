"""On which line each table and key of a TOML text stands, which the parser does not say."""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=(.*)")
_LONG = ('"""', "'''")


class Lines:
    """Finds lines by path: ("recommendation", 0, "kind") is the key `kind` of the first [[recommendation]]."""

    def __init__(self, text: str) -> None:
        self._counts: dict[Path, int] = {}
        self._table: Path = ()
        self._found: dict[Path, int] = {}
        for number, line in _outside_long_strings(text):
            if header := _HEADER.match(line):
                self._enter([part.strip() for part in header[2].split(".")], header[1] == "[[", number)
            elif key := _KEY.match(line):
                self._found.setdefault((*self._table, key[1]), number)

    def _enter(self, parts: list[str], of_many: bool, number: int) -> None:
        path: Path = ()
        for part in parts[:-1]:
            path = (*path, part)
            path = (*path, self._counts[path]) if path in self._counts else path
        path = (*path, parts[-1])
        self._found.setdefault(path, number)
        if of_many:
            self._counts[path] = self._counts.get(path, -1) + 1
            path = (*path, self._counts[path])
            self._found[path] = number
        self._table = path

    def of(self, path: Path) -> int:
        """The line of the key or table, or of the nearest table around it."""
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, 1)

    def under(self, path: Path) -> dict[str, int]:
        """The lines of the keys of one table."""
        depth = len(path)
        return {
            str(found[-1]): line
            for found, line in self._found.items()
            if len(found) == depth + 1 and found[:depth] == path
        }


def _outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which a table or a key can begin."""
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        yield number, line
        opened = next((mark for mark in _LONG if line.count(mark) % 2), "")
        closing = "" if line.lstrip().startswith("#") else opened
