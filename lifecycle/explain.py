"""A case in words, for an operator and for pages: what it waits for, and what happened to it.

Ids only, never names of people or their text: these words stand in Temporal's own pages (design, rule 9).
"""

from lifecycle import events as e
from lifecycle.agenda import IMPLEMENTATION, Entry, agenda
from lifecycle.case import Case, Clock
from lifecycle.dates import LONDON, deadline_text, local_date, long_date
from lifecycle.rules import Rules
from lifecycle.words import Reason, Role, Side, Stage, SubmissionAnswer

OWNERS = {Side.body: "the body", Side.oversight: "the oversight body", Side.inspectorate: "the inspectorate"}
AWAITED: dict[Stage, tuple[str, ...]] = {
    Stage.issued: ("response", "submission", "assessment", "inspection"),
    Stage.requested: ("submission", "assessment"),
    Stage.submitted: ("assessment", "document"),
    Stage.assessed: ("accuracy", "draft", "authorisation"),
    Stage.letter_sent: ("publication",),
    Stage.published: ("inspection",),
}
UNDATED: dict[Stage, str] = {
    Stage.requested: "the body's submission",
    Stage.submitted: "the inspectorate's assessment",
    Stage.assessed: "a second person's authorisation",
    Stage.authorised: "the inspectorate's letter to the body",
    Stage.letter_sent: "publication with the report's other letters",
    Stage.published: "the inspectorate's follow-up inspection",
}


def waiting_for(case: Case, rules: Rules) -> str:
    """Whose duty is next and by when, which other clocks run, and the next notice.

    Reads on from "waiting for": "the body's submission of the plan, due by 11:59pm on Wednesday 31 May 2017;
    next: submission-reminder to liaison on Tuesday 30 May 2017 at 09:00".
    """
    if case.ended:
        return f"nothing: the case is {_plain(case.stage)}"
    if not case.opened:
        return "its opening"
    awaited = [
        clock for kind in AWAITED.get(case.stage, ()) for clock in case.running() if clock.kind == kind
    ]
    said = [_duty(clock, rules) for clock in awaited] or [_undated(case, rules)]
    parts = [" and ".join(said), _others(case, awaited, rules), _next(agenda(case, rules))]
    return "; ".join(part for part in parts if part)


def _undated(case: Case, rules: Rules) -> str:
    if case.responded:
        return "both copies of the oversight body's published response"
    if case.stage is not Stage.issued:
        return UNDATED[case.stage]
    return (
        "the inspectorate's request letter"
        if rules.policy.needs_request
        else "the body's declaration that it has carried the recommendation out"
    )


def _duty(clock: Clock, rules: Rules) -> str:
    rule = rules.policy.clocks.get(clock.kind)
    owner = f"{OWNERS[rule.owner]}'s " if rule else ""
    return f"{owner}{_named(clock, rules)}{_due(clock)}"


def _named(clock: Clock, rules: Rules) -> str:
    rule = rules.policy.clocks.get(clock.kind)
    title = rule.title if rule else _plain(clock.kind)
    name = title[:1].lower() + title[1:]
    criterion = clock.id.removeprefix(clock.kind).lstrip("/")
    if not criterion:
        return name
    return f"{name} of {criterion}" if clock.kind == IMPLEMENTATION else f"{name} ({criterion})"


def _due(clock: Clock) -> str:
    return f", due {deadline_text(clock.due)}" if clock.due else ", without a date"


def _others(case: Case, awaited: list[Clock], rules: Rules) -> str:
    """The earliest of the other running clocks, and how many more there are."""
    others = [clock for clock in case.running() if clock not in awaited and clock.due]
    if not others:
        return ""
    first = min(others, key=lambda clock: (clock.due, clock.id))
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"also running: {_named(first, rules)}{_due(first)}{more}"


def _next(entries: tuple[Entry, ...]) -> str:
    sent = next((entry for entry in entries if entry.reason is None), None)
    if sent is None:
        return "no notice to come"
    when = f"{long_date(local_date(sent.at))} at {sent.at.astimezone(LONDON):%H:%M}"
    return f"next: {sent.template} to {_roles(sent.roles)} on {when}"


def _roles(roles: tuple[Role, ...]) -> str:
    return _listed([_plain(role) for role in roles])


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _plain(word: str) -> str:
    return str(word).replace("_", " ")


def in_words(event: e.Event) -> str:
    """One line on what happened, for a timeline that shows the date and the actor beside it."""
    match event:
        case e.ClockStarted() | e.ClockMoved() | e.ClockMet() | e.ClockEnded():
            return _clock_in_words(event)
        case e.RungFell() | e.RungPassed():
            return _rung_in_words(event)
        case e.Issued():
            return f"Issued: {event.reference} to {event.body}"
        case e.Requested():
            return "Request letter sent"
        case e.Acknowledged():
            return f"The body acknowledged the {_plain(event.paper)}"
        case e.Submitted():
            return _submission_in_words(event)
        case e.SubmissionWithdrawn():
            return f"Submission withdrawn by the body; {_plain(event.back_to)} again"
        case e.LateAccepted():
            return f"Submission accepted though {_late(event.late_by)}, with a reason"
        case e.TimeAsked() | e.TimeGranted() | e.TimeRefused() | e.QuestionAsked() | e.QuestionAnswered():
            return _asking_in_words(event)
        case e.DocumentAsked():
            return "A missing document was asked for"
        case e.Assessed():
            without = ", without a submission" if event.without_submission else ""
            return f"Assessment completed: {_plain(event.outcome)}{without}"
        case e.TakenBack():
            return "Assessment taken back by the person who completed it"
        case (
            e.DraftSent()
            | e.DraftCommented()
            | e.PointAnswered()
            | e.DraftLapsed()
            | e.Authorised()
            | e.LetterRecalled()
            | e.LetterCorrected()
            | e.WordSent()
        ):
            return _letter_in_words(event)
        case e.Returned():
            return "Assessment returned by a second person, with reasons"
        case e.LetterSent():
            return "Letter sent to the body, under embargo"
        case e.Published():
            return "Letter published"
        case e.Declared():
            what = f"Criterion {event.criterion}" if event.criterion else "The recommendation"
            return f"{what} declared implemented by the body; not verified"
        case e.Inspected():
            follows = f"; followed by {event.followed_by}" if event.followed_by else ""
            return f"Inspection recorded: {_plain(event.result)}{follows}"
        case e.Withdrawn():
            return "Withdrawn, with a reason"
        case e.Invited():
            return "The oversight body invited the chief officer's comments"
        case e.Responded():
            return _response_in_words(event)


