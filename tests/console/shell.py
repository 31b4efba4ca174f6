"""A small application of the shared pages alone, with the policy that the console's pages are served under."""

import secrets

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.base import RequestResponseEndpoint

from console import assets, pages

ADDRESSES = ("/help", "/accessibility", "/cookies", "/error", "/not-found", "/forbidden")


def app() -> FastAPI:
    made = FastAPI()
    made.mount(assets.ADDRESS, assets.served())

    @made.middleware("http")
    async def protect(request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.nonce = secrets.token_urlsafe(16)
        answer = await call_next(request)
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'self' 'nonce-{request.state.nonce}'; style-src 'self'; "
            "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        return answer

    @made.get("/{name}")
    def show(request: Request, name: str) -> HTMLResponse:
        if name == "error":
            context = {"heading": "Sorry, there is a problem", "message": "Try again.", "reference": "4f1c"}
            return pages.render(request, "shared/error.html", status=500, **context)
        if name == "forbidden":
            return pages.render(request, "shared/forbidden.html", status=403, reason=None)
        if name in ("help", "accessibility", "cookies"):
            return pages.render(request, f"shared/{name}.html")
        return pages.render(request, "shared/not_found.html", status=404)

    return made
