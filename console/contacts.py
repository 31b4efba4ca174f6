"""Contacts of a body or an oversight body: role mailboxes, deputies and leave cover; who changed them, and when."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response

from activities.mail.direct import Words, send_now
from activities.mail.envelope import MailError
from activities.mail.relay import Outcome, Unarmed
from activities.mail.setup import door_of
from console.body.forms import Form, typed_in
from console.cookies import onward
from console.dates import NotADate, date_fields, read_date, typed
from console.numbers import row_number
from console.room import Room, Visitor
from console.rules import NotFound
from lifecycle.dates import plain_date
from lifecycle.words import Role
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
KINDS = {CoverKind.deputy: "A deputy", CoverKind.leave: "Cover for a leave"}


@dataclass(frozen=True)
class Door:
    """Whose contacts they are: the owner, the address of its contacts, its offices, and how its pages are drawn."""

    room: Room
    visitor: Visitor
    owner: str
    here: str
    offices: Mapping[Role, str]
    may_change: bool
    page: Callable[..., Awaitable[Response]]

    def role(self, given: str) -> Role:
        """A role of the owner's own. Raises NotFound."""
        if given not in {role.value for role in self.offices}:
            raise NotFound(given)
        return Role(given)


async def show(door: Door) -> Response:
    found = await door.room.read(lambda database: contacts_of(database, door.owner))
    return await door.page(
        "contacts/all.html",
        found=found,
        offices=door.offices,
        kinds=KINDS,
        holds=holds,
        changes=door.may_change,
        here=door.here,
    )


async def ask_mailbox(door: Door, given: str) -> Response:
    role, today = door.role(given), door.room.today
    there = (await door.room.read(lambda database: contacts_of(database, door.owner))).of(role, today)
    form = {
        "office": there.office if there else "",
        "mailbox": there.mailbox if there else "",
        "holder": there.holder if there else "",
    } | _day("since", today)
    return await _mailbox_page(door, role, form)


async def change(door: Door, request: Request, given: str) -> Response:
    role, form, room = door.role(given), await typed_in(request), door.room
    try:
        made = await asyncio.to_thread(
            change_mailbox,
            room.database,
            door.visitor.id,
            door.owner,
            role,
            form.get("office", ""),
            form.get("mailbox", ""),
            _needed(form, "since", "first day"),
            room.now,
            form.get("holder", ""),
        )
    except NotFit as wrong:
        return await _mailbox_page(door, role, form, {wrong.field: str(wrong)})
    said = f"From that day on we write to {made.mailbox}."
    if await asyncio.to_thread(_ask_to_confirm, room, made):
        said += " We have asked whoever reads it to confirm that it is the right one."
    return onward(room.keys, door.here, said)


async def ask_cover(door: Door, given: str) -> Response:
    return await _cover_page(door, door.role(given), _day("since", door.room.today))


async def cover(door: Door, request: Request, given: str) -> Response:
    role, form, room = door.role(given), await typed_in(request), door.room
    try:
        made = await asyncio.to_thread(
            add_cover,
            room.database,
            door.visitor.id,
            door.owner,
            role,
            _kind(form),
            form.get("who", ""),
            form.get("mailbox", ""),
            _needed(form, "since", "first day"),
            _read(form, "last", "last day"),
            room.now,
        )
    except NotFit as wrong:
        return await _cover_page(door, role, form, {wrong.field: str(wrong)})
    return onward(room.keys, door.here, f"{made.who} is told too, at {made.mailbox}.")


async def end(door: Door, cover_id: str) -> Response:
    number, room = row_number(cover_id), door.room
    try:
        ended = await asyncio.to_thread(
            end_cover, room.database, door.visitor.id, door.owner, number, room.now
        )
    except NoCover as none:
        raise NotFound(cover_id) from none
    return onward(room.keys, door.here, f"{ended.who} is not told any more.")


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


async def _mailbox_page(door: Door, role: Role, form: Form, errors: dict[str, str] | None = None) -> Response:
    found = await door.room.read(lambda database: contacts_of(database, door.owner))
    given = {"office": "", "mailbox": "", "holder": "", **form}
    return await _form(
        door, role, "contacts/mailbox.html", given, errors or {}, there=found.of(role, door.room.today)
    )


async def _cover_page(door: Door, role: Role, form: Form, errors: dict[str, str] | None = None) -> Response:
    given, errors = {"kind": "", "who": "", "mailbox": "", **form}, errors or {}
    hint = "Needed for a leave; empty for a deputy without an end"
    last = date_fields("last", typed(form, "last"), "Last day", hint, errors.get("last", ""))
    return await _form(door, role, "contacts/cover.html", given, errors, last=last, kinds=KINDS)


async def _form(
    door: Door, role: Role, template: str, form: Form, errors: dict[str, str], **context: object
) -> Response:
    hint = "For example, 4 12 2026"
    return await door.page(
        template,
        422 if errors else 200,
        office=door.offices[role],
        form=form,
        contacts=door.here,
        here=f"{door.here}/{quote(role.value)}",
        since=date_fields("since", typed(form, "since"), "First day", hint, errors.get("since", "")),
        errors=errors,
        **context,
    )
