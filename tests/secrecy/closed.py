"""A case from its letter to its end, with all that may be personal: words, files, mail, drafts, names, a data key."""

import hashlib
from datetime import UTC, date, datetime

from lifecycle import acts as a
from lifecycle.words import Finding, InspectionResult
from models.database import Database
from models.installation import establish
from models.tables import (
    AccessToken,
    Allocation,
    AssessmentDraft,
    Conflict,
    Contact,
    Disposal,
    LetterDraft,
    Person,
    PersonnelChange,
    PersonRole,
    Repair,
    SealedText,
    SubmissionDraft,
    Upload,
)
from office import disposal
from office.sealing import attach, keep, register, seal
from tests.ledger.story import MORNING, Story, everything
from tests.mail.post import Post
from tests.secrecy.sealed import keys_of

SECRET = "Marigold"
"""Stands in everything that must be gone once a case is disposed of."""
LETTER_FILE = f"<p>Dear {SECRET}</p>".encode()
PLAN_FILE = f"the plan of {SECRET}".encode()
LONG_AGO = date(2018, 6, 1)
AFTER = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
"""More than seven years after the end of every case here."""
YEARS = 7


def after() -> datetime:
    return AFTER


def staffed(post: Post) -> Post:
    """Two people who may dispose of cases, one who may not, and one who has left long ago."""
    establish(post.database)
    with post.database.writing() as session:
        letter = session.get_one(SealedText, "letter-1")
        letter.hash = hashlib.sha256(letter.text.encode()).hexdigest()
    for person, role, owner in (
        ("ops-1", "operations", "inspectorate"),
        ("lead-1", "lead_inspector", "inspectorate"),
        ("inspector-1", "inspector", "inspectorate"),
        ("liaison-1", "liaison", "bedfordshire"),
    ):
        post.add(
            Person(id=person, name=f"{person} by name", mailbox=f"{person}@inspectorate.example"),
            PersonRole(person_id=person, role=role, owner=owner),
        )
    post.add(
        Person(
            id="gone-1",
            name=f"Ada {SECRET}",
            mailbox=f"{SECRET.lower()}@inspectorate.example",
            until=LONG_AGO,
        ),
        PersonnelChange(
            person_id="gone-1",
            kind="joined",
            on=LONG_AGO,
            details={"name": SECRET},
            reason=SECRET,
            by="ops-1",
            at=MORNING,
        ),
        AccessToken(id="0" * 64, kind="api", person_id="gone-1", name=f"{SECRET}'s laptop", made_at=MORNING),
        Conflict(
            person_id="gone-1", body_id="bedfordshire", reason=f"{SECRET} is kin", since=LONG_AGO, by="lead-1"
        ),
    )
    return post


def ended(
    post: Post, reference: str = "R-2016-6085", *, published: bool = False, shared: tuple[str, ...] = ()
) -> Story:
    """A case that has ended. `shared` are cases of the same body that its submission answers too."""
    story = post.story(reference)
    case = story.case.id
    letter, plan = papers(post, case, shared or (case,))
    post.take(story, a.SendRequestLetter(key="ask", actor="gone-1", letter=letter))
    post.run()
    post.take(story, a.RecordSubmission(key="plan", actor="liaison-1", submission=plan))
    judge(post, story)
    if published:
        post.take(story, a.Publish(key="publish", actor="ops-1", order="order-1"))
    narrative = sealed(post, "narrative", f"{SECRET} showed it.", case)
    post.take(
        story,
        a.RecordInspection(
            key="inspect", actor="gone-1", result=InspectionResult.verified, narrative=narrative
        ),
    )
    post.run()
    beside(post, case, plan)
    return story


def judge(post: Post, story: Story) -> None:
    case = story.case.id
    assessment = sealed(post, "assessment", f"{SECRET} will do.", case)
    findings = dict.fromkeys(story.case.criteria, Finding.included)
    outcome = story.rules.policy.outcomes[-1]
    by = {"actor": "inspector-1", "assessment": assessment}
    post.take(story, a.CompleteAssessment(key="assess", outcome=outcome, findings=findings, **by))
    told = with_file(post, "letter", f"Dear {SECRET}, you will do. {case}", (case,))
    first = with_file(post, "letter", f"Dear {SECRET}, you will not do. {case}", (case,))
    lead = {"actor": "lead-1", "role": "lead_inspector"}
    post.take(story, a.Authorise(key="authorise-1", letter=first, **lead))
    post.take(
        story, a.RecallLetter(key="recall", reason=sealed(post, "reason", f"{SECRET} erred.", case), **lead)
    )
    post.take(story, a.Authorise(key="authorise", letter=told, **lead))
    post.take(story, a.SendLetter(key="letter", actor="ops-1", letter=told))


