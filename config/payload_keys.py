"""The master keys of payloads: from the settings, or for the embedded engine from a file in the home folder."""

from config.keys import SHORTEST, kept
from config.settings import Settings
from config.sources import SettingsError
from secrecy.ring import Ring

FILE = "payload.keys"
"""In the home folder: keys as the setting has them, separated by commas, oldest first."""


def ring_for(settings: Settings) -> Ring | None:
    """The ring, or None where nothing is sealed: at a server that others run, until keys are set.

    A file made by itself would not do there, since every machine must have the same keys.

    Raises:
        SettingsError: for a key that is too short.
    """
    if settings.payload_keys is not None:
        return _ring(settings.payload_keys.get_secret_value(), "FOLLOWTHROUGH_PAYLOAD_KEYS")
    if not settings.embedded_engine:
        return None
    path = settings.home / FILE
    return _ring(kept(path), str(path))


def _ring(text: str, where: str) -> Ring:
    keys = [key.strip() for key in text.split(",")]
    if any(len(key) < SHORTEST for key in keys):
        raise SettingsError(
            f"{where} holds a key of less than {SHORTEST} characters: make one with `openssl rand -hex 32`. "
            "docs/settings.md explains it."
        )
    return Ring(keys)
