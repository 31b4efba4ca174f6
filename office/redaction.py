"""What is taken out of a case that is disposed of: words, files, mail, drafts. Ids, hashes and chain stay."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from activities.ledger.append import read
from audit.disposals import named_texts
from lifecycle.dates import plain_date
from models.tables import (
    Allocation,
    AssessmentDraft,
    Attempt,
    CaseRow,
    Content,
    Document,
    LetterDraft,
    Mail,
    Notice,
    Repair,
    Scan,
    SealedText,
    SubmissionDraft,
    Upload,
)
from office.disclosure import papers_named
from office.sealing import hold

REMOVED = "removed"
Draft = LetterDraft | SubmissionDraft
PUBLIC = {"letter_sent": "published", "letter_corrected": "published", "responded": "responded"}
"""A paper that is public once the case has such an event: taking it out here would take it back from nobody."""


@dataclass
class Redacted:
    """How much was taken out, by kind, and the ids of the sealed texts that are gone."""

    counts: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)


def redact(session: Session, row: CaseRow, gone: Collection[str], day: date) -> Redacted:
    """Take out of one case what is personal or free text. `gone` are the cases disposed of before; what is shared with
    one that is not stays until that is."""
    made = Redacted()
    made.texts = sorted(_texts(session, row, gone))
    mark = f"[Disposed of on {plain_date(day)}. Its hash stays: docs/operating.md, Disposal.]"
    for text_id in made.texts:
        _redact_text(session, text_id, mark)
    made.counts["texts"] = len(made.texts)
    made.counts["documents"] = _documents(session, made.texts)
    made.counts["mails"] = _mails(session, row.id, gone)
    made.counts["drafts"] = _drafts(session, row.id, {*gone, row.id})
    made.counts["notes"] = _notes(session, row.id, made.texts)
    return made


# --- sealed texts, and the files sealed with them -------------------------------------------------------------------


def _texts(session: Session, row: CaseRow, gone: Collection[str]) -> set[str]:
    """The case's own; those that another case of the same body and report names stay, and those that are public."""
    others = session.exec(
        select(CaseRow.id).where(
            CaseRow.body_id == row.body_id, CaseRow.report_id == row.report_id, CaseRow.id != row.id
        )
    ).all()
    kept: set[str] = set()
    for other in others:
        named, public = _named(session, other)
        kept |= public if other in gone else named
    named, public = _named(session, row.id)
    drafts = session.exec(select(SealedText).where(SealedText.kind == "draft"))
    named |= {draft.id for draft in drafts if draft.meta.get("case") == row.id}
    there = select(SealedText.id).where(col(SealedText.id).in_(named - kept - public))
    return set(session.exec(there))


def _named(session: Session, case_id: str) -> tuple[set[str], set[str]]:
    """The sealed texts that a case's events name, also those that nobody reads there (a letter that was authorised and
    never sent), and those of them that are public."""
    events = [one.event for one in read(session, case_id)]
    kinds = {event.kind for event in events}
    papers = [(event.kind, text) for event in events for text, _ in papers_named(event)]
    named = {text for _, text in papers} | named_texts(event.model_dump() for event in events)
    return named, {text for kind, text in papers if PUBLIC.get(kind) in kinds}


def _redact_text(session: Session, text_id: str, mark: str) -> None:
    sealed = session.get_one(SealedText, text_id, with_for_update=True)
    sealed.text = mark
    sealed.meta = {"cases": sealed.meta["cases"]} if "cases" in sealed.meta else {}
    session.add(sealed)
    session.flush()


def _documents(session: Session, texts: Collection[str]) -> int:
    """The files of these submissions and letters: names and bytes go; sizes and hashes stay."""
    documents = session.exec(
        select(Document)
        .where(col(Document.submission_id).in_(texts))
        .order_by(col(Document.submission_id), col(Document.name))
    ).all()
    hold(session, [one.hash for one in documents])
    connection = session.connection()
    connection.execute(delete(Upload).where(col(Upload.submission_id).in_(texts)))
    for number, one in enumerate(documents, 1):
        _rename(session, one, f"{REMOVED}-{number}")
    for digest in sorted({one.hash for one in documents}):
        if not _kept_elsewhere(session, digest, texts):
            connection.execute(delete(Content).where(col(Content.hash) == digest))
            connection.execute(update(Scan).where(col(Scan.hash) == digest).values(name=REMOVED))
    return len(documents)


def _rename(session: Session, document: Document, name: str) -> None:
    this = (col(Document.submission_id) == document.submission_id, col(Document.name) == document.name)
    session.connection().execute(update(Document).where(*this).values(name=name))


def _kept_elsewhere(session: Session, digest: str, texts: Collection[str]) -> bool:
    """Whether bytes are still those of a file that is not disposed of."""
    uploads = select(Upload.id).where(Upload.hash == digest)
    documents = select(Document.name).where(
        Document.hash == digest,
        col(Document.submission_id).not_in(texts),
        col(Document.name).not_like(f"{REMOVED}-%"),
    )
    return any(session.exec(query.limit(1)).first() is not None for query in (uploads, documents))


# --- mail, drafts, notes --------------------------------------------------------------------------------------------


def _mails(session: Session, case_id: str, gone: Collection[str]) -> int:
    """The words and mailboxes of mails that told of this case, unless one tells of a case that is kept."""
    ids = set(
        session.exec(
            select(Notice.mail_id).where(Notice.case_id == case_id, col(Notice.mail_id).is_not(None))
        )
    )
    told = session.exec(select(Notice.mail_id, Notice.case_id).where(col(Notice.mail_id).in_(ids))).all()
    ids -= {mail for mail, of in told if of != case_id and of not in gone}
    words = dict.fromkeys(("text", "html", "thread", "references", "reply", "meant_for"), "")
    connection = session.connection()
    connection.execute(
        update(Mail).where(col(Mail.id).in_(ids)).values(**words, mailbox=REMOVED, subject=REMOVED)
    )
    connection.execute(update(Attempt).where(col(Attempt.mail_id).in_(ids)).values(reply=""))
    return len(ids)


def _drafts(session: Session, case_id: str, gone: Collection[str]) -> int:
    """Drafts of its assessment, letters and submissions; those on several cases with the last of them."""
    assessments = session.connection().execute(
        delete(AssessmentDraft).where(col(AssessmentDraft.case_id) == case_id)
    )
    letters = session.exec(select(LetterDraft))
    submissions = session.exec(select(SubmissionDraft))
    shared = [*_of_these(letters, case_id, gone), *_of_these(submissions, case_id, gone)]
    for draft in shared:
        session.delete(draft)
    session.flush()
    return assessments.rowcount + len(shared)


def _of_these(drafts: Iterable[Draft], case_id: str, gone: Collection[str]) -> list[Draft]:
    return [draft for draft in drafts if case_id in draft.cases and all(case in gone for case in draft.cases)]


def _notes(session: Session, case_id: str, texts: Collection[str]) -> int:
    """Why it was given to whom, and what was put up for repair, of the case or of a file in these texts."""
    connection = session.connection()
    given = connection.execute(update(Allocation).where(col(Allocation.case_id) == case_id).values(reason=""))
    repairs = (
        update(Repair).where(col(Repair.subject).in_([case_id, *texts])).values(cause=REMOVED, remedy="")
    )
    return given.rowcount + connection.execute(repairs).rowcount
