"""The papers in a case's evidence: sealed texts with what their ids were made of, letters' files, documents by hash."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from activities.ledger.chain import to_event
from audit.disposals import disposals
from models.tables import CaseRow, Content, Document, EventRow, SealedText
from office.disclosure import PAPERS

LETTER = "letter"


@dataclass
class Papers:
    """`words` by text id; `files` by their names in the bundle."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def papers(session: Session, row: CaseRow, events: Iterable[EventRow]) -> Papers:
    """Every text that an event names and the ledger holds, with the documents sealed with it."""
    made, gone = Papers(), {text for one in disposals(session) for text in one["texts"]}
    for text in _texts(session, events):
        own = session.exec(
            select(Document).where(Document.submission_id == text.id).order_by(col(Document.name))
        ).all()
        made.texts.append(
            {
                "id": text.id,
                "kind": text.kind,
                "hash": text.hash,
                "sealed_at": text.sealed_at.isoformat(),
                "sealed_of": None if text.id in gone else sealed_of(text, row, own),
                "disposed": text.id in gone,
            }
        )
        if text.id not in gone:
            made.words[text.id] = text.text
        for one in own:
            _add(session, made, text, one)
    return made


def _texts(session: Session, events: Iterable[EventRow]) -> Iterator[SealedText]:
    found = (to_event(row) for row in events)
    ids = dict.fromkeys(str(getattr(one, PAPERS[one.kind].field)) for one in found if one.kind in PAPERS)
    rows = {row.id: row for row in session.exec(select(SealedText).where(col(SealedText.id).in_(ids)))}
    return (rows[text_id] for text_id in ids if text_id in rows)


def _add(session: Session, made: Papers, text: SealedText, one: Document) -> None:
    """A letter's file whole, where it is kept; a submission's by its hash."""
    kept = session.get(Content, one.hash) if text.kind == LETTER else None
    name = f"files/{text.id}/{one.name}" if kept else ""
    if kept:
        made.files[name] = kept.content
    made.documents.append({"of": text.id, "name": one.name, "size": one.size, "hash": one.hash, "file": name})


def sealed_of(text: SealedText, row: CaseRow, own: Sequence[Document]) -> str | None:
    """What a text was sealed for, which its id is made of besides its words (`office.sealing`); None when that is not
    known here, as of texts that came with a history."""
    named = text.meta.get("cases")
    cases = [str(case) for case in named] if isinstance(named, list) else [row.id]
    listed = "\n".join(sorted(f"{one.name} {one.hash}" for one in own))
    with_files = "\n".join((*cases, hashlib.sha256(listed.encode()).hexdigest()))
    for of in ("", row.id, ",".join(cases), with_files):
        digest = hashlib.sha256("\x00".join((text.kind, of, text.text)).encode()).hexdigest()
        if text.id == f"{text.kind}-{digest[:24]}":
            return of
    return None