_Lettered = (
    e.DraftSent
    | e.DraftCommented
    | e.PointAnswered
    | e.DraftLapsed
    | e.Authorised
    | e.LetterRecalled
    | e.LetterCorrected
    | e.WordSent
)


def _letter_in_words(event: _Lettered) -> str:
    match event:
        case e.DraftSent():
            return "Draft letter sent to the body, under embargo, to check its facts"
        case e.DraftCommented():
            points = len(event.points)
            said = f"{points} {'point' if points == 1 else 'points'}" if points else "no point"
            late = f", {_late(event.late_by)}" if event.late_by else ""
            return f"The body commented on the draft: {said}{late}"
        case e.PointAnswered():
            return f"Point {event.point} of the body {'accepted' if event.accepted else 'not accepted'}"
        case e.DraftLapsed():
            return "No comment on the draft came in time; the letter goes on"
        case e.Authorised():
            return (
                "Edited letter authorised by a second person"
                if event.instead_of
                else "Assessment and letter authorised by a second person"
            )
        case e.LetterRecalled():
            return "Authorised letter recalled before it was sent, with a reason"
        case e.LetterCorrected():
            return "Corrected letter sent; the earlier one stays in the record"
        case e.WordSent():
            return f"{_capital(event.of.value)} letter sent to the body"


def _submission_in_words(event: e.Submitted) -> str:
    said = [f"Submission {'replaced' if event.replaces else 'received'}{_answer(event)}"]
    said += [_late(event.late_by)] if event.late_by else []
    said += [] if event.complete else ["incomplete"]
    return ", ".join(said)


def _answer(event: e.Submitted) -> str:
    match event.answer:
        case SubmissionAnswer.plan:
            return ""
        case SubmissionAnswer.nothing_to_report:
            return ": nothing to report"
        case SubmissionAnswer.already_reported:
            return f": already reported under {event.reference}"


def _asking_in_words(
    event: e.TimeAsked | e.TimeGranted | e.TimeRefused | e.QuestionAsked | e.QuestionAnswered,
) -> str:
    match event:
        case e.TimeAsked():
            return f"The body asked for more time on {_plain(event.clock)}: until {long_date(event.due)}"
        case e.TimeGranted():
            return f"More time given on {_plain(event.clock)}: until {long_date(event.due)}"
        case e.TimeRefused():
            stays = f": {long_date(event.due)} stays" if event.due else ""
            return f"More time refused on {_plain(event.clock)}{stays}"
        case e.QuestionAsked():
            return f"Question {event.number} asked by the body"
        case e.QuestionAnswered():
            return f"Question {event.number} answered"


def _response_in_words(event: e.Responded) -> str:
    missing = [
        whose
        for whose, came in (
            ("the inspectorate", event.copy_to_inspectorate),
            ("the Secretary of State", event.copy_to_secretary_of_state),
        )
        if not came
    ]
    late = f", {_late(event.late_by)}" if event.late_by else ""
    copies = f"no copy to {_listed(missing)}" if missing else "both copies sent"
    return f"The oversight body's response published{late}; {copies}"


def _late(days: int) -> str:
    return f"{days} {'day' if days == 1 else 'days'} late"


def _clock_in_words(event: e.ClockStarted | e.ClockMoved | e.ClockMet | e.ClockEnded) -> str:
    name = _capital(event.clock)
    match event:
        case e.ClockStarted():
            limit = f" ({event.limit})" if event.limit else ""
            due = f"due {long_date(event.due)}" if event.due else "without a date"
            return f"{name} clock started: {due}{limit}{_gone(event.passed)}"
        case e.ClockMoved():
            return f"{name} clock moved: now due {long_date(event.due)}{_gone(event.passed)}"
        case e.ClockMet():
            return f"{name} clock met"
        case e.ClockEnded():
            how = " with the case" if event.reason is Reason.ended else f": {event.reason.value}"
            return f"{name} clock ended{how}"


def _gone(passed: tuple[e.Passed, ...]) -> str:
    """How many rungs will not be sent, by reason, in the order they first occur."""
    reasons = [one.reason for one in passed]
    said = [f"{reasons.count(reason)} {reason.value}" for reason in dict.fromkeys(reasons)]
    return f"; rungs not sent: {', '.join(said)}" if said else ""


def _rung_in_words(event: e.RungFell | e.RungPassed) -> str:
    name = _capital(event.clock)
    if isinstance(event, e.RungPassed):
        return f"{name} rung {event.passed.rung} not sent: {event.passed.reason.value}"
    told = _roles(tuple(one.role for one in event.notify))
    return f"{name} rung {event.rung} fell due: notice to {told}"


def _capital(word: str) -> str:
    return word[:1].upper() + _plain(word[1:])
