"""Payloads sealed: by one data key for each workflow, opened only where they belong, and never again once shredded."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlmodel import select
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from models.tables import CaseKey
from secrecy.case_keys import LOST, Shredded, destroy
from secrecy.codec import KEY, NoKeys, Sealing, Unsealed, is_sealed
from secrecy.ring import Forged, NoMaster
from tests.secrecy.sealed import NEW, OLD, keys_of

PLAIN = [Payload(metadata={"encoding": b"json/plain"}, data=b'"a secret"')]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
CASE = "recommendation/2016-1/bedfordshire"


def of(codec: Sealing, workflow_id: str) -> Sealing:
    return codec.with_context(WorkflowSerializationContext("default", workflow_id))


def rows(database) -> list[CaseKey]:
    with database.reading() as session:
        return list(session.exec(select(CaseKey).order_by(CaseKey.workflow_id)))


async def test_a_payload_is_sealed_and_opened_again(database):
    codec = of(Sealing(keys_of(database)), CASE)
    sealed = await codec.encode(PLAIN)
    assert b"secret" not in sealed[0].SerializeToString()
    assert await codec.decode(sealed) == PLAIN
    assert await of(Sealing(keys_of(database)), CASE).decode(sealed) == PLAIN
    assert await Sealing(keys_of(database)).decode(sealed) == PLAIN


async def test_the_same_words_are_never_sealed_alike(database):
    codec = of(Sealing(keys_of(database)), CASE)
    assert await codec.encode(PLAIN) != await codec.encode(PLAIN)


async def test_each_workflow_has_one_key_however_many_ask(database):
    codecs = [Sealing(keys_of(database)) for _ in range(4)]
    sealed = await asyncio.gather(*(of(codec, CASE).encode(PLAIN) for codec in codecs))
    await of(codecs[0], "another").encode(PLAIN)
    assert [(row.workflow_id, row.number) for row in rows(database)] == [("another", 1), (CASE, 1)]
    assert all([await of(codecs[0], CASE).decode(each) == PLAIN for each in sealed])


async def test_a_payload_moved_to_another_workflow_is_found(database):
    codec = Sealing(keys_of(database))
    sealed = await of(codec, CASE).encode(PLAIN)
    with pytest.raises(Forged, match=f"A payload of {CASE} was found in another"):
        await of(codec, "another").decode(sealed)
    await of(codec, "another").encode(PLAIN)
    sealed[0].metadata[KEY] = b"1:another"
    with pytest.raises(Forged):
        await of(codec, "another").decode(sealed)


async def test_a_payload_of_another_namespace_is_found(database):
    sealed = await of(Sealing(keys_of(database)), CASE).encode(PLAIN)
    elsewhere = keys_of(database)
    elsewhere.namespace = "other"
    with pytest.raises(Forged):
        await of(Sealing(elsewhere), CASE).decode(sealed)


@pytest.mark.parametrize("place", [0, 12, -1], ids=["nonce", "text", "tag"])
async def test_a_changed_payload_is_found(database, place):
    codec = of(Sealing(keys_of(database)), CASE)
    sealed = await codec.encode(PLAIN)
    changed = bytearray(sealed[0].data)
    changed[place] ^= 1
    sealed[0].data = bytes(changed)
    with pytest.raises(Forged):
        await codec.decode(sealed)


async def test_a_key_that_nobody_made_is_said(database):
    codec = of(Sealing(keys_of(database)), CASE)
    for name in (b"7:nobody", b"x", b"1.5:y", b"", b"9" * 40 + b":y", b"1:\x00", b"\xff"):
        with pytest.raises(Forged, match="knows no data key"):
            await codec.decode([Payload(metadata={"encoding": b"binary/encrypted", KEY: name}, data=b"")])


async def test_what_was_never_sealed_passes(database):
    assert await of(Sealing(keys_of(database)), CASE).decode(PLAIN) == PLAIN


async def test_without_keys_nothing_is_sealed_and_what_is_says_so(database):
    assert await Unsealed().encode(PLAIN) == PLAIN == await Unsealed().decode(PLAIN)
    sealed = await of(Sealing(keys_of(database)), CASE).encode(PLAIN)
    with pytest.raises(NoKeys, match="FOLLOWTHROUGH_PAYLOAD_KEYS"):
        await Unsealed().decode(sealed)


async def test_keys_rotate_and_the_old_one_may_go_once_all_are_wrapped_anew(database):
    sealed = await of(Sealing(keys_of(database, OLD)), CASE).encode(PLAIN)
    both = keys_of(database, OLD, NEW)
    assert await of(Sealing(both), CASE).decode(sealed) == PLAIN
    await of(Sealing(both), "later").encode(PLAIN)
    with pytest.raises(NoMaster, match=f"{rows(database)[1].master}"):
        await of(Sealing(keys_of(database, NEW)), CASE).decode(sealed)
    assert [both.rewrap(row.workflow_id, row.number) for row in rows(database)] == [False, True]
    assert await of(Sealing(keys_of(database, NEW)), CASE).decode(sealed) == PLAIN


async def test_a_wrapped_key_opens_for_its_own_workflow_alone(database):
    for case in (CASE, "other"):
        await of(Sealing(keys_of(database)), case).encode(PLAIN)
    with database.writing() as session:
        here, there = session.get(CaseKey, (CASE, 1)), session.get(CaseKey, ("other", 1))
        here.wrapped = there.wrapped
    with pytest.raises(Forged):
        await of(Sealing(keys_of(database)), CASE).encode(PLAIN)


async def test_a_shredded_workflow_is_read_and_written_no_more(database):
    sealed = await of(Sealing(keys_of(database)), CASE).encode(PLAIN)
    with database.writing() as session:
        assert destroy(session, CASE, "lead-2", "retention of 7 years", NOW) == 1
    codec = of(Sealing(keys_of(database)), CASE)
    for deed in (codec.decode(sealed), codec.encode(PLAIN)):
        with pytest.raises(Shredded, match=r"on 2026-12-04 [(]retention of 7 years"):
            await deed
    [row] = rows(database)
    assert (row.wrapped, row.ended_by) == (None, "lead-2")


async def test_a_key_whose_master_is_lost_gives_way_to_a_new_one(database):
    sealed = await of(Sealing(keys_of(database, OLD)), CASE).encode(PLAIN)
    keys = keys_of(database, NEW)
    assert not keys_of(database, OLD, NEW).give_up(CASE, 1, "ops-1")
    assert keys.give_up(CASE, 1, "ops-1")
    codec = of(Sealing(keys), CASE)
    assert await codec.decode(await codec.encode(PLAIN)) == PLAIN
    assert [(row.number, row.why) for row in rows(database)] == [(1, LOST), (2, "")]
    with pytest.raises(Shredded, match=LOST):
        await codec.decode(sealed)


async def test_a_key_is_not_remembered_for_ever(database, monkeypatch):
    monkeypatch.setattr("secrecy.case_keys.FORGOTTEN_AFTER", 0.0)
    codec = of(Sealing(keys_of(database)), CASE)
    sealed = await codec.encode(PLAIN)
    with database.writing() as session:
        destroy(session, CASE, "lead-2", "retention", NOW)
    with pytest.raises(Shredded):
        await codec.decode(sealed)


async def test_memory_holds_the_newest_keys_only(database, monkeypatch):
    monkeypatch.setattr("secrecy.case_keys.REMEMBERED", 2)
    keys = keys_of(database)
    for case in "abc":
        await of(Sealing(keys), case).encode(PLAIN)
    assert [keys.recall(case) is not None for case in "abc"] == [False, True, True]
    sealed = await of(Sealing(keys), "a").encode(PLAIN)
    assert is_sealed(sealed[0])
