"""Every parser on anything: what it takes, it takes; all else gets an error of ours that says what is wrong."""

import base64
import json
import tempfile
from contextlib import suppress
from datetime import UTC, date
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from activities.mail.envelope import MailError
from activities.mail.route import parse_route
from config.payload_keys import ring_for
from config.policy_files import FOLDER, template_names
from config.settings import CHECKOUT, Settings, load
from config.sources import CONFIG, SettingsError, variable
from console.api import cursor
from console.dates import NotADate, read_date
from console.numbers import LARGEST, row_number
from embedded.backup import manifest
from lifecycle import acts as a
from lifecycle.limits import Limit, LimitError
from lifecycle.policy_reader import PolicyError, read_policy
from lifecycle.wording import read_wording
from lifecycle.words import Finding, Refused
from office.intake import IntakeError, read_bytes
from office.letter_edits import changes, edited, edits_of, whole
from office.letter_pages import letter
from office.letters import Assessment, Criterion, Envelope, render_letter
from office.uploads.names import LONGEST_BYTES, tidy
from office.uploads.refusals import FileRefused
from office.verifying import instant
from rehearsal.errors import HistoryError
from rehearsal.history_file import read_history
from tests.doors.garbage import BITS, JSON, like, mutated, trying

FEW = trying(40)
POLICY = (FOLDER / "national-recommendation-2.toml").read_text("utf-8")
HISTORY = (CHECKOUT / "config" / "histories" / "example.toml").read_text("utf-8")
REPORT = """[report]
id = "r-2026"
title = "Records"
published = 2026-10-01
source = "https://inspectorate.example/"
s55 = true
[[recommendation]]
reference = "r-1"
number = 1
kind = "recommendation"
title = "Look after records"
summary = "Within six months, forces should look after their records."
bodies = ["kent"]
[[recommendation.criterion]]
id = "c1"
summary = "Limb 1 is done."
"""
ROWS = """Report title,Date published,Reference,Type,Title,Recommendation,Force
Records,01/10/2026,r-1,Recommendation,Look after records,Within six months do it,Kent Police
"""
BACKUP = (
    '{"format": 1, "version": "0.1.0", "installation": "i", "timeline": "real", "taken_at": "2026-11-24T12:00:00Z", '
    '"database": "sqlite", "engine": null, "files": {"ledger.db": {"sha256": "00", "size": 1}}, "counts": {"event": 1}}'
)
WORDING = "Within six months, and by 31 March 2027 at the latest, chief constables should, without delay, have a plan."
SETTINGS = (
    'temporal_address = "temporal.inspectorate.example:7233"\nengine_port = 7233\nmarking = "OFFICIAL"\n'
)
WORDS = st.text(st.characters(codec="utf-8"), max_size=60) | mutated(WORDING)


def written(content: bytes, name: str) -> Path:
    path = Path(tempfile.mkdtemp(prefix="ft-fuzz-")) / name
    path.write_bytes(content)
    return path


@FEW
@given(like(REPORT))
def test_a_report_in_toml(content: bytes):
    with suppress(IntakeError):
        assert read_bytes(content, "report.toml").reports


@FEW
@given(like(ROWS))
def test_a_report_in_csv(content: bytes):
    with suppress(IntakeError):
        read_bytes(content, "report.csv")


@FEW
@given(like(HISTORY))
def test_a_history(content: bytes):
    path = written(content, "history.toml")
    try:
        with suppress(HistoryError):
            read_history(path)
    finally:
        path.unlink()
        path.parent.rmdir()


@FEW
@given(mutated(POLICY) | st.text(max_size=100))
def test_a_policy(text: str):
    with suppress(PolicyError):
        assert read_policy(text, "some-1.toml", template_names()).hash


@FEW
@given(WORDS, st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_deadlines_wording_is_read_or_said_to_be_unclear(text: str, start: date):
    found = read_wording(text, start)
    assert found.why
    assert all(text[limit.start : limit.end] == limit.phrase for limit in found.limits)


@FEW
@given(BITS | st.text(max_size=30) | mutated("10 working days"))
def test_a_limit(text: str):
    with suppress(LimitError):
        assert Limit.parse(str(Limit.parse(text)))


def test_a_folder_of_nobody_is_refused(monkeypatch):
    monkeypatch.setenv(variable("home"), "~0nobody/x")
    with pytest.raises(SettingsError, match="nobody of that name has a home folder here"):
        load()


@pytest.mark.parametrize("field", sorted(set(Settings.model_fields) - {"console_keys"}))
def test_a_setting_from_the_environment(field: str, monkeypatch):
    name = variable(field)

    @trying(5)
    @given(
        st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=30)
        | st.sampled_from(["0", "-1", "99999999999999999999"])
    )
    def try_it(value: str) -> None:
        monkeypatch.setenv(name, value)
        with suppress(SettingsError):
            load()

    try_it()


