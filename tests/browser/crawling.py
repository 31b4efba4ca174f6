"""Following links as a person does: one page of every kind that can be reached from somebody's own start page."""

from collections import deque
from collections.abc import AsyncIterator
from functools import cache
from urllib.parse import urlsplit

from fastapi.routing import APIRoute
from playwright.async_api import Error
from starlette.routing import Match

from console.app import ROUTERS
from tests.browser.window import Window

AWAY = ("/api/", "/assets/", "/calendar/")
FILES = (".csv", ".xlsx", ".ics", ".toml", ".pdf", ".eml")
LINKS = (
    "() => [...document.querySelectorAll('a[href]:not([download])')].map((one) => one.getAttribute('href'))"
)


@cache
def kind_of(path: str) -> str | None:
    """The path of the route that answers here, as it is declared; None when it is no page."""
    if path.startswith(AWAY) or path.endswith(FILES) or "/documents/" in path:
        return None
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    for route in (one for router in ROUTERS for one in router.routes):
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
            return route.path
    return None


async def pages(window: Window, start: str = "/") -> AsyncIterator[str]:
    """Shows one page of each kind in the window, and gives its kind; links are followed in the order they stand."""
    seen: set[str] = set()
    queue = deque([start])
    while queue:
        address = queue.popleft()
        kind = kind_of(urlsplit(address).path)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        try:
            answer = await window.go(address)
        except Error as left:
            if "Download is starting" in left.message:
                continue
            raise
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status < 400, (address, answer.status, await window.page.inner_text("main"))
        yield kind
        queue.extend(href for href in await window.page.evaluate(LINKS) if href.startswith("/"))
