"""A request that acts, as the first span of its trace: pages that are only read are not traced."""

from opentelemetry import trace

from config.traces import NAME
from console.safety import SAFE, App, Receive, Scope, Send


class Traced:
    """Names the span by the route, never by the address: that may hold a link's secret."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            return await self.app(scope, receive, send)
        tracer, method = trace.get_tracer(NAME), scope["method"]
        with tracer.start_as_current_span(method, kind=trace.SpanKind.SERVER, record_exception=False) as span:
            try:
                await self.app(scope, receive, send)
            finally:
                span.update_name(f"{method} {getattr(scope.get('route'), 'path', 'elsewhere')}")
