"""A mail that could mislead a server, or reach a second reader, is refused when it is made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default

import pytest

from activities.mail.envelope import MailError, Outgoing
from activities.mail.mime import as_mime, boundary


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mailbox", ""),
        ("mailbox", "a@force.example, b@force.example"),
        ("mailbox", "Name <a@force.example>"),
        ("mailbox", "a@force.example\r\nBcc: b@force.example"),
        ("mailbox", "é@force.example"),
        ("mailbox", "nobody"),
        ("envelope_sender", "<>"),
        ("sender", "Smith, John <a@b.example>"),
        ("sender", "nobody"),
        ("reply_to", "a@b.example, c@d.example"),
        ("message_id", "01@mail.example"),
        ("message_id", "<two words@mail.example>"),
        ("subject", "Plan due\nBcc: b@force.example"),
        ("subject", "  "),
        ("text", ""),
        ("html", "\n"),
        ("date", datetime(2017, 5, 24, 8)),  # noqa: DTZ001 - the point of the test
        ("headers", {"Bcc": "b@force.example"}),
        ("headers", {"Message-ID": "<2@mail.example>"}),
        ("headers", {"Content-Type": "text/html"}),
        ("headers", {"X-Note": "one\ntwo"}),
        ("headers", {"X Note": "one"}),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object, outgoing: Outgoing) -> None:
    with pytest.raises(MailError, match=f"^{field}"):
        replace(outgoing, **{field: value})  # type: ignore[arg-type]


def test_the_same_bytes_each_time_and_the_message_id_as_given(outgoing: Outgoing) -> None:
    first, second = as_mime(outgoing).as_bytes(), as_mime(outgoing).as_bytes()
    assert first == second
    assert message_from_bytes(first)["Message-ID"] == outgoing.message_id
    assert boundary(outgoing.message_id).encode() in first


def test_the_bytes_can_be_read_and_searched_as_they_stand(outgoing: Outgoing) -> None:
    assert outgoing.text.splitlines()[0].encode() in as_mime(outgoing).as_bytes()


def test_text_comes_first_then_html_and_both_survive(outgoing: Outgoing) -> None:
    text = "Dear Chief Constable – £5\nFrom here\n.\n=_ " + "long " * 300 + "\n"
    read = message_from_bytes(as_mime(replace(outgoing, text=text)).as_bytes(), policy=default)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    plain = read.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text


def test_no_line_is_longer_than_mail_allows(outgoing: Outgoing) -> None:
    wire = as_mime(replace(outgoing, html="<p>" + "x" * 5000 + "</p>", subject="s" * 400)).as_bytes()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=1))])
def test_the_date_is_the_instant_given_whatever_zone_the_host_keeps(
    zone: timezone, outgoing: Outgoing
) -> None:
    instant = datetime(2017, 5, 24, 9, 0, tzinfo=zone)
    read = message_from_bytes(as_mime(replace(outgoing, date=instant)).as_bytes(), policy=default)
    assert read["Date"].datetime == instant


def test_names_and_subjects_may_hold_any_letter(outgoing: Outgoing) -> None:
    mail = replace(outgoing, sender='"Ásta, HM Inspector" <a@b.example>', subject="Plan – 31 May")
    read = message_from_bytes(as_mime(mail).as_bytes(), policy=default)
    assert read["From"].addresses[0].display_name == "Ásta, HM Inspector"
    assert read["Subject"] == "Plan – 31 May"
