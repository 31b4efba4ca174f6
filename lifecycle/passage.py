"""Acts that take a case through its stages: asked for, submitted, assessed, published. Letters: `lettering`."""

from datetime import date, timedelta

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.dates import long_date
from lifecycle.moments import Moment, base, need, next_for, refuse_bad_due, refuse_earlier_than_stage
from lifecycle.rules import Rules
from lifecycle.words import Refused, Stage, SubmissionAnswer

BEFORE_ASSESSMENT = (Stage.issued, Stage.requested, Stage.submitted)
ONE_DAY = timedelta(days=1)
LONGEST_REFERENCE = 80


def send_request(case: Case, act: a.SendRequestLetter, moment: Moment, rules: Rules) -> e.Event:
    if not rules.policy.needs_request:
        raise Refused(
            f"{rules.policy.title} has no request letter: whatever it asks for is due from the day of issue."
        )
    need(case, (Stage.issued,), "a request letter", rules)
    refuse_given(act.due, "requested", moment, rules)
    return e.Requested.model_validate({**base(act, moment), "letter": act.letter})


def refuse_given(due: date | None, event: str, moment: Moment, rules: Rules) -> None:
    """A date given for a clock must be one that the policy lets a letter give."""
    if due is None:
        return
    started = rules.policy.clocks_started_by(event)
    if not any(rule.may_be_given for rule in started):
        titles = ", ".join(rule.title for rule in started) or "no clock"
        raise Refused(
            f"The policy sets the date ({titles}); it cannot be given. Leave the date out, or move it afterwards."
        )
    refuse_bad_due(due, moment.on + ONE_DAY, "The date given,")


def submit(case: Case, act: a.RecordSubmission, moment: Moment, rules: Rules) -> e.Event:
    if "submission" not in rules.policy.clocks:
        raise Refused(f"{rules.policy.title} asks for no plan. Record the body's declaration instead.")
    need(case, BEFORE_ASSESSMENT, "a submission", rules)
    _refuse_answer(case, act)
    return e.Submitted.model_validate(
        {
            **base(act, moment),
            "submission": act.submission,
            "complete": act.complete,
            "late_by": 0 if case.submission else days_late(case, "submission", moment),
            "replaces": case.submission,
            "answer": act.answer,
            "reference": act.reference,
        }
    )


def _refuse_answer(case: Case, act: a.RecordSubmission) -> None:
    """An answer instead of a plan is whole, and says where else the matter was reported."""
    if (act.answer is SubmissionAnswer.already_reported) != (act.reference is not None):
        raise Refused(
            "A reference goes with the answer already_reported, and with no other. "
            "Give both, or neither: already reported under which reference?"
        )
    if act.reference is not None and not 0 < len(act.reference.strip()) <= LONGEST_REFERENCE:
        raise Refused(f"Give the reference as it is printed, in at most {LONGEST_REFERENCE} characters.")
    if act.reference == case.reference:
        raise Refused(
            f"{case.reference} cannot have been reported under itself. Name the one that it was reported under."
        )
    if act.answer is not SubmissionAnswer.plan and not act.complete:
        raise Refused("Only a plan can be incomplete. Record this answer as complete.")


def withdraw_submission(case: Case, act: a.WithdrawSubmission, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.submitted,), "withdrawing a submission", rules)
    refuse_earlier_than_stage(case, moment)
    return e.SubmissionWithdrawn.model_validate(
        {
            **base(act, moment),
            "submission": case.submission,
            "reason": act.reason,
            "back_to": Stage.requested if was_requested(case, rules) else Stage.issued,
        }
    )


def was_requested(case: Case, rules: Rules) -> bool:
    """Has the request letter gone out? Then the clock that it starts is, or was, running."""
    return any(rule.kind in case.clocks for rule in rules.policy.clocks_started_by("requested"))


def accept_late(case: Case, act: a.AcceptLate, moment: Moment, rules: Rules) -> e.Event:
    if case.submission is None:
        raise Refused(f"{case.id} has no submission to accept. Next for this case: {next_for(case, rules)}.")
    if not case.late_by:
        raise Refused(f"{case.id}'s submission was not late. Nothing needs to be accepted.")
    if case.late_accepted:
        raise Refused(f"{case.id}'s late submission has been accepted already. Nothing needs to be added.")
    refuse_earlier_than_stage(case, moment)
    return e.LateAccepted.model_validate(
        {
            **base(act, moment),
            "submission": case.submission,
            "late_by": case.late_by,
            "reason": act.reason,
        }
    )


