"""The way to Temporal: one converter, one set of TLS rules, one error when nobody answers."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from temporalio.client import Client, Interceptor
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError, TLSConfig

from config import traces
from config.payload_keys import ring_for
from config.settings import Settings
from config.sources import SettingsError
from models.database import Database
from secrecy.case_keys import CaseKeys
from secrecy.converter import converter_for

PATIENCE = 10.0  # seconds


class NoServer(Exception):  # noqa: N818 - said to a person
    """No Temporal server answers. The text says where, and what to do."""


async def connect(
    settings: Settings, database: Database, *, lazy: bool = False, measured: bool = False
) -> Client:
    """A client of the server in force. With `lazy` it connects at its first call; a `measured` one, a worker's, tells
    the SDK's metrics on the port of the setting. Traces go where the setting says. The data keys of what it seals are
    kept in the ledger.

    Raises NoServer after at most 10 seconds, and SettingsError for a certificate that cannot be read.
    """
    key, ring = settings.temporal_api_key, ring_for(settings)
    try:
        return await connect_to(
            settings.engine_address,
            settings.temporal_namespace,
            tls=_tls(settings),
            api_key=key.get_secret_value() if key else None,
            lazy=lazy,
            metrics=_metrics(settings) if measured else None,
            interceptors=traces.begin(settings.otlp_url),
            keys=CaseKeys(database, ring, settings.temporal_namespace) if ring else None,
        )
    except NoServer as error:
        raise NoServer(f"{error} {_advice(settings)}") from error


async def connect_to(
    address: str,
    namespace: str = "default",
    *,
    tls: TLSConfig | bool = False,
    api_key: str | None = None,
    lazy: bool = False,
    metrics: str | None = None,
    interceptors: Sequence[Interceptor] = (),
    keys: CaseKeys | None = None,
) -> Client:
    """A client of the server at `address` (host:port). Without keys it seals nothing. Raises NoServer."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await Client.connect(
                address,
                namespace=namespace,
                tls=tls,
                api_key=api_key,
                lazy=lazy,
                data_converter=converter_for(keys),
                connect_timeout=timedelta(seconds=PATIENCE),
                interceptors=interceptors,
                runtime=runtime(metrics),
            )
    except TimeoutError:
        raise NoServer(f"no Temporal server answered at {address} within {PATIENCE:.0f} seconds.") from None
    except (RuntimeError, RPCError) as error:
        raise NoServer(f"no Temporal server at {address}: {error}.") from error


def _metrics(settings: Settings) -> str | None:
    port = settings.sdk_metrics_port
    host = settings.metrics_host
    return f"[{host}]:{port}" if port and ":" in host else f"{host}:{port}" if port else None


@cache
def runtime(metrics: str | None = None) -> Runtime:
    """What runs Temporal's core in this process: by itself it would log to stdout, among a command's data.

    `metrics` is the address where the core answers to Prometheus, under the names that Temporal documents.
    """
    seen = LoggingConfig(
        filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
    )
    told = PrometheusConfig(bind_address=metrics) if metrics else None
    return Runtime(telemetry=TelemetryConfig(logging=seen, metrics=told))


def _tls(settings: Settings) -> TLSConfig | bool:
    if not settings.temporal_tls:
        return False
    return TLSConfig(
        server_root_ca_cert=_pem(settings.temporal_tls_server_ca_cert_path, "SERVER_CA_CERT"),
        domain=settings.temporal_tls_server_name,
        client_cert=_pem(settings.temporal_tls_client_cert_path, "CLIENT_CERT"),
        client_private_key=_pem(settings.temporal_tls_client_key_path, "CLIENT_KEY"),
    )


def _pem(path: Path | None, which: str) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError as error:
        name = f"TEMPORAL_TLS_{which}_PATH"
        raise SettingsError(f"{name} names {path}, which cannot be read: {error.strerror}.") from error


def _advice(settings: Settings) -> str:
    if settings.embedded_engine:
        return "Start the embedded engine with `make run`, or set TEMPORAL_ADDRESS to a server that runs."
    return "Check TEMPORAL_ADDRESS and TEMPORAL_TLS, and that the server runs."
