"""What surrounds every answer: safe headers, same-origin acts, a limit on size, who asks.

Plain ASGI, so that streams stream.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from console.cookies import bound, flash_cookie, flash_of, forgotten, session_cookie
from console.room import Room, Visitor
from office.access import Limits, signed_in
from office.tokens import bearer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST = 64 * 1024 * 1024
TOO_LARGE = f"Not taken: a request may have at most {LARGEST // 1024 // 1024} MB. Send less at once."
FILES = ("multipart/form-data", "application/octet-stream")
LIFTED = "limit_lifted"
LINGER = 10  # seconds
API = "/api/"
ASSETS = "/assets/"
ASKED_WITH = "Content-Type, X-Namespace"
YEAR = 365 * 24 * 60 * 60


def policy(nonce: str) -> str:
    """The content security policy of a page: our own origin and nothing else; scripts by nonce."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SafeHeaders:
    """The headers of every answer. Signed-in pages are never kept by anything on the way."""

    def __init__(self, app: App, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), nonce, scope["path"])
            await send(message)

        return await self.app(scope, receive, sending)

    def _dress(self, headers: MutableHeaders, nonce: str, path: str) -> None:
        headers.setdefault("Content-Security-Policy", policy(nonce))
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        if not path.startswith(ASSETS):
            headers["Cache-Control"] = "no-store"
        if self.secure:
            headers["Strict-Transport-Security"] = f"max-age={2 * YEAR}; includeSubDomains"
            headers.raw[:] = [(name, bound(v) if name == b"set-cookie" else v) for name, v in headers.raw]


@dataclass(frozen=True)
class Neighbour:
    """Another program's pages, by their origin, and the one address at which they may ask with our cookie."""

    path: str
    origin: str | None

    def asks(self, path: str, headers: Headers) -> bool:
        return path == self.path and self.origin is not None and headers.get("origin") == self.origin


class Neighbours:
    """Tells browsers what a neighbour may ask (CORS): that address, from that origin, with our cookie."""

    def __init__(self, app: App, neighbour: Neighbour) -> None:
        self.app = app
        self.neighbour = neighbour

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.neighbour.asks(scope["path"], Headers(scope=scope)):
            return await self.app(scope, receive, send)
        if scope["method"] == "OPTIONS":
            allowed = {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": ASKED_WITH}
            return await Response(status_code=204, headers=allowed)(scope, receive, self._said_to(send))
        return await self.app(scope, receive, self._said_to(send))

    def _said_to(self, send: Send) -> Send:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = self.neighbour.origin or ""
                headers["Access-Control-Allow-Credentials"] = "true"
                headers.add_vary_header("Origin")
            await send(message)

        return sending


class SameOrigin:
    """Refuses acts that another site's page asks for: by Sec-Fetch-Site, and by Origin where that is missing.

    Calls of the API without a cookie carry their own proof and pass. So do questions that a neighbour's pages may ask
    at one address, which change nothing (`console.codec`).
    """

    def __init__(self, app: App, base_url: str, neighbour: Neighbour) -> None:
        self.app = app
        self.base = urlsplit(base_url).netloc
        self.neighbour = neighbour

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or self._ours(scope, Headers(scope=scope)):
            return await self.app(scope, receive, send)
        refused = PlainTextResponse(
            "Not done: this came from another site's page. Open the console yourself, and do it there.", 403
        )
        return await refused(scope, receive, send)

    def _ours(self, scope: Scope, headers: Headers) -> bool:
        if scope["path"].startswith(API) and "cookie" not in headers:
            return True
        if self.neighbour.asks(scope["path"], headers):
            return True
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        if origin is not None:
            return urlsplit(origin).netloc in (headers.get("host"), self.base)
        return False


class NotTooLarge:
    """Refuses a body beyond the largest, as soon as it is announced or has come.

    A page that reads a file while it arrives has a limit of its own, and lifts this one (`lift_limit`).
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "0")
        too_large = not announced.isdigit() or int(announced) > LARGEST
        if too_large and not headers.get("content-type", "").startswith(FILES):
            refused = PlainTextResponse(TOO_LARGE, 413)
            return await refused(scope, receive, send)
        state, came, whole = scope.setdefault("state", {}), 0, False

        async def receiving() -> MutableMapping[str, Any]:
            nonlocal came, whole
            if too_large and LIFTED not in state:
                raise HTTPException(413, TOO_LARGE)
            message = await receive()
            whole = not message.get("more_body")
            came += len(message.get("body", b""))
            if came > LARGEST and LIFTED not in state:
                raise HTTPException(413, TOO_LARGE)
            return message

        unbounded = too_large or "transfer-encoding" in headers
        return await self.app(scope, receiving, _closing(receive, send, lambda: whole) if unbounded else send)


def lift_limit(request: Request) -> None:
    """From here on whoever reads this request's body sees to its size."""
    setattr(request.state, LIFTED, True)


def _closing(receive: Receive, send: Send, whole: Callable[[], bool]) -> Send:
    """Answer, and hang up: what is still on its way has no end, or one that is too far off to wait for.

    What comes meanwhile is read and thrown away for a little while. Hanging up on a sender in the middle would tear
    the answer from its hands before it is read. A request that has been read whole has nothing on its way.
    """

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
        if message["type"] != "http.response.body" or message.get("more_body") or whole():
            await send(message)
            return
        await send({**message, "more_body": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                await _throw_away(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return sending


async def _throw_away(receive: Receive) -> None:
    came = 0
    while came < LARGEST:
        message = await receive()
        came += len(message.get("body", b""))
        if not message.get("more_body"):
            return


class WhoAsks:
    """Finds out who asks: by the session's cookie, or by a token for the API alone. Sets `person` and `flash`."""

    def __init__(self, app: App, room: Room, limits: Limits, secure: bool) -> None:
        self.app = app
        self.room = room
        self.limits = limits
        self.cookie = session_cookie(secure)
        self.flash = flash_cookie(secure)
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(ASSETS):
            request = Request(scope)
            state = scope.setdefault("state", {})
            state["person"] = await self._person(request)
            state["flash"] = flash_of(self.room.keys, request.cookies.get(self.flash))
            if state["flash"] is not None:
                return await self.app(scope, receive, self._once(send))
        return await self.app(scope, receive, send)

    def _once(self, send: Send) -> Send:
        """Forget the message with the page that shows it; a redirect hands it on."""

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] != 303:
                MutableHeaders(scope=message).append("Set-Cookie", forgotten(self.flash, self.secure))
            await send(message)

        return sending

    async def _person(self, request: Request) -> Visitor | None:
        if request.url.path.startswith(API):
            return await self._by_token(request.headers.get("authorization", ""))
        secret = request.cookies.get(self.cookie)
        if not secret:
            return None
        room = self.room
        found = await asyncio.to_thread(signed_in, room.database, secret, room.now, self.limits)
        return Visitor(found) if found else None

    async def _by_token(self, header: str) -> Visitor | None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        found = await asyncio.to_thread(bearer, self.room.database, secret.strip(), self.room.now)
        return Visitor(found) if found else None