def days_late(case: Case, clock_id: str, moment: Moment) -> int:
    clock = case.clocks.get(clock_id)
    return max(0, (moment.on - clock.due).days) if clock and clock.due else 0


def ask_document(case: Case, act: a.AskForDocument, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.submitted,), "asking for a missing document", rules)
    refuse_earlier_than_stage(case, moment)
    asked = case.clocks.get("document")
    if asked and asked.running:
        raise Refused("A document has been asked for and is still due. Wait for it, or assess what there is.")
    refuse_given(act.due, "document_asked", moment, rules)
    return e.DocumentAsked.model_validate({**base(act, moment), "document": act.document})


def assess(case: Case, act: a.CompleteAssessment, moment: Moment, rules: Rules) -> e.Event:
    need(case, BEFORE_ASSESSMENT, "completing an assessment", rules)
    refuse_earlier_than_stage(case, moment)
    without = case.stage is not Stage.submitted
    if without:
        _refuse_unless_overdue(case, moment)
    if act.outcome not in rules.policy.outcomes:
        known = ", ".join(rules.policy.outcomes) or "none: this policy asks for no assessment"
        raise Refused(f"Outcome {act.outcome!r} is not one of the policy's. Choose from {known}.")
    _refuse_findings(case, act)
    return e.Assessed.model_validate(
        {
            **base(act, moment),
            "assessment": act.assessment,
            "outcome": act.outcome,
            "findings": act.findings,
            "without_submission": without,
        }
    )


def _refuse_unless_overdue(case: Case, moment: Moment) -> None:
    clock = case.clocks.get("submission")
    if clock is None or clock.due is None:
        raise Refused(f"{case.id} has no submission, and none is due. Ask for it, or record it, first.")
    if moment.on <= clock.due:
        raise Refused(
            f"{case.id} has no submission yet, and its date, {long_date(clock.due)}, has not passed. "
            "Record the submission first, or assess without one when it is overdue."
        )


def _refuse_findings(case: Case, act: a.CompleteAssessment) -> None:
    missing = [c for c in case.criteria if c not in act.findings]
    unknown = [c for c in act.findings if c not in case.criteria]
    if missing or unknown:
        said = [f"no finding for {', '.join(missing)}"] if missing else []
        said += [f"findings for unknown criteria {', '.join(unknown)}"] if unknown else []
        raise Refused(f"The assessment has {' and '.join(said)}. Give one finding for each criterion.")


def take_back(case: Case, act: a.TakeBackAssessment, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.assessed,), "taking an assessment back", rules)
    refuse_earlier_than_stage(case, moment)
    if act.actor != case.assessed_by:
        raise Refused(
            f"Only {case.assessed_by}, who completed the assessment, can take it back. A lead can return it."
        )
    return e.TakenBack.model_validate(
        {**base(act, moment), "reason": act.reason, "back_to": _before_assessment(case, rules)}
    )


def return_assessment(case: Case, act: a.ReturnAssessment, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.assessed,), "returning an assessment", rules)
    refuse_earlier_than_stage(case, moment)
    refuse_same_person(case, act.actor, "return")
    return e.Returned.model_validate(
        {**base(act, moment), "reason": act.reason, "back_to": _before_assessment(case, rules)}
    )


def _before_assessment(case: Case, rules: Rules) -> Stage:
    """Where a case stood before its assessment: one assessed without a submission still waits for it."""
    if case.submission:
        return Stage.submitted
    return Stage.requested if rules.policy.needs_request else Stage.issued


def refuse_same_person(case: Case, actor: str, deed: str) -> None:
    """Assessing and what follows it are acts of two people (design, rule 5)."""
    if actor == case.assessed_by:
        raise Refused(f"{actor} completed this assessment; another person must {deed} it.")


def publish(case: Case, act: a.Publish, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.letter_sent,), "publishing", rules)
    refuse_earlier_than_stage(case, moment)
    return e.Published.model_validate({**base(act, moment), "order": act.order})
