"""A person's own page: who you are here, where you are signed in, your tokens."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from console.cookies import onward
from console.pages import render
from console.room import ByVisitor, InRoom
from console.rules import NotFound, anybody, needs
from console.signin import limits_of
from office import access
from office.tokens import Kind, Scope, make_token, revoke, tokens_of

router = APIRouter(include_in_schema=False)
HERE = needs("be_here")
TOKEN_LASTS = timedelta(days=90)


@router.get("/", dependencies=[anybody("it only shows the way")])
async def start(request: Request, room: InRoom) -> Response:
    """The first door that this person may enter."""
    person = request.state.person
    if person is None:
        return onward(room.keys, "/sign-in")
    return onward(room.keys, person.doors[0][1] if person.doors else "/account")


@router.get("/account", dependencies=[HERE])
async def show(request: Request, room: InRoom, visitor: ByVisitor) -> Response:
    return await _page(request, room, visitor)


@router.post("/account/sessions/end", dependencies=[HERE])
async def end_session(room: InRoom, visitor: ByVisitor, session: Annotated[str, Form()]) -> Response:
    """End one of one's own sessions, or all others."""
    for row in await asyncio.to_thread(access.sessions_of, room.database, visitor.id, room.now):
        if session == row.id or (session == "others" and row.id != visitor.signed_in.session):
            await asyncio.to_thread(access.end, room.database, row.id, visitor.id, room.now)
    return onward(room.keys, "/account", "Signed out there.")


@router.post("/account/tokens", dependencies=[HERE])
async def new_token(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    name: Annotated[str, Form()] = "",
    scope: Annotated[Scope, Form()] = Scope.read,
) -> Response:
    if not name.strip():
        errors = {"name": "Enter what the token is for, so that you know it again when you revoke it"}
        return await _page(request, room, visitor, 422, errors=errors)
    secret = await asyncio.to_thread(
        lambda: make_token(
            room.database,
            visitor.id,
            Kind.api,
            room.now,
            name=name.strip()[:200],
            scope=scope,
            lasts=TOKEN_LASTS,
        )
    )
    return await _page(request, room, visitor, secret=secret)


@router.post("/account/tokens/revoke", dependencies=[HERE])
async def revoke_token(room: InRoom, visitor: ByVisitor, token: Annotated[str, Form()]) -> Response:
    if not await asyncio.to_thread(revoke, room.database, visitor.id, token, room.now):
        raise NotFound(token)
    return onward(room.keys, "/account", "Token revoked. What used it gets no answer from now on.")


async def _page(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    status: int = 200,
    *,
    secret: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    sessions = await asyncio.to_thread(access.sessions_of, room.database, visitor.id, room.now)
    tokens = await asyncio.to_thread(tokens_of, room.database, visitor.id, Kind.api)
    return render(
        request,
        "account/show.html",
        status,
        sessions=sessions,
        current=visitor.signed_in.session,
        tokens=tokens,
        secret=secret,
        roles=sorted((role.value.replace("_", " "), owner) for role, owner in visitor.actor.roles),
        limits=limits_of(room),
        errors=errors or {},
    )
