"""The desk where acts are handed in: who may, then the case's own workflow judges and records. One door for all."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger.append import read
from config.traces import span
from lifecycle.acts import Act, key_for
from lifecycle.case import Case, fold_all
from lifecycle.characters import SAID, kept, unkept_in
from lifecycle.dates import local_date
from lifecycle.decisions import decide
from lifecycle.rules import rules_for
from lifecycle.words import Refused
from models.database import Database
from models.messages import CaseView, Receipt, Reseat
from models.tables import ActTaken, CaseRow
from office.conflicts import refuse_conflict
from office.people import find_actor
from office.rights import role_for
from office.unrecorded import is_kept, keep, recorded

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=20)
DRAFTED = "Your act is kept as a draft. A workflow that was only late may still record it: look before you repeat it."
NO_ANSWER = (TimeoutError, RPCTimeoutOrCancelledError, RPCError, RuntimeError)
"""What a call to the engine raises; RuntimeError when a client that connects at its first call cannot."""
SILENT = (
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.FAILED_PRECONDITION,  # its task fails again and again, or no worker polls
)

SEALED = "Encoded failure"
"""What the SDK puts in the place of a failure's words where payloads are sealed."""


class NoCase(LookupError):  # noqa: N818 - said to a person
    """There is no such case here."""


class NeedsRepair(Exception):  # noqa: N818 - said to a person
    """The act is not recorded, and kept as a draft: the case's workflow does not answer, or waits for repair."""


class Unreachable(Exception):  # noqa: N818 - said to a person
    """The engine cannot be reached."""


class Ended(Refused):
    """The case has ended, and its workflow with it."""


