"""What a notice says: subject, words, headers and thread, for every template there is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest

from activities.mail.compose import NoticeView, Sender, Thread, compose
from activities.mail.envelope import MailError, Outgoing
from activities.mail.mime import as_mime
from activities.mail.templates import template_names

NOW = datetime(2017, 5, 24, 8, 0, tzinfo=UTC)
SENDER = Sender(
    name="HM Inspectorate, Followthrough",
    address="followthrough@inspectorate.example",
    reply_to="case-team@inspectorate.example",
    domain="mail.inspectorate.example",
    marking="OFFICIAL",
)
PLAN = NoticeView(
    reference="R-2016-6085",
    recommendation_title="Plans to prevent the abuse of position",
    body_name="Bedfordshire Police",
    report_title="PEEL: police legitimacy 2016",
    report_published=date(2016, 12, 8),
    clock="submission",
    rung="five working days before",
    template="submission-reminder",
    due=date(2017, 5, 31),
    working_days=-4,
    explanation="The letter of 16 May 2017 set this date.",
    office="Force liaison officer",
    copied_to=("Police and Crime Commissioner for Bedfordshire",),
    note="",
)
BARE = replace(
    PLAN, report_published=None, due=None, working_days=None, copied_to=(), explanation="", report_title=""
)
NAMELESS = replace(BARE, reference="", recommendation_title="", body_name="", clock="", rung="", office="")
EXPECTED_NAMES = """
request-letter submission-reminder submission-due-today submission-overdue submission-overdue-lead
oversight-proposal submission-received receipt document-request document-overdue implementation-reminder
implementation-overdue assessment-due assessment-overdue authorisation-due authorisation-overdue returned
assessment-letter publication-due published action-plan-reminder action-plan-overdue response-invited
response-reminder response-overdue inspection-due closed withdrawn digest ops-alert
submission-withdrawn time-asked time-request-due time-request-overdue time-granted time-refused
question-asked question-due question-overdue question-answered
draft-letter draft-reminder draft-lapsed draft-commented draft-receipt draft-due draft-overdue letter-recalled
corrected-letter progress-letter revisit-letter reminder-letter
"""


def mail(
    *notices: NoticeView,
    sender: Sender = SENDER,
    references: tuple[str, ...] = (),
    explaining_line: str = "",
) -> Outgoing:
    return compose(
        notices,
        mailbox="liaison@bedfordshire.example",
        message_id="<01JX3V8Q5N@mail.inspectorate.example>",
        thread=Thread(references),
        sender=sender,
        now=NOW,
        explaining_line=explaining_line,
    )


def received(outgoing: Outgoing) -> EmailMessage:
    return message_from_bytes(as_mime(outgoing).as_bytes(), policy=default)


def joined(text: str) -> str:
    return " ".join(text.split())


def test_the_subject_leads_with_the_deed_and_the_date() -> None:
    assert mail(PLAN).subject == "[OFFICIAL] Plan due Wednesday 31 May 2017: R-2016-6085"


def test_an_unmarked_mail_has_no_prefix() -> None:
    unmarked = mail(PLAN, sender=replace(SENDER, marking=None))
    assert unmarked.subject == "Plan due Wednesday 31 May 2017: R-2016-6085"
    assert "OFFICIAL" not in unmarked.text + unmarked.html


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("request-letter", "Plan requested, due Wednesday 31 May 2017: R-2016-6085"),
        ("submission-due-today", "Plan due Wednesday 31 May 2017: R-2016-6085"),
        ("submission-overdue", "Plan overdue, was due Wednesday 31 May 2017: R-2016-6085"),
        (
            "implementation-reminder",
            "Recommendation to be carried out by 11:59pm on Wednesday 31 May 2017: R-2016-6085",
        ),
        ("closed", "Recommendation closed: R-2016-6085"),
    ],
)
def test_each_deed_has_its_own_subject(template: str, subject: str) -> None:
    assert mail(replace(PLAN, template=template)).subject == f"[OFFICIAL] {subject}"


def test_several_plans_in_one_mail_share_a_subject_with_the_first_date() -> None:
    later = replace(PLAN, body_name="Sussex Police", due=date(2017, 6, 8))
    undated = replace(BARE, body_name="Kent Police")
    several = mail(undated, later, PLAN)
    assert several.subject == "[OFFICIAL] 3 plans due, first by Wednesday 31 May 2017"
    bodies = [several.text.index(f"Body: {name}") for name in ("Bedfordshire", "Sussex", "Kent")]
    assert bodies == sorted(bodies)
    assert several.text.count("What to do next") == 1
    assert "Each body named above should send the plan" in joined(several.text)


def test_notices_of_several_kinds_are_grouped_under_their_own_headings() -> None:
    mixed = mail(PLAN, replace(PLAN, template="document-overdue", due=date(2017, 5, 12), working_days=8))
    assert mixed.subject == "[OFFICIAL] 2 notices, earliest date Friday 12 May 2017"
    assert "Documents overdue, was due Friday 12 May 2017\n---" in mixed.text
    assert "Plan due Wednesday 31 May 2017\n---" in mixed.text
    assert mixed.html.count("<h2") == 2
    assert mixed.html.count("<h3") == 2


def test_the_text_says_who_what_when_and_why() -> None:
    text = joined(mail(PLAN, explaining_line="You now hold this office.").text)
    for fact in (
        "OFFICIAL",
        "To: Force liaison officer",
        "Date: Wednesday 24 May 2017",
        "You now hold this office.",
        "Bedfordshire Police",
        "PEEL: police legitimacy 2016, published 8 December 2016",
        "Due: by 11:59pm on Wednesday 31 May 2017 (4 working days left)",
        "Our record: submission, five working days before",
        "Why this date: The letter of 16 May 2017 set this date.",
        "Copied to: Police and Crime Commissioner for Bedfordshire",
        "case-team@inspectorate.example",
    ):
        assert fact in text


def test_on_the_last_day_a_mail_says_today() -> None:
    today = mail(replace(PLAN, template="submission-due-today", due=NOW.date(), working_days=0))
    assert today.subject == "[OFFICIAL] Plan due today, Wednesday 24 May 2017: R-2016-6085"
    assert "The last day is today, Wednesday 24 May 2017." in joined(today.text)
    assert "(today)" in today.text


def test_a_last_day_on_a_sunday_told_on_the_friday_is_not_called_today() -> None:
    sunday = replace(PLAN, template="submission-due-today", due=date(2017, 5, 28), working_days=0)
    assert "The last day is Sunday 28 May 2017." in joined(mail(sunday).text)
    assert "today" not in mail(sunday).text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-10, "31 May 2017 (10 working days left)"),
        (-1, "31 May 2017 (1 working day left)"),
        (0, "31 May 2017 Why"),
        (1, "31 May 2017 (1 working day late)"),
        (3, "31 May 2017 (3 working days late)"),
    ],
)
def test_working_days_before_and_after_read_as_left_and_late(days: int, words: str) -> None:
    assert words in joined(mail(replace(PLAN, working_days=days)).text)


def test_the_date_of_the_inspectorates_own_next_duty_is_not_told_to_the_body() -> None:
    for template in ("receipt", "assessment-letter", "published", "closed", "withdrawn"):
        sent = mail(replace(PLAN, template=template))
        assert "31 May 2017" not in sent.subject + sent.text + sent.html
        assert "Bedfordshire Police" in sent.text


def test_a_digest_leads_with_its_day() -> None:
    digest = replace(NAMELESS, template="digest", rung="digest", clock="act", note="Cases open: 3")
    sent = mail(digest)
    assert sent.subject == "[OFFICIAL] Where things stand on Wednesday 24 May 2017"
    assert "Cases open: 3" in sent.text
    assert "Our record" not in sent.text


def test_a_letter_keeps_its_paragraphs_in_both_parts() -> None:
    letter = "Dear Chief Constable\n\nThank you for your plan.\nIt is comprehensive.\n\nYours sincerely"
    sent = mail(replace(PLAN, template="assessment-letter", note=letter))
    assert letter in sent.text
    for paragraph in (
        "Dear Chief Constable",
        "Thank you for your plan.<br>It is comprehensive.",
        "Yours sincerely",
    ):
        assert f'<p style="margin:0 0 12px;">{paragraph}</p>' in sent.html


def test_html_escapes_what_people_wrote_and_text_does_not() -> None:
    wild = replace(
        PLAN, body_name="Devon & <b>Cornwall</b>", note="<script>x</script>", explanation='say "no"'
    )
    sent = mail(wild)
    assert "<script>" not in sent.html
    assert "<b>" not in sent.html
    assert "Devon &amp; &lt;b&gt;Cornwall&lt;/b&gt;" in sent.html
    assert "Devon & <b>Cornwall</b>" in sent.text


def test_placeholders_in_what_people_wrote_stay_as_written() -> None:
    sent = mail(replace(PLAN, body_name="{{ 7 * 7 }} Police", note="{% raise %}"))
    assert "{{ 7 * 7 }} Police" in joined(sent.text)
    assert "{% raise %}" in sent.html


def test_headers_say_automatic_and_neither_bulk_nor_unsubscribable() -> None:
    message = received(mail(PLAN))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["From"] == '"HM Inspectorate, Followthrough" <followthrough@inspectorate.example>'
    assert message["Reply-To"] == "case-team@inspectorate.example"
    assert message["To"] == "liaison@bedfordshire.example"
    assert message["Date"].datetime == NOW
    for absent in ("List-Unsubscribe", "Precedence", "In-Reply-To", "References", "Cc", "Bcc"):
        assert message[absent] is None


def test_a_later_mail_answers_the_previous_one_under_the_same_root() -> None:
    message = received(mail(PLAN, references=("<root@mail.example>", "<previous@mail.example>")))
    assert message["In-Reply-To"] == "<previous@mail.example>"
    assert message["References"].split() == ["<root@mail.example>", "<previous@mail.example>"]


def test_bounces_name_the_mail_they_are_about() -> None:
    assert mail(PLAN).envelope_sender == "bounce+01JX3V8Q5N@mail.inspectorate.example"


def test_text_comes_before_html() -> None:
    kinds = [part.get_content_type() for part in received(mail(PLAN)).iter_parts()]
    assert kinds == ["text/plain", "text/html"]


def test_the_same_notices_give_the_same_bytes() -> None:
    assert as_mime(mail(PLAN)).as_bytes() == as_mime(mail(PLAN)).as_bytes()


def test_a_mail_without_notices_or_with_an_unknown_template_is_refused() -> None:
    with pytest.raises(MailError, match="at least one notice"):
        mail()
    with pytest.raises(MailError, match=r"'no-such'.*submission-reminder"):
        mail(replace(PLAN, template="no-such"))


def test_a_line_break_in_a_reference_cannot_make_a_header() -> None:
    assert "\n" not in mail(replace(PLAN, reference="R-1\r\nBcc: b@c.example")).subject


def test_every_name_that_a_policy_may_use_is_here() -> None:
    assert template_names() == frozenset(EXPECTED_NAMES.split())


class Outline(HTMLParser):
    """Open elements, to see that each is closed and in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.language: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag == "html":
            self.language = dict(attrs)["lang"]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", sorted(EXPECTED_NAMES.split()))
