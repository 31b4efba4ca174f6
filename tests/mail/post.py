"""A small world with mail to send: bodies with their mailboxes, cases told as stories, a relay, and one clock."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count

from sqlmodel import SQLModel, col, select

from activities.mail.compose import Sender
from activities.mail.counting import DispatchCount
from activities.mail.dispatch import Dispatcher
from activities.mail.envelope import Outgoing
from activities.mail.relay import Delivery, Phase, Relay
from lifecycle import acts as a
from lifecycle.agenda import falls_due, next_instant
from lifecycle.rules import Rules
from models.database import Database
from models.tables import (
    Attempt,
    Body,
    Contact,
    Mail,
    Notice,
    Order,
    Oversees,
    OversightBody,
    Recommendation,
    Repair,
    Report,
    SealedText,
)
from tests.ledger.story import MORNING, Story
from tests.mail.misbehaving import Misbehaving

ALWAYS = date(2012, 11, 22)
INSPECTORATE = ("inspector", "lead_inspector", "oversight_group", "operations")
SENDER = Sender(
    name="Recommendations follow-up",
    address="followthrough@inspectorate.example",
    reply_to="recommendations@inspectorate.example",
    domain="mail.inspectorate.example",
    marking="OFFICIAL",
)
LETTER = a.SendRequestLetter(key="letter", actor="operations", letter="letter-1")


@dataclass
class Post:
    """The world: `now` is the clock of its stories and dispatchers."""

    database: Database
    rules: Rules
    server: Misbehaving
    now: datetime = MORNING
    _keys: "count[int]" = field(default_factory=count)
    _opened: list[Dispatcher] = field(default_factory=list)

    def settle_in(self) -> "Post":
        self.add(
            Report(id="peel-2016", title="PEEL: Police effectiveness 2016", published_on=ALWAYS),
            SealedText(
                id="letter-1", kind="letter", hash="0", text="Please send your plan.", sealed_at=MORNING
            ),
            *(contact("inspectorate", role, f"{role}@inspectorate.example") for role in INSPECTORATE),
        )
        self.body("bedfordshire")
        self.recommendation("R-2016-6085")
        return self

    def add(self, *rows: SQLModel) -> None:
        with self.database.writing() as session:
            for row in rows:
                session.add(row)
                session.flush()

    def body(self, slug: str) -> None:
        self.add(
            Body(id=slug, name=f"{slug.title()} Police", kind="force", division="england-and-wales"),
            OversightBody(id=f"pcc-{slug}", name=f"PCC for {slug.title()}", kind="pcc"),
            Oversees(body_id=slug, oversight_id=f"pcc-{slug}", since=ALWAYS),
            contact(slug, "liaison", f"liaison@{slug}.example"),
            contact(slug, "chief_officer", f"chief@{slug}.example"),
            contact(f"pcc-{slug}", "oversight", f"pcc@{slug}.example"),
        )

    def recommendation(self, reference: str) -> None:
        self.add(
            Recommendation(
                reference=reference,
                report_id="peel-2016",
                kind="recommendation",
                title="Look after vulnerable people",
                issued_on=MORNING.date(),
                policy="national-recommendation",
            )
        )

    def story(self, reference: str = "R-2016-6085", body: str = "bedfordshire", **more: object) -> Story:
        """A case, opened now, with nothing on its clocks but what the test asks for."""
        told = Story(self.database, self.rules, f"recommendation/{reference}/{body}")
        told.now = self.now
        plain: dict[str, object] = {
            "reference": reference,
            "body": body,
            "oversight": f"pcc-{body}",
            "own_limits": (),
        }
        return told.opened(**plain | more)

    def asked(self, reference: str = "R-2016-6085", body: str = "bedfordshire", **more: object) -> Story:
        """A case whose request letter has gone out and whose plan is due; nothing of it waits to be sent."""
        told = self.story(reference, body, **more)
        self.take(told, LETTER)
        self.run()
        return told

    def take(self, story: Story, act: a.Act) -> None:
        """The act, now, under a key of its own."""
        story.now = self.now
        story.take(act.model_copy(update={"key": f"{act.key}/{next(self._keys)}"}))

    def submit(self, story: Story) -> None:
        self.take(story, a.RecordSubmission(key="plan", actor="operations", submission="submission-1"))

    def until(self, day: date, *stories: Story, hour: int = 12) -> None:
        """Time passes to a day's noon, and each case wakes for what is on its agenda."""
        self.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        for told in stories:
            while (at := next_instant(told.case, told.rules)) is not None and at <= self.now:
                told.now = max(told.now, at)
                told.record(None, falls_due(told.case, told.rules, told.now))
            told.now = self.now

    def dispatcher(
        self, worker: str = "worker-1", *, relay: Relay | None = None, **more: object
    ) -> Dispatcher:
        relay = relay or Relay(self.server.url, armed=False, timeout=5)
        made = Dispatcher(self.database, relay, SENDER, worker=worker, clock=lambda: self.now, **more)  # type: ignore[arg-type]
        self._opened.append(made)
        return made

    def run(self, **more: object) -> DispatchCount:
        """One run of a worker of its own, which then goes."""
        dispatcher = self.dispatcher(**more)  # type: ignore[arg-type]
        try:
            return dispatcher.run_once()
        finally:
            dispatcher.close()

    def order(self, kind: str, **more: object) -> Order:
        plain: dict[str, object] = {
            "id": f"order-{next(self._keys)}",
            "kind": kind,
            "actor": "operations",
            "on": self.now.date(),
            "effective_at": self.now,
        }
        order = Order.model_validate(plain | more)
        self.add(order)
        return order

    def later(self, **more: float) -> None:
        self.now += timedelta(**more)

    def notices(self, *conditions: object) -> list[Notice]:
        with self.database.reading() as session:
            query = select(Notice).where(*conditions)  # type: ignore[arg-type]
            return list(session.exec(query.order_by(col(Notice.cause_seq), col(Notice.role))))

    def states(self, rung: str) -> dict[str, str]:
        """role → state, or the reason it was not sent."""
        return {one.role: one.reason or one.state for one in self.notices(Notice.rung == rung)}

    def mails(self) -> list[Mail]:
        with self.database.reading() as session:
            return list(session.exec(select(Mail).order_by(col(Mail.composed_at), col(Mail.mailbox))))

    def mail_to(self, mailbox: str) -> Mail:
        return [mail for mail in self.mails() if mail.mailbox == mailbox][-1]

    def attempts(self) -> list[Attempt]:
        with self.database.reading() as session:
            return list(session.exec(select(Attempt).order_by(col(Attempt.started_at), col(Attempt.number))))

    def repairs(self) -> list[Repair]:
        with self.database.reading() as session:
            return list(session.exec(select(Repair).where(col(Repair.closed_at).is_(None))))

    def arrived(self) -> list[EmailMessage]:
        """What reached the server, in order."""
        return [read(copy) for copy in self.server.copies]

    def carried(self, message: EmailMessage) -> list[str]:
        """The rungs (or the acts' templates) that a message tells of."""
        ids = [mail.id for mail in self.mails() if mail.message_id == message["Message-ID"]]
        return [notice.rung for notice in self.notices(col(Notice.mail_id).in_(ids))]

    def close(self) -> None:
        for dispatcher in self._opened:
            dispatcher.close()


