"""Sealed payloads opened for Temporal's own pages, by its codec protocol, for operations who are signed in here.

Those pages ask with our cookie from an origin of their own: only from the one that settings name, and only at this
address. There is no `/encode`: whoever starts or signals a workflow by hand would go around the office.
"""

import asyncio
import json
import logging
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Request
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.responses import Response
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import PayloadCodec

from config.settings import Settings
from console.room import ByVisitor, InRoom
from console.rules import needs
from console.safety import Neighbour
from lifecycle.words import Refused
from secrecy.case_keys import Shredded
from secrecy.codec import KEY, NoKeys, is_sealed
from secrecy.ring import Forged, NoMaster

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
ADDRESS = "/codec"
SHUT = (Shredded, Forged, NoMaster, NoKeys)
"""Why a payload stays shut."""


def neighbour(settings: Settings) -> Neighbour:
    """Temporal's pages, if any are known, which may ask at this address alone."""
    pages = urlsplit(settings.engine_pages or "")
    return Neighbour(f"{ADDRESS}/decode", f"{pages.scheme}://{pages.netloc}" if pages.netloc else None)


@router.post(f"{ADDRESS}/decode", dependencies=[needs("open_payloads")])
async def decode(
    request: Request, room: InRoom, visitor: ByVisitor, x_namespace: Annotated[str, Header()] = ""
) -> Response:
    """The payloads opened, in their order. One that nobody can open says why in its place."""
    if x_namespace not in ("", room.settings.temporal_namespace):
        raise Refused(f"These keys are for the namespace {room.settings.temporal_namespace}.")
    asked = await asyncio.to_thread(_read, await request.body())
    codec = room.client.data_converter.payload_codec
    opened = [await _opened(codec, one) for one in asked.payloads]
    log.info("payloads opened", extra={"person": visitor.id, "workflows": _workflows(asked)})
    return Response(MessageToJson(Payloads(payloads=opened)), media_type="application/json")


def _read(body: bytes) -> Payloads:
    try:
        return Parse(body, Payloads(), ignore_unknown_fields=True)
    except (ParseError, UnicodeDecodeError) as error:
        raise Refused(f"This is not a list of payloads as Temporal's pages send it: {error}") from error


async def _opened(codec: PayloadCodec | None, payload: Payload) -> Payload:
    if codec is None or not is_sealed(payload):
        return payload
    try:
        return (await codec.decode([payload]))[0]
    except SHUT as shut:
        return Payload(
            metadata={"encoding": b"json/plain"}, data=json.dumps({"not opened": str(shut)}).encode()
        )


def _workflows(asked: Payloads) -> list[str]:
    """Whose payloads these are, by the names of their keys."""
    names = {
        one.metadata[KEY].decode(errors="replace").partition(":")[2]
        for one in asked.payloads
        if is_sealed(one)
    }
    return sorted(names)