class Desk:
    """Hands acts in to cases. `clock` is the wall clock, or a virtual timeline's."""

    def __init__(
        self,
        client: Client,
        database: Database,
        *,
        clock: "Clock | None" = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.client = client
        self.database = database
        self.clock = clock or Clock()
        self.patience = patience

    async def take(self, case_id: str, act: Act) -> Receipt:
        """Take an act on a case.

        Raises:
            NoCase, NotAllowed, Refused: nothing was done, and the message says why.
            NeedsRepair: nothing is recorded; the act is kept as a draft.
            Unreachable: the engine does not answer; the same key may be used again.
        """
        with span(f"act {act.kind}", stream=case_id, act_key=act.key):
            return await self._take(case_id, act)

    async def _take(self, case_id: str, act: Act) -> Receipt:
        act = await asyncio.to_thread(self._permitted, case_id, act)
        try:
            receipt = await self._send(case_id, act.kind, act)
        except Ended:
            return await asyncio.to_thread(self._taken_before, case_id, act)
        except NeedsRepair as stuck:
            await asyncio.to_thread(self._keep_draft, case_id, act)
            raise NeedsRepair(f"Not recorded. {stuck} {DRAFTED}") from stuck
        await asyncio.to_thread(self._no_draft, act)
        return receipt

    async def take_on_all(self, case_ids: list[str], act: Act) -> list[Receipt]:
        """One act on several cases of a body: all are judged first, as their workflows would, so that none takes what
        another refuses; then each takes it under a key of its own."""
        shares = {one: act.model_copy(update={"key": key_for(act.key, one)}) for one in case_ids}
        for case_id, share in shares.items():
            await asyncio.to_thread(self._judge, case_id, share)
        return [await self.take(case_id, share) for case_id, share in shares.items()]

    async def repeated(self, case_id: str, kind: str, actor: str, key: str) -> Receipt | None:
        """The receipt of an act that was taken under this key, to be asked before its letter is made again.

        Raises:
            NoCase, NotAllowed: as for the act itself.
        """

        def found() -> Receipt | None:
            self._role(case_id, kind, actor)
            with self.database.reading() as session:
                row, taken = _find(session, case_id), session.get(ActTaken, key)
            if taken is None or taken.stream != case_id:
                return None
            return Receipt(stream=case_id, act_key=key, seq=taken.last_seq, stage=row.stage)

        return await asyncio.to_thread(found)

    async def view(self, case_id: str) -> CaseView:
        """What the case's workflow says of itself."""
        await asyncio.to_thread(self._case, case_id)
        try:
            view: CaseView = await self.client.get_workflow_handle(case_id).query(
                "view", result_type=CaseView, rpc_timeout=self.patience
            )
        except WorkflowQueryFailedError as failed:
            raise query_failed(failed, case_id) from failed
        except NO_ANSWER as error:
            raise await asyncio.to_thread(self._unanswered, error, case_id) from error
        return view

    async def reseat(self, case_id: str, order: Reseat) -> Receipt:
        """Have a parked case folded again from its ledger."""
        await asyncio.to_thread(self.refuse_unless_repairer, order.actor)
        return await self.fold_again(case_id, order)

    async def fold_again(self, case_id: str, order: Reseat) -> Receipt:
        """As `reseat`, for the program itself. Raises NeedsRepair, Ended, Unreachable."""
        return await self._send(case_id, "reseat", order)

    async def _send(self, case_id: str, name: str, message: object) -> Receipt:
        """The update has no id of its own: the engine would answer a repeat with the failure of the first, for ever.
        The act's key makes a repeat harmless."""
        handle = self.client.get_workflow_handle(case_id)
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                receipt: Receipt = await handle.execute_update(name, message, result_type=Receipt)
        except WorkflowUpdateFailedError as failed:
            raise said(failed) from failed
        except NO_ANSWER as error:
            raise await asyncio.to_thread(self._unanswered, error, case_id) from error
        return receipt

    def _unanswered(self, error: Exception, case_id: str) -> Exception:
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            return self._ended_or_lost(case_id)
        return silence(error, case_id)

    def _ended_or_lost(self, case_id: str) -> Exception:
        with self.database.reading() as session:
            row = session.get(CaseRow, case_id)
        if row is not None and row.ended_on is not None:
            return Ended(f"{case_id} has ended ({row.stage}); nothing more can be recorded on it.")
        return NeedsRepair(f"{case_id} has no workflow. Re-seat it: followthrough case reseat {case_id}.")

    def _taken_before(self, case_id: str, act: Act) -> Receipt:
        """The receipt of an act that was taken before its case ended. Raises Ended."""
        with self.database.reading() as session:
            row, taken = _find(session, case_id), session.get(ActTaken, act.key)
        if taken is None or taken.stream != case_id:
            raise Ended(f"{case_id} has ended ({row.stage}); nothing more can be recorded on it.")
        return Receipt(stream=case_id, act_key=act.key, seq=taken.last_seq, stage=row.stage)

    def _permitted(self, case_id: str, act: Act) -> Act:
        refuse_unkept(act)
        return act.model_copy(update={"role": self._role(case_id, act.kind, act.actor)})

    def _role(self, case_id: str, kind: str, person: str) -> str:
        """The role in which this person may do this on this case."""
        with self.database.reading() as session:
            row = _find(session, case_id)
            today = local_date(self.clock.now())
            actor = find_actor(session, person, today)
            role = role_for(actor, kind, row.body_id, row.oversight_id)
            refuse_conflict(session, actor.id, role, kind, row.body_id, today)
        return role.value

    def _judge(self, case_id: str, act: Act) -> None:
        """Refuses what the case's workflow would refuse now; an act that was taken is no longer judged."""
        act = self._permitted(case_id, act)
        with self.database.reading() as session:
            row, taken, events = (
                _find(session, case_id),
                session.get(ActTaken, act.key),
                read(session, case_id),
            )
        if taken is None:
            case = fold_all(Case(id=case_id), (one.event for one in events))
            rules = rules_for(row.policy_hash, row.calendar_hash, row.division)
            decide(case, act, self.clock.now(), rules)

    def refuse_unless_repairer(self, person: str) -> None:
        """Raises NotAllowed, unless the person may repair."""
        with self.database.reading() as session:
            role_for(find_actor(session, person, local_date(self.clock.now())), "repair", "", None)

    def _case(self, case_id: str) -> CaseRow:
        with self.database.reading() as session:
            return _find(session, case_id)

    def _keep_draft(self, case_id: str, act: Act) -> None:
        with self.database.writing() as session:
            keep(session, case_id, act)

    def _no_draft(self, act: Act) -> None:
        """It was recorded: what was kept of an earlier try is over.

        If the ledger does not take that now, the receipt stands all the same, and reconciliation closes it
        (`office.unrecorded.close_recorded`).
        """
        try:
            with self.database.reading() as session:
                kept = is_kept(session, act.key)
            if kept:
                with self.database.writing() as session:
                    recorded(session, act.key)
        except SQLAlchemyError:
            log.exception("the draft of a recorded act is still shown", extra={"act_key": act.key})


class Clock:
    """The wall clock. A virtual timeline has its own (`rehearsal/conductor.py`)."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def refuse_unkept(message: BaseModel) -> None:
    """Raises Refused, for a text that no ledger keeps."""
    if (at := unkept_in(message)) is not None:
        raise Refused(f"Nothing was recorded: {at} {SAID}")


def _find(session: Session, case_id: str) -> CaseRow:
    row = session.get(CaseRow, case_id) if kept(case_id) else None
    if row is None:
        raise NoCase(f"There is no case {case_id!r}. `followthrough case list` shows them.")
    return row


def said(failed: WorkflowUpdateFailedError) -> Exception:
    """What a workflow answered when it did not take an act, for whoever handed it in."""
    cause = failed.cause
    if isinstance(cause, ApplicationError):
        if cause.type == "Refused":
            return Refused(cause.message)
        return NeedsRepair(cause.message)
    return NeedsRepair(str(cause))


def query_failed(failed: WorkflowQueryFailedError, who: str) -> NeedsRepair:
    """A workflow that could not answer. Where payloads are sealed, its reason is too."""
    reason = "its log, and Temporal's Web UI, say why" if failed.message == SEALED else failed.message
    return NeedsRepair(f"{who} needs repair: {reason}")


def silence(error: Exception, who: str) -> Exception:
    """What it means that no answer came."""
    if isinstance(error, RuntimeError) or (isinstance(error, RPCError) and error.status not in SILENT):
        return Unreachable(f"The engine does not answer: {error}. Is `followthrough up` running?")
    return NeedsRepair(
        f"The workflow of {who} does not answer, and needs repair. Is a worker running? (followthrough doctor)"
    )
