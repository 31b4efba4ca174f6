"""A private calendar feed of what a body owes: made and revoked here, read by calendars without signing in."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from icalendar import Calendar, Event
from starlette.responses import Response

from console.body.forms import plain
from console.body.frame import SEES, home, page
from console.cookies import onward
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, anybody, case_path
from lifecycle.dates import deadline_text
from office.access import digest
from office.feeds import Feed, NoFeed, feed, uid
from office.owed import on_file
from office.owing import Duty
from office.tokens import Kind, make_token, revoke, tokens_of

router = APIRouter(include_in_schema=False)
SECRET = anybody("the address itself is the secret: calendars cannot sign in")
ONE_DAY = timedelta(days=1)


@router.get("/body/{body}/calendar", dependencies=[SEES])
async def show(request: Request, room: InRoom, visitor: ByVisitor, body: str) -> Response:
    return await _page(request, room, visitor, body)


@router.post("/body/{body}/calendar", dependencies=[SEES])
async def make(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    body: str,
    name: Annotated[str, Form()] = "",
) -> Response:
    if not 0 < len(name.strip()) <= 200:
        errors = {"name": "Enter where you will use it, so that you know it again when you revoke it"}
        return await _page(request, room, visitor, body, errors=errors)
    secret = await asyncio.to_thread(
        lambda: make_token(
            room.database, visitor.id, Kind.feed, room.now, name=plain(name).strip(), owner=body
        )
    )
    return await _page(request, room, visitor, body, f"{room.settings.base_url}/calendar/{secret}.ics")


@router.post("/body/{body}/calendar/revoke", dependencies=[SEES])
async def end(room: InRoom, visitor: ByVisitor, body: str, token: Annotated[str, Form()]) -> Response:
    if not await asyncio.to_thread(revoke, room.database, visitor.id, token, room.now):
        raise NotFound(token)
    return onward(
        room.keys, f"{home(body)}/calendar", "Revoked. Calendars get nothing from that address now."
    )


@router.get("/calendar/{secret}.ics", dependencies=[SECRET])
async def read(request: Request, room: InRoom, secret: str) -> Response:
    try:
        found = await room.read(lambda database: feed(database, on_file(), secret, room.now))
    except NoFeed as none:
        room.pace.note("token address", request.client.host if request.client else "unknown")
        raise NotFound("calendar") from none
    room.pace.note("feed", digest(secret))
    content = calendar(found, room.settings.base_url, room.settings.mail_domain)
    return Response(content, media_type="text/calendar; charset=utf-8")


def calendar(found: Feed, base_url: str, domain: str) -> bytes:
    """The feed as iCalendar (RFC 5545): an all-day event on each due date, the same bytes for the same duties."""
    made = Calendar()
    made.add("prodid", "-//Followthrough//What we owe//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"{found.name}: what we owe")
    made.add("x-published-ttl", "PT6H")
    for duty in found.duties:
        made.add_component(_event(duty, found, base_url, domain))
    content: bytes = made.to_ical()
    return content


def _event(duty: Duty, found: Feed, base_url: str, domain: str) -> Event:
    assert duty.due is not None
    event = Event()
    event.add("uid", uid(duty, domain))
    event.add("sequence", duty.version - 1)
    event.add("dtstamp", found.set_at[duty.case])
    event.add("last-modified", found.set_at[duty.case])
    event.add("dtstart", duty.due)
    event.add("dtend", duty.due + ONE_DAY)
    event.add("summary", f"Due: {duty.duty} ({duty.reference})")
    event.add("description", f"{duty.title}\n{duty.report_title}\nDue {deadline_text(duty.due)}.")
    event.add("url", base_url + case_path(duty.case))
    event.add("transp", "TRANSPARENT")
    return event


async def _page(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    address: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    tokens = await asyncio.to_thread(tokens_of, room.database, visitor.id, Kind.feed)
    return await page(
        request,
        room,
        visitor,
        body,
        "body/calendar.html",
        422 if errors else 200,
        tokens=[token for token in tokens if token.owner == body],
        address=address,
        here=f"{home(body)}/calendar",
        errors=errors or {},
    )
