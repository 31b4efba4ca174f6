"""Logs: a line for programs with every fact in a field, a short line for people."""

import json
import logging

import pytest

from config.logs import set_up


@pytest.fixture(autouse=True)
def _root_logger_put_back():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)


def test_facts_are_fields_in_the_file_and_few_on_the_screen(tmp_path, capsys):
    logs = set_up(tmp_path / "log")
    logging.getLogger("office.acts").info(
        "submission recorded", extra={"ref": "s-1", "body": "kent", "seq": 7}
    )
    line = json.loads(logs.read_text())
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "office.acts",
        "event": "submission recorded",
        "ref": "s-1",
        "body": "kent",
        "seq": 7,
    }
    shown = capsys.readouterr().err
    assert shown.endswith("submission recorded ref=s-1 body=kent\n")


def test_a_failure_keeps_its_trace_in_the_file_and_its_name_on_the_screen(tmp_path, capsys):
    logs = set_up(tmp_path / "log")
    try:
        raise ValueError("no such body")
    except ValueError:
        logging.getLogger("worker").exception("dispatch failed")
    assert "Traceback" in json.loads(logs.read_text())["trace"]
    assert capsys.readouterr().err.endswith("ERROR: dispatch failed (ValueError('no such body'))\n")


def test_chatty_libraries_are_kept_down(tmp_path):
    logs = set_up(tmp_path / "log")
    logging.getLogger("apscheduler.executors").info("job ran")
    assert logs.read_text() == ""
