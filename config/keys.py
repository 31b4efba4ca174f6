"""The keys that sign links in mails and short messages between pages. The newest signs; older ones are still read."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from itsdangerous import BadData, BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from config.settings import Settings
from config.sources import SettingsError

SHORTEST = 32
FILE = "console.keys"
SIGNER: dict[str, Any] = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
"""Keyed with SHA-256 throughout; what itsdangerous does by itself rests on SHA-1."""


class BadLink(Exception):  # noqa: N818 - said to a person
    """A signed text that we did not sign for this purpose, or signed too long ago."""


class Keys:
    """A key ring, oldest first."""

    def __init__(self, ring: Sequence[str]) -> None:
        self.ring = list(ring)

    def sign(self, purpose: str, said: object) -> str:
        """A text that `open` reads for the same purpose."""
        return self._for(purpose).dumps(said)

    def open(self, purpose: str, signed: str, seconds: int) -> object:
        """What was signed for this purpose at most so many seconds ago.

        Raises:
            BadLink
        """
        try:
            return self._for(purpose).loads(signed, max_age=seconds)
        except BadSignature as bad:
            raise BadLink("This link is not one of ours, or is too old.") from bad

    def sign_until(self, purpose: str, said: object, until: datetime) -> str:
        """A text that `open_until` reads for the same purpose up to that instant; the same for the same words."""
        return self._until(purpose).dumps([said, int(until.timestamp())])

    def open_until(self, purpose: str, signed: str, now: datetime) -> object:
        """What was signed for this purpose until later than now.

        Raises:
            BadLink
        """
        try:
            said, until = self._until(purpose).loads(signed)
        except (BadData, TypeError, ValueError) as bad:
            raise BadLink("This link is not one of ours. Check that you copied all of it.") from bad
        if now >= datetime.fromtimestamp(until, UTC):
            raise BadLink("This link is too old. Sign in, and do it there.")
        return said

    def _until(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.ring, salt=f"{purpose}, until", signer_kwargs=SIGNER)

    def _for(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.ring, salt=purpose, signer_kwargs=SIGNER)


def keys_for(settings: Settings) -> Keys:
    """The keys that the settings name, or those in the home folder, made when there are none.

    Raises:
        SettingsError: for a key that is too short.
    """
    if settings.console_keys is None:
        return Keys([kept(settings.home / FILE)])
    ring = [key.strip() for key in settings.console_keys.get_secret_value().split(",")]
    if any(len(key) < SHORTEST for key in ring):
        raise SettingsError(
            f"FOLLOWTHROUGH_CONSOLE_KEYS holds a key of less than {SHORTEST} characters: make one with "
            "`openssl rand -hex 32`. docs/settings.md explains it."
        )
    return Keys(ring)


def kept(path: Path) -> str:
    """The key in this file. Made whole under another name first, so that two starts at once read one key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        new.touch(mode=0o600)
        new.write_text(secrets.token_hex(32), "utf-8")
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text("utf-8").strip()