def test_a_settings_file(tmp_path, monkeypatch):
    file = tmp_path / "ours.toml"
    monkeypatch.setenv(CONFIG, str(file))

    @FEW
    @given(like(SETTINGS))
    def try_it(content: bytes) -> None:
        file.write_bytes(content)
        with suppress(SettingsError):
            load()

    try_it()


@FEW
@given(
    mutated("smtp+starttls://user:password@relay.example:587?helo=mail.inspectorate.example")
    | st.text(max_size=60)
)
def test_a_relay(url: str):
    with suppress(MailError):
        parse_route(url)


@FEW
@given(mutated("liaison@kent.police.example") | BITS | st.text(max_size=40))
def test_a_mailbox(text: str):
    """What we take can be written as one header, and is one mailbox there."""
    with suppress(ValidationError, SettingsError):
        taken = load(mail_reply_to=text).mail_reply_to
        header = Message()
        header["To"] = taken
        assert header["To"].count("@") == 1
        assert "," not in taken


@FEW
@given(mutated("Our plan, final (2).pdf") | st.text(max_size=60))
def test_the_name_of_an_upload(given_name: str):
    with suppress(FileRefused):
        name, kind = tidy(given_name)
        assert name.endswith(f".{kind.ending}")
        assert not set(name) & set('/\\\0\r\n"<>|')
        assert len(name.encode()) <= LONGEST_BYTES
        assert tidy(name) == (name, kind)


@FEW
@given(
    st.dictionaries(
        st.sampled_from(["opening", "criterion-a", "nowhere", ""]) | st.text(max_size=8), WORDS, max_size=3
    ),
    WORDS,
)
def test_edits_of_a_letter(words: dict[str, str], text: str):
    told = Assessment(
        ("We wrote:",), "Do it.", "in June 2017", "started", (Criterion("a plan", Finding.unclear, id="a"),)
    )
    made = render_letter(Envelope("Bedfordshire Police", date(2017, 10, 2), "Our assessment"), told).paper
    with suppress(Refused):
        edits = edits_of(made, words)
        assert changes(edits) is not None
        shown = letter(edited(made, edits))
        assert "<script" not in shown.html.lower()
    assert letter(whole(made, text)).html.startswith("<!")


@FEW
@given(
    mutated("2026-12-04T09:00:00+00:00") | mutated("0001-01-01T00:00:00+14:00") | BITS | st.text(max_size=30)
)
@example("0001-01-01T00:00:00+14:00")
def test_an_instant_of_a_head(text: str):
    with suppress(Refused):
        assert instant(text).astimezone(UTC).isoformat()


@FEW
@given(*[mutated("4") | BITS | st.integers().map(str)] * 3)
@example("4", "12", "99999999999")
def test_a_date_in_three_fields(day: str, month: str, year: str):
    form = {"due-day": day, "due-month": month, "due-year": year}
    with suppress(NotADate):
        read = read_date(form, "due", "new date")
        assert read is not None or not (day + month + year).strip()


@FEW
@given(mutated("7") | BITS | st.integers().map(str))
@example("9" * 5000)
@example("99999999999999999999")
def test_the_number_of_a_row(text: str):
    assert 0 <= row_number(text) <= LARGEST


@FEW
@given(
    mutated(cursor.write("2026-12-04", "recommendation/r-1/kent"))
    | JSON.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode())
)
def test_where_a_page_of_a_list_ends(text: str):
    with suppress(Refused):
        cursor.read_after(text)


@FEW
@given(mutated(f"{'0' * 32},{'1' * 32}") | st.text(max_size=80))
def test_master_keys(text: str):
    with suppress(SettingsError):
        assert ring_for(load(payload_keys=text)) is not None


@FEW
@given(like(BACKUP))
def test_the_manifest_of_a_backup(content: bytes):
    path = written(content, manifest.MANIFEST)
    try:
        with suppress(manifest.BadBackup):
            manifest.read(path.parent)
    finally:
        path.unlink()
        path.parent.rmdir()


@FEW
@given(JSON)
def test_what_is_no_act_of_a_past_is_refused(past: object):

    with suppress(ValidationError):
        TypeAdapter(a.Act).validate_python(past)