@pytest.mark.parametrize("view", [PLAN, BARE, NAMELESS], ids=["full", "bare", "nameless"])
@pytest.mark.parametrize("count", [1, 3])
def test_every_template_reads_well(name: str, view: NoticeView, count: int) -> None:
    sent = mail(*[replace(view, template=name)] * count, sender=replace(SENDER, marking=None))
    for words in (sent.subject, joined(sent.text)):
        for wrong in (
            "None",
            "  ",
            " ,",
            " .",
            "..",
            "{{",
            "}}",
            "enforce",
            "must comply",
            "()",
            "Undefined",
        ):
            assert wrong not in words, (wrong, words)
    assert all(len(line) <= 72 for line in sent.text.splitlines())
    assert "\n\n\n" not in sent.text


@pytest.mark.parametrize("name", sorted(EXPECTED_NAMES.split()))
def test_every_html_part_is_one_plain_table_in_english(name: str) -> None:
    sent = mail(replace(PLAN, template=name))
    outline = Outline()
    outline.feed(sent.html)
    assert outline.open == []
    assert outline.language == "en"
    assert outline.seen.count("table") == 1
    assert outline.seen.count("h1") == 1
    assert not {"img", "script", "link", "style", "form", "a"} & set(outline.seen)
    assert 'width="600"' in sent.html
