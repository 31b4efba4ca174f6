"""A small application of the shared pages alone, with the policy that the console's pages are served under."""

import secrets
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.middleware.base import RequestResponseEndpoint

from console import assets, pages

ADDRESSES = ("/help", "/accessibility", "/cookies", "/error", "/not-found", "/forbidden")


@dataclass(frozen=True)
class Signed:
    id: str
    name: str
    doors: tuple[tuple[str, str], ...]


INSPECTOR = Signed("jo", "Jo <Park>", (("My work", "/inspect"), ("Moderation", "/inspect/moderation")))

WORKING = """
{% extends "layout.html" %}
{% block title %}Working page{% endblock %}
{% block before_content %}
{{ govukBreadcrumbs({'items': [{'text': 'My work', 'href': '/inspect'}, {'text': 'R-1'}]}) }}
{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Working page</h1>
{{ mojSubNavigation([('Clocks', '/working'), ('Mail', '/mail')], path) }}
<p class="govuk-body">{{ govukTag({'text': 'Late', 'classes': 'govuk-tag--red'}) }} {{ mojBadge('New', 'blue') }}
  <a class="govuk-link" href="/a-very-long-reference-that-does-not-break">
  recommendation/R-2016-6085-with-a-long-reference/bedfordshire-and-elsewhere</a></p>
{% call mojFilter([{'category': 'Stage', 'text': 'Issued', 'href': '?'}], '/working') %}
{{ govukSelect({'id': 'stage', 'name': 'stage', 'label': {'text': 'Stage'},
   'items': [{'value': 'a', 'text': 'Issued'}, {'value': 'b', 'text': 'Published'}]}) }}
{% endcall %}
{{ mojSortableTable('Cases', columns, rows) }}
<form method="post" action="/working" novalidate>
{{ govukInput({'id': 'reason', 'name': 'reason', 'label': {'text': 'Reason'},
   'errorMessage': error_message(errors, 'reason')}) }}
{{ govukRadios({'name': 'verdict', 'fieldset': {'legend': {'text': 'Verdict'}},
   'items': [{'value': 'met', 'text': 'Met'}, {'value': 'not', 'text': 'Not met'}]}) }}
{{ govukDetails({'summaryText': 'Why that day', 'text': 'It is counted from the letter.'}) }}
{{ govukButton({'text': 'Save'}) }}
</form>
{{ mojTimeline(entries) }}
{% endblock %}
"""
COLUMNS = [
    {"text": "Case", "sort": "none"},
    {"text": "Chief constable’s office"},
    {"text": "Days", "sort": "none"},
]
ROWS = [
    [
        {"text": Markup('<a class="govuk-link" href="/1">R-1</a>'), "header": True},
        "One",
        {"text": "3 left", "sort": 3},
    ],
    [{"text": "R-2", "header": True}, "Two", {"text": "11 left", "sort": 11}],
    [{"text": "R-3", "header": True}, "Three", {"text": "20 late", "sort": -20}],
]
ENTRIES = [
    {
        "title": "Submitted",
        "byline": "Jo",
        "at": "2026-12-04",
        "when": "4 December 2026",
        "text": "In two parts.",
    },
    {"title": "Issued", "at": "2026-12-01", "when": "1 December 2026"},
]

# All that the harness should see, and nothing that we ship.
BAD = """<!DOCTYPE html><html lang="en"><title>Bad</title><body><main><h1>Bad</h1>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">
<table><tr><td width="900"><img alt="" width="900" height="1"></table>
<link rel="stylesheet" href="/bad.css"><button class="tiny">a</button><button class="tiny">b</button>
<script src="/no-such-script.js"></script><script>alert(1)</script></main>"""
BAD_SHEET = (
    "*:focus { outline: none } button { all: unset; } .tiny { width: 8px; height: 8px; font-size: 6px }"
)
STRAY = (
    '<!DOCTYPE html><html lang="en"><title>Stray</title><img alt="" src="http://elsewhere.example/pixel.png">'
)


def app() -> FastAPI:
    made = FastAPI()
    made.mount(assets.ADDRESS, assets.served())

    @made.middleware("http")
    async def protect(request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.nonce = secrets.token_urlsafe(16)
        answer = await call_next(request)
        if request.url.path != "/stray":
            answer.headers["Content-Security-Policy"] = (
                f"default-src 'self'; script-src 'self' 'nonce-{request.state.nonce}'; style-src 'self'; "
                "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
                "frame-ancestors 'none'"
            )
        return answer

    _add_pages(made)
    return made


def _add_pages(made: FastAPI) -> None:
    @made.get("/working")
    def working(request: Request, wrong: str = "") -> HTMLResponse:
        request.state.person = INSPECTOR
        request.state.installation_note = "This installation is not armed: mail stays on this machine."
        page = pages.environment.from_string(WORKING)
        errors = {"reason": "Enter a reason"} if wrong else {}
        return pages.render(request, page, columns=COLUMNS, rows=ROWS, entries=ENTRIES, errors=errors)

    @made.get("/bad")
    def bad() -> HTMLResponse:
        return HTMLResponse(BAD)

    @made.get("/bad.css")
    def bad_sheet() -> Response:
        return Response(BAD_SHEET, media_type="text/css")

    @made.get("/stray")
    def stray() -> HTMLResponse:
        return HTMLResponse(STRAY)

    @made.get("/{name}")
    def shared(request: Request, name: str) -> HTMLResponse:
        if name == "error":
            said = {"heading": "Sorry, there is a problem", "message": "Try again."}
            return pages.render(request, "shared/error.html", 500, **said)
        if name == "forbidden":
            return pages.render(request, "shared/forbidden.html", 403, message="Ask a lead.")
        if name in ("help", "accessibility", "cookies"):
            return pages.render(request, f"shared/{name}.html")
        return pages.render(request, "shared/not_found.html", 404)
