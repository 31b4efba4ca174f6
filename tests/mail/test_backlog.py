"""What waited too long is held until a person has seen it; released, it leaves at its pace and says why it is late."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from activities.mail.backlog import RECOVERY, Pace
from activities.mail.recovery_plan import Fate, Plan, go, plan
from activities.mail.relay import Relay
from activities.mail.repair import NotPossible, hold_notice, release_notice
from models.tables import Contact, Notice, NoticeState, SealedText
from tests.mail.post import LETTER, Post, contact, mailboxes, words

PACE = Pace(timedelta(days=2), 60)
BEFORE_5 = date(2016, 12, 15)
LIAISON = "liaison@bedfordshire.example"


def look(post: Post) -> Plan:
    with post.database.writing() as session:
        return plan(session, post.now, PACE)


def let_go(post: Post, reason: str = "") -> Plan:
    with post.database.writing() as session:
        return go(session, "ops-1", reason, post.now, PACE)


def fates(found: Plan) -> dict[str, Fate]:
    return {f"{one.rung}/{one.role}": one.fate for one in found.notices}


def test_mail_that_is_not_late_leaves_as_ever(post: Post):
    story = post.asked()
    post.until(BEFORE_5, story)

    assert post.run(pace=PACE).sent == 1
    assert look(post) == Plan(None, ())
    with pytest.raises(NotPossible, match="nothing to release"):
        let_go(post)


def test_late_mail_is_held_and_a_person_is_told(post: Post):
    story = post.asked()
    post.server.copies.clear()
    post.until(BEFORE_5, story)
    post.later(days=3)

    count = post.run(pace=PACE)

    assert "late mail is held back" in str(count)
    assert post.arrived() == []
    [repair] = post.repairs()
    assert (repair.kind, "since Thursday 15 December 2016" in repair.cause) == (RECOVERY, True)
    assert post.run(pace=PACE).held_back
    assert len(post.repairs()) == 1


def test_what_falls_due_after_the_hold_leaves_as_usual(post: Post):
    post.recommendation("R-2016-6086")
    old, new = post.asked(), post.story("R-2016-6086")
    post.until(BEFORE_5, old)
    post.later(days=3)
    post.run(pace=PACE)
    post.server.copies.clear()
    post.later(minutes=1)

    post.take(new, LETTER)

    assert post.run(pace=PACE).sent == 3
    assert set(post.states("before-5").values()) == {NoticeState.due}


def test_released_mail_says_when_it_was_due_and_why_it_is_late(post: Post):
    story = post.asked()
    post.server.copies.clear()
    post.until(BEFORE_5, story)
    post.later(days=3)
    post.run(pace=PACE)

    assert fates(let_go(post, "our server was away")) == {"before-5/liaison": Fate.useful}

    assert post.run(pace=PACE).sent == 1
    [message] = post.arrived()
    assert "This was due on Thursday 15 December 2016 and is late because our server was away." in words(
        message
    )
    assert post.repairs() == []
    assert not post.run(pace=PACE).held_back


def test_an_older_rung_is_merged_and_an_answered_one_is_obsolete(post: Post):
    post.recommendation("R-2016-6086")
    waiting, answered = post.asked(), post.asked("R-2016-6086")
    post.server.copies.clear()
    post.until(BEFORE_5, waiting, answered)
    post.run(relay=Relay("smtp://127.0.0.1:1", armed=False, timeout=1))  # in a mail, and nobody takes it
    post.until(date(2016, 12, 21), waiting)
    post.submit(answered)

    post.run(pace=PACE)
    found = {
        f"{one.case}/{one.rung}": (one.fate, one.why) for one in look(post).notices if one.clock != "act"
    }

    assert found[f"{waiting.case.id}/before-5"][0] is Fate.merged
    assert found[f"{waiting.case.id}/before-1"] == (Fate.useful, "")
    assert found[f"{answered.case.id}/before-5"][0] is Fate.obsolete
    let_go(post)
    post.later(hours=1)
    post.run(pace=PACE)
    told = [one for one in post.arrived() if one["To"] == LIAISON and "R-2016-6085" in words(one)]
    assert ["before-1" in post.carried(one) for one in told] == [True]


def test_a_case_that_slept_is_late_by_its_schedule_not_by_its_waking(post: Post):
    story = post.asked()
    post.server.copies.clear()
    story.sleep(21)
    post.now = story.now

    assert post.run(pace=PACE).held_back
    rungs = {one.rung for one in look(post).notices}
    assert len(rungs) == 1  # the newest; the others were merged when it woke
    let_go(post)
    post.run(pace=PACE)
    assert "is late because" in words(post.arrived()[0])


def test_a_letter_whose_date_has_passed_needs_a_person(post: Post):
    post.take(post.story(), LETTER)
    post.now = post.now.replace(day=28)

    post.run(pace=PACE)
    judged = look(post).notices

    assert {one.fate for one in judged} == {Fate.person}
    assert "by Thursday 22 December 2016, which has passed" in judged[0].why
    let_go(post)
    assert post.run(pace=PACE).sent == 0
    assert {one.held for one in post.notices(Notice.rung == "request-letter")} == {True}
    assert len([one for one in post.repairs() if one.kind == "held"]) == 3
    with post.database.writing() as session:
        release_notice(session, judged[0].notice, "ops-1")
    assert post.run(pace=PACE).sent == 1
    assert "is late because" in words(post.arrived()[0])


def test_nobody_there_needs_a_person_and_leaves_when_somebody_is(post: Post):
    story = post.asked()
    post.server.copies.clear()
    post.until(BEFORE_5, story)
    with post.database.writing() as session:
        session.exec(select(Contact).where(Contact.mailbox == LIAISON)).one().until = BEFORE_5
    post.later(days=3)
    post.run(pace=PACE)

    [one] = look(post).notices
    assert (one.fate, one.why) == (Fate.person, "nobody holds this role today")
    let_go(post)
    post.run(pace=PACE)
    post.add(contact("bedfordshire", "liaison", "new@bedfordshire.example", since=date(2016, 12, 18)))
    post.later(hours=1)

    assert post.run(pace=PACE).sent == 1
    assert mailboxes(post.arrived()) == ["new@bedfordshire.example"]


def test_what_a_person_held_for_long_does_not_hold_the_others_when_let_go(post: Post):
    story = post.asked()
    post.until(BEFORE_5, story)
    [notice] = post.notices(Notice.rung == "before-5")
    assert notice.id is not None
    with post.database.writing() as session:
        hold_notice(session, notice.id, "ops-1")
    post.later(days=4)
    with post.database.writing() as session:
        release_notice(session, notice.id, "ops-1")

    assert post.run(pace=PACE).sent == 1


def test_a_mailbox_that_puts_one_mail_off_for_days_does_not_hold_the_others(post: Post):
    post.recommendation("R-2016-6086")
    story, other = post.asked(), post.story("R-2016-6086")
    post.until(BEFORE_5, story)
    post.server.script = {"rcpt": "451 4.7.1 Later"}
    post.run(pace=PACE)
    post.server.script = {}
    post.later(days=3)
    post.take(other, LETTER)

    assert not post.run(pace=PACE).held_back


def test_only_the_newest_digest_is_useful(post: Post):
    for day in (12, 13, 14):
        at = post.now.replace(day=day, hour=9)
        post.add(
            SealedText(
                id=f"digest/2016-12-{day}", kind="digest", hash="0", text="Cases open: 3", sealed_at=at
            ),
            Notice(
                case_id=f"digest/2016-12-{day}",
                clock="act",
                version=1,
                rung="digest",
                role="operations",
                template="digest",
                cause_seq=0,
                fell_at=at,
                not_before=at,
            ),
        )
    post.now = post.now.replace(day=18)

    post.run(pace=PACE)

    assert sorted((one.case, one.fate) for one in look(post).notices) == [
        ("digest/2016-12-12", Fate.merged),
        ("digest/2016-12-13", Fate.merged),
        ("digest/2016-12-14", Fate.useful),
    ]
    let_go(post)
    assert post.run(pace=PACE).sent == 1


def test_so_many_leave_in_a_minute_and_no_more_by_however_many_workers(post: Post):
    pace = Pace(timedelta(days=2), 2)
    for number in range(5):
        post.body(f"force-{number}")
    stories = [post.story(body=f"force-{number}") for number in range(5)]
    for story in stories:
        post.take(story, LETTER)
    post.later(days=3)
    post.run(pace=pace)
    with post.database.writing() as session:
        go(session, "ops-1", "", post.now, pace)

    sent = []
    for second in range(0, 240, 20):
        before = len(post.arrived())
        for worker in ("worker-1", "worker-2"):
            post.run(pace=pace, worker=worker)
        sent.append((second // 60, len(post.arrived()) - before))
        post.later(seconds=20)

    by_minute = [sum(count for minute, count in sent if minute == which) for which in range(4)]
    assert by_minute == [2, 2, 2, 2]


def test_acts_taken_while_mail_is_held_are_told_at_once(post: Post):
    story = post.asked()
    post.until(BEFORE_5, story)
    post.later(days=3)
    post.run(pace=PACE)
    post.server.copies.clear()
    post.later(minutes=1)

    post.submit(story)
    post.run(pace=PACE)

    assert any("receipt" in post.carried(one) for one in post.arrived())
    assert look(post).notices == ()


def test_nothing_is_late_on_a_virtual_timeline(post: Post):
    story = post.asked()
    post.until(BEFORE_5, story)
    post.later(days=30)

    assert post.run().sent == 1
