"""What a worker answers to whoever watches it: /metrics, /healthz and /readyz on a port that a setting names."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.worker import Worker

from config.settings import Settings
from embedded.ports import require_free
from embedded.web import listening
from models.database import Database
from office.readiness import engine_answers, ledger_answers
from office.vital_signs import Watched
from watching.scrape import scraped

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@contextlib.asynccontextmanager
async def watched(
    settings: Settings, database: Database, client: Client, worker: Worker
) -> AsyncIterator[None]:
    """Answer while the block runs; nothing without `FOLLOWTHROUGH_METRICS_PORT`. Raises PortTaken."""
    if settings.metrics_port is None:
        yield
        return
    require_free(settings.metrics_port, "metrics", "FOLLOWTHROUGH_METRICS_PORT")
    app = watch_app(database, client, worker)
    async with listening(app, settings.metrics_port, host=settings.metrics_host):
        yield


def require_sdk_port(settings: Settings) -> None:
    """Raises PortTaken, before Temporal's own exporter would fail with less to say."""
    if settings.sdk_metrics_port is not None:
        require_free(settings.sdk_metrics_port, "the SDK's metrics", "FOLLOWTHROUGH_SDK_METRICS_PORT")


def watch_app(database: Database, client: Client, worker: Worker) -> Starlette:
    """The three addresses, for a worker that runs."""
    figures = Watched(database)

    async def metrics(_: Request) -> Response:
        return Response(await asyncio.to_thread(scraped, figures), headers={"Content-Type": TEXT})

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def ready(_: Request) -> Response:
        found = {
            "ledger": await asyncio.to_thread(ledger_answers, database),
            "engine": await engine_answers(client),
            "worker": worker.is_running and not worker.is_shutdown,
        }
        return JSONResponse(found, 200 if all(found.values()) else 503)

    routes = {"/metrics": metrics, "/healthz": alive, "/readyz": ready}
    return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])
