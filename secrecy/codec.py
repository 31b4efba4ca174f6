"""What Temporal keeps of a workflow, sealed before it leaves this process and opened when it comes back."""

import asyncio
from collections.abc import Sequence
from typing import Self

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from secrecy.case_keys import CaseKeys, DataKey
from secrecy.ring import Forged

ENCODING = b"binary/encrypted"
CIPHER = b"AES-256-GCM"
KEY = "encryption-key-id"


class NoKeys(Exception):  # noqa: N818 - said to an operator
    """A payload is sealed, and no keys are set here."""


def is_sealed(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == ENCODING


class Sealing(PayloadCodec, WithSerializationContext):
    """Seals with the data key of the workflow that the SDK names; opens what any key of the ring leads to.

    A payload opens only as what it was sealed as: one of this workflow, in this namespace. What was never sealed
    passes: histories from before keys were set go on.
    """

    def __init__(self, keys: CaseKeys, workflow_id: str | None = None) -> None:
        self.keys = keys
        self.workflow_id = workflow_id

    def with_context(self, context: SerializationContext) -> Self:
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return type(self)(self.keys, context.workflow_id)
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises Shredded, NoMaster, Forged."""
        of = self.workflow_id or ""
        key = self.keys.recall(of)
        if key is None:
            key = await asyncio.to_thread(self.keys.current, of)
        return [_sealed(payload, key, self._purpose(key)) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises Shredded, NoMaster, Forged."""
        return [await self._opened(payload) if is_sealed(payload) else payload for payload in payloads]

    async def _opened(self, payload: Payload) -> Payload:
        name = payload.metadata[KEY].decode(errors="replace")
        key = self.keys.recall("", name)
        if key is None:
            key = await asyncio.to_thread(self.keys.named, name)
        if self.workflow_id is not None and key.workflow_id not in (self.workflow_id, ""):
            raise Forged(f"A payload of {key.workflow_id} was found in {self.workflow_id}.")
        return Payload.FromString(key.sealer.open(payload.data, self._purpose(key)))

    def _purpose(self, key: DataKey) -> bytes:
        return f"payload\x00{self.keys.namespace}\x00{key.name}".encode()


def _sealed(payload: Payload, key: DataKey, purpose: bytes) -> Payload:
    metadata = {"encoding": ENCODING, "encryption-cipher": CIPHER, KEY: key.name.encode()}
    return Payload(metadata=metadata, data=key.sealer.seal(payload.SerializeToString(), purpose))


class Unsealed(PayloadCodec):
    """Without keys: nothing is sealed, and what is says so instead of failing strangely."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NoKeys."""
        if any(map(is_sealed, payloads)):
            raise NoKeys(
                "The engine holds sealed payloads, and no keys are set here. Set FOLLOWTHROUGH_PAYLOAD_KEYS as where "
                "they were sealed (docs/operating.md, Payload keys)."
            )
        return list(payloads)
