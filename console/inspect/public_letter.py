"""A letter on the public site: one held back published later, a published one withdrawn, a withdrawn one restored.

And the reports with the same findings as a national one. Each is a lead's decision, confirmed, with words that stay.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect import forms
from console.inspect.file import file_for
from console.inspect.links import at
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import NotFound, case_path, needs
from console.stages import stage_tag
from lifecycle.dates import plain_date
from lifecycle.words import Refused
from models.tables import Report
from office.desk import NoCase
from office.public_letter import public_letter, same_reports
from office.publications import publish_held, restore_letter, withdraw_letter
from office.same_findings import record_same

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}/public"
SAME = "/inspect/publish/{report}/same"
MARKS = needs("report_same")
UNCONFIRMED = "Confirm that you have read this, and mean it"
WORDS = {
    "publish": "Say why it is published now",
    "withdraw": "Say in a sentence what is to stand in the letter's place",
    "restore": "Say why it is restored",
    "same": "Say why their findings are the same",
}
DECIDED = {
    "left_out": "left it out of the publication",
    "publish_later": "published it later",
    "withdraw_letter": "withdrew it, with this notice",
    "restore_letter": "restored it",
}


@router.get(BASE, dependencies=[needs("withdraw_letter", of="case")])
async def show(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    return await _page(request, room, visitor, reference, body, {}, {})


@router.post(BASE + "/publish", dependencies=[needs("publish_held", of="case")])
async def publish(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    form, errors, words = await _said(request, "publish")

    async def deed(case: str) -> str:
        receipt = await publish_held(room.desk, visitor.id, case, words, forms.key_in(form))
        return forms.recorded("Published.", receipt)

    return await _decided(request, room, visitor, reference, body, form, errors, "publish", deed)


@router.post(BASE + "/withdraw", dependencies=[needs("withdraw_letter", of="case")])
async def withdraw(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    form, errors, words = await _said(request, "withdraw")

    async def deed(case: str) -> str:
        key = forms.key_in(form)
        await asyncio.to_thread(withdraw_letter, room.database, visitor.id, case, words, key, room.now)
        return "Withdrawn. The notice stands in its place as soon as the site is built again."

    return await _decided(request, room, visitor, reference, body, form, errors, "withdraw", deed)


@router.post(BASE + "/restore", dependencies=[needs("restore_letter", of="case")])
async def restore(request: Request, room: InRoom, visitor: ByVisitor, reference: str, body: str) -> Response:
    form, errors, words = await _said(request, "restore")

    async def deed(case: str) -> str:
        await asyncio.to_thread(restore_letter, room.database, visitor.id, case, words, room.now)
        return "Restored. The letter is public again as soon as the site is built again."

    return await _decided(request, room, visitor, reference, body, form, errors, "restore", deed)


async def _said(request: Request, what: str) -> tuple[forms.Form, forms.Errors, str]:
    """The form, what is wrong with it, and the words that stay on record."""
    form, errors = await forms.read(request), forms.Errors()
    words = forms.needed(form, what, errors, WORDS[what])
    if form.get("sure") != "yes":
        errors["sure"] = UNCONFIRMED
    return form, errors, words


async def _decided(
    request: Request,
    room: Room,
    visitor: Visitor,
    reference: str,
    body: str,
    form: forms.Form,
    errors: forms.Errors,
    what: str,
    deed: Callable[[str], Awaitable[str]],
) -> Response:
    case = (await file_for(room, visitor, reference, body)).row.id
    if not errors:
        try:
            return onward(room.keys, at(case, "public"), await deed(case))
        except Refused as refused:
            errors[what] = str(refused)
    return await _page(request, room, visitor, reference, body, form, errors)


async def _page(
    request: Request,
    room: Room,
    visitor: Visitor,
    reference: str,
    body: str,
    form: forms.Form,
    errors: forms.Errors,
) -> Response:
    case = (await file_for(room, visitor, reference, body)).row.id
    found = await room.read(lambda database: public_letter(database, case))
    if found is None:
        raise NotFound(case)
    return render(
        request,
        "inspect/public_letter.html",
        422 if errors else 200,
        found=found,
        decided=DECIDED,
        form=form,
        key=form.get("key") or uuid.uuid4(),
        stage=stage_tag(found.row.stage),
        at=at,
        case_path=case_path,
        errors=errors,
    )


@router.get(SAME, dependencies=[MARKS])
async def same(request: Request, room: InRoom, report: str) -> Response:
    return await _same(request, room, report, {}, {})


@router.post(SAME, dependencies=[MARKS])
async def mark_same(request: Request, room: InRoom, visitor: ByVisitor, report: str) -> Response:
    """Only a response to the other report is asked for, then, of the bodies that are in both."""
    form, errors, reason = await _said(request, "same")
    other = form.get("report", "")
    if not other:
        errors["report"] = "Choose the report that has the same findings"
    if not errors:
        try:
            key = forms.key_in(form)
            bodies = await asyncio.to_thread(
                record_same, room.database, visitor.id, report, other, reason, key, room.now
            )
            said = f"Recorded. A response for {', '.join(bodies)} is asked for with {other} alone."
            return onward(room.keys, f"/inspect/publish/{quote(report)}", said)
        except (Refused, NoCase) as refused:
            errors["report"] = str(refused)
    return await _same(request, room, report, form, errors)


async def _same(
    request: Request, room: Room, report: str, form: forms.Form, errors: forms.Errors
) -> Response:
    found = None if "\x00" in report else await room.read(lambda _: room.reports.known(report))
    if found is None:
        raise NotFound(report)
    recorded, others = await room.read(lambda database: same_reports(database, report))
    return render(
        request,
        "inspect/same_findings.html",
        422 if errors else 200,
        report=found,
        recorded=recorded,
        others=[(one.id, _named(one)) for one in others],
        form=form,
        key=form.get("key") or uuid.uuid4(),
        errors=errors,
    )


def _named(report: Report) -> str:
    return f"{report.title} ({report.id}, {plain_date(report.published_on)})"
