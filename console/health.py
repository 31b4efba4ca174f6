"""Whether this process lives, and whether it can do its work. Says nothing more to whoever asks."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from console.room import InRoom
from console.rules import anybody
from office.readiness import engine_answers, ledger_answers

router = APIRouter(include_in_schema=False)


@router.get("/healthz", dependencies=[anybody("load balancers ask, and learn only that we live")])
async def alive() -> JSONResponse:
    return JSONResponse({"alive": True})


@router.get("/readyz", dependencies=[anybody("load balancers ask, and learn only which part is missing")])
async def ready(room: InRoom) -> JSONResponse:
    found = {
        "ledger": await asyncio.to_thread(ledger_answers, room.database),
        "engine": await engine_answers(room.client),
    }
    return JSONResponse(found, 200 if all(found.values()) else 503)