def papers(post: Post, case: str, answered: tuple[str, ...]) -> tuple[str, str]:
    """A request letter with its file, and a submission with a document."""
    letter = with_file(post, "letter", f"Dear {SECRET}, what of {case}?", (case,))
    listed = f"{SECRET}.pdf ({len(PLAN_FILE):,} bytes, SHA-256 {hashlib.sha256(PLAN_FILE).hexdigest()})"
    with post.database.writing() as session:
        meta = {"cases": list(answered), "documents": 1}
        plan = seal(session, "submission", f"We will.\n{listed}", post.now, meta, of=",".join(answered))
        attach(session, plan, f"{SECRET}.pdf", PLAN_FILE)
    return letter, plan


def with_file(post: Post, kind: str, text: str, cases: tuple[str, ...]) -> str:
    """A letter sealed as the office seals one: its id depends on its file."""
    content = LETTER_FILE + text.encode()
    digest = hashlib.sha256(content).hexdigest()
    name = f"letter-{cases[0].split('/')[1]}.html"
    of = "\n".join((*cases, hashlib.sha256(f"{name} {digest}".encode()).hexdigest()))
    with post.database.writing() as session:
        letter = seal(session, kind, text, post.now, {"cases": list(cases)}, of=of)
        keep(session, digest, content, name)
        register(session, letter, name, len(content), digest)
    return letter


def sealed(post: Post, kind: str, text: str, of: str) -> str:
    with post.database.writing() as session:
        return seal(session, kind, text, post.now, of=of)


def beside(post: Post, case: str, plan: str) -> None:
    """What stands beside the events: drafts, an upload, an allocation, an old contact, the workflow's data key."""
    digest = hashlib.sha256(PLAN_FILE).hexdigest()
    at = post.now
    post.add(
        AssessmentDraft(
            case_id=case, version=1, base=0, person_id="inspector-1", saved_at=at, private=SECRET
        ),
        LetterDraft(
            id=f"draft/{case}"[-80:],
            version=1,
            base=0,
            kind="request",
            language="en",
            cases=[case],
            body_id="bedfordshire",
            person_id="ops-1",
            saved_at=at,
            edits={"p": {"to": SECRET}},
        ),
        SubmissionDraft(
            id=f"submission/{case}"[-80:],
            body_id="bedfordshire",
            person_id="liaison-1",
            report_id="peel-2016",
            cases=[case],
            text=SECRET,
            key=case,
            saved_at=at,
            submission_id=plan,
        ),
        Upload(
            id=f"upload/{case}"[-80:],
            person_id="liaison-1",
            draft="d",
            name=f"{SECRET}.pdf",
            kind="pdf",
            size=1,
            hash=digest,
            note=SECRET,
            uploaded_at=at,
            submission_id=plan,
        ),
        Repair(
            id=f"infected/{case}",
            subject=plan,
            kind="infected",
            cause=f"{SECRET}.pdf, already submitted, contains a virus (EICAR). Its content was deleted.",
            opened_at=at,
        ),
        Allocation(case_id=case, person_id="gone-1", by="lead-1", reason=SECRET, since=at, until=at),
        Contact(
            owner="bedfordshire",
            role="chief_officer",
            office="Chief constable",
            mailbox=f"{SECRET.lower()}@bedfordshire.example",
            holder=SECRET,
            since=date(2010, 1, 1),
            until=date(2012, 1, 1),
        ),
    )
    keys_of(post.database).current(case)


def disposed_of(database: Database, *cases: str, by: str = "lead-1") -> list[Disposal]:
    made = disposal.propose(database, "ops-1", "schedule 4", YEARS, AFTER, cases)
    return disposal.dispose(database, by, made[0].proposal, YEARS, after)


def left(database: Database) -> list[str]:
    """The tables in which a secret can still be read."""
    return [name for name, rows in everything(database).items() if SECRET.lower() in str(rows).lower()]
