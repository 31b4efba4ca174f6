"""Whether this process lives, and whether it can do its work. Says nothing more to whoever asks."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from console.room import InRoom, Room
from console.rules import anybody

router = APIRouter(include_in_schema=False)
WHILE = timedelta(seconds=3)


@router.get("/healthz", dependencies=[anybody("load balancers ask, and learn only that we live")])
async def alive() -> JSONResponse:
    return JSONResponse({"alive": True})


@router.get("/readyz", dependencies=[anybody("load balancers ask, and learn only which part is missing")])
async def ready(room: InRoom) -> JSONResponse:
    found = {"ledger": await asyncio.to_thread(_ledger, room), "engine": await _engine(room)}
    return JSONResponse(found, 200 if all(found.values()) else 503)


def _ledger(room: Room) -> bool:
    try:
        with room.database.reading() as session:
            session.connection().execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


async def _engine(room: Room) -> bool:
    try:
        return await room.client.service_client.check_health(timeout=WHILE)
    except (RPCError, RuntimeError):
        return False
