"""`/api/v1/me`: whose token this is, and what it may do."""

from typing import Literal

from fastapi import Request
from starlette.responses import Response

from console.api.door import UNCHANGED, Told, api_router, told
from console.room import ByVisitor
from console.rules import needs
from lifecycle.words import Role

router = api_router("me")


class Held(Told):
    """A role, and for whom it is held."""

    role: Role
    owner: str


class Me(Told):
    id: str
    name: str
    scope: Literal["read", "act"]
    roles: tuple[Held, ...]
    bodies: tuple[str, ...]
    overseers: tuple[str, ...]


@router.get("/me", dependencies=[needs("be_here")], response_model=Me, responses=UNCHANGED)
async def show_me(request: Request, visitor: ByVisitor) -> Response:
    """Who you are here."""
    held = sorted(visitor.actor.roles)
    return told(
        request,
        Me(
            id=visitor.id,
            name=visitor.name,
            scope="act" if visitor.signed_in.by == "token:act" else "read",
            roles=tuple(Held(role=role, owner=owner) for role, owner in held),
            bodies=visitor.bodies,
            overseers=visitor.overseers,
        ),
    )
