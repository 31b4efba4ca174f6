"""Signing in by a one-time link to a known mailbox, and signing out.

Link scanners press everything: a GET acts on nothing.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from activities.mail.direct import Words, send_now
from activities.mail.relay import Outcome, Unarmed
from config.settings import Settings
from console.cookies import forget_session, keep_session, onward
from console.pages import render
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, anybody, needs
from office import access

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
CLEAR = '"cache", "storage"'
"""What a browser throws away at signing out, besides the session's cookie, which is forgotten by itself."""
GUEST = anybody("signing in comes before everything else")

SENT = (
    "If that mailbox is known here, a link is on its way to it. It works once, for 10 minutes. "
    "If nothing comes, look in your spam folder, then ask your operations team whether your mailbox is registered."
)


@router.get("/sign-in", dependencies=[GUEST])
async def ask(request: Request, room: InRoom, onward: str = "") -> Response:
    return _page(request, room, within(onward))


@router.post("/sign-in", dependencies=[GUEST])
async def send_link(
    request: Request, room: InRoom, mailbox: Annotated[str, Form()] = "", onward: Annotated[str, Form()] = ""
) -> Response:
    """Says the same whether the mailbox is known or not."""
    _refuse_links(request, room)
    mailbox, onward = mailbox.strip(), within(onward)
    if "@" not in mailbox or len(mailbox) > 254:
        errors = {"mailbox": "Enter your work email address, like name@force.example"}
        return _page(request, room, onward, 422, mailbox=mailbox, errors=errors)
    room.pace.note("sign-in address", address_of(request))
    room.pace.note("sign-in mailbox", mailbox.lower())
    await asyncio.to_thread(_post, room, mailbox, onward)
    return render(request, "signin/sent.html", said=SENT)


def _post(room: Room, mailbox: str, onward: str) -> None:
    made = access.make_link(room.database, mailbox, onward, room.now)
    if made is None:
        return
    secret, registered = made
    words = Words(
        subject="Sign in to Followthrough",
        opening="Somebody asked to sign in to Followthrough with this mailbox. "
        "If it was you, open this link and press the button there.",
        rows=(("Link", f"{room.settings.base_url}/sign-in/{secret}"),),
        next=(
            "The link works once, for 10 minutes.",
            "If it was not you, do nothing: nobody gets in without the link. Tell us if it happens again.",
        ),
    )
    try:
        delivery = send_now(room.settings, room.database, registered, words, room.now)
    except Unarmed as unarmed:
        log.warning("a sign-in link was not sent", extra={"reply": str(unarmed)})
        return
    if delivery.outcome is not Outcome.accepted:
        log.warning(
            "a sign-in link was not sent", extra={"outcome": delivery.outcome, "reply": delivery.reply}
        )


@router.get("/sign-in/{secret}", dependencies=[GUEST])
async def choose(request: Request, room: InRoom, secret: str) -> Response:
    _refuse_links(request, room)
    room.pace.note("link address", address_of(request))
    people = await asyncio.to_thread(access.who_may, room.database, secret, room.now)
    return render(request, "signin/choose.html", secret=secret, people=people)


@router.post("/sign-in/{secret}", dependencies=[GUEST])
async def enter(request: Request, room: InRoom, secret: str, person: Annotated[str, Form()]) -> Response:
    _refuse_links(request, room)
    room.pace.note("link address", address_of(request))
    browser = request.headers.get("user-agent", "")
    session, wanted = await asyncio.to_thread(
        access.let_in, room.database, secret, person, browser, room.now, limits_of(room)
    )
    log.info("signed in", extra={"person": person, "by": "link"})
    return await entered(request, room, session, wanted)


@router.post("/sign-out", dependencies=[needs("be_here")])
async def leave(room: InRoom, visitor: ByVisitor) -> Response:
    await asyncio.to_thread(access.end, room.database, visitor.signed_in.session, visitor.id, room.now)
    log.info("signed out", extra={"person": visitor.id})
    answer = onward(room.keys, "/oidc/signed-out" if visitor.signed_in.by == "oidc" else "/sign-in")
    forget_session(answer, is_secure(room))
    answer.headers["Clear-Site-Data"] = CLEAR
    return answer


def _page(
    request: Request,
    room: Room,
    onward: str,
    status: int = 200,
    *,
    mailbox: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    settings = room.settings
    provider = settings.oidc_name if settings.oidc_issuer else None
    return render(
        request,
        "signin/ask.html",
        status,
        onward=onward,
        mailbox=mailbox,
        provider=provider,
        links=settings.sign_in_links,
        errors=errors or {},
    )


def _refuse_links(request: Request, room: Room) -> None:
    if not room.settings.sign_in_links:
        raise NotFound(request.url.path)


async def entered(request: Request, room: Room, session: str, wanted: str) -> Response:
    """The answer that signs a browser in, however the person was known. A session that it had before ends."""
    before = request.state.person
    if before is not None:
        await asyncio.to_thread(access.end, room.database, before.signed_in.session, before.id, room.now)
    answer = onward(room.keys, wanted or "/")
    keep_session(answer, session, is_secure(room))
    return answer


def limits_of(room: Room) -> access.Limits:
    return limits_in(room.settings)


def limits_in(settings: Settings) -> access.Limits:
    """How long sessions last."""
    return access.Limits(
        idle=timedelta(minutes=settings.console_idle_minutes),
        absolute=timedelta(hours=settings.console_session_hours),
    )


def is_secure(room: Room) -> bool:
    """Whether browsers come by HTTPS."""
    return room.settings.base_url.startswith("https:")


def within(onward: str) -> str:
    """A way onward on this site, or nothing: never to another."""
    parts = urlsplit(onward)
    ours = onward.startswith("/") and not onward.startswith(("//", "/\\")) and not parts.netloc
    return onward if ours and len(onward) <= 500 and onward.isprintable() and "\\" not in onward else ""


def address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"
