"""The ledger as activities. Synchronous: they run in the worker's thread pool, one short transaction each.

No cancellation is thrown into their threads: a transaction ends by itself, and never in the middle of its end.
"""

import contextlib
import logging
from datetime import date
from typing import Protocol

import sqlalchemy.exc
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ledger import digest, reports
from activities.ledger.append import ActKeyTaken, append, read
from activities.ledger.repairs import NoRepair, close_repair, open_repair
from lifecycle.words import Refused
from models.database import Database
from models.messages import (
    Append,
    Appended,
    DigestMade,
    DigestStart,
    Parked,
    RecordOrder,
    ReportState,
    StreamEvents,
    StreamRead,
)

log = logging.getLogger(__name__)
UNKEPT = (sqlalchemy.exc.DataError, UnicodeEncodeError)
"""What the database will never take, however often it is asked."""


class Keeper(Protocol):
    """Who is asked before anything is written. What it raises says why nothing is."""

    def refuse_act(self, session: Session, request: Append) -> None: ...

    def refuse_order(self, session: Session, order: RecordOrder) -> None: ...

    def refuse_digest(self, day: date) -> None: ...


class LedgerActivities:
    """What workflows ask of the ledger. Without a keeper whatever they have decided is written."""

    def __init__(self, database: Database, keeper: Keeper | None = None) -> None:
        self.database = database
        self.keeper = keeper

    @activity.defn(name="append", no_thread_cancel_exception=True)
    def append(self, request: Append) -> Appended:
        answer = self._append(request)
        if request.act_key is not None:
            log.info(
                "act %s",
                answer.answer.value,
                extra={"stream": request.stream, "act_key": request.act_key, "seq": answer.seq},
            )
        return answer

    def _append(self, request: Append) -> Appended:
        try:
            return self._written(request)
        except (ActKeyTaken, Refused) as error:
            raise _refusal(error) from error
        except UNKEPT as error:
            raise _refusal(unkept(error)) from error
        except sqlalchemy.exc.IntegrityError:
            return self._written(request)

    def _written(self, request: Append) -> Appended:
        with self.database.writing() as session:
            if self.keeper is not None:
                self.keeper.refuse_act(session, request)
            return append(session, request)

    @activity.defn(name="read_stream", no_thread_cancel_exception=True)
    def read_stream(self, request: StreamRead) -> StreamEvents:
        with self.database.reading() as session:
            return StreamEvents(events=read(session, request.stream, request.after_seq))

    @activity.defn(name="note_parked", no_thread_cancel_exception=True)
    def note_parked(self, case: Parked) -> None:
        """Put the case up for repair, or take it down; repeating is harmless."""
        with self.database.writing() as session:
            if case.cause:
                open_repair(
                    session,
                    id=f"parked/{case.stream}",
                    subject=case.stream,
                    kind="parked",
                    cause=case.cause,
                    remedy=f"followthrough case reseat {case.stream}",
                )
            else:
                with contextlib.suppress(NoRepair):
                    close_repair(session, f"parked/{case.stream}", "engine")

    @activity.defn(name="report_state", no_thread_cancel_exception=True)
    def report_state(self, report: str) -> ReportState:
        with self.database.reading() as session:
            return reports.state(session, report)

    @activity.defn(name="record_order", no_thread_cancel_exception=True)
    def record_order(self, order: RecordOrder) -> None:
        try:
            with self.database.writing() as session:
                if self.keeper is not None:
                    self.keeper.refuse_order(session, order)
                reports.record_publication(session, order)
        except Refused as error:
            raise _refusal(error) from error
        except UNKEPT as error:
            raise _refusal(unkept(error)) from error

    @activity.defn(name="make_digest", no_thread_cancel_exception=True)
    def make_digest(self, start: DigestStart) -> DigestMade:
        if self.keeper is not None:
            try:
                self.keeper.refuse_digest(start.day)
            except Refused as error:
                raise _refusal(error) from error
        with self.database.writing() as session:
            return digest.make(session, start)


def unkept(error: Exception) -> Refused:
    """In words, without the statement and all that it was to write."""
    cause = getattr(error, "orig", None) or error
    return Refused(
        f"The ledger cannot keep this: {str(cause).strip()}. Send it shorter, or without that character."
    )


def _refusal(error: Exception) -> ApplicationError:
    return ApplicationError(str(error), type="Refused", non_retryable=True)
