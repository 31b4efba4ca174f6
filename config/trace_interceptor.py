"""How an update belongs to the trace of whoever sent it.

The SDK's own interceptor puts what an update does into the trace of the workflow's start, months ago, and only links
to the sender. Here the sender's span is the parent, so that an act is one trace. An update that came without one (the
`temporal` command) is traced as the SDK does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.contrib.opentelemetry._context import attached_context
from temporalio.worker import HandleUpdateInput, WorkflowInterceptorClassInput


class ActTracing(TracingInterceptor):
    """Temporal's tracing, but for updates."""

    def workflow_interceptor_class(
        self, asked: WorkflowInterceptorClassInput
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(asked)
        return _OfTheSender


class _OfTheSender(TracingWorkflowInboundInterceptor):
    def handle_update_validator(self, update: HandleUpdateInput) -> None:
        if self.header_key not in update.headers:
            return super().handle_update_validator(update)
        with self._traced("ValidateUpdate", update):
            return self.next.handle_update_validator(update)

    async def handle_update_handler(self, update: HandleUpdateInput) -> object:
        if self.header_key not in update.headers:
            return await super().handle_update_handler(update)
        with self._traced("HandleUpdate", update):
            return await self.next.handle_update_handler(update)

    @contextmanager
    def _traced(self, what: str, update: HandleUpdateInput) -> Iterator[None]:
        """A span under the sender's, and under it what the update does. None is made again in a replay."""
        with self._under(update):
            self._completed_span(
                f"{what}:{update.update}", add_to_outbound=update, kind=trace.SpanKind.SERVER
            )
        with self._under(update):
            yield

    @contextmanager
    def _under(self, update: HandleUpdateInput) -> Iterator[None]:
        [carrier] = self.payload_converter.from_payloads([update.headers[self.header_key]])
        with attached_context(self._set_on_context(self.text_map_propagator.extract(carrier))):
            yield
