"""Deed × door on one running installation: refused with the reason, nothing half-written, no mail out."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select
from temporalio.client import WorkflowUpdateFailedError

from config.policy_files import fill_shelf
from embedded.mailstore import messages
from lifecycle import acts as a
from lifecycle.dates import local_date
from lifecycle.words import Finding
from models.installation import become_copy
from models.tables import (
    ActTaken,
    Arming,
    CaseRow,
    Criterion,
    EventRow,
    Heartbeat,
    Notice,
    NoticeState,
    Order,
    Recommendation,
    Repair,
)
from office.desk import Desk
from tests.console import casework
from tests.console.house import House, house
from tests.doors import raw

pytestmark = [pytest.mark.server]
RESPONSE = "response/gmp-victims-2020/greater-manchester-mayor"
UNREADY = "peel-legitimacy-2016"
"""A report of which one letter is sent, and others are not."""
LATER = str(local_date(datetime.now(UTC)) + timedelta(days=60))
OWN, EMBARGO, STATUTE, FOREIGN = "another person must authorise", "embargo", "statute", "may not"


@dataclass(frozen=True)
class Said:
    """What a door answered: whether it let the deed through, and its words."""

    refused: bool
    words: str


@dataclass(frozen=True)
class Scene:
    """The installation, and the cases at which the deeds are tried."""

    there: House
    assessed: str
    under_embargo: CaseRow
    foreign: CaseRow


Door = Callable[[Scene], Said]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The sample, and an assessment that lead-1, who may authorise others', completed."""
    fill_shelf()
    with house(tmp_path_factory.mktemp("doors") / "home") as there:
        submitted = there.case_at("submitted", "seed-2016")
        with there.database.reading() as session:
            limbs = session.exec(
                select(Criterion.id)
                .join(Recommendation, col(Recommendation.reference) == Criterion.reference)
                .where(Criterion.reference == submitted.reference)
            ).all()
        findings = dict.fromkeys(limbs, Finding.unclear)
        mine = a.CompleteAssessment(
            key="own", actor="lead-1", assessment="-", outcome="not_started", findings=findings
        )
        casework.take(there, submitted.id, mine, "assessment", "As I see it.")
        with there.database.reading() as session:
            embargo = session.exec(
                select(CaseRow).where(CaseRow.stage == "letter_sent", CaseRow.report_id == UNREADY)
            ).first()
            foreign = session.exec(
                select(CaseRow).where(CaseRow.stage == "requested", CaseRow.body_id != "kent")
            ).first()
        assert embargo
        assert foreign
        yield Scene(there, submitted.id, embargo, foreign)


def command(scene: Scene, *words: str, by: str) -> Said:
    done = scene.there.there.here(*words, actor=by)
    return Said(done.returncode not in (0, 70), done.stderr)


def form(scene: Scene, path: str, by: str, **fields: str) -> Said:
    with scene.there.as_(by) as browser:
        answer = browser.post(path, data={"key": "side-door", **fields})
    return Said(answer.status_code in (403, 404, 422) or "warning" in answer.text, answer.text)


def program(scene: Scene, path: str, by: str, **act: object) -> Said:
    return programs(scene, f"{path}/acts", by, **act)


def programs(scene: Scene, path: str, by: str, **asked: object) -> Said:
    with scene.there.api(by) as client:
        answer = client.post(f"/api/v1{path}", json=asked, headers={"Idempotency-Key": "side-door"})
    return Said(answer.status_code in (403, 404, 409, 422), answer.text)


def engine(scene: Scene, workflow: str, name: str, **message: object) -> Said:
    """Temporal's command is told no, with the reason sealed; who holds the keys can read it."""
    act = {"key": "side-door", **message}
    done = raw.update(scene.there.there, workflow, name, act)
    if done.returncode == 0:
        return Said(False, done.stdout)
    assert "type: Refused" in done.stderr
    return Said(True, casework.with_desk(scene.there, lambda desk: reason(desk, workflow, name, act)))


async def reason(desk: Desk, workflow: str, name: str, act: dict[str, object]) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await desk.client.get_workflow_handle(workflow).execute_update(name, act)
    return str(failed.value.cause)


def path_of(case: str) -> str:
    return "/cases/" + case.partition("/")[2]


