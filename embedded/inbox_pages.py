"""The pages of the local inbox: mails, one mail, its parts, and the same as JSON. No script, no outside file."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware

import config
from embedded.mailstore import Kept, find, messages
from lifecycle.dates import LONDON, short_date

FOLDER = Path(config.__file__).parent / "templates" / "inbox"
PER_PAGE = 50
QUIET = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
PART_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Page:
    """One page of mails, out of all that match."""

    shown: Sequence[Kept]
    total: int
    page: int
    pages: int


def pages(folder: Path) -> FastAPI:
    """The web application over a folder of mails."""
    app = FastAPI(title="Followthrough local inbox", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @app.get("/", response_class=HTMLResponse)
    def show_list(mailbox: str = "", subject: str = "", page: int = 1) -> HTMLResponse:
        found = select(messages(folder), mailbox, subject, page)
        query = urlencode({"mailbox": mailbox, "subject": subject})
        return _html("list.html.jinja", mails=found, mailbox=mailbox, subject=subject, query=query)

    @app.get("/mails/{name}", response_class=HTMLResponse)
    def show_mail(name: str) -> HTMLResponse:
        mail = find(folder, name)
        if mail is None:
            return _html("missing.html.jinja", status=404)
        return _html("mail.html.jinja", mail=mail, text=mail.text(), html=mail.html())

    @app.get("/mails/{name}/html", response_class=HTMLResponse)
    def show_html(name: str) -> HTMLResponse:
        headers = {**QUIET, "Content-Security-Policy": PART_POLICY}
        return HTMLResponse(_known(folder, name).html(), headers=headers)

    @app.get("/mails/{name}/raw")
    def download(name: str) -> Response:
        mail = _known(folder, name)
        headers = {**QUIET, "Content-Disposition": f'attachment; filename="{mail.id}.eml"'}
        return Response(mail.raw(), media_type="message/rfc822", headers=headers)

    @app.get("/api/mails")
    def list_mails(mailbox: str = "", subject: str = "", page: int = 1) -> dict[str, object]:
        found = select(messages(folder), mailbox, subject, page)
        mails = [_summary(mail) for mail in found.shown]
        return {"total": found.total, "page": found.page, "pages": found.pages, "mails": mails}

    @app.get("/api/mails/{name}")
    def one_mail(name: str) -> dict[str, object]:
        mail = _known(folder, name)
        return {**_summary(mail), "text": mail.text(), "html": mail.html(), "headers": mail.headers}

    return app


def select(mails: Sequence[Kept], mailbox: str, subject: str, page: int) -> Page:
    """The mails to a mailbox whose subject holds all the words. A page out of range becomes the nearest one."""
    found = [mail for mail in mails if _to(mail, mailbox) and _about(mail, subject)]
    count = max(1, -(-len(found) // PER_PAGE))
    number = min(max(page, 1), count)
    return Page(found[(number - 1) * PER_PAGE : number * PER_PAGE], len(found), number, count)


def _to(mail: Kept, mailbox: str) -> bool:
    wanted = mailbox.strip().lower()
    return any(wanted in box.lower() for box in mail.mailboxes) if wanted else True


def _about(mail: Kept, subject: str) -> bool:
    return all(word in mail.subject.lower() for word in subject.lower().split())


def _known(folder: Path, name: str) -> Kept:
    mail = find(folder, name)
    if mail is None:
        raise HTTPException(404, "There is no mail with this id.")
    return mail


def _summary(mail: Kept) -> dict[str, object]:
    return {
        "id": mail.id,
        "received": mail.received.isoformat(),
        "envelope_sender": mail.envelope_sender,
        "mailboxes": mail.mailboxes,
        "sender": mail.sender,
        "subject": mail.subject,
        "message_id": mail.message_id,
    }


def _when(instant: datetime) -> str:
    """24 May 2017, 9:00:05am in London's time."""
    local = instant.astimezone(LONDON)
    half = "am" if local.hour < 12 else "pm"
    return f"{short_date(local.date())}, {local.hour % 12 or 12}:{local:%M:%S}{half}"


_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["when"] = _when


def _html(template: str, status: int = 200, **shown: object) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    body = _environment.get_template(template).render(nonce=nonce, **shown)
    return HTMLResponse(body, status, headers={**QUIET, "Content-Security-Policy": policy})
