"""What goes wrong, as pages: what happened, and what to do next. Nothing of the inside is shown."""

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.keys import BadLink
from console.pace import TooOften
from console.pages import render
from console.rules import NotFound, SignInFirst
from console.safety import API
from lifecycle.words import Refused
from office.access import Spent
from office.desk import NeedsRepair, NoCase, Unreachable
from office.people import NotAllowed

log = logging.getLogger(__name__)

STATUS: dict[type[Exception], tuple[int, str]] = {
    Refused: (422, "Not done"),
    NeedsRepair: (503, "Not recorded yet"),
    Unreachable: (503, "Not recorded"),
    TooOften: (429, "Too many at once"),
    Spent: (410, "This link no longer works"),
    BadLink: (410, "This link no longer works"),
    TimeoutError: (503, "Not recorded"),
}
NOT_FOUND = "There is nothing here that you may see. Check the address, or start from your own pages."


def handle_errors(app: FastAPI) -> None:
    """Have every error answered by a page, or for the API by JSON."""
    for kind, (status, title) in STATUS.items():
        app.add_exception_handler(kind, _said(status, title))
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(NotAllowed, _not_allowed)
    for kind in (NotFound, NoCase):
        app.add_exception_handler(kind, _not_found)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _fault)


def answer(request: Request, status: int, title: str, said: str) -> Response:
    """An error as this caller reads it."""
    if request.url.path.startswith(API):
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"error": title, "detail": said}, status, headers)
    return render(request, "shared/error.html", status, heading=title, message=said, reference=None)


def _said(status: int, title: str) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        return answer(request, status, title, str(error))

    return handler


def _sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    if request.url.path.startswith(API):
        said = "Send a token: Authorization: Bearer ft_… (make one on your account's page)."
        return answer(request, 401, "Sign in first", said)
    if request.method != "GET":
        said = (
            "Your session has ended, and nothing was done. Sign in again, go back, and send the form again."
        )
        return answer(request, 401, "Sign in first", said)
    query = f"?{urlencode({'onward': error.onward})}" if error.onward else ""
    return RedirectResponse(f"/sign-in{query}", 303)


def _not_allowed(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return answer(request, 403, "Not allowed", str(error))
    return render(request, "shared/forbidden.html", 403, reason=str(error))


def _not_found(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return answer(request, 404, "Not found", NOT_FOUND)
    return render(request, "shared/not_found.html", 404)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _not_found(request, error)
    said = {405: "This address takes no such request. Start from your own pages."}
    return answer(request, error.status_code, "Not done", said.get(error.status_code, str(error.detail)))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()
    )
    return answer(request, 422, "Not understood", f"{found}. Go back, mend it, and send it again.")


def _fault(request: Request, error: Exception) -> Response:
    log.exception("a page failed", exc_info=error, extra={"path": request.url.path})
    said = "Something went wrong on our side, and it is in the log. Try again; if it stays, tell operations."
    return answer(request, 500, "Sorry, there is a problem", said)
