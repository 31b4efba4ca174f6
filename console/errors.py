"""What goes wrong, as pages: what happened, and what to do next. Nothing of the inside is shown."""

import logging
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from console.keys import BadLink
from console.pace import TooOften
from console.pages import render
from console.provider import NotSignedIn, ProviderSilent
from console.rules import NotFound, SignInFirst
from console.safety import API
from lifecycle.characters import SAID
from lifecycle.words import Refused
from office.access import Spent
from office.accounts import Unknown
from office.desk import NeedsRepair, NoCase, Unreachable
from office.people import NotAllowed
from office.receipts import KeyUsed

log = logging.getLogger(__name__)

STATUS: dict[type[Exception], tuple[int, str, str]] = {
    KeyUsed: (409, "Not done", "key_used"),
    Refused: (422, "Not done", "refused"),
    NeedsRepair: (503, "Not recorded yet", "needs_repair"),
    Unreachable: (503, "Not recorded", "unreachable"),
    TooOften: (429, "Too many at once", "too_often"),
    Spent: (410, "This link no longer works", "spent"),
    BadLink: (410, "This link no longer works", "bad_link"),
    NotSignedIn: (403, "Not signed in", "not_signed_in"),
    Unknown: (403, "Not signed in", "not_signed_in"),
    ProviderSilent: (503, "Not signed in", "provider_silent"),
    TimeoutError: (503, "Not recorded", "unreachable"),
}
"""What an error answers: the status, the heading of its page, and the code by which programs know it."""
OF_STATUS = {401: "sign_in", 404: "not_found", 405: "no_such_method", 413: "too_large"}
NOT_FOUND = "There is nothing here that you may see. Check the address, or start from your own pages."


def handle_errors(app: FastAPI) -> None:
    """Have every error answered by a page, or for the API by JSON."""
    for kind, (status, title, code) in STATUS.items():
        app.add_exception_handler(kind, _said(status, title, code))
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(NotAllowed, _not_allowed)
    for kind in (NotFound, NoCase):
        app.add_exception_handler(kind, _not_found)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    for kind in (DataError, UnicodeEncodeError):
        app.add_exception_handler(kind, _unkept)
    app.add_exception_handler(Exception, _fault)


def answer(
    request: Request,
    status: int,
    title: str,
    said: str,
    code: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error as this caller reads it: programs by its code."""
    if request.url.path.startswith(API):
        return JSONResponse({"error": code, "detail": said}, status, headers)
    return render(request, "shared/error.html", status, heading=title, message=said, reference=None)


def _said(status: int, title: str, code: str) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        _note(request, code)
        wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooOften) else None
        return answer(request, status, title, str(error), code, wait)

    return handler


def _sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    _note(request, "sign_in")
    if request.url.path.startswith(API):
        said = "Send a token: Authorization: Bearer ft_… (make one on your account's page)."
        return answer(request, 401, "Sign in first", said, "sign_in", {"WWW-Authenticate": "Bearer"})
    if request.method != "GET":
        said = (
            "Your session has ended, and nothing was done. Sign in again, go back, and send the form again."
        )
        return answer(request, 401, "Sign in first", said, "sign_in")
    query = f"?{urlencode({'onward': error.onward})}" if error.onward else ""
    return RedirectResponse(f"/sign-in{query}", 303)


def _not_allowed(request: Request, error: Exception) -> Response:
    _note(request, "not_allowed")
    if request.url.path.startswith(API):
        return answer(request, 403, "Not allowed", str(error), "not_allowed")
    return render(request, "shared/forbidden.html", 403, message=str(error))


def _note(request: Request, code: str) -> None:
    """Who was turned away from what."""
    person = getattr(request.state, "person", None)
    route = _route(request)
    log.info(
        "turned away",
        extra={"code": code, "method": request.method, "route": route, "person": person.id if person else ""},
    )


def _route(request: Request) -> str:
    """The address as the route has it, without the secrets that a link holds."""
    return str(getattr(request.scope.get("route"), "path", ""))


def _not_found(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return answer(request, 404, "Not found", NOT_FOUND, "not_found")
    return render(request, "shared/not_found.html", 404)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _not_found(request, error)
    said = {405: "This address takes no such request. Start from your own pages."}
    status = error.status_code
    code = OF_STATUS.get(status, "not_understood")
    return answer(request, status, "Not done", said.get(status, str(error.detail)), code, error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()
    )
    return answer(
        request, 422, "Not understood", f"{found}. Go back, mend it, and send it again.", "not_understood"
    )


def _unkept(request: Request, error: Exception) -> Response:
    """The database has no such text, and takes none."""
    _note(request, "not_understood")
    said = f"Something in this request {SAID} Nothing was done."
    return answer(request, 422, "Not understood", said, "not_understood")


def _gone(request: Request, error: Exception) -> Response:
    """Nobody reads it: whoever asked hung up in mid-request, and nothing was done."""
    _note(request, "hung_up")
    return Response(status_code=400)


def _fault(request: Request, error: Exception) -> Response:
    log.exception("a page failed", exc_info=error, extra={"route": _route(request)})
    said = "Something went wrong on our side, and it is in the log. Try again; if it stays, tell operations."
    return answer(request, 500, "Sorry, there is a problem", said, "fault")
