"""Where a setting can come from: the environment, a file that a variable names, a TOML file."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

CONFIG = "FOLLOWTHROUGH_CONFIG"
PREFIX = "FOLLOWTHROUGH_"
TESTS = "FOLLOWTHROUGH_TEST_"  # read by the test suite only
SECRET = frozenset(
    {"temporal_api_key", "payload_keys", "database_url", "smtp_url", "console_keys", "oidc_client_secret"}
)
OTHERS_NAMES = frozenset({"database_url", "smtp_url", "clamd_address"})


class SettingsError(Exception):
    """A setting that cannot be used. The text says which, where it was read, and what to do."""


@dataclass(frozen=True)
class Found:
    """One value as it was written, and where."""

    value: object
    where: str


def variable(field: str) -> str:
    """The environment variable of a field. Temporal's are those that Temporal's own tools read."""
    if field.startswith("temporal_") or field in OTHERS_NAMES:
        return field.upper()
    return PREFIX + field.upper()


def find(fields: Iterable[str], environ: Mapping[str, str] = os.environ) -> dict[str, Found]:
    """What was set outside the program, by field name. The environment wins over the TOML file.

    Raises SettingsError for a name nobody knows, a file that cannot be read, and a secret given twice.
    """
    known = list(fields)
    _refuse_unknown(known, environ)
    return _from_toml(known, environ) | _from_files(known, environ) | _from_environment(known, environ)


def _from_environment(fields: list[str], environ: Mapping[str, str]) -> dict[str, Found]:
    return {
        field: Found(environ[name], f"environment variable {name}")
        for field in fields
        if environ.get(name := variable(field))
    }


def _from_files(fields: list[str], environ: Mapping[str, str]) -> dict[str, Found]:
    found = {}
    for field in SECRET.intersection(fields):
        name = variable(field)
        if not (path := environ.get(f"{name}_FILE")):
            continue
        if environ.get(name):
            raise SettingsError(f"{name} and {name}_FILE are both set. Unset one of them.")
        found[field] = Found(_read(Path(path), f"{name}_FILE").strip(), f"file {path}, named by {name}_FILE")
    return found


def _from_toml(fields: list[str], environ: Mapping[str, str]) -> dict[str, Found]:
    if not (path := environ.get(CONFIG)):
        return {}
    try:
        table = tomllib.loads(_read(Path(path), CONFIG))
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a plain ValueError
        raise SettingsError(f"{path}, named by {CONFIG}, is not TOML: {error}. Mend that line.") from error
    for key in table:
        if key not in fields:
            raise SettingsError(f"{path}: no setting is called {key!r}.{_nearest(key, fields)}")
    return {key: Found(value, f"file {path}, named by {CONFIG}") for key, value in table.items()}


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(
            f"{name} names {path}, which cannot be read: {reason}. Name a readable file, or unset {name}."
        ) from error


def _refuse_unknown(fields: list[str], environ: Mapping[str, str]) -> None:
    secret = {f"{variable(field)}_FILE" for field in SECRET.intersection(fields)}
    names = {variable(field) for field in fields} | secret | {CONFIG}
    for name in sorted(environ):
        if name.startswith(PREFIX) and not name.startswith(TESTS) and name not in names:
            raise SettingsError(f"no setting is called {name}.{_nearest(name, names)}")


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"{guess} docs/settings.md lists them all."
