"""The papers in a case's evidence: sealed texts with what their ids were made of, letters' files, documents by hash."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from activities.ledger.chain import to_event
from audit.disposals import disposals, named_texts, told, told_hash
from audit.record import FIRST, Row
from models.tables import CaseRow, Content, Document, EventRow, SealedText
from office.disclosure import papers_named

LETTER = "letter"


@dataclass
class Papers:
    """`words` by text id; `files` by their names in the bundle."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    disposals: dict[str, Any] = field(default_factory=dict)


def papers(session: Session, row: CaseRow, events: Iterable[EventRow], until: datetime) -> Papers:
    """Every text that an event names and the ledger holds, with the documents sealed with it; and the disposals that
    took some out, so far as the head of that instant covers them."""
    made, done = Papers(), disposals(session)
    gone = {text for one in done for text in one["texts"]}
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
    ours = {text["id"] for text in made.texts if text["disposed"]} | {row.id}
    made.disposals = _led_through([one for one in done if one["disposed_at"] <= until], ours)
    return made


def _led_through(done: Sequence[Row], ours: Collection[str]) -> dict[str, Any]:
    """What disposals said, from the first that took out something of `ours` to the last, which is in the head. Of those
    of other cases the hash leads on, and no more is shown."""
    own = [not {one["case_id"], *one["texts"]}.isdisjoint(ours) for one in done]
    first = own.index(True) if any(own) else len(own)
    said = [told(one) if is_own else told_hash(one) for one, is_own in zip(done, own, strict=True)]
    return {"previous_hash": done[first]["previous_hash"] if any(own) else FIRST, "said": said[first:]}


def _texts(session: Session, events: Iterable[EventRow]) -> Iterator[SealedText]:
    rows = list(events)
    told = (text for row in rows for text, _ in papers_named(to_event(row)))
    ids = dict.fromkeys([*told, *sorted(named_texts(row.details for row in rows))])
    there = {row.id: row for row in session.exec(select(SealedText).where(col(SealedText.id).in_(ids)))}
    return (there[text_id] for text_id in ids if text_id in there)


def _add(session: Session, made: Papers, text: SealedText, one: Document) -> None:
    """A letter's file whole, where it is kept; a submission's by its hash."""
    kept = session.get(Content, one.hash) if text.kind == LETTER else None
    name = f"files/{text.id}/{one.name}" if kept else ""
    if kept:
        made.files[name] = kept.content
    made.documents.append({"of": text.id, "name": one.name, "size": one.size, "hash": one.hash, "file": name})


def sealed_of(text: SealedText, row: CaseRow, own: Sequence[Document]) -> str | None:
    """What a text was sealed for, which its id is made of besides its words (`office.sealing`); None when that cannot
    be told: then nothing binds it to its event, and whoever checks the bundle is told so."""
    named = text.meta.get("cases")
    cases = [str(case) for case in named] if isinstance(named, list) else [row.id]
    listed = "\n".join(sorted(f"{one.name} {one.hash}" for one in own))
    with_files = "\n".join((*cases, hashlib.sha256(listed.encode()).hexdigest()))
    for of in ("", row.id, ",".join(cases), with_files):
        digest = hashlib.sha256("\x00".join((text.kind, of, text.text)).encode()).hexdigest()
        if text.id == f"{text.kind}-{digest[:24]}":
            return of
    return None
