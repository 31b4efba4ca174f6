"""The cookies: the session's secret, one short message from a page to the next, and what a provider was asked."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import RedirectResponse
from starlette.responses import Response

from console.keys import BadLink, Keys

FLASH = "flash"
PURPOSE = "flash"
FLASH_SECONDS = 60
ASKED = "oidc"
ASKED_SECONDS = 600


def session_cookie(secure: bool) -> str:
    """`__Host-` binds a cookie to this host and to HTTPS; on loopback without TLS browsers would not keep it."""
    return "__Host-session" if secure else "session"


def keep_session(answer: Response, secret: str, secure: bool) -> None:
    answer.set_cookie(session_cookie(secure), secret, secure=secure, **_ALWAYS)


def forget_session(answer: Response, secure: bool) -> None:
    answer.delete_cookie(session_cookie(secure), secure=secure, **_ALWAYS)


def keep_asked(answer: Response, keys: Keys, question: Mapping[str, str], secure: bool) -> None:
    """What this browser takes to an OpenID provider, signed, for ten minutes."""
    signed = keys.sign(ASKED, dict(question))
    answer.set_cookie(_asked_cookie(secure), signed, max_age=ASKED_SECONDS, secure=secure, **_ALWAYS)


def asked(keys: Keys, cookies: Mapping[str, str], secure: bool) -> dict[str, str] | None:
    """What this browser asked a provider; None when it asked nothing, or too long ago."""
    try:
        found = keys.open(ASKED, cookies.get(_asked_cookie(secure), ""), ASKED_SECONDS)
    except BadLink:
        return None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None


def forget_asked(answer: Response, secure: bool) -> None:
    answer.delete_cookie(_asked_cookie(secure), secure=secure, **_ALWAYS)


def _asked_cookie(secure: bool) -> str:
    return "__Host-oidc" if secure else "oidc"


def flash_cookie(secure: bool) -> str:
    return f"__Host-{FLASH}" if secure else FLASH


def forgotten(cookie: str, secure: bool) -> str:
    """The header that has a browser forget a cookie of ours."""
    return f"{cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=lax{'; Secure' if secure else ''}"


def bound(cookie: bytes) -> bytes:
    """A page's message, as `onward` sets it, bound to this host and to HTTPS as the other cookies are."""
    ours = cookie.startswith(f"{FLASH}=".encode())
    return b"__Host-" + cookie + b"; Secure" if ours else cookie


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
