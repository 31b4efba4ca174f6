"""A body's contacts: role mailboxes, deputies and leave cover; who changed them, and when."""

import asyncio
import logging
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.mail.direct import Words, send_now
from activities.mail.envelope import MailError
from activities.mail.relay import Outcome, Unarmed
from activities.mail.setup import door_of
from console.body.forms import Form, typed_in
from console.body.frame import SEES, home, page
from console.cookies import onward
from console.dates import NotADate, date_fields, read_date, typed
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, needs
from lifecycle.dates import plain_date
from lifecycle.words import Role, Side
from models.tables import Contact
from office.contacts import (
    CoverKind,
    NoCover,
    NotFit,
    add_cover,
    change_mailbox,
    contacts_of,
    end_cover,
    holds,
)

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
KEEPS = needs("contacts", of="body")
OFFICES = {Role.chief_officer: "Chief officer", Role.liaison: "Liaison"}
KINDS = {CoverKind.deputy: "A deputy", CoverKind.leave: "Cover for a leave"}


@router.get("/body/{body}/contacts", dependencies=[SEES])
async def show(request: Request, room: InRoom, visitor: ByVisitor, body: str) -> Response:
    found = await room.read(lambda database: contacts_of(database, body))
    return await page(
        request,
        room,
        visitor,
        body,
        "body/contacts.html",
        found=found,
        offices=OFFICES,
        kinds=KINDS,
        holds=holds,
        here=f"{home(body)}/contacts",
    )


@router.get("/body/{body}/contacts/{role}/mailbox", dependencies=[KEEPS])
async def ask_mailbox(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    there = (await room.read(lambda database: contacts_of(database, body))).of(_role(role), room.today)
    form = {"office": there.office if there else "", "mailbox": ""} | _day("since", room.today)
    return await _mailbox_page(request, room, visitor, body, _role(role), form)


@router.post("/body/{body}/contacts/{role}/mailbox", dependencies=[KEEPS])
async def change(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    form = await typed_in(request)
    try:
        made = await asyncio.to_thread(
            change_mailbox,
            room.database,
            visitor.id,
            body,
            _role(role),
            form.get("office", ""),
            form.get("mailbox", ""),
            _needed(form, "since", "first day"),
            room.now,
        )
    except NotFit as wrong:
        errors = {wrong.field: str(wrong)}
        return await _mailbox_page(request, room, visitor, body, _role(role), form, errors)
    said = f"From that day on we write to {made.mailbox}."
    if await asyncio.to_thread(_ask_to_confirm, room, made):
        said += " We have asked whoever reads it to confirm that it is the right one."
    return onward(room.keys, f"{home(body)}/contacts", said)


@router.get("/body/{body}/contacts/{role}/cover", dependencies=[KEEPS])
async def ask_cover(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    form = _day("since", room.today)
    return await _cover_page(request, room, visitor, body, _role(role), form)


@router.post("/body/{body}/contacts/{role}/cover", dependencies=[KEEPS])
async def cover(request: Request, room: InRoom, visitor: ByVisitor, body: str, role: str) -> Response:
    form = await typed_in(request)
    try:
        made = await asyncio.to_thread(
            add_cover,
            room.database,
            visitor.id,
            body,
            _role(role),
            _kind(form),
            form.get("who", ""),
            form.get("mailbox", ""),
            _needed(form, "since", "first day"),
            _read(form, "last", "last day"),
            room.now,
        )
    except NotFit as wrong:
        errors = {wrong.field: str(wrong)}
        return await _cover_page(request, room, visitor, body, _role(role), form, errors)
    return onward(room.keys, f"{home(body)}/contacts", f"{made.who} is told too, at {made.mailbox}.")


@router.post("/body/{body}/contacts/cover/{cover_id}/end", dependencies=[KEEPS])
async def end(room: InRoom, visitor: ByVisitor, body: str, cover_id: str) -> Response:
    number = int(cover_id) if cover_id.isdecimal() and len(cover_id) < 10 else 0
    try:
        ended = await asyncio.to_thread(end_cover, room.database, visitor.id, body, number, room.now)
    except NoCover as none:
        raise NotFound(cover_id) from none
    return onward(room.keys, f"{home(body)}/contacts", f"{ended.who} is not told any more.")


def _ask_to_confirm(room: Room, contact: Contact) -> bool:
    """Write to the new mailbox; answers whether it was accepted. A change holds whether or not it was."""
    assert contact.id is not None
    words = Words(
        subject="Confirm this mailbox",
        opening=f"This mailbox was named as the one of {contact.office}. What is due to that office is sent here.",
        rows=(
            ("From", plain_date(contact.since)),
            ("Link", door_of(room.settings).confirm(contact.id, room.now)),
        ),
        next=(
            "If it is the right mailbox, open the link and press the button there.",
            "If it is not, tell whoever named it, or reply to this message.",
        ),
    )
    try:
        delivery = send_now(room.settings, room.database, contact.mailbox, words, room.now)
    except (MailError, Unarmed) as error:
        log.warning("a mailbox was not asked to confirm", extra={"why": str(error)})
        return False
    return delivery.outcome is Outcome.accepted


def _role(given: str) -> Role:
    """A role of the body's own. Raises NotFound."""
    if given not in {role.value for role in Role if role.side is Side.body}:
        raise NotFound(given)
    return Role(given)


def _kind(form: Form) -> CoverKind:
    if form.get("kind") not in set(CoverKind):
        raise NotFit("kind", "Choose whether it is a deputy or cover for a leave")
    return CoverKind(form["kind"])


def _day(field: str, day: date) -> dict[str, str]:
    return {f"{field}-day": str(day.day), f"{field}-month": str(day.month), f"{field}-year": str(day.year)}


def _read(form: Form, field: str, name: str) -> date | None:
    try:
        return read_date(form, field, name)
    except NotADate as wrong:
        raise NotFit(field, str(wrong)) from wrong


def _needed(form: Form, field: str, name: str) -> date:
    day = _read(form, field, name)
    if day is None:
        raise NotFit(field, f"Enter the {name}")
    return day


async def _mailbox_page(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    role: Role,
    form: Form,
    errors: dict[str, str] | None = None,
) -> Response:
    return await _form(
        request,
        room,
        visitor,
        body,
        role,
        "body/mailbox.html",
        {"office": "", "mailbox": "", **form},
        errors or {},
        there=(await room.read(lambda database: contacts_of(database, body))).of(role, room.today),
    )


async def _cover_page(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    role: Role,
    form: Form,
    errors: dict[str, str] | None = None,
) -> Response:
    given = {"kind": "", "who": "", "mailbox": "", **form}
    errors = errors or {}
    hint = "Needed for a leave; empty for a deputy without an end"
    last = date_fields("last", typed(form, "last"), "Last day", hint, errors.get("last", ""))
    return await _form(
        request, room, visitor, body, role, "body/cover.html", given, errors, last=last, kinds=KINDS
    )


async def _form(
    request: Request,
    room: Room,
    visitor: Visitor,
    body: str,
    role: Role,
    template: str,
    form: Form,
    errors: dict[str, str],
    **context: object,
) -> Response:
    hint = "For example, 4 12 2026"
    return await page(
        request,
        room,
        visitor,
        body,
        template,
        422 if errors else 200,
        office=OFFICES[role],
        form=form,
        here=f"{home(body)}/contacts/{quote(role.value)}",
        since=date_fields("since", typed(form, "since"), "First day", hint, errors.get("since", "")),
        errors=errors,
        **context,
    )
