"""What all doors of the API share: tokens, pace, errors as they are described, answers that say when they change."""

import hashlib
from typing import Any

from fastapi import APIRouter, Depends, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from console.room import InRoom

BEARER = HTTPBearer(
    scheme_name="token",
    description="A token from your account's page. It has your rights; one for reading may not act.",
    auto_error=False,
)


class Told(BaseModel):
    """What the API answers: whole, and nothing besides."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Told):
    """What went wrong. `error` is for programs and stays; `detail` says to people what to do."""

    error: str = Field(examples=["not_found"])
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "No token, or one that has ended (sign_in)"},
    403: {"model": Problem, "description": "Not for this person, or not by this token (not_allowed)"},
    404: {"model": Problem, "description": "Nothing here that this person may see (not_found)"},
    422: {"model": Problem, "description": "Not understood (not_understood), or refused (refused)"},
    429: {"model": Problem, "description": "Asked too often (too_often); Retry-After says how long to wait"},
}
UNREADABLE: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON (not_understood)"}
}
UNRECORDED: dict[int | str, dict[str, Any]] = {
    **UNREADABLE,
    409: {"model": Problem, "description": "The Idempotency-Key was used for something else (key_used)"},
    503: {
        "model": Problem,
        "description": "Not recorded (needs_repair, unreachable). The same key may be sent again",
    },
}
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Unchanged since the answer whose ETag If-None-Match names"}
}


async def _pace(request: Request, room: InRoom) -> None:
    """Each token by itself; without one there is a rule that says so."""
    person = request.state.person
    if person is not None:
        room.pace.note("api", person.signed_in.session)


async def _asked_rightly(request: Request) -> None:
    """A parameter that nobody knows, or that stands twice, is an error: a filter misspelt would filter nothing."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = {field.alias for field in route.dependant.query_params}
    given = [name for name, _ in request.query_params.multi_items()]
    wrong = [
        {
            "loc": ("query", name),
            "msg": "there is no such parameter" if name not in known else "it stands twice",
        }
        for name in dict.fromkeys(given)
        if name not in known or given.count(name) > 1
    ]
    if wrong:
        raise RequestValidationError(wrong)


def api_router(tag: str) -> APIRouter:
    """A router of the API. Its routes have their rules as pages have theirs."""
    return APIRouter(
        prefix="/api/v1",
        tags=[tag],
        dependencies=[Security(BEARER), Depends(_pace), Depends(_asked_rightly)],
        responses=PROBLEMS,
    )


def told(request: Request, answer: BaseModel) -> Response:
    """The answer with its ETag; nothing but that when the caller has it already."""
    content = answer.model_dump_json().encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type="application/json", headers={"ETag": tag})
