"""Where each setting in force came from, with secrets masked: what `followthrough config show` prints."""

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from config.settings import Settings, load
from config.sources import SECRET, find, variable

MASK = "********"


@dataclass(frozen=True)
class Origin:
    """One setting as it stands: its variable, its value with secrets masked, and where it came from."""

    variable: str
    value: str
    where: str


def settings_origin(**given: object) -> list[Origin]:
    """Every setting in force. Raises SettingsError as `load` does."""
    settings, found = load(**given), find(Settings.model_fields)
    wheres = {field: value.where for field, value in found.items()} | dict.fromkeys(given, "command line")
    return [
        Origin(variable(field), _shown(field, getattr(settings, field)), wheres.get(field, "default"))
        for field in Settings.model_fields
    ]


def mask(url: str) -> str:
    """The URL with its password hidden, for logs and pages."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    account, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{account.partition(':')[0]}:{MASK}@{host}"))


def _shown(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return MASK
    return mask(str(value)) if field in SECRET else str(value)
