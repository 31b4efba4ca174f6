"""The console: one FastAPI application. Pages for people, `/api/v1` for programs, the same rights behind both."""

from collections.abc import Sequence
from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.trustedhost import TrustedHostMiddleware
from temporalio.client import Client

from config.policy_files import fill_shelf
from config.settings import Settings
from console import account, assets, codec, health, oidc, signin, words
from console.api.doors import ROUTERS as API
from console.body.doors import ROUTERS as BODY
from console.casefile.doors import ROUTERS as CASEFILE
from console.errors import handle_errors
from console.inspect.doors import ROUTERS as INSPECTION
from console.keys import keys_for
from console.ops import doors
from console.ops.live import Live
from console.oversight.doors import ROUTERS as OVERSIGHT
from console.pace import Pace
from console.room import Room
from console.safety import Neighbours, NotTooLarge, SafeHeaders, SameOrigin, WhoAsks
from console.signin import limits_in
from console.traced import Traced
from models.database import Database
from office.desk import Clock

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would tell addresses, with the secrets that links hold. `console/traced.py` has ours."""

ROUTERS: tuple[APIRouter, ...] = (
    account.router,
    signin.router,
    oidc.router,
    words.router,
    health.router,
    codec.router,
    *BODY,
    *OVERSIGHT,
    *CASEFILE,
    *API,
    *doors.ROUTERS,
    *INSPECTION,
)


def create_app(
    settings: Settings,
    database: Database,
    client: Client,
    *,
    clock: Clock | None = None,
    routers: Sequence[APIRouter] = ROUTERS,
) -> FastAPI:
    """The console over an open ledger and a connected client; whoever made them closes them.

    Raises:
        SettingsError: when the signing keys cannot be used.
        AssetsError: when the assets are not there.
    """
    fill_shelf()
    app = FastAPI(
        title="Followthrough",
        version=version("followthrough"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    room = Room(settings, database, client, keys_for(settings), clock or Clock(), Pace())
    app.state.room = room
    app.state.provider = oidc.provider_for(settings)
    app.state.live = Live(room)
    app.mount(assets.ADDRESS, assets.served(), name="assets")
    for router in routers:
        app.include_router(router)
    handle_errors(app)
    _surround(app, room)
    return app


def _surround(app: FastAPI, room: Room) -> None:
    """The last that is added is the outermost."""
    base = urlsplit(room.settings.base_url)
    secure = base.scheme == "https"
    engine = codec.neighbour(room.settings)
    app.add_middleware(WhoAsks, room=room, limits=limits_in(room.settings), secure=secure)
    app.add_middleware(NotTooLarge)
    app.add_middleware(SameOrigin, base_url=room.settings.base_url, neighbour=engine)
    app.add_middleware(Neighbours, neighbour=engine)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[base.hostname or "", *LOOPBACK])
    app.add_middleware(SafeHeaders, secure=secure)
    app.add_middleware(Traced)
