"""The outbox, and one mail as it was sent, with every attempt; retried, held, released, resolved."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import chain
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response

from activities.mail.repair import NotPossible
from console.cookies import onward
from console.listing import Column, files, heads, order_in
from console.ops.shell import LOOK, PAGE, Said, ops_router, page_of, pagination, show, typed
from console.room import ByVisitor, InRoom, Room
from console.rules import NotFound, needs
from console.sheets import Row, as_file
from lifecycle.words import Refused
from models.tables import Mail, MailState
from office import post
from office.outbox import NEWEST, every_mail, outbox

router = ops_router()
ACT = needs("mail")
STATES = {
    MailState.composed: "Composed",
    MailState.sending: "Leaving now",
    MailState.accepted: "Accepted",
    MailState.deferred: "Waits to be tried again",
    MailState.refused: "Refused",
    MailState.unknown: "In doubt",
    MailState.dropped: "Dropped before it left",
}
TAGS = {
    MailState.accepted: "govuk-tag--green",
    MailState.refused: "govuk-tag--red",
    MailState.unknown: "govuk-tag--orange",
    MailState.dropped: "govuk-tag--grey",
    MailState.deferred: "govuk-tag--yellow",
}
SEND_AGAIN = "send again"
COLUMNS = (
    Column("Subject", "subject"),
    Column("To", "mailbox"),
    Column("Composed", "composed"),
    Column("Outcome", "state"),
    Column("Tries", "tries", numeric=True),
)
IN_FILE = (
    *(column.title for column in COLUMNS),
    *("Held", "Settled", "The server’s answer", "About", "Message-ID", "Link"),
)


@router.get("/ops/mail", dependencies=[LOOK])
async def listed(
    request: Request, room: InRoom, state: str = "", mailbox: str = "", page: int = 1
) -> Response:
    order = order_in(request, COLUMNS, NEWEST)
    counted = await room.read(lambda database: outbox(database, state, mailbox.strip(), 0, 0))
    at, pages = page_of(page, counted.total)
    found = await room.read(
        lambda database: outbox(database, state, mailbox.strip(), (at - 1) * PAGE, PAGE, order)
    )
    return await show(
        request,
        room,
        "mails.html",
        outbox=found,
        states=STATES,
        tags=TAGS,
        state=state,
        mailbox=mailbox,
        heads=heads(request, COLUMNS, order),
        files=files(request, "/ops/mail"),
        pages=pagination(request, at, pages),
    )


@router.get("/ops/mail/export.{kind}", dependencies=[LOOK])
async def export(request: Request, room: InRoom, kind: str, state: str = "", mailbox: str = "") -> Response:
    """The same mails in the same order, as a file."""
    order = order_in(request, COLUMNS, NEWEST)

    def rows() -> Iterator[Row]:
        for mail in chain.from_iterable(every_mail(room.database, state, mailbox.strip(), order)):
            yield _row(mail, room.settings.base_url)

    return await as_file(kind, "mail", "Mail", IN_FILE, room.today, rows)


def _row(mail: Mail, base_url: str) -> Row:
    return (
        mail.subject,
        mail.mailbox,
        mail.composed_at,
        STATES[MailState(mail.state)],
        mail.tries,
        "held" if mail.held else "",
        mail.settled_at,
        mail.reply,
        mail.case_id,
        mail.message_id,
        f"{base_url}/ops/mail/{quote(mail.id)}",
    )


@router.get("/ops/mail/{mail}", dependencies=[LOOK])
async def one(request: Request, room: InRoom, mail: str) -> Response:
    return await _page(request, room, mail)


@router.post("/ops/mail/{mail}/retry", dependencies=[ACT])
async def retry(
    request: Request, room: InRoom, visitor: ByVisitor, mail: str, confirm: Said = ""
) -> Response:
    return await _confirmed(
        request,
        room,
        mail,
        "retry",
        confirm,
        SEND_AGAIN,
        lambda: post.retry(room.database, mail, visitor.id),
        "It is tried again at the next run, under the same Message-ID.",
    )


@router.post("/ops/mail/{mail}/arrived", dependencies=[ACT])
async def arrived(
    request: Request, room: InRoom, visitor: ByVisitor, mail: str, confirm: Said = ""
) -> Response:
    return await _confirmed(
        request,
        room,
        mail,
        "arrived",
        confirm,
        await _reference(room, mail),
        lambda: post.resolve(room.database, mail, visitor.id, arrived=True),
        "Recorded: it arrived.",
    )


@router.post("/ops/mail/{mail}/again", dependencies=[ACT])
async def again(
    request: Request, room: InRoom, visitor: ByVisitor, mail: str, confirm: Said = ""
) -> Response:
    return await _confirmed(
        request,
        room,
        mail,
        "again",
        confirm,
        SEND_AGAIN,
        lambda: post.resolve(room.database, mail, visitor.id, arrived=False),
        "Recorded: it did not arrive. It goes again, under the same Message-ID.",
    )


@router.post("/ops/mail/{mail}/hold", dependencies=[ACT])
async def hold(request: Request, room: InRoom, visitor: ByVisitor, mail: str) -> Response:
    return await _done(
        request,
        room,
        mail,
        "hold",
        lambda: post.hold(room.database, mail, visitor.id),
        "Held until somebody releases it.",
    )


@router.post("/ops/mail/{mail}/release", dependencies=[ACT])
async def release(request: Request, room: InRoom, visitor: ByVisitor, mail: str) -> Response:
    return await _done(
        request,
        room,
        mail,
        "release",
        lambda: post.release(room.database, mail, visitor.id),
        "Released: it leaves if it is still true.",
    )


async def _confirmed(
    request: Request,
    room: Room,
    mail: str,
    act: str,
    confirm: str,
    wanted: str,
    deed: Callable[[], object],
    said: str,
) -> Response:
    try:
        typed(confirm, wanted)
    except Refused as refused:
        return await _page(request, room, mail, 422, {f"confirm-{act}": str(refused)})
    return await _done(request, room, mail, act, deed, said)


async def _done(
    request: Request, room: Room, mail: str, act: str, deed: Callable[[], object], said: str
) -> Response:
    try:
        await asyncio.to_thread(deed)
    except NotPossible as refused:
        return await _page(request, room, mail, 422, {f"confirm-{act}": str(refused)})
    return onward(room.keys, f"/ops/mail/{quote(mail)}", said)


async def _reference(room: Room, mail: str) -> str:
    """The reference of the case that a mail is first about; for a digest, its day."""
    try:
        found, _, _ = await room.read(lambda database: post.mail_file(database, mail))
    except post.NoMail as missing:
        raise NotFound(mail) from missing
    return found.case_id.split("/")[1]


async def _page(
    request: Request, room: Room, mail: str, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    try:
        found, attempts, notices = await room.read(lambda database: post.mail_file(database, mail))
    except post.NoMail as missing:
        raise NotFound(mail) from missing
    return await show(
        request,
        room,
        "mail.html",
        status,
        errors,
        mail=found,
        attempts=attempts,
        notices=notices,
        states=STATES,
        tags=TAGS,
        reference=found.case_id.split("/")[1],
        send_again=SEND_AGAIN,
    )
