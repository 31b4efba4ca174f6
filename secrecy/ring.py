"""The master keys, which wrap the data keys of cases. The newest wraps; all of them unwrap."""

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
"""Bytes. Each is drawn anew: 2^32 of them under one key are safe (NIST SP 800-38D, 8.3)."""


class NoMaster(Exception):  # noqa: N818 - said to an operator
    """A data key was wrapped by a master key that is not in the ring."""


class Forged(Exception):  # noqa: N818 - said to an operator
    """What should be opened was changed, or belongs elsewhere."""


class Sealer:
    """AES-256-GCM under one key. What is sealed opens only for the same purpose."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, plain, purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """Raises Forged."""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], purpose)
        except (InvalidTag, ValueError) as bad:
            raise Forged("It was changed, or was sealed for something else.") from bad


class Ring:
    """Master keys, oldest first, each named by a part of its hash. There is at least one."""

    def __init__(self, texts: Sequence[str]) -> None:
        keys = [
            hashlib.sha256(b"followthrough payload master\x00" + text.encode()).digest() for text in texts
        ]
        self._sealers = {hashlib.sha256(b"name\x00" + key).hexdigest()[:12]: Sealer(key) for key in keys}
        self.newest = list(self._sealers)[-1]

    def __contains__(self, master: str) -> bool:
        return master in self._sealers

    def wrap(self, key: bytes, purpose: bytes) -> bytes:
        """Under the newest."""
        return self._sealers[self.newest].seal(key, purpose)

    def unwrap(self, master: str, wrapped: bytes, purpose: bytes) -> bytes:
        """Raises NoMaster, Forged."""
        if master not in self:
            raise NoMaster(
                f"The master key {master} is not in FOLLOWTHROUGH_PAYLOAD_KEYS, and data keys are wrapped by it. Put "
                "it back before the newest; if it is lost: docs/operating.md, Payload keys."
            )
        return self._sealers[master].open(wrapped, purpose)
