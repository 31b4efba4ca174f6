"""What `followthrough doctor` says of the virus scanner."""

from cli.doctor import _scanner
from config.settings import load


def test_a_missing_scanner_is_a_warning():
    finding = _scanner(load())
    assert finding.well
    assert finding.seen == "WARNING: none, so no upload is ever scanned; unscanned files may be opened"
    assert "CLAMD_ADDRESS" in finding.do


def test_a_scanner_that_was_named_and_does_not_answer_is_a_fault():
    finding = _scanner(load(clamd_address="/nowhere/clamd.ctl"))
    assert not finding.well
    assert "/nowhere/clamd.ctl" in finding.seen
    assert finding.do
