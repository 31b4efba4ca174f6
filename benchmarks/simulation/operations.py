"""The operators' morning round: what is up for repair is put right, as the repairs themselves say."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
from random import Random

from sqlmodel import Session, col, select
from temporalio.service import RPCError

from activities.ledger.repairs import outstanding
from activities.mail import repair
from activities.mail.recovery_plan import go
from benchmarks.simulation.client import Client
from benchmarks.simulation.post import PACE
from lifecycle.words import Refused
from models.database import Database
from models.messages import Receipt, Reseat
from models.tables import CaseRow, Mail, Notice, Repair
from office.desk import Desk, NeedsRepair, NoCase, Unreachable
from office.overslept import wake_overslept
from office.repair import folded, reseat, start_case

OPERATOR = "ops-1"


class Operations:
    """`arrived` is what a recipient would say of a message in doubt: how many copies came."""

    def __init__(
        self, database: Database, desk: Desk, client: Client, chance: Random, arrived: Mapping[str, int]
    ) -> None:
        self.database = database
        self.desk = desk
        self.client = client
        self.chance = chance
        self.arrived = arrived
        self.reseated = 0

    async def round(self, now: datetime) -> None:
        """Once through everything that needs a person; then, for cases that are late, what the worker does oftener."""
        with self.database.reading() as session:
            waiting = list(outstanding(session))
        for one in waiting:
            if one.kind == "parked":
                await self._reseat(reseat(self.desk, one.subject, self._order(), "queue"))
            else:
                self._mail(one, now)
        await self._seat_lost()
        await wake_overslept(self.client, self.database, now)  # type: ignore[arg-type]

    def _order(self) -> Reseat:
        return Reseat(key=f"reseat/{self.reseated}", actor=OPERATOR)

    async def _reseat(self, receipt: Awaitable[Receipt]) -> None:
        try:
            await receipt
        except (NeedsRepair, Unreachable, NoCase, Refused, RPCError):
            return  # tomorrow again
        self.reseated += 1

    def _mail(self, one: Repair, now: datetime) -> None:
        mail_id = one.id.partition("/")[2]
        with self.database.writing() as session:
            match one.kind:
                case "unknown_send":
                    message = session.get_one(Mail, mail_id).message_id
                    repair.resolve_unknown(
                        session, mail_id, arrived=self.arrived[message] > 0, actor=OPERATOR, now=now
                    )
                case "refused":
                    repair.retry(session, mail_id, OPERATOR, now)
                case "recovery":
                    go(session, OPERATOR, "our server was away", now, PACE)
                case "held":
                    self._release(session)

    def _release(self, session: Session) -> None:
        for notice in session.exec(select(Notice.id).where(col(Notice.held).is_(True))).all():
            repair.release_notice(session, notice or 0, OPERATOR)

    async def _seat_lost(self) -> None:
        """Every open case without a workflow is seated again from its ledger; a workflow of a closed one folds its
        ledger, and ends."""
        with self.database.reading() as session:
            rows = session.exec(
                select(CaseRow.id, col(CaseRow.ended_on).is_not(None)).order_by(CaseRow.id)
            ).all()
        seats = self.client.engine.seats
        for case in [case for case, ended in rows if ended and case in seats]:
            await self._reseat(self.desk.fold_again(case, self._order()))
        for case in [case for case, ended in rows if not ended and case not in seats]:
            try:
                self.reseated += await start_case(self.client, folded(self.database, case), "queue")  # type: ignore[arg-type]
            except RPCError:  # the engine is down: tomorrow again
                return