def contact(owner: str, role: str, mailbox: str, since: date = ALWAYS, until: date | None = None) -> Contact:
    title = f"{role.replace('_', ' ').capitalize()} of {owner}"
    return Contact(owner=owner, role=role, office=title, mailbox=mailbox, since=since, until=until)


def read(copy: bytes) -> EmailMessage:
    body = re.sub(rb"(?m)^\.", b"", copy.removesuffix(b".\r\n"))
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def words(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def mailboxes(messages: Sequence[EmailMessage]) -> list[str]:
    return sorted(str(message["To"]) for message in messages)


class Meddling(Relay):
    """A relay in which something happens just before a phase of a send: of the nth, counted from 0."""

    def __init__(self, url: str, phase: Phase, deed: Callable[[], object], nth: int = 0) -> None:
        super().__init__(url, armed=False, timeout=5)
        self.phase = phase
        self.deed = deed
        self.nth = nth

    def send(self, outgoing: Outgoing, on_phase: Callable[[Phase], None]) -> Delivery:
        def meddle(phase: Phase) -> None:
            if phase is self.phase and self.nth == 0:
                self.deed()
            on_phase(phase)

        try:
            return super().send(outgoing, meddle)
        finally:
            self.nth -= 1


class Died(BaseException):
    """Stands for kill -9: nothing in the program may catch it."""


def die() -> None:
    raise Died
