"""Ledgers of reports on their way to publication, without an engine: what is sealed, ordered and recorded by hand."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from activities.ledger.reports import record_publication
from config.calendar_files import load_calendars
from config.policy_files import fill_shelf, newest
from lifecycle import acts as a
from lifecycle.rules import Rules, rules_for
from lifecycle.words import Finding
from models.database import Database
from models.messages import RecordOrder
from models.schema import upgrade
from models.tables import (
    Body,
    Criterion,
    Mail,
    Notice,
    Order,
    Oversees,
    OversightBody,
    Person,
    PersonRole,
    Recommendation,
    Report,
)
from office.sealing import seal
from publication.build import build
from publication.shelf import Release
from tests.ledger.story import ISSUED, Story

NATIONAL = "national-recommendation"
REPORT = "peel-2016"
BODIES = {"bedfordshire": "Bedfordshire Police", "kent": "Kent Police", "essex": "Essex Police"}
BASE = "http://127.0.0.1:8090"
ON = date(2017, 6, 1)
STAGES = ("issued", "requested", "submitted", "assessed", "authorised", "letter_sent")


def rules_of(kind: str) -> Rules:
    policy = newest(kind)
    return rules_for(policy.hash, load_calendars(policy.calendar).hash, "england-and-wales")


class Scene:
    """A ledger with one national recommendation to three forces, and the site that is made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.path = folder / "ledger.db"
        self.path.write_bytes(_empty())
        self.database = Database(f"sqlite:///{self.path}")
        fill_shelf()
        self.stories: dict[str, Story] = {}
        self.joint: dict[str, str] = {}
        with self.database.writing() as session:
            for body, name in BODIES.items():
                session.add(
                    Body(
                        id=body,
                        name=name,
                        kind="police-force",
                        division="england-and-wales",
                        nation="England",
                    )
                )
                session.add(OversightBody(id=f"pcc-{body}", name=f"Commissioner of {name}", kind="pcc"))
                session.flush()
                session.add(Oversees(body_id=body, oversight_id=f"pcc-{body}", since=date(2012, 11, 22)))
            session.add(Person(id="lead-1", name="Lead"))
            session.flush()
            session.add(PersonRole(person_id="lead-1", role="lead_inspector", owner="inspectorate"))
        self.report(REPORT, "R-2016-6085", "Legitimacy 2016")

    def report(self, report: str, reference: str, title: str) -> None:
        with self.database.writing() as session:
            session.add(
                Report(
                    id=report, title=title, published_on=ISSUED, source="https://inspectorate.example/report"
                )
            )
        self.recommend(report, reference)

    def recommend(self, report: str, reference: str) -> None:
        with self.database.writing() as session:
            session.add(
                Recommendation(
                    reference=reference,
                    report_id=report,
                    kind="recommendation",
                    title=f"Seek intelligence ({reference})",
                    summary="Every force is to seek it.",
                    issued_on=ISSUED,
                    due=date(2017, 6, 8),
                    policy=newest(NATIONAL).name,
                )
            )
            session.flush()
            for nth, limb in enumerate(("a", "b")):
                session.add(
                    Criterion(
                        reference=reference, id=limb, position=nth, summary=f"Criterion {limb} of {reference}"
                    )
                )

    def story(self, body: str, *, reference: str = "R-2016-6085", report: str = REPORT) -> Story:
        case_id = f"recommendation/{reference}/{body}"
        if case_id not in self.stories:
            told = Story(self.database, rules_of(NATIONAL), case_id)
            oversight = f"pcc-{body}"
            told.opened(body=body, reference=reference, report=report, oversight=oversight)
            self.stories[case_id] = told
        return self.stories[case_id]

    def go(self, body: str, stage: str, *, outcome: str = "started", **more: str) -> Story:
        """Bring a body's case to a stage."""
        told = self.story(body, **more)
        for act in STAGES[1 : STAGES.index(stage) + 1]:
            if told.case.stage.value in STAGES[STAGES.index(act) :]:
                continue
            told.now += timedelta(days=5)
            told.take(self._act(act, told, body, outcome))
        return told

    def _act(self, stage: str, told: Story, body: str, outcome: str) -> a.Act:
        by = {"key": f"{told.case.id}/{stage}", "actor": "adams"}
        match stage:
            case "requested":
                return a.SendRequestLetter(**by, letter=self.sealed(told, f"Request to {body}."))
            case "submitted":
                return a.RecordSubmission(**by, submission=self.sealed(told, f"SUBMISSION-{body}"))
            case "assessed":
                return a.CompleteAssessment(
                    **by,
                    assessment=self.sealed(told, f"NARRATIVE-{body}"),
                    outcome=outcome,
                    findings={"a": Finding.included_commenced, "b": Finding.unclear},
                )
            case "authorised":
                letter = self.letter(told, body)
                return a.Authorise(**{**by, "actor": "brown"}, role="lead_inspector", letter=letter)
        return a.SendLetter(**by, letter=told.case.letter or "")

    def letter(self, told: Story, body: str) -> str:
        """Of its own, or the one that it shares."""
        return self.joint.get(told.case.id) or self.sealed(told, f"LETTER-{body}\n\nWe read <your> plans.")

    def together(self, body: str, *references: str) -> None:
        """These cases of a body get one letter."""
        cases = [f"recommendation/{one}/{body}" for one in references]
        now = self.story(body).now
        with self.database.writing() as session:
            letter = seal(
                session, "letter", f"LETTER-{body} on all", now, {"cases": cases}, of=",".join(cases)
            )
        self.joint |= dict.fromkeys(cases, letter)

    def sealed(self, told: Story, text: str) -> str:
        with self.database.writing() as session:
            return seal(session, "letter", text, told.now, of=told.case.id)

    def order(
        self,
        *,
        report: str = REPORT,
        left_out: dict[str, str] | None = None,
        on: date | None = None,
        key: str = "publish",
    ) -> None:
        """The order to publish is in the ledger; no case has followed it yet."""
        now = max(told.now for told in self.stories.values()) + timedelta(days=1)
        with self.database.writing() as session:
            record_publication(
                session,
                RecordOrder(
                    report=report,
                    key=f"{key}/{report}",
                    actor="lead-1",
                    on=on or now.date(),
                    left_out=left_out or {},
                    at=now,
                ),
            )

    def follow(self, body: str, *, report: str = REPORT, **more: str) -> None:
        """A case takes the order's act, dated as the order is."""
        told = self.story(body, report=report, **more)
        with self.database.reading() as session:
            order = session.get_one(Order, f"publish/{report}")
        told.now = max(told.now, order.effective_at) + timedelta(days=2)
        told.take(a.Publish(key=f"publish/{told.case.id}", actor="lead-1", order=order.id, on=order.on))

    def response(self, body: str) -> Story:
        told = Story(self.database, rules_of("response"), f"response/{REPORT}/pcc-{body}")
        told.now = datetime(2017, 2, 1, 9, tzinfo=UTC)
        self.stories[told.case.id] = told
        told.opened(
            body=body,
            reference=REPORT,
            report=REPORT,
            oversight=f"pcc-{body}",
            recommendation_kind="response",
            criteria=(),
            own_limits=(),
            issued_on=date(2017, 2, 1),
        )
        return told

    def response_of(self, body: str) -> Story:
        return self.stories[f"response/{REPORT}/pcc-{body}"]

    def written_to(self, told: Story, at: datetime, *, meant_for: str = "") -> None:
        """A mail that its response is overdue was taken by the server."""
        with self.database.writing() as session:
            session.add(
                Mail(
                    id=f"mail-{told.case.id}",
                    message_id=f"<{told.case.id}@inspectorate.example>",
                    mailbox="pcc@oversight.example",
                    meant_for=meant_for,
                    case_id=told.case.id,
                    composed_at=at,
                    state="accepted",
                )
            )
            session.flush()
            session.add(
                Notice(
                    case_id=told.case.id,
                    clock="response",
                    version=1,
                    rung="told",
                    role="oversight",
                    template="response-overdue",
                    cause_seq=1,
                    fell_at=at,
                    not_before=at,
                    state="sent",
                    mail_id=f"mail-{told.case.id}",
                )
            )

    def published(self) -> "Scene":
        """Two letters published, the third left out; one response received."""
        self.go("bedfordshire", "letter_sent", outcome="started")
        self.go("kent", "letter_sent", outcome="not_started")
        self.go("essex", "submitted")
        self.order(left_out={"recommendation/R-2016-6085/essex": "It was late."})
        for body in ("bedfordshire", "kent"):
            self.follow(body)
        told = self.response("kent")
        told.take(
            a.RecordResponse(
                key="r",
                actor="ops-1",
                response=self.sealed(told, "We welcome this.\n\nWork has begun."),
                copy_to_inspectorate=True,
                copy_to_secretary_of_state=True,
            )
        )
        return self

    def build(
        self, *, folder: Path | None = None, on: date = ON, afresh: bool = False, pdf: bool = False
    ) -> Release:
        return build(self.database, folder or self.folder, BASE, on, afresh=afresh, pdf=pdf)

    def page(self, address: str) -> str:
        return (self.folder / "current" / address).read_text(encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """Every file that can be read, by its address."""
        return contents((self.folder / "current").resolve())


@cache
def _empty() -> bytes:
    """A ledger with its tables and nothing in them, made once for all tests of a process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with closing(Database(f"sqlite:///{path}")) as database:
            upgrade(database)
        return path.read_bytes()


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }
