"""The two cookies: the session's secret, and one short message from a page to the next."""

from typing import Any

from fastapi.responses import RedirectResponse
from starlette.responses import Response

from console.keys import BadLink, Keys

FLASH = "flash"
PURPOSE = "flash"
FLASH_SECONDS = 60


def session_cookie(secure: bool) -> str:
    """`__Host-` binds a cookie to this host and to HTTPS; on loopback without TLS browsers would not keep it."""
    return "__Host-session" if secure else "session"


def keep_session(answer: Response, secret: str, secure: bool) -> None:
    answer.set_cookie(session_cookie(secure), secret, secure=secure, **_ALWAYS)


def forget_session(answer: Response, secure: bool) -> None:
    answer.delete_cookie(session_cookie(secure), secure=secure, **_ALWAYS)


def onward(keys: Keys, to: str, said: str = "") -> RedirectResponse:
    """After an act: go to a page, which says this once at its top."""
    answer = RedirectResponse(to, status_code=303)
    if said:
        answer.set_cookie(FLASH, keys.sign(PURPOSE, said), max_age=FLASH_SECONDS, **_ALWAYS)
    return answer


def flash_of(keys: Keys, cookie: str | None) -> str | None:
    if not cookie:
        return None
    try:
        return str(keys.open(PURPOSE, cookie, FLASH_SECONDS))
    except BadLink:
        return None


_ALWAYS: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "lax"}