DEEDS: dict[tuple[str, str], tuple[Door, str]] = {
    ("authorise your own assessment", "command"): (
        lambda s: command(s, "case", "authorise", s.assessed, by="lead-1"),
        OWN,
    ),
    ("authorise your own assessment", "form"): (
        lambda s: form(s, f"/inspect{path_of(s.assessed)[6:]}/authorise", "lead-1"),
        OWN,
    ),
    ("authorise your own assessment", "api"): (
        lambda s: program(s, path_of(s.assessed), "lead-1", kind="authorise"),
        OWN,
    ),
    ("authorise your own assessment", "engine"): (
        lambda s: engine(s, s.assessed, "authorise", actor="lead-1", role="lead_inspector"),
        OWN,
    ),
    ("authorise in the name of nobody", "engine"): (
        lambda s: engine(
            s, s.assessed, "authorise", actor="nobody", role="lead_inspector", letter="letter-x"
        ),
        "'nobody' is not a registered person",
    ),
    ("authorise as an inspector", "form"): (
        lambda s: form(s, f"/inspect{path_of(s.assessed)[6:]}/authorise", "inspector-1"),
        FOREIGN,
    ),
    ("authorise as an inspector", "api"): (
        lambda s: program(s, path_of(s.assessed), "inspector-1", kind="authorise"),
        FOREIGN,
    ),
    ("authorise as an inspector", "engine"): (
        lambda s: engine(
            s, s.assessed, "authorise", actor="inspector-1", role="lead_inspector", letter="letter-x"
        ),
        FOREIGN,
    ),
    ("publish under embargo", "command"): (
        lambda s: command(s, "report", "publish", s.under_embargo.report_id, by="lead-1"),
        "no letter sent",
    ),
    ("publish under embargo", "form"): (
        lambda s: form(
            s,
            f"/inspect/publish/{s.under_embargo.report_id}",
            "lead-1",
            confirmation=s.under_embargo.report_id,
        ),
        "no letter sent",
    ),
    ("publish under embargo", "api"): (
        lambda s: programs(
            s,
            f"/reports/{s.under_embargo.report_id}/publication",
            "lead-1",
        ),
        "no letter sent",
    ),
    ("publish one case under embargo", "api"): (
        lambda s: program(s, path_of(s.under_embargo.id), "lead-1", kind="publish", order="made-up"),
        "publish",
    ),
    ("publish under embargo", "engine"): (
        lambda s: engine(s, s.under_embargo.id, "publish", actor="lead-1", order="made-up"),
        EMBARGO,
    ),
    ("publish a report under embargo", "engine"): (
        lambda s: engine(s, f"report/{s.under_embargo.report_id}", "publish", actor="lead-1"),
        "no letter sent",
    ),
    ("move a statutory clock", "command"): (
        lambda s: command(
            s, "case", "move", RESPONSE, "--clock", "response", "--due", LATER, "--text", "Late.", by="lead-1"
        ),
        STATUTE,
    ),
    ("move a statutory clock", "form"): (
        lambda s: form(
            s, f"{path_of(RESPONSE)}/move", "lead-1", clock="response", due="1 1 2099", reason="Late."
        ),
        "not found",
    ),
    ("move a statutory clock", "api"): (
        lambda s: program(
            s,
            "/responses/" + RESPONSE.partition("/")[2],
            "lead-1",
            kind="move_due_date",
            clock="response",
            due=LATER,
            text="Late.",
        ),
        STATUTE,
    ),
    ("move a statutory clock", "engine"): (
        lambda s: engine(
            s,
            RESPONSE,
            "move_due_date",
            actor="lead-1",
            role="lead_inspector",
            clock="response",
            due=LATER,
            reason="r",
        ),
        STATUTE,
    ),
    ("see another force's case", "command"): (
        lambda s: command(s, "case", "show", s.foreign.id, by="liaison-kent"),
        "does not see cases whole",
    ),
    ("see another force's case", "form"): (lambda s: look(s, path_of(s.foreign.id), api=False), ""),
    ("see another force's case", "api"): (lambda s: look(s, f"/api/v1{path_of(s.foreign.id)}", api=True), ""),
    ("answer for another force", "command"): (
        lambda s: command(s, "case", "submit", s.foreign.id, "--text", "Ours.", by="liaison-kent"),
        FOREIGN,
    ),
    ("answer for another force", "form"): (
        lambda s: form(s, f"/body/{s.foreign.body_id}/submit", "liaison-kent", cases=s.foreign.id),
        "page not found",
    ),
    ("answer for another force", "api"): (
        lambda s: program(
            s, path_of(s.foreign.id), "liaison-kent", kind="record_submission", text="Ours.", uploads=[]
        ),
        "may see",
    ),
    ("answer for another force", "engine"): (
        lambda s: engine(
            s, s.foreign.id, "record_submission", actor="liaison-kent", role="liaison", submission="made-up"
        ),
        FOREIGN,
    ),
    ("move a date in a role not held", "engine"): (
        lambda s: engine(
            s,
            s.foreign.id,
            "move_due_date",
            actor="inspector-1",
            role="operations",
            clock="submission",
            due=LATER,
            reason="r",
        ),
        "may be moved by",
    ),
}


