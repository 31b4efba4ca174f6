"""Through the real engine: nothing of a case can be read in what it keeps, and everything works as before."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from google.protobuf.message import Message
from sqlmodel import select
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from lifecycle import acts as a
from models.tables import CaseKey
from secrecy.case_keys import CaseKeys, destroy
from secrecy.codec import KEY, Sealing, is_sealed
from secrecy.converter import converter_for
from tests.secrecy.sealed import keys_of, sealing
from tests.unit import builders as b
from tests.workflows.lives import SHORT, up_to
from tests.workflows.scene import Followed, Scene
from worker import WORKFLOWS, runner

pytestmark = pytest.mark.server
LOCAL = "marker_recorded_event_attributes.details.payloads."
"""The SDK's own note of a local activity: which one, and when. What it answered is beside it, sealed."""


@pytest.fixture
def keys(ledger) -> CaseKeys:
    return keys_of(ledger)


@pytest.fixture
async def scene(client, skipper, ledger, keys) -> AsyncIterator[Scene]:
    made = Scene(sealing(client, keys), skipper, ledger)
    async with made.working():
        yield made


def payloads(found: Message) -> Iterator[tuple[str, Payload]]:
    """Every payload in a message, with the name of the field that it is in."""
    for field, value in found.ListFields():
        if isinstance(value, Payload):
            yield field.name, value
        elif isinstance(value, Message):
            yield from ((f"{field.name}.{inner}", each) for inner, each in payloads(value))
        elif field.message_type is not None:
            several = value.values() if hasattr(value, "values") else value
            for one in several:
                inside = [("", one)] if isinstance(one, Payload) else payloads(one)
                yield from ((f"{field.name}.{inner}", each) for inner, each in inside)


async def raw(client: Client, case: Followed) -> WorkflowHistory:
    return await client.get_workflow_handle(case.handle.id).fetch_history()


async def test_a_life_runs_as_ever_and_nothing_of_it_can_be_read(scene, client, ledger):
    case = await up_to(scene, "complete_assessment")
    assert (await case.view()).case.stage.value == "assessed"
    history = await raw(client, case)
    found = [each for event in history.events for each in payloads(event)]
    plain = {name for name, payload in found if not is_sealed(payload)}
    assert {name for name in plain if "search_attributes" not in name} == {LOCAL}
    assert sum(is_sealed(payload) for _, payload in found) > 10
    assert {payload.metadata[KEY] for _, payload in found if is_sealed(payload)} == {
        f"1:{case.handle.id}".encode()
    }
    text = "".join(str(payload.data) for name, payload in found if "search_attributes" not in name)
    for said in ("inspector-1", "submission-1", "national-recommendation", "before-5"):
        assert said not in text
    with ledger.reading() as session:
        assert case.handle.id in set(session.exec(select(CaseKey.workflow_id)))


async def test_a_sealed_history_replays_and_a_summary_can_be_read(scene, keys, client):
    case = await up_to(scene, "record_submission")
    replayer = Replayer(
        workflows=WORKFLOWS, data_converter=converter_for(keys), workflow_runner=runner(strict=False)
    )
    await replayer.replay_workflow(await raw(client, case))
    history = await raw(client, case)
    [*_, words] = [e.user_metadata.summary for e in history.events if e.HasField("user_metadata")]
    [opened] = await Sealing(keys).decode([words])
    assert json.loads(opened.data)


async def test_a_refusal_arrives_in_its_words_and_is_kept_sealed(scene, client):
    case = await up_to(scene, "complete_assessment")
    failure = await case.failure(a.Authorise(key="same", actor="inspector-1"))
    assert failure.type == "Refused"
    assert "inspector-1" in failure.message
    assert "Encoded failure" not in failure.message


async def test_a_case_from_before_there_were_keys_goes_on_and_is_sealed_from_then(
    client, skipper, ledger, keys
):
    before = Scene(client, skipper, ledger)
    async with before.working():
        case = await up_to(before, "send_request_letter")
    after = Scene(sealing(client, keys), skipper, ledger, before.name)
    async with after.working():
        later = after.followed(case.handle.id)
        await later.take(b.submission())
        for act in SHORT[2:]:
            await later.take(act)
    kinds = [is_sealed(p) for e in (await raw(client, case)).events for n, p in payloads(e) if "input" in n]
    assert kinds[0] is False
    assert kinds[-1] is True


async def test_shredded_nobody_reads_a_case_in_the_engine(scene, client, ledger, keys):
    case, other = await up_to(scene, "record_submission"), await up_to(scene, "send_request_letter")
    sealed = [p for e in (await raw(client, case)).events for _, p in payloads(e) if is_sealed(p)]
    with ledger.writing() as session:
        destroy(session, case.handle.id, "lead-2", "retention of 7 years", datetime.now(UTC))
    later = Sealing(keys_of(ledger))
    for payload in sealed:
        with pytest.raises(Exception, match="destroyed"):
            await later.decode([payload])
    await other.take(b.submission())
