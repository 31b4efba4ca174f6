"""What a case carries into its next run, and its events, are read by a released version, unless they say more than it
knows (decision 0013)."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.words import InspectionResult, Stage
from models.messages import CaseStart
from tests.unit import builders as b
from tests.versions.keep import kept, unpack

READ = """
import json, sys
from lifecycle.events import EVENT
from models.messages import CaseStart
said = json.load(sys.stdin)
case = CaseStart.model_validate(said["start"]).case
print(case.stage, *(EVENT.validate_python(one).kind for one in said["events"]))
"""
TOLD = {"at": b.london(date(2017, 6, 1), "10:00"), "on": date(2017, 6, 1), "actor": "lead-1"}
EVENTS = (
    e.Authorised(**TOLD),
    e.TimeGranted(**TOLD, clock="submission", due=date(2017, 7, 1), reason="r-1"),
    e.TimeRefused(**TOLD, clock="submission", due=None, reason="r-1"),
    e.Inspected(**TOLD, result=InspectionResult.verified, narrative="n-1"),
)


@pytest.mark.parametrize("program", kept(), ids=lambda path: path.stem)
def test_a_released_version_reads_what_says_nothing_new(program: Path, tmp_path: Path) -> None:
    older = unpack(program, tmp_path)
    case = Case(id="recommendation/r-1/kent", seq=9, stage=Stage.authorised, assessed_by="inspector-1")
    start = CaseStart(opening=b.opening(), case=case, done={"key": 9})
    said = {
        "start": start.model_dump(mode="json"),
        "events": [one.model_dump(mode="json") for one in EVENTS],
    }
    read = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=older,
        env=os.environ | {"PYTHONPATH": str(older)},
        input=json.dumps(said),
        capture_output=True,
        text=True,
    )
    assert read.stdout.split() == ["authorised", *(one.kind for one in EVENTS)], read.stderr
