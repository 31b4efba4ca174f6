"""The acts people take on a case, as plain messages. Long or personal text travels as the id of a sealed row."""

import hashlib
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lifecycle.words import Finding, Frozen, InspectionResult, LetterKind, Paper, SubmissionAnswer, unsaid

LONGEST_KEY = 200
Key = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY)]
Sealed = Annotated[str, StringConstraints(min_length=1, max_length=80)]


def key_for(key: str, case_id: str) -> str:
    """The key of one case's share in an act on many: the same again for the same act and case."""
    joined = f"{key}/{case_id}"
    return joined if len(joined) <= LONGEST_KEY else hashlib.sha256(joined.encode()).hexdigest()


class ActBase(Frozen):
    """What every act says: who, under which key, and the day it happened if not today.

    `key` makes a repeat harmless: the ledger takes each key once. `on` is a local date (Europe/London).
    `role` is the office in which the actor acts; the office checks that the person holds it.
    `source` names the paper an act before our time is taken from.
    """

    key: Key
    actor: str
    role: str = "operations"
    on: date | None = None
    source: str = ""


class SendRequestLetter(ActBase):
    """Ask the body for its plan; `due` overrides the policy's limit."""

    kind: Literal["send_request_letter"] = "send_request_letter"
    letter: Sealed
    due: date | None = None


class Acknowledge(ActBase):
    """The body acknowledges that a paper has come: the recommendation, or the letter that asks for its plan."""

    kind: Literal["acknowledge"] = "acknowledge"
    paper: Paper = Paper.recommendation


class RecordSubmission(ActBase):
    """Record what the body sent, or replace it before assessment. Lateness is worked out, completeness said.

    `answer` says what it is; one that was reported already names under which `reference`.
    """

    kind: Literal["record_submission"] = "record_submission"
    submission: Sealed
    complete: bool = True
    answer: SubmissionAnswer = SubmissionAnswer.plan
    reference: str | None = None


class WithdrawSubmission(ActBase):
    """The body withdraws what it submitted, before the assessment is complete. It owes it again, by the old date."""

    kind: Literal["withdraw_submission"] = "withdraw_submission"
    reason: Sealed


class AcceptLate(ActBase):
    """An inspector accepts a late submission, with a reason. Neither its date nor its lateness changes."""

    kind: Literal["accept_late"] = "accept_late"
    reason: Sealed


class AskForDocument(ActBase):
    """Ask for one missing document on a short clock."""

    kind: Literal["ask_for_document"] = "ask_for_document"
    document: Sealed
    due: date | None = None


class CompleteAssessment(ActBase):
    """The inspector's finding on every criterion and the outcome chosen; never computed."""

    kind: Literal["complete_assessment"] = "complete_assessment"
    assessment: Sealed
    outcome: str
    findings: dict[str, Finding]


class TakeBackAssessment(ActBase):
    """The inspector takes a completed assessment back before it is authorised."""

    kind: Literal["take_back_assessment"] = "take_back_assessment"
    reason: Sealed


class SendDraft(ActBase):
    """Send the draft letter to the body, under embargo, for its check of the facts; `due` overrides the policy's
    limit."""

    kind: Literal["send_draft"] = "send_draft"
    letter: Sealed
    due: date | None = None


class CommentOnDraft(ActBase):
    """What the body says of the draft, point by point, each sealed under its number; without any, that it is right."""

    kind: Literal["comment_on_draft"] = "comment_on_draft"
    points: dict[str, Sealed]


class AnswerPoint(ActBase):
    """The inspector answers one point of the body's: it is accepted, or not, with the reason."""

    kind: Literal["answer_point"] = "answer_point"
    point: str
    accepted: bool
    reason: Sealed


class Authorise(ActBase):
    """A second person authorises the assessment and exactly this letter; or, after an edit, this letter instead.

    `written_by` are those who edited it against the template: none of them is the second person.
    """

    kind: Literal["authorise"] = "authorise"
    letter: Sealed | None = Field(default=None, exclude_if=unsaid)
    written_by: tuple[str, ...] = Field(default=(), exclude_if=unsaid)


class RecallLetter(ActBase):
    """Recall an authorised letter before it is sent. It has to be authorised again."""

    kind: Literal["recall_letter"] = "recall_letter"
    reason: Sealed


