"""The oversight body's response to a published report: Police Act 1996 s.55, 56 days beginning with publication."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lifecycle import acts as a
    from models.messages import CaseStart, CaseView, Receipt, Reseat

from workflows.conducting import Conducting
from workflows.ledger import refuse_without


@workflow.defn(name="ResponseWorkflow")
class ResponseWorkflow(Conducting):
    """Conducts one report × one oversight body. Its clock is set by statute: never moved, paused, capped or frozen."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        """Answers the stage in which it ended: closed once the response and its copies are recorded."""
        await self.conduct()
        return self.case.stage.value

    @workflow.update
    async def invite_comments(self, act: a.InviteComments) -> Receipt:
        return await self.act(act)

    @invite_comments.validator
    def _check_invite(self, act: a.InviteComments) -> None:
        self.refuse_wrong(act)

    @workflow.update
    async def record_response(self, act: a.RecordResponse) -> Receipt:
        return await self.act(act)

    @record_response.validator
    def _check_response(self, act: a.RecordResponse) -> None:
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
        """Refuses always: a date set by statute is not moved."""
        self.refuse_wrong(act)

    @workflow.update
    async def ask_for_time(self, act: a.AskForTime) -> Receipt:
        return await self.act(act)

    @ask_for_time.validator
    def _check_time(self, act: a.AskForTime) -> None:
        """Refuses always: more time cannot be given where a statute sets the date."""
        self.refuse_wrong(act)

    @workflow.update
    async def reseat(self, order: Reseat) -> Receipt:
        return await self.reseat_from_ledger(order)

    @reseat.validator
    def _check_reseat(self, order: Reseat) -> None:
        refuse_without(order, Reseat)

    @workflow.query(name="view")
    def viewed(self) -> CaseView:
        return self.view()
