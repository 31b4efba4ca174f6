"""The life of a recommendation: one workflow for each case, from issue to its end."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lifecycle import acts as a
    from lifecycle.words import Stage
    from models.messages import CaseStart, CaseView, Receipt, Reseat

from workflows.conducting import Conducting
from workflows.ledger import refuse_without


@workflow.defn(name="RecommendationWorkflow")
class RecommendationWorkflow(Conducting):
    """Conducts one recommendation × one body. The ledger holds the case; this decides what comes next, and when."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        """Answers the stage in which the case ended."""
        await self.conduct()
        return self.case.stage.value

    async def stage(self) -> None:
        match self.case.stage:
            case Stage.issued:
                await self._issued()
            case Stage.requested:
                await self._requested()
            case Stage.submitted:
                await self._submitted()
            case Stage.assessed:
                await self._assessed()
            case Stage.authorised:
                await self._authorised()
            case Stage.letter_sent:
                await self._letter_sent()
            case Stage.published:
                await self._published()
            case _:
                await self.wait()

    async def _issued(self) -> None:
        """The body implements; the inspectorate asks for its plan, or, by policy, a plan is due unasked."""
        await self.wait()

    async def _requested(self) -> None:
        """The body owes its plan: reminders before the date, escalations after it, until a submission comes."""
        await self.wait()

    async def _submitted(self) -> None:
        """The inspector owes an assessment; until then the body may replace what it sent."""
        await self.wait()

    async def _assessed(self) -> None:
        """By policy the body checks the draft's facts, until its date; then a second person owes the authorisation."""
        await self.wait()

    async def _authorised(self) -> None:
        """The letter can go out, exactly as it was authorised, or be recalled."""
        await self.wait()

    async def _letter_sent(self) -> None:
        """Under embargo until the report's letters and overview are published together."""
        await self.wait()

    async def _published(self) -> None:
        """The inspectorate comes back: a follow-up inspection verifies, re-issues, supersedes or lets it rest."""
        await self.wait()

    # --- acts: each is an update, judged by its validator, and acknowledged when it is in the ledger ---------------

    @workflow.update
    async def send_request_letter(self, act: a.SendRequestLetter) -> Receipt:
        return await self.act(act)

    @send_request_letter.validator
    def _check_request(self, act: a.SendRequestLetter) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def acknowledge(self, act: a.Acknowledge) -> Receipt:
        return await self.act(act)

    @acknowledge.validator
    def _check_acknowledgement(self, act: a.Acknowledge) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def record_submission(self, act: a.RecordSubmission) -> Receipt:
        return await self.act(act)

    @record_submission.validator
    def _check_submission(self, act: a.RecordSubmission) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def withdraw_submission(self, act: a.WithdrawSubmission) -> Receipt:
        return await self.act(act)

    @withdraw_submission.validator
    def _check_withdrawal_of_submission(self, act: a.WithdrawSubmission) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def accept_late(self, act: a.AcceptLate) -> Receipt:
        return await self.act(act)

    @accept_late.validator
    def _check_late(self, act: a.AcceptLate) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def ask_for_document(self, act: a.AskForDocument) -> Receipt:
        return await self.act(act)

    @ask_for_document.validator
    def _check_document(self, act: a.AskForDocument) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def complete_assessment(self, act: a.CompleteAssessment) -> Receipt:
        return await self.act(act)

    @complete_assessment.validator
    def _check_assessment(self, act: a.CompleteAssessment) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def take_back_assessment(self, act: a.TakeBackAssessment) -> Receipt:
        return await self.act(act)

    @take_back_assessment.validator
    def _check_take_back(self, act: a.TakeBackAssessment) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def send_draft(self, act: a.SendDraft) -> Receipt:
        return await self.act(act)

    @send_draft.validator
    def _check_draft(self, act: a.SendDraft) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def comment_on_draft(self, act: a.CommentOnDraft) -> Receipt:
        return await self.act(act)

    @comment_on_draft.validator
    def _check_comments(self, act: a.CommentOnDraft) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def answer_point(self, act: a.AnswerPoint) -> Receipt:
        return await self.act(act)

    @answer_point.validator
    def _check_point(self, act: a.AnswerPoint) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def authorise(self, act: a.Authorise) -> Receipt:
        return await self.act(act)

    @authorise.validator
    def _check_authorise(self, act: a.Authorise) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def recall_letter(self, act: a.RecallLetter) -> Receipt:
        return await self.act(act)

    @recall_letter.validator
    def _check_recall(self, act: a.RecallLetter) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def return_assessment(self, act: a.ReturnAssessment) -> Receipt:
        return await self.act(act)

    @return_assessment.validator
    def _check_return(self, act: a.ReturnAssessment) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def send_letter(self, act: a.SendLetter) -> Receipt:
        return await self.act(act)

    @send_letter.validator
    def _check_letter(self, act: a.SendLetter) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def correct_letter(self, act: a.CorrectLetter) -> Receipt:
        return await self.act(act)

    @correct_letter.validator
    def _check_correction(self, act: a.CorrectLetter) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def send_word(self, act: a.SendWord) -> Receipt:
        return await self.act(act)

    @send_word.validator
    def _check_word(self, act: a.SendWord) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def publish(self, act: a.Publish) -> Receipt:
        return await self.act(act)

    @publish.validator
    def _check_publish(self, act: a.Publish) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def declare_implemented(self, act: a.DeclareImplemented) -> Receipt:
        return await self.act(act)

    @declare_implemented.validator
    def _check_declaration(self, act: a.DeclareImplemented) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def record_inspection(self, act: a.RecordInspection) -> Receipt:
        return await self.act(act)

    @record_inspection.validator
    def _check_inspection(self, act: a.RecordInspection) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def withdraw(self, act: a.Withdraw) -> Receipt:
        return await self.act(act)

    @withdraw.validator
    def _check_withdraw(self, act: a.Withdraw) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def move_due_date(self, act: a.MoveDueDate) -> Receipt:
        return await self.act(act)

    @move_due_date.validator
    def _check_move(self, act: a.MoveDueDate) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def ask_for_time(self, act: a.AskForTime) -> Receipt:
        return await self.act(act)

    @ask_for_time.validator
    def _check_time(self, act: a.AskForTime) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def answer_request(self, act: a.AnswerRequest) -> Receipt:
        return await self.act(act)

    @answer_request.validator
    def _check_answer_to_request(self, act: a.AnswerRequest) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def ask_question(self, act: a.AskQuestion) -> Receipt:
        return await self.act(act)

    @ask_question.validator
    def _check_question(self, act: a.AskQuestion) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def answer_question(self, act: a.AnswerQuestion) -> Receipt:
        return await self.act(act)

    @answer_question.validator
    def _check_answer(self, act: a.AnswerQuestion) -> None:
        self.refuse_wrong(act)

    # --- repair and reading ---------------------------------------------------------------------------------------

    @workflow.update
    async def reseat(self, order: Reseat) -> Receipt:
        return await self.reseat_from_ledger(order)

    @reseat.validator
    def _check_reseat(self, order: Reseat) -> None:
        refuse_without(order, Reseat)

    @workflow.query(name="view")
    def viewed(self) -> CaseView:
        return self.view()