class ReturnAssessment(ActBase):
    """A second person returns the assessment with reasons."""

    kind: Literal["return_assessment"] = "return_assessment"
    reason: Sealed


class SendLetter(ActBase):
    """Send the authorised letter to the body, copied to its oversight body, under embargo."""

    kind: Literal["send_letter"] = "send_letter"
    letter: Sealed


class CorrectLetter(ActBase):
    """Send a corrected letter in place of the one sent, `corrects`, which stays in the record. Those who wrote it do
    not send it."""

    kind: Literal["correct_letter"] = "correct_letter"
    letter: Sealed
    corrects: Sealed
    reason: Sealed
    written_by: tuple[str, ...]


class SendWord(ActBase):
    """Write to the body on how the work goes, on a revisit, or a formal reminder. Those who wrote it in words of
    their own do not send it."""

    kind: Literal["send_word"] = "send_word"
    letter: Sealed
    of: LetterKind
    written_by: tuple[str, ...] = ()


class Publish(ActBase):
    """Publish the letter, together with the report's others. `order` is the ledger row that ordered it."""

    kind: Literal["publish"] = "publish"
    order: str


class DeclareImplemented(ActBase):
    """The body's own word that the recommendation is implemented; not verification."""

    kind: Literal["declare_implemented"] = "declare_implemented"
    statement: Sealed
    criterion: str | None = None


class RecordInspection(ActBase):
    """What a follow-up inspection concluded. Re-issued and superseded name the reference that follows. `letter` is
    the closing letter that goes with it."""

    kind: Literal["record_inspection"] = "record_inspection"
    result: InspectionResult
    narrative: Sealed
    followed_by: str | None = None
    letter: Sealed | None = Field(default=None, exclude_if=unsaid)


class Withdraw(ActBase):
    """Withdraw the case, with a reason."""

    kind: Literal["withdraw"] = "withdraw"
    reason: Sealed


class MoveDueDate(ActBase):
    """Move the due date of a running clock, by somebody whom the policy lets."""

    kind: Literal["move_due_date"] = "move_due_date"
    clock: str
    due: date
    reason: Sealed


class AskForTime(ActBase):
    """The body asks for a later date, `due`, of a running clock of its own. Until the answer nothing moves."""

    kind: Literal["ask_for_time"] = "ask_for_time"
    clock: str
    due: date
    reason: Sealed


class AnswerRequest(ActBase):
    """Answer the request for more time on a clock: grant it, until `due` or as asked; or refuse it. `letter` tells
    the body."""

    kind: Literal["answer_request"] = "answer_request"
    clock: str
    grant: bool
    due: date | None = None
    reason: Sealed
    letter: Sealed | None = Field(default=None, exclude_if=unsaid)


class AskQuestion(ActBase):
    """The body asks the inspectorate a question. Its number is in the event, and in the name of its clock."""

    kind: Literal["ask_question"] = "ask_question"
    question: Sealed


class AnswerQuestion(ActBase):
    """The inspectorate answers the body's question of this number."""

    kind: Literal["answer_question"] = "answer_question"
    number: int
    answer: Sealed


class InviteComments(ActBase):
    """The oversight body invites the chief officer's comments (Police Act 1996 s.55(4))."""

    kind: Literal["invite_comments"] = "invite_comments"


class RecordResponse(ActBase):
    """The oversight body's published response, and whether both statutory copies came (s.55(5), (6))."""

    kind: Literal["record_response"] = "record_response"
    response: Sealed
    copy_to_inspectorate: bool = True
    copy_to_secretary_of_state: bool = True


Act = Annotated[
    SendRequestLetter
    | Acknowledge
    | RecordSubmission
    | WithdrawSubmission
    | AcceptLate
    | AskForDocument
    | CompleteAssessment
    | TakeBackAssessment
    | SendDraft
    | CommentOnDraft
    | AnswerPoint
    | Authorise
    | RecallLetter
    | ReturnAssessment
    | SendLetter
    | CorrectLetter
    | SendWord
    | Publish
    | DeclareImplemented
    | RecordInspection
    | Withdraw
    | MoveDueDate
    | AskForTime
    | AnswerRequest
    | AskQuestion
    | AnswerQuestion
    | InviteComments
    | RecordResponse,
    Field(discriminator="kind"),
]