DOORS = ("command", "form", "api", "engine")
ELSEWHERE = {
    ("see another force's case", "engine"): "what it shows is sealed, whoever asks",
    (
        "authorise in the name of nobody",
        "command",
    ): "who acts is looked up once for all doors: tests/doors/test_unkept.py",
    ("authorise in the name of nobody", "form"): "whoever acts is who is signed in",
    ("authorise in the name of nobody", "api"): "whoever acts is whose token it is",
    (
        "authorise as an inspector",
        "command",
    ): "who may is decided once for all doors: tests/workflows/test_desk.py",
}
"""The cells without a deed, and why."""


def look(scene: Scene, path: str, *, api: bool) -> Said:
    """As the liaison of Kent. The answer must not hold what only a reader of the case knows."""
    door = scene.there.api("liaison-kent") if api else scene.there.as_("liaison-kent")
    with door as reader:
        answer = reader.get(path)
    assert scene.foreign.waiting_for not in answer.text
    return Said(answer.status_code in (403, 404), answer.text)


def written(scene: Scene) -> dict[str, object]:
    """What the ledger holds of acts: all events but those of time passing, and how many rows follow from acts."""
    with scene.there.database.reading() as session:
        events = session.exec(
            select(EventRow.stream, EventRow.seq, EventRow.hash).where(
                ~col(EventRow.kind).startswith("rung_")
            )
        ).all()
        counts = {
            table.__name__: session.exec(select(func.count()).select_from(table)).one()
            for table in (ActTaken, CaseRow, Order, Arming)
        }
        told = session.exec(select(func.count()).select_from(Notice).where(Notice.clock == "act")).one()
    return {"events": sorted(map(tuple, events)), "told of acts": told, **counts}


@pytest.mark.parametrize(("deed", "door"), DEEDS, ids=lambda word: word.replace(" ", "-"))
def test_a_deed_is_refused_at_this_door_and_nothing_is_written(scene: Scene, deed: str, door: str):
    attempt, reason = DEEDS[deed, door]
    before = written(scene)
    said = attempt(scene)
    assert said.refused, said.words
    assert reason.lower() in said.words.lower().replace("&#39;", "'")
    assert "Traceback" not in said.words
    assert written(scene) == before


def test_every_deed_is_tried_at_every_door_or_it_is_said_why_not():
    """The role in which an act is taken, and the order by which one case is published, are claimed at the engine alone:
    all other doors choose them. From a restored copy: the last test here, by all doors."""
    of_one_door = {
        "publish one case under embargo",
        "publish a report under embargo",
        "move a date in a role not held",
    }
    deeds = {deed for deed, _ in DEEDS} - of_one_door
    cells = {(deed, door) for deed in deeds for door in DOORS}
    assert cells == {cell for cell in DEEDS if cell[0] in deeds} | ELSEWHERE.keys()
    assert not DEEDS.keys() & ELSEWHERE.keys()


def test_a_case_that_refused_takes_the_right_act_from_the_right_person(scene: Scene):
    casework.take(scene.there, scene.assessed, a.Authorise(key="right", actor="lead-2", letter="letter-x"))
    assert casework.line(scene.there, scene.assessed).stage == "authorised"


def test_a_report_s_workflow_started_past_us_publishes_nothing_and_asks_for_no_response(scene: Scene):
    """It says that it carries on an order, which the ledger does not hold: it once opened all of the responses."""
    before = written(scene)
    order = {"key": "made-up", "actor": "lead-1", "on": str(local_date(datetime.now(UTC)))}
    message = {"report": scene.under_embargo.report_id, "order": order}
    done = raw.start(scene.there.there, "ReportWorkflow", "report/of-ones-own", message)
    assert done.returncode == 0, done.stderr

    async def ended(desk: Desk) -> None:
        await desk.client.get_workflow_handle("report/of-ones-own").result()

    casework.with_desk(scene.there, ended)
    assert written(scene) == before


