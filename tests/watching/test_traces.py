"""One act is one trace; and tracing leaves workflows as they were."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper
from temporalio.worker import Replayer

from config import traces
from models.database import Database
from tests.unit import builders as b
from tests.workflows.conftest import client, ledger, server, skipper  # noqa: F401 - fixtures
from tests.workflows.lives import named
from tests.workflows.scene import Scene
from worker import WORKFLOWS, runner

pytestmark = pytest.mark.server
CHAIN = (
    "StartWorkflowUpdate:send_request_letter",
    "ValidateUpdate:send_request_letter",
    "HandleUpdate:send_request_letter",
    "StartActivity:append",
    "RunActivity:append",
)


@pytest.fixture
def provider() -> Iterator[TracerProvider]:
    made = TracerProvider()
    yield made
    made.shutdown()


@pytest.fixture
def spans(provider: TracerProvider) -> InMemorySpanExporter:
    kept = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return kept


def traced(plain: Client, provider: TracerProvider) -> Client:
    config = plain.config()
    config["interceptors"] = [traces.interceptor(provider)]
    return Client(**config)


def chain(spans: InMemorySpanExporter, last: ReadableSpan) -> list[str]:
    """The names from a span back to the first of its trace."""
    by_id = {span.context.span_id: span for span in spans.get_finished_spans()}
    names, here = [], last
    while True:
        names.append(here.name)
        if here.parent is None:
            return names
        assert here.parent.trace_id == last.context.trace_id
        here = by_id[here.parent.span_id]


async def test_an_act_is_one_trace_from_its_door_to_the_ledger(
    client: Client,  # noqa: F811
    skipper: TimeSkipper,  # noqa: F811
    ledger: Database,  # noqa: F811
    provider: TracerProvider,
    spans: InMemorySpanExporter,
):
    scene = Scene(traced(client, provider), skipper, ledger)
    async with scene.working():
        case = await scene.open()
        spans.clear()
        with provider.get_tracer("test").start_as_current_span("POST /ops/letters"):
            await case.take(named("asked", b.EVERY_ACT["send_request_letter"]))
    written = [span for span in spans.get_finished_spans() if span.name == "RunActivity:append"]
    assert [chain(spans, span) for span in written] == [
        ["RunActivity:append", *reversed(CHAIN[:-1]), "POST /ops/letters"]
    ]
    assert all("letter" not in (span.attributes or {}) for span in spans.get_finished_spans())


async def test_a_traced_history_replays_without_tracing_and_a_plain_one_with_it(
    client: Client,  # noqa: F811
    skipper: TimeSkipper,  # noqa: F811
    ledger: Database,  # noqa: F811
    provider: TracerProvider,
    spans: InMemorySpanExporter,
):
    interceptor = traces.interceptor(provider)
    for used, replayed in (([interceptor], []), ([], [interceptor])):
        scene = Scene(traced(client, provider) if used else client, skipper, ledger)
        async with scene.working():
            case = await scene.open()
            await case.take(named("asked", b.EVERY_ACT["send_request_letter"]))
            history = await case.handle.fetch_history()
        before = len(spans.get_finished_spans())
        replayer = Replayer(
            workflows=WORKFLOWS,
            data_converter=pydantic_data_converter,
            workflow_runner=runner(strict=True),
            interceptors=replayed,  # type: ignore[arg-type]
        )
        await replayer.replay_workflow(history)
        assert len(spans.get_finished_spans()) == before


def test_nothing_is_traced_unless_a_collector_is_named():
    assert traces.begin(None) == ()
