"""Who may come through which door: every route names its rule, and a test walks all routes in all roles."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Depends, Request

from activities.mail.links import case_path
from console.room import Room, Visitor, room_of
from console.safety import SAFE
from models.tables import Body, CaseRow, OversightBody
from office.people import NotAllowed
from office.rights import role_for

HERE = "be_here"
"""What everybody who is signed in may do."""
Of = Literal["nothing", "case", "body", "oversight"]


class SignInFirst(Exception):  # noqa: N818 - answered by a redirect
    """Nobody is signed in."""

    def __init__(self, onward: str) -> None:
        super().__init__("Sign in first.")
        self.onward = onward


class NotFound(LookupError):  # noqa: N818 - said to a person
    """There is nothing here, or nothing for this person."""


@dataclass(frozen=True)
class Rule:
    """What a person must be allowed to do, and to what: the case, body or oversight body that the path names.

    As a dependency it lets in or raises: SignInFirst; NotFound where others' things must not even be known;
    NotAllowed, which says who may.
    """

    act: str
    of: Of = "nothing"

    async def __call__(self, request: Request) -> None:
        visitor: Visitor | None = request.state.person
        if visitor is None:
            raise SignInFirst(_here(request))
        owner = await asyncio.to_thread(_owner, room_of(request), self.of, request.path_params)
        if self.of in ("case", "body") and not visitor.may("see_case", *owner):
            raise NotFound(request.url.path)
        if self.of == "oversight" and not visitor.may("see_oversight", *owner):
            raise NotFound(request.url.path)
        if self.act != HERE:
            role_for(visitor.actor, self.act, *owner)
        _refuse_readers_acts(request, visitor)


@dataclass(frozen=True)
class Open:
    """A door for anybody, with the reason why."""

    why: str

    async def __call__(self) -> None:
        return


def needs(act: str, of: Of = "nothing") -> Any:  # noqa: ANN401 - what Depends is declared to give
    """The rule of a route: `dependencies=[needs("see_case", of="case")]`."""
    return Depends(Rule(act, of))


def anybody(why: str) -> Any:  # noqa: ANN401 - what Depends is declared to give
    """The rule of a route that asks for no sign-in."""
    return Depends(Open(why))


def case_id(reference: str, body: str) -> str:
    """The case that `/cases/{reference}/{body}` is about."""
    return f"recommendation/{reference}/{body}"


def _owner(room: Room, of: Of, path: dict[str, Any]) -> tuple[str, str | None]:
    """Body and oversight body of what the path names. Raises NotFound."""
    if any("\x00" in str(part) for part in path.values()):
        raise NotFound(str(path))
    with room.database.reading() as session:
        if of == "case":
            row = session.get(CaseRow, case_id(path["reference"], path["body"]))
            if row is not None:
                return row.body_id, row.oversight_id
        elif of == "body" and session.get(Body, path["body"]) is not None:
            return path["body"], None
        elif of == "oversight" and session.get(OversightBody, path["oversight"]) is not None:
            return "", path["oversight"]
        elif of == "nothing":
            return "", None
    raise NotFound(str(path))


def _refuse_readers_acts(request: Request, visitor: Visitor) -> None:
    """The one place where a token that only reads is kept from acting."""
    if visitor.signed_in.by == "token:read" and request.method not in SAFE:
        raise NotAllowed("This token may only read. Make one that may act on your account's page.")


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}" if request.method == "GET" else ""


__all__ = [
    "NotAllowed",
    "NotFound",
    "Open",
    "Rule",
    "SignInFirst",
    "anybody",
    "case_id",
    "case_path",
    "needs",
]