def test_a_number_that_no_row_can_have_is_answered_in_words(scene: Scene):
    """SQLite takes no such number, and it was a fault of ours."""
    huge = "9" * 20
    assessing = f"/inspect{path_of(scene.assessed)[6:]}/assess"
    for path, field in (
        ("/inspect/people/cover/end", "cover_id"),
        ("/inspect/people/conflicts/end", "conflict"),
        (assessing, "base"),
        (f"/ops/post/notices/{huge}/hold", "key"),
    ):
        with scene.there.as_("ops-1" if path.startswith("/ops") else "lead-1") as browser:
            answer = browser.post(path, data={"key": "huge", field: huge})
        assert answer.status_code < 500, (path, answer.text)


def test_a_case_that_was_never_imported_is_not_opened_by_starting_its_workflow(scene: Scene):
    before, made_up = written(scene), "recommendation/made-up/kent"
    with scene.there.database.reading() as session:
        row = session.get_one(CaseRow, scene.foreign.id)
    taken = {"report", "recommendation_kind", "division", "policy", "policy_hash", "calendar_hash"}
    given = {"report": row.report_id} | row.model_dump(include=taken, mode="json")
    opening = {**given, "id": made_up, "reference": "made-up", "body": "kent", "actor": "lead-1"}
    message = {"opening": {**opening, "issued_on": str(row.issued_on)}}
    assert raw.start(scene.there.there, "RecommendationWorkflow", made_up, message).returncode == 0
    until(lambda: parked(scene, made_up) != "")
    assert "is not opened" in parked(scene, made_up)
    assert written(scene) == before


def parked(scene: Scene, case: str) -> str:
    with scene.there.database.reading() as session:
        repair = session.get(Repair, f"parked/{case}")
    return repair.cause if repair else ""


def test_what_the_engine_shows_of_a_case_is_sealed(scene: Scene):
    shown = raw.view(scene.there.there, scene.foreign.id)
    assert b64encode(b"binary/encrypted").decode() in shown
    assert scene.foreign.policy not in shown
    assert scene.foreign.waiting_for not in shown


def test_nothing_leaves_a_restored_copy_by_any_door(scene: Scene):
    """Last, for it makes a copy of the installation: as `followthrough restore` does, in its own words."""
    until(lambda: not waiting(scene))
    with scene.there.database.writing() as session:
        become_copy(session, datetime.now(UTC))
    before = arrived(scene)
    body = scene.foreign.body_id
    assert not command(
        scene, "case", "submit", scene.foreign.id, "--text", "Ours.", by=f"liaison-{body}"
    ).refused
    asked = program(scene, path_of(scene.foreign.id), f"liaison-{body}", kind="ask_question", text="By when?")
    assert not asked.refused, asked.words
    raw_act = {"key": "q", "actor": f"liaison-{body}", "question": "q"}
    raw.update(scene.there.there, scene.foreign.id, "ask_question", raw_act)
    with scene.there.database.reading() as session:
        assert session.get(ActTaken, "q") is not None
    armed = command(scene, "arm", "--reason", "let it go", by="ops-1")
    assert not armed.refused
    twice = command(scene, "arm", "--reason", "let it go", by="ops-1")
    assert twice.refused
    assert "by two people" in twice.words
    held = [notice for notice in waiting(scene) if notice.case_id == scene.foreign.id]
    assert held
    with scene.there.as_("ops-1") as browser:
        for notice in held:
            browser.post(f"/ops/post/notices/{notice.id}/release", data={"key": "let-go"})
    since = datetime.now(UTC)
    until(lambda: dispatched(scene, since))
    assert arrived(scene) == before
    assert {notice.id for notice in held} <= {notice.id for notice in waiting(scene)}


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def waiting(scene: Scene) -> list[Notice]:
    with scene.there.database.reading() as session:
        states = (NoticeState.due.value, NoticeState.claimed.value)
        return list(session.exec(select(Notice).where(col(Notice.state).in_(states))))


def dispatched(scene: Scene, since: datetime) -> bool:
    """Whether the dispatcher has begun and ended a run since."""
    with scene.there.database.reading() as session:
        beat = session.get(Heartbeat, "dispatch")
    return beat is not None and beat.started_at > since and beat.finished_at is not None


def arrived(scene: Scene) -> set[str]:
    return {mail.message_id for mail in messages(scene.there.inbox)}
