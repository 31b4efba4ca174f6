"""What a body asks and is answered, as mail: whom it reaches, the words it carries, and what stops it."""

from datetime import date

from activities.mail.relay import Phase
from lifecycle import acts as a
from models.tables import MailState, SealedText
from tests.mail.post import Meddling, Post, mailboxes, words

INSPECTOR = "inspector@inspectorate.example"
LIAISON = "liaison@bedfordshire.example"
LATER = date(2017, 1, 20)
TIME = a.AskForTime(key="ask", actor="liaison", clock="submission", due=LATER, reason="reason-1")
ANSWER = {"key": "answer", "actor": "brown", "role": "lead_inspector", "clock": "submission"}
GRANT = a.AnswerRequest(**ANSWER, grant=True, reason="reason-2")
REFUSE = a.AnswerRequest(**ANSWER, grant=False, reason="reason-2")
WITHDRAW = a.WithdrawSubmission(key="back", actor="liaison", reason="reason-1")


def sealed(post: Post, **texts: str) -> None:
    post.add(
        *(
            SealedText(
                id=name.replace("_", "-"),
                kind=name.partition("_")[0],
                hash="0",
                text=text,
                sealed_at=post.now,
            )
            for name, text in texts.items()
        )
    )


def sent_after(post: Post, act: a.Act, story) -> dict[str, str]:
    """mailbox → words of what the act brought about."""
    post.server.copies.clear()
    post.take(story, act)
    post.run()
    return dict(zip(mailboxes(post.arrived()), map(words, post.arrived()), strict=True))


def test_a_request_for_more_time_reaches_the_inspector_with_its_reason_and_our_own_date(post: Post):
    sealed(post, reason_1="Our systems are down.")
    arrived = sent_after(post, TIME, post.asked())
    assert set(arrived) == {INSPECTOR}
    assert "Our systems are down." in arrived[INSPECTOR]
    assert "We should answer by 11:59pm on Thursday 15 December 2016." in arrived[INSPECTOR]


def test_more_time_given_tells_the_body_its_new_date(post: Post):
    sealed(post, reason_2="Because of the outage.")
    story = post.asked()
    post.take(story, TIME)
    post.run()
    arrived = sent_after(post, GRANT, story)
    assert set(arrived) == {LIAISON}
    assert "Due: by 11:59pm on Friday 20 January 2017" in arrived[LIAISON]
    assert "Because of the outage." in arrived[LIAISON]
    assert post.mail_to(LIAISON).subject == (
        "[OFFICIAL-SENSITIVE] More time given, due Friday 20 January 2017: R-2016-6085"
    )


def test_more_time_refused_tells_the_body_that_its_date_stays(post: Post):
    sealed(post, reason_2="The date is the Inspectorate's last.")
    story = post.asked()
    post.take(story, TIME)
    post.run()
    arrived = sent_after(post, REFUSE, story)
    assert "Due: by 11:59pm on Thursday 22 December 2016" in arrived[LIAISON]
    assert "The date is the Inspectorate's last." in arrived[LIAISON]


def test_a_question_and_its_answer_carry_their_own_words(post: Post):
    sealed(post, question_1="May we send it in parts?", question_2="In which form?", answer_2="As text.")
    story = post.asked()
    asked = a.AskQuestion(key="q", actor="liaison", question="question-1")
    assert "May we send it in parts?" in sent_after(post, asked, story)[INSPECTOR]
    second = asked.model_copy(update={"question": "question-2"})
    assert "In which form?" in sent_after(post, second, story)[INSPECTOR]
    answered = a.AnswerQuestion(key="w", actor="adams", number=story.case.questions[1], answer="answer-2")
    said = sent_after(post, answered, story)[LIAISON]
    assert "As text." in said
    assert "Due:" not in said


def test_what_waits_for_a_submission_that_was_withdrawn_is_not_sent_and_says_why(post: Post):
    story = post.asked()
    post.submit(story)
    post.run()
    post.until(date(2017, 1, 6), story)
    assert post.states("before-5")["inspector"] == "due"
    arrived = sent_after(post, WITHDRAW, story)
    assert post.states("before-5")["inspector"] == "no longer needed"
    assert "There is nothing to assess until it sends something again." in arrived[INSPECTOR]


def test_a_chase_that_needs_no_answer_any_more_is_stopped_between_claim_and_send(post: Post):
    story = post.asked()
    post.take(story, TIME)
    post.run()
    post.until(date(2016, 12, 16), story)  # the day after we owed the answer
    post.server.copies.clear()
    relay = Meddling(post.server.url, Phase.connecting, lambda: post.submit(story))
    post.run(relay=relay)
    chases = [one for one in post.notices() if (one.clock, one.rung) == ("request/submission", "after-1")]
    assert {one.role: one.reason for one in chases} == dict.fromkeys(
        ("inspector", "lead_inspector"), "no longer needed"
    )
    dropped = post.mail_to("lead_inspector@inspectorate.example")
    assert (dropped.state, dropped.reply) == (MailState.dropped, "no longer needed")
