"""A browser window that notes what a person would not see: errors in scripts, and requests that leave this machine."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Response, Route

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NOT_LOADED = "Failed to load resource"


@dataclass
class Watch:
    """What went wrong in one context, in all its pages."""

    errors: list[tuple[str, str]] = field(default_factory=list)  # what, and of which address
    strays: list[str] = field(default_factory=list)
    refused_pages: set[str] = field(default_factory=set)

    async def over(self, context: BrowserContext) -> None:
        await context.route("**/*", self._guard)
        context.on("console", self._console)
        context.on("weberror", lambda found: self.errors.append((str(found.error), "")))
        context.on("response", self._response)

    def faults(self) -> list[str]:
        """All faults, but for the browser's own note that a page answered with 4xx or 5xx: a test asks for those."""
        errors = [
            f"{said} ({address})" if address else said
            for said, address in self.errors
            if not (said.startswith(NOT_LOADED) and address in self.refused_pages)
        ]
        return errors + [f"asked for {address}, which is not on this machine" for address in self.strays]

    async def _guard(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            return await route.fallback()
        self.strays.append(route.request.url)
        return await route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append((message.text, message.location["url"]))

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.request.is_navigation_request():
            self.refused_pages.add(response.url)


@dataclass(frozen=True)
class Window:
    """One page of one application."""

    page: Page
    base: str

    async def go(self, path: str) -> Response:
        answer = await self.page.goto(f"{self.base}{path}")
        assert answer is not None
        return answer
