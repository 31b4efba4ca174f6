"""Just before sending: what is no longer true, held back, or for somebody who left does not go out (rule 3)."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from activities.mail.relay import Phase
from lifecycle import acts as a
from lifecycle.words import InspectionResult
from models.tables import Contact, MailState, Notice, NoticeState, Order, Oversees, OversightBody
from tests.ledger.story import Story
from tests.mail.misbehaving import Misbehaving, serving
from tests.mail.post import LETTER, Meddling, Post, contact, mailboxes, words

BODY = "bedfordshire"
CHIEF = "chief@bedfordshire.example"
LIAISON = "liaison@bedfordshire.example"
OVERDUE = date(2016, 12, 23)
"""The first working day after the plan was due: chief officer and liaison are told, the chief first."""
MOVE = a.MoveDueDate(
    key="move",
    actor="brown",
    role="lead_inspector",
    clock="submission",
    due=date(2017, 2, 1),
    reason="reason-1",
)


@pytest.fixture
def story(post: Post) -> Story:
    """A case whose plan is overdue, and the notices of it due now."""
    told = post.asked()
    post.until(OVERDUE - timedelta(days=1), told)
    post.run()
    post.until(OVERDUE, told)
    post.server.copies.clear()
    return told


def meanwhile(post: Post, *deeds: object) -> Meddling:
    """A relay in which this happens after the claim, just before the first mail leaves."""

    def happen() -> None:
        for deed in deeds:
            assert callable(deed)
            deed()

    return Meddling(post.server.url, Phase.connecting, happen)


def test_an_answer_before_the_claim_cancels(post: Post, story: Story):
    post.submit(story)

    post.run()

    assert post.states("after-1") == {"chief_officer": "already answered", "liaison": "already answered"}
    assert mailboxes(post.arrived()) == ["inspector@inspectorate.example", LIAISON]


def test_an_answer_between_claim_and_send_stops_the_mail(post: Post, story: Story):
    count = post.run(relay=meanwhile(post, lambda: post.submit(story)))

    assert mailboxes(post.arrived()) == [CHIEF]  # it was leaving already
    assert post.states("after-1") == {"chief_officer": "sent", "liaison": "already answered"}
    assert (count.claimed, count.sent, count.suppressed) == (2, 1, 1)
    dropped = post.mail_to(LIAISON)
    assert (dropped.state, dropped.reply, dropped.tries) == (MailState.dropped, "already answered", 0)


def test_a_moved_date_between_claim_and_send_stops_the_mail(post: Post, story: Story):
    post.run(relay=meanwhile(post, lambda: post.take(story, MOVE)))

    assert mailboxes(post.arrived()) == [CHIEF]
    assert post.states("after-1")["liaison"] == "the due date was moved"


def test_a_case_that_ends_between_claim_and_send_stops_the_mail_but_not_the_news_of_the_end(
    post: Post, story: Story
):
    end = a.RecordInspection(
        key="end", actor="adams", result=InspectionResult.no_further_action, narrative="narrative-1"
    )
    post.run(relay=meanwhile(post, lambda: post.take(story, end)))

    assert post.states("after-1") == {"chief_officer": "sent", "liaison": "the case ended"}
    post.run()
    assert post.states("closed") == {"chief_officer": "sent", "liaison": "sent"}


def test_a_clock_met_and_started_again_was_answered_not_moved(post: Post, story: Story):
    assess = a.CompleteAssessment(
        key="assess",
        actor="adams",
        assessment="assessment-1",
        outcome="started",
        findings={"a": "included", "b": "unclear"},
    )
    back = a.ReturnAssessment(key="back", actor="brown", role="lead_inspector", reason="reason-1")
    post.submit(story)
    post.until(date(2017, 1, 30), story)  # three working days after the assessment was due

    deeds = (lambda: post.take(story, assess), lambda: post.take(story, back))
    post.run(relay=meanwhile(post, *deeds))

    assert story.case.clocks["assessment"].version == 2
    assert post.states("after-3") == {"inspector": "already answered", "lead_inspector": "already answered"}


def test_an_implementation_rung_is_not_sent_while_the_next_duty_is_the_inspectorates(post: Post):
    story = post.story(own_limits=({"limit": "6 months"},))
    post.take(story, LETTER)
    post.run()
    post.server.copies.clear()
    post.until(date(2017, 5, 10), story)  # 20 working days before 8 June
    assert post.notices(Notice.clock == "implementation", Notice.state == "due")

    post.submit(story)
    post.run()

    waiting = post.notices(Notice.clock == "implementation", Notice.rung == "before-20")
    assert {one.reason for one in waiting} == {"the next duty is the inspectorate's"}
    assert not any("before-20" in post.carried(message) for message in post.arrived())


def test_an_order_to_stop_is_obeyed_at_once_and_nothing_is_lost(post: Post, story: Story):
    order = post.order("stop_sending")

    assert post.run().claimed == 0
    assert set(post.states("after-1").values()) == {NoticeState.due}
    lift(post, order)
    assert post.run().sent == 2


def test_an_order_between_claim_and_send_stops_the_mail_until_it_is_lifted(post: Post, story: Story):
    orders: list[Order] = []
    post.run(relay=meanwhile(post, lambda: orders.append(post.order("stop_sending"))))

    assert mailboxes(post.arrived()) == [CHIEF]
    assert post.states("after-1") == {"chief_officer": "sent", "liaison": "due"}
    stopped = post.mail_to(LIAISON)
    assert (stopped.state, stopped.reply) == (MailState.dropped, "held back by an order")
    assert post.run().claimed == 0

    lift(post, orders[0])
    post.run()

    assert mailboxes(post.arrived()) == [CHIEF, LIAISON]
    assert post.mail_to(LIAISON).message_id == stopped.message_id == post.arrived()[-1]["Message-ID"]


def test_an_order_is_in_force_only_from_its_instant(post: Post, story: Story):
    post.later(hours=1)
    post.order("stop_sending")
    post.later(hours=-1)

    assert post.run().sent == 2


@pytest.mark.parametrize(
    "scope",
    [
        {"kind": "stop_sending", "report_id": "peel-2016"},
        {"kind": "hold_post", "report_id": "peel-2016"},
        {"kind": "hold_case", "details": {"case": "recommendation/R-2016-6085/bedfordshire"}},
        {"kind": "hold_case", "details": {"cases": ["recommendation/R-2016-6085/bedfordshire"]}},
    ],
)
def test_an_order_holds_only_what_it_names(post: Post, story: Story, scope: dict[str, object]):
    post.recommendation("R-2017-1")
    other = post.story("R-2017-1", report="peel-2017")
    post.take(other, LETTER)
    post.order(**scope)  # type: ignore[arg-type]

    post.run()

    assert set(post.states("after-1").values()) == {NoticeState.due}
    assert set(post.states("request-letter").values()) == {NoticeState.sent}
    assert len(post.arrived()) == 3


def test_an_order_of_one_body_leaves_the_others_their_mail(post: Post, story: Story):
    post.body("kent")
    other = post.story(body="kent")
    post.take(other, LETTER)
    post.order("hold_post", details={"body": "bedfordshire", "reason": "new chief officer"})

    before = len(post.arrived())
    post.run()

    assert set(post.states("after-1").values()) == {NoticeState.due}
    told = [str(one["To"]) for one in post.arrived()[before:]]
    assert told
    assert all(mailbox.endswith("@kent.example") for mailbox in told)


def test_nobody_holds_the_role_so_the_notice_waits_and_a_person_is_told(post: Post, story: Story):
    leaves(post, LIAISON, OVERDUE)  # the first day on which it no longer holds

    count = post.run()

    assert (count.claimed, count.sent) == (1, 1)
    [waiting] = post.notices(Notice.rung == "after-1", Notice.role == "liaison")
    assert (waiting.state, waiting.not_before) == (NoticeState.due, post.now + timedelta(hours=1))
    [repair] = post.repairs()
    assert repair.kind == "no_contact"
    assert repair.subject == story.case.id
    assert repair.cause.startswith("On Friday 23 December 2016 bedfordshire has no mailbox for its liaison")
    assert "Add a contact for bedfordshire with the role liaison" in repair.remedy


def test_it_goes_within_the_hour_once_somebody_holds_the_role(post: Post, story: Story):
    leaves(post, LIAISON, OVERDUE)
    post.run()
    post.add(contact(BODY, "liaison", "new.liaison@bedfordshire.example", since=OVERDUE))

    assert post.run().claimed == 0
    post.later(hours=1)
    assert post.run().sent == 1
    assert post.repairs() == []
    assert post.arrived()[-1]["To"] == "new.liaison@bedfordshire.example"


def test_a_repair_is_over_when_its_notice_is(post: Post, story: Story):
    leaves(post, LIAISON, OVERDUE)
    post.run()
    post.submit(story)

    post.run()

    assert [one.cause for one in post.repairs() if "submission-overdue" in one.cause] == []


def test_a_body_without_an_oversight_body_that_day(post: Post, story: Story):
    with post.database.writing() as session:
        relation = session.get_one(Oversees, (BODY, f"pcc-{BODY}", date(2012, 11, 22)))
        relation.until = date(2017, 1, 1)
        session.add(relation)
    post.run()
    post.until(date(2017, 1, 3), story)

    post.run()

    assert post.states("after-5") == {"chief_officer": "sent", "oversight": "due"}
    [repair] = post.repairs()
    assert "nobody is named as its oversight" in repair.cause


def test_oversight_is_whoever_oversees_on_the_day_of_sending(post: Post, story: Story):
    post.add(
        OversightBody(id="mayor", name="The Mayor", kind="mayor"),
        Oversees(body_id=BODY, oversight_id="mayor", since=date(2017, 1, 2)),
        contact("mayor", "oversight", "mayor@city.example"),
    )
    post.run()
    post.until(date(2017, 1, 3), story)

    post.run()

    assert "mayor@city.example" in mailboxes(post.arrived())
    assert "pcc@bedfordshire.example" not in mailboxes(post.arrived())


def test_who_left_between_claim_and_send_gets_nothing_and_the_successor_is_told(post: Post, story: Story):
    def hand_over() -> None:
        leaves(post, LIAISON, OVERDUE)
        post.add(contact(BODY, "liaison", "new.liaison@bedfordshire.example", since=OVERDUE))

    post.run(relay=meanwhile(post, hand_over))
    assert mailboxes(post.arrived()) == [CHIEF]
    dropped = post.mail_to(LIAISON)
    assert (dropped.state, dropped.reply) == (
        MailState.dropped,
        "liaison@bedfordshire.example is no longer the mailbox of liaison",
    )

    post.run()

    last = post.arrived()[-1]
    assert last["To"] == "new.liaison@bedfordshire.example"
    assert "You now hold this office." in words(last)
    assert last["In-Reply-To"] is None
    assert last["Message-ID"] != dropped.message_id


def test_when_part_of_a_mail_is_no_longer_true_the_rest_is_written_anew(post: Post):
    post.recommendation("R-2016-6086")
    stories = [post.asked(), post.asked("R-2016-6086")]
    post.until(date(2016, 12, 15), *stories)
    with serving(Misbehaving({"rcpt": "451 later"})) as server:
        busy = Post(post.database, post.rules, server, now=post.now)
        busy.run()
    [mail] = [mail for mail in post.mails() if mail.state == MailState.deferred]
    assert "R-2016-6085" in mail.text
    assert "R-2016-6086" in mail.text
    post.later(hours=1)
    post.submit(stories[0])
    post.server.copies.clear()

    count = post.run()

    assert count.suppressed == 1
    reminder = next(m for m in post.arrived() if m["Message-ID"] == mail.message_id)
    assert "R-2016-6086" in words(reminder)
    assert "R-2016-6085" not in words(reminder)


def leaves(post: Post, mailbox: str, day: date) -> None:
    with post.database.writing() as session:
        for row in session.exec(select(Contact).where(Contact.mailbox == mailbox)):
            row.until = day
            session.add(row)


def lift(post: Post, order: Order) -> None:
    with post.database.writing() as session:
        session.get_one(Order, order.id).lifted_at = post.now
