"""Writing the acts of a history: long text is sealed first, and the act carries its id."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lifecycle import acts as a
from lifecycle.dates import local_date
from office.casework import seal_submission, seal_text
from office.desk import Desk
from office.sealing import seal
from rehearsal.deeds import Deed
from rehearsal.history import BodyHistory, ExtraAct, Fact, History
from rehearsal.history_checks import policy_for
from rehearsal.papers import Papers


@dataclass(frozen=True)
class Task:
    """One deed to be written as an act on a stream of the ledger."""

    deed: Deed
    body: BodyHistory
    stream: str
    history: str

    @property
    def extra(self) -> ExtraAct | None:
        return self.deed.extra

    @property
    def said(self) -> dict[str, str]:
        """What every act says."""
        nth = f"/{self.body.act.index(self.extra) + 1}" if self.extra else ""
        key = f"{self.history}/{self.body.id}/{self.deed.kind}/{local_date(self.deed.at)}{nth}"
        return {"key": key, "actor": self.deed.actor, "source": self.deed.source}


class Scribe:
    """Writes acts, with the papers of one history."""

    def __init__(self, history: History, desk: Desk) -> None:
        self.desk = desk
        self.history = history
        self.papers = Papers(history)

    async def write(self, task: Task) -> a.Act:
        return await _WRITERS[task.deed.kind](self, task)

    async def request(self, task: Task) -> a.Act:
        letter = await asyncio.to_thread(self._sealed_letter, task)
        return a.SendRequestLetter(**task.said, letter=letter, due=task.body.submission_due)

    async def submission(self, task: Task) -> a.Act:
        text = self._text(task, self.papers.submission(task.body, local_date(task.deed.at)))
        document = ("plan.txt", text.encode())
        sealed = await seal_submission(self.desk, [task.stream], text, [document])
        complete = task.extra.complete if task.extra else task.body.complete
        return a.RecordSubmission(**task.said, submission=sealed, complete=complete)

    async def document(self, task: Task) -> a.Act:
        sealed = await self._sealed(task, "document", "A document is missing from the submission.")
        return a.AskForDocument(**task.said, document=sealed, due=task.extra.due if task.extra else None)

    async def assessment(self, task: Task) -> a.Act:
        sealed = await self._sealed(task, "assessment", self.papers.narrative(task.body))
        outcome = (task.extra.outcome if task.extra else "") or task.body.outcome
        findings = (task.extra.findings if task.extra else {}) or task.body.findings
        return a.CompleteAssessment(**task.said, assessment=sealed, outcome=outcome, findings=findings)

    async def take_back(self, task: Task) -> a.Act:
        reason = await self._sealed(task, "reason", "The assessment is to be looked at again.")
        return a.TakeBackAssessment(**task.said, reason=reason)

    async def authorisation(self, task: Task) -> a.Act:
        policy = policy_for(self.history.recommendation)
        if policy is None or policy.authorises != "letter":
            return a.Authorise(**task.said)
        return a.Authorise(**task.said, letter=await asyncio.to_thread(self._sealed_letter, task))

    async def return_(self, task: Task) -> a.Act:
        reason = await self._sealed(task, "reason", "The assessment is returned.")
        return a.ReturnAssessment(**task.said, reason=reason)

    async def letter(self, task: Task) -> a.Act:
        return a.SendLetter(**task.said, letter=await asyncio.to_thread(self._sealed_letter, task))

    async def moved(self, task: Task) -> a.Act:
        extra = task.extra
        assert extra is not None
        assert extra.due is not None
        reason = await self._sealed(task, "reason", "The date is moved.")
        return a.MoveDueDate(**task.said, clock=extra.clock, due=extra.due, reason=reason)

    async def invitation(self, task: Task) -> a.Act:
        return a.InviteComments(**task.said)

    async def response(self, task: Task) -> a.Act:
        sealed = await self._sealed(task, "response", "The published response.", "responded")
        return a.RecordResponse(**task.said, response=sealed)

    async def declaration(self, task: Task) -> a.Act:
        sealed = await self._sealed(task, "statement", "The body says that this is implemented.", "declared")
        criterion = task.extra.criterion if task.extra else None
        return a.DeclareImplemented(**task.said, statement=sealed, criterion=criterion)

    async def inspection(self, task: Task) -> a.Act:
        body = task.body
        sealed = await self._sealed(
            task, "narrative", "The follow-up inspection's finding.", "inspected", "result"
        )
        return a.RecordInspection(
            **task.said, result=body.result, narrative=sealed, followed_by=body.followed_by
        )

    async def withdrawal(self, task: Task) -> a.Act:
        return a.Withdraw(**task.said, reason=await self._sealed(task, "reason", "Withdrawn."))

    def _text(self, task: Task, usual: str) -> str:
        return (task.extra.text if task.extra else "") or usual

    async def _sealed(self, task: Task, kind: str, usual: str, *facts: Fact) -> str:
        """The deed's own text, or the usual words with what in them is illustrative."""
        marked = f"{usual} {self.papers.marks(task.body, *facts)}".strip()
        return await seal_text(self.desk, kind, self._text(task, marked), task.stream)

    def _sealed_letter(self, task: Task) -> str:
        """Sealed with its page; a request letter with the date it gives, an authorised one dated when it is sent."""
        asks = task.deed.kind == "send_request_letter"
        write = self.papers.request if asks else self.papers.assessment
        with self.desk.database.writing() as session:
            sent = task.body.letter if task.deed.kind == "authorise" else None
            letter = write(session, task.body, sent or local_date(task.deed.at))
            meta: dict[str, object] = {"html": letter.html}
            if asks and task.body.submission_due:
                meta["due"] = task.body.submission_due.isoformat()
            return seal(session, "letter", letter.text, task.deed.at, meta, of=task.stream)


_WRITERS: dict[str, Callable[[Scribe, Task], Awaitable[a.Act]]] = {
    "send_request_letter": Scribe.request,
    "record_submission": Scribe.submission,
    "ask_for_document": Scribe.document,
    "move_due_date": Scribe.moved,
    "complete_assessment": Scribe.assessment,
    "take_back_assessment": Scribe.take_back,
    "return_assessment": Scribe.return_,
    "authorise": Scribe.authorisation,
    "send_letter": Scribe.letter,
    "invite_comments": Scribe.invitation,
    "record_response": Scribe.response,
    "declare_implemented": Scribe.declaration,
    "record_inspection": Scribe.inspection,
    "withdraw": Scribe.withdrawal,
}
