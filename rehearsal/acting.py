"""Taking the deeds of a history: acts handed in at the same desk that people use."""

import asyncio
from datetime import date

from activities.ledger.reports import responses_asked
from lifecycle import acts as a
from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.messages import PublishReport
from office.casework import record_inspection
from office.desk import Desk, NeedsRepair, NoCase
from office.intake_bodies import Bodies
from office.people import NotAllowed
from office.reports import ReportDesk
from rehearsal.deeds import PUBLISH, Deed
from rehearsal.errors import DeedFailed
from rehearsal.history import History
from rehearsal.scribe import Scribe, Task

OF_OVERSIGHT = ("invite_comments", "record_response")


class Cast:
    """Everybody who acts in a history."""

    def __init__(self, history: History, desk: Desk, reports: ReportDesk) -> None:
        self.history = history
        self.desk = desk
        self.reports = reports
        self.scribe = Scribe(history, desk)
        self._done: set[tuple[str, str]] = set()

    async def take(self, deed: Deed) -> list[str]:
        """Take one deed; answers the streams that it opens.

        Raises:
            DeedFailed: when it was refused.
        """
        try:
            if deed.kind == PUBLISH:
                return await self._publish(deed)
            await self._act(deed)
            return []
        except (Refused, NotAllowed, NoCase, NeedsRepair) as error:
            who = deed.body or self.history.report.id
            day = local_date(deed.at)
            raise DeedFailed(f"{self.history.name}: {who}, {deed.kind} on {day}: {error}") from error

    async def _publish(self, deed: Deed) -> list[str]:
        held = {self.history.case_id(body.id): body.left_out for body in self.history.body if body.left_out}
        order = PublishReport(
            key=f"{self.history.name}/publish", actor=deed.actor, on=local_date(deed.at), left_out=held
        )
        await self.reports.publish(self.history.report.id, order)
        return await asyncio.to_thread(self._responses, local_date(deed.at))

    def _responses(self, day: date) -> list[str]:
        """The responses that begin with publication."""
        report = self.history.report.id
        with self.desk.database.reading() as session:
            return [
                f"response/{report}/{oversight}" for oversight, *_ in responses_asked(session, report, day)
            ]

    async def _act(self, deed: Deed) -> None:
        stream = await self._stream(deed)
        if stream is None:
            return
        act = await self.scribe.write(Task(deed, self.history.of(deed.body), stream, self.history.name))
        if isinstance(act, a.RecordInspection):
            await record_inspection(self.desk, stream, act)
        else:
            await self.desk.take(stream, act)

    async def _stream(self, deed: Deed) -> str | None:
        """The case, or the response of whoever answers for the body; None when that one has answered already."""
        if deed.kind not in OF_OVERSIGHT:
            return self.history.case_id(deed.body)
        day = self.history.report.overview_published_on or self.history.report.published_on
        oversight = await asyncio.to_thread(self._oversight, deed.body, day)
        if oversight is None or (deed.kind, oversight) in self._done:
            return None
        self._done.add((deed.kind, oversight))
        return f"response/{self.history.report.id}/{oversight}"

    def _oversight(self, body: str, day: date) -> str | None:
        with self.desk.database.reading() as session:
            return Bodies.in_tables(session).oversight_of(body, day)
