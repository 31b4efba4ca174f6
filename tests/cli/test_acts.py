"""Every act that the command line offers, taken once on the sample, each by somebody who may."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lifecycle.dates import local_date
from tests.cli.running import Installation, installation

pytestmark = [pytest.mark.server]


def kinds(there: Installation, case: str) -> list[str]:
    file = there.json("case", "show", case)
    assert isinstance(file, dict)
    return [entry["kind"] for entry in file["timeline"]]


def take(there: Installation, deed: str, case: str, *words: str, by: str) -> None:
    done = there.here("case", deed, case, *words, actor=by)
    assert done.returncode == 0, (deed, done.stderr)


def most_urgent(there: Installation, *words: str) -> str:
    found = there.json("case", "list", *words)
    assert isinstance(found, list)
    return str(found[0]["id"])


def test_every_act_by_command(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as there:
        there.start()
        case = "recommendation/seed-2016-legitimacy-asg/bedfordshire"
        said = ("--text", "In words.")
        later = str(local_date(datetime.now(UTC)) + timedelta(days=60))
        body = "liaison-bedfordshire"
        take(there, "move", case, "--clock", "submission", "--due", later, *said, by="lead-1")
        take(there, "acknowledge", case, "--paper", "request_letter", by=body)
        latest = str(local_date(datetime.now(UTC)) + timedelta(days=90))
        take(there, "ask-time", case, "--clock", "submission", "--due", latest, *said, by=body)
        take(there, "answer-time", case, "--clock", "submission", "--grant", *said, by="lead-1")
        take(there, "ask", case, *said, by=body)
        asked = there.json("case", "show", case)
        assert isinstance(asked, dict)
        [number] = [entry["seq"] for entry in asked["timeline"] if entry["kind"] == "question_asked"]
        take(there, "answer", case, str(number), *said, by="inspector-1")
        take(there, "submit", case, *said, "--answer", "already_reported", "--under", "2016-3", by=body)
        take(there, "withdraw-submission", case, *said, by=body)
        take(there, "submit", case, *said, "--incomplete", by="liaison-bedfordshire")
        take(there, "ask-document", case, *said, by="inspector-1")
        take(there, "submit", case, *said, by="liaison-bedfordshire")
        report = there.json("report", "show", "peel-legitimacy-2016")
        assert isinstance(report, dict)
        criteria = [one["id"] for one in report["criteria"] if one["reference"] == case.split("/")[1]]
        assess = [word for one in criteria for word in ("--finding", f"{one}=unclear")]
        assess = ["--outcome", "not_started", *assess, *said]
        take(there, "assess", case, *assess, by="inspector-1")
        take(there, "take-back", case, *said, by="inspector-1")
        take(there, "assess", case, *assess, by="inspector-1")
        take(there, "return", case, *said, by="lead-1")
        take(there, "assess", case, *assess, by="inspector-1")
        take(there, "authorise", case, by="lead-1")
        take(there, "letter", case, by="lead-1")
        take(there, "declare", case, *said, by="liaison-bedfordshire")
        take(there, "inspect", case, "--result", "verified", *said, by="inspector-1")
        acts = [
            "clock_moved",
            "acknowledged",
            "time_asked",
            "time_granted",
            "question_asked",
            "question_answered",
            "submitted",
            "submission_withdrawn",
            "submitted",
            "document_asked",
            "submitted",
            "assessed",
            "taken_back",
            "assessed",
        ]
        acts += ["returned", "assessed", "authorised", "letter_sent", "declared", "inspected"]
        happened = iter(kinds(there, case))
        assert all(act in happened for act in acts)

        other = most_urgent(there, "--stage", "requested")
        take(there, "withdraw", other, *said, by="lead-1")
        assert "withdrawn" in kinds(there, other)

        response = "response/gmp-victims-2020/greater-manchester-mayor"
        take(there, "respond", response, *said, by="ops-1")
        assert "responded" in kinds(there, response)
        assert (
            there.here("case", "respond", response, *said, "--key", "again", actor="ops-1").returncode == 65
        )

        publish = there.here("report", "publish", "peel-legitimacy-2016")
        assert publish.returncode == 65
        assert "no letter sent" in publish.stderr
        assert there.here("report", "publish", "cleveland-2019").returncode == 0
        assert there.here("mail", "stop", "--reason", "a drill", actor="ops-1").returncode == 0
        assert "1 orders lifted" in there.here("mail", "resume", actor="ops-1").stdout
        assert there.here("mail", "stop", "--reason", "a drill", actor="inspector-1").returncode == 77
