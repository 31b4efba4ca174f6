"""The forms with which a body acts on one case: what was typed, kept; the act, taken once; its receipt, said."""

import uuid
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from console.casefile.case import read
from console.cookies import onward
from console.pages import render
from console.room import Room, Visitor
from console.rules import case_path
from lifecycle.acts import Act
from office.casework import seal_text
from office.dossier import Dossier

LONGEST = 5000
Form = Mapping[str, str]
Errors = dict[str, str]


async def typed_in(request: Request) -> dict[str, str]:
    """What was typed. A form that lost its key gets a new one, which its next showing carries."""
    given = await request.form(max_files=0, max_fields=20)
    form = {name: plain(value) for name, value in given.items() if isinstance(value, str)}
    form["key"] = form.get("key", "")[:100] or uuid.uuid4().hex
    return form


def plain(text: str) -> str:
    """The text with one kind of line end, and without the character that no database keeps."""
    return text.replace("\r\n", "\n").replace("\x00", "")


def without_words(form: Form, field: str, said: str) -> Errors:
    """The error of a field that must have words, when it has none or too many."""
    words = form.get(field, "").strip()
    if not words:
        return {field: said}
    return {field: f"Enter at most {LONGEST:,} characters"} if len(words) > LONGEST else {}


async def sealed(room: Room, of: str, kind: str, form: Form, field: str) -> str:
    return await seal_text(room.desk, kind, form[field].strip(), of)


async def taken(room: Room, visitor: Visitor, of: str, act: Act, said: str) -> Response:
    """Take the act, and go to the body's page, which says so with the number it has in the case's record."""
    room.pace.note("act", visitor.id)
    receipt = await room.desk.take(of, act)
    reference, body = of.split("/", 2)[1:]
    return onward(
        room.keys, f"/body/{body}", f"{said} It is number {receipt.seq} in the record of {reference}."
    )


async def form_page(
    request: Request,
    room: Room,
    visitor: Visitor,
    of: str,
    template: str,
    form: Form,
    errors: Errors | None = None,
    **context: object,
) -> Response:
    """A form about one case, with what was typed and what is wrong with it."""
    file: Dossier = await read(room, visitor, of)
    return render(
        request,
        template,
        422 if errors else 200,
        file=file,
        here=case_path(of),
        back=f"/body/{of.rsplit('/', 1)[1]}",
        form={
            "reason": "",
            "clock": "",
            "question": "",
            "statement": "",
            "criterion": "",
            "paper": "",
            **form,
        },
        key=form.get("key") or uuid.uuid4().hex,
        errors=errors or {},
        **context,
    )
