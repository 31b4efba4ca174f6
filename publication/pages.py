"""The public site over HTTP, as any server of static files would serve it: always one release, the current one."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
POLICY = (
    "default-src 'none'; style-src {style}; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {".xml": "application/xml; charset=utf-8", ".csv": "text/csv; charset=utf-8"}
FEED = "application/atom+xml; charset=utf-8"
NOTHING = "No public site is built here yet. Build it: followthrough site build\n"


class _Release(StaticFiles):
    """The files of the current release. Letters bring their own style, as they were sealed; nothing else does."""

    async def check_config(self) -> None:
        """There may be no site yet."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not Path(str(self.directory)).is_dir():
            return PlainTextResponse(NOTHING, 503, headers={**SAFE, "Retry-After": "10"})
        answer = await super().get_response(path, scope)
        style = "'unsafe-inline'" if path.startswith("letters/") else "'self'"
        answer.headers.update(SAFE | {"Content-Security-Policy": POLICY.format(style=style)})
        if answer.status_code == 200 and (type_ := _type(path)):
            answer.headers["Content-Type"] = type_
        return answer


def _type(path: str) -> str:
    if path.endswith(".xml") and path != "sitemap.xml":
        return FEED
    return TYPES.get(Path(path).suffix, "")


def pages(folder: Path) -> Starlette:
    """The site in a folder. What is not there is answered by the site's own page for that."""
    files = _Release(directory=folder / "current", html=True, check_dir=False, follow_symlink=True)
    return Starlette(routes=[Mount("/", files)])
