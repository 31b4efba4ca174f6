"""Workflows against the ledger, as values; on the real engine tests/workflows/test_audit.py."""

from datetime import UTC, datetime, timedelta

from audit.seats import Standing, wrong_seats

NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(hours=1), NOW - timedelta(minutes=1)


def kinds(ledger: dict[str, Standing], running: dict[str, datetime]) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in wrong_seats(ledger, running, NOW)]


def test_every_open_case_has_one_and_no_other_has_any() -> None:
    ledger = {
        "here": Standing(LONG_AGO, ended=False),
        "lost": Standing(LONG_AGO, ended=False),
        "new": Standing(JUST_NOW, ended=False),
        "over": Standing(LONG_AGO, ended=True),
        "ending": Standing(LONG_AGO, ended=True),
        "closed": Standing(LONG_AGO, ended=True),
    }
    running = dict.fromkeys(("here", "over", "strange"), LONG_AGO) | dict.fromkeys(
        ("ending", "young"), JUST_NOW
    )
    assert kinds(ledger, running) == [
        ("no_workflow", "lost"),
        ("stray_workflow", "over"),
        ("stray_workflow", "strange"),
    ]
    assert kinds({}, {}) == []


def test_each_says_what_to_do() -> None:
    said = {
        one.subject: one.remedy
        for one in wrong_seats({"a": Standing(LONG_AGO, ended=False)}, {"b": LONG_AGO}, NOW)
    }
    assert said["a"].startswith("followthrough case reseat a")
    assert "temporal workflow terminate --workflow-id b" in said["b"]
