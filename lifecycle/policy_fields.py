"""The fields of a policy's TOML, each read as one type: a wrong one is noted under its key, and reading goes on."""

import re
from collections.abc import Mapping
from datetime import time

from lifecycle.words import Role

Table = Mapping[str, object]
_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Fields:
    """Collects problems while it reads, so that an officer sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, key: str, problem: str) -> None:
        self.problems.append(f"{key.strip('.')}: {problem}")

    def word(self, table: Table, key: str, where: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.wrong(f"{where}.{key}", "is missing" if value is None else "must be text")
            return ""
        return value.strip()

    def words(self, table: Table, key: str, where: str, *, required: bool = True) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.wrong(f"{where}.{key}", "must be a list of words in quotes")
            return ()
        if required and not value:
            self.wrong(f"{where}.{key}", "is missing; give at least one")
        return tuple(dict.fromkeys(value))

    def roles(self, table: Table, key: str, where: str, *, required: bool = True) -> tuple[Role, ...]:
        roles = []
        for name in self.words(table, key, where, required=required):
            if name in Role.__members__:
                roles.append(Role(name))
            else:
                self.wrong(f"{where}.{key}", f"unknown role {name!r}; known: {', '.join(Role.__members__)}")
        return tuple(roles)

    def choice(
        self, table: Table, key: str, where: str, choices: tuple[str, ...], default: str | None = None
    ) -> str:
        value = self.word(table, key, where, default)
        if value and value not in choices:
            self.wrong(f"{where}.{key}", f"{value!r} is not one of {', '.join(choices)}")
            return ""
        return value

    def number(self, table: Table, key: str, where: str, default: int) -> int:
        value = table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(f"{where}.{key}", "must be a whole number from 1")
            return default
        return value

    def flag(self, table: Table, key: str, where: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.wrong(f"{where}.{key}", "must be true or false")
        return value is True

    def clock_time(self, table: Table, key: str, where: str, default: time) -> time:
        value = table.get(key, default)
        if isinstance(value, time):
            return value
        if isinstance(value, str) and _CLOCK_TIME.fullmatch(value):
            return time.fromisoformat(value)
        self.wrong(f"{where}.{key}", "must be a time such as 09:00")
        return default

    def table(self, table: Table, key: str, where: str = "") -> Table:
        value = table.get(key, {})
        if not isinstance(value, dict) or not value:
            self.wrong(f"{where}.{key}", "this table is missing or empty")
            return {}
        return value

    def tables(self, table: Table, key: str, where: str) -> list[Table]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.wrong(f"{where}.{key}", f"must be [[{f'{where}.{key}'.strip('.')}]] tables")
            return []
        return value

    def only(self, table: Table, known: frozenset[str], where: str) -> None:
        for key in sorted(set(table) - known):
            self.wrong(f"{where}.{key}", f"unknown key; known: {', '.join(sorted(known))}")
