"""Histories recorded with earlier code replay with this one: no running case is stranded (design, rule 8)."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from config.policy_files import fill_shelf
from tests.replay.record import HISTORIES, MANIFEST, PROCESS, this_version
from tests.replay.scenarios import HURRIED, SCENARIOS
from tests.replay.source import hash_of, hashes
from tests.versions.keep import FOLDER as PROGRAMS
from tests.versions.releases import releases
from worker import WORKFLOWS, runner

FILES = sorted(HISTORIES.glob("*/*/*.json"))
ADVICE = """Workflow code changed since its histories were recorded: {files}.
Cases that run now go on with this code. If the change alters what a workflow does (timers, activities, their
order), guard it with workflow.patched and see that the histories of released versions still replay. Then record
the histories of this code:
    python -m tests.replay.record"""


@pytest.fixture(scope="module", params=[True, False], ids=["strict", "as-in-production"])
def replayer(request: pytest.FixtureRequest) -> Replayer:
    fill_shelf()
    return Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=runner(strict=request.param),
    )


def history(text: str) -> WorkflowHistory:
    return WorkflowHistory.from_json("replayed", text)


@pytest.mark.parametrize(
    "path", FILES, ids=[str(path.relative_to(HISTORIES).with_suffix("")) for path in FILES]
)
async def test_a_recorded_history_replays(replayer, path: Path):
    await replayer.replay_workflow(history(path.read_text("utf-8")))


async def test_replaying_notices_code_that_would_do_something_else(replayer):
    kept = HISTORIES / "RecommendationWorkflow" / this_version() / "parked-and-reseated.json"
    text = kept.read_text("utf-8")
    other = history(text.replace('"name":"note_parked"', '"name":"note_otherwise"'))
    assert other != history(text)
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(other)


def test_every_scenario_has_a_history_of_this_version():
    kept = {
        (path.parent.parent.name, path.stem.rstrip("-0123456789"))
        for path in FILES
        if path.parent.name == this_version()
    }
    assert kept == {*SCENARIOS, *HURRIED}


def test_every_release_has_its_histories_and_its_program():
    """tests/versions/releases.txt lists them; `tests.replay.keep` and `tests.versions.keep` put them there."""
    assert {path.parent.name for path in FILES} - {this_version()} == {str(one) for one in releases()}
    assert {path.stem for path in PROGRAMS.glob("*.zip")} == {one.commit for one in releases()}


def test_the_histories_were_recorded_with_this_code():
    recorded = json.loads(MANIFEST.read_text("utf-8"))["code"]
    now = hashes()
    changed = sorted(name for name in {*recorded, *now} if recorded.get(name) != now.get(name))
    assert not changed, ADVICE.format(files=", ".join(changed))


def test_comments_docstrings_and_layout_are_not_a_change():
    plain = "def f(a, b):\n    return g(a, 'x')\n"
    same = (
        '"""A module."""\n\n# why\ndef f(a, b):\n    """Gives it."""\n    return g(\n        a, "x"\n    )\n'
    )
    assert hash_of(plain) == hash_of(same)
    assert hash_of(plain) != hash_of(plain.replace("'x'", "'y'"))
    assert hash_of("class C:\n    'C.'\n    x = 1\n") == hash_of("class C:\n    x = 1\n")


def test_a_history_names_no_machine():
    for path in FILES:
        text = path.read_text("utf-8")
        assert '"identity":"recorder"' in text
        assert not PROCESS.search(text)
