"""A collector of traces on loopback: takes OTLP over HTTP, and keeps the spans."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

WAIT = 30.0


class Collector:
    """The spans that came, and where they are to be sent."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.spans: list[Span] = []
        self.services: set[str] = set()

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            said = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.services.add(said["service.instance.id"])
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]

    def named(self, name: str) -> Span:
        """The span of this name; waits for it, since spans are sent in batches."""
        return self._until(lambda span: span.name == name, name)

    def within(self, trace: bytes, name: str) -> Span:
        """The span of this name in a trace; waits for it."""
        return self._until(lambda span: span.trace_id == trace and span.name == name, name)

    def chain(self, last: Span) -> list[str]:
        """The names from the first span of a trace down to this one; waits for each."""
        names, here = [last.name], last
        while here.parent_span_id:
            here = self._above(here)
            names.append(here.name)
        return names[::-1]

    def _above(self, span: Span) -> Span:
        ours = (span.trace_id, span.parent_span_id)
        return self._until(lambda one: (one.trace_id, one.span_id) == ours, f"what is above {span.name}")

    def _until(self, wanted: Callable[[Span], bool], what: str) -> Span:
        end = time.monotonic() + WAIT
        while True:
            if found := [span for span in self.spans if wanted(span)]:
                return found[-1]
            assert time.monotonic() < end, (what, [span.name for span in self.spans])
            time.sleep(0.05)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector, while the block runs."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            collector.take(gzip.decompress(body) if zipped else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
