"""Traces: one act, from the door where it comes in through update and workflow to the ledger's activity.

Off unless a setting names a collector. What asks for a span asks OpenTelemetry's own API, which does nothing then.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry import trace
from temporalio.client import Interceptor

NAME = "followthrough"
PATIENCE_SECONDS = 2.0
"""What a process that ends, or a collector that does not answer, may cost."""

_interceptors: list[Interceptor] = []


def begin(collector: str | None) -> Sequence[Interceptor]:
    """Send this process's traces to the collector (OTLP over HTTP); answers what a Temporal client needs for it."""
    if collector is not None and not _interceptors:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        here = {
            "service.name": NAME,
            "service.version": version(NAME),
            "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
        }
        provider = TracerProvider(resource=Resource(here))
        exporter = OTLPSpanExporter(f"{collector}/v1/traces", timeout=PATIENCE_SECONDS)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        _interceptors.append(interceptor(provider))
    return tuple(_interceptors)


def interceptor(provider: trace.TracerProvider) -> Interceptor:
    """What carries a trace through the client's calls, workflows and activities."""
    from config.trace_interceptor import ActTracing

    return ActTracing(provider.get_tracer(NAME))


def end() -> None:
    """Send what is left. A collector that does not answer is waited for, but not for long."""
    if _interceptors:
        from opentelemetry.sdk.trace import TracerProvider

        provider = trace.get_tracer_provider()
        assert isinstance(provider, TracerProvider)
        provider.force_flush(int(PATIENCE_SECONDS * 1000))


@contextmanager
def span(name: str, **facts: str) -> Iterator[None]:
    """Something that takes time, with facts that are no personal data."""
    with trace.get_tracer(NAME).start_as_current_span(name, attributes=facts, record_exception=False):
        yield
