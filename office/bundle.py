"""A case as evidence: all that the ledger holds of it, with every hash, in one file that anybody checks offline.

What the events name by hash (texts, letters, documents, policy, calendar) is bound to their chain, and that to the
head that digests name. Mails and notices are bound by the bundle's own fingerprint alone.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlmodel import Session, SQLModel, col, select

from audit.disposals import disposals
from audit.heads import Head, head
from config.calendar_files import load_calendars, table_path, versions
from config.evidence import SCRIPT
from config.policy_files import FOLDER
from lifecycle.dates import local_date
from lifecycle.policy import hash_of
from lifecycle.words import Refused
from models.database import Database
from models.tables import (
    Attempt,
    CaseRow,
    EventRow,
    Installation,
    Mail,
    Notice,
    Person,
    PersonRole,
)
from office.bundle_papers import Papers, papers
from office.desk import NoCase
from office.people import find_actor
from office.rights import role_for
from office.verifying import instant

Files = dict[str, bytes]
STAMP = (1980, 1, 1, 0, 0, 0)
"""Of every file in the bundle, so that the same evidence is the same bytes."""
README = """Evidence bundle of {case}

    python verify_bundle.py BUNDLE.zip [HASH ...]

checks it with Python alone, offline: by the script beside this file, or the same one from a copy of the program that
you trust more.

events.jsonl    what happened, in order; each event holds the hash of the one before
texts/          the words that events name by id. An id is made of the words and of what they were sealed for: in
                texts.json, with the hash of each
documents.json  files of letters (in files/) and of submissions (by hash), bound to the ids or the words of their texts
policy.toml, calendar.csv   the rules that the case holds; the first event names their hashes
heads.txt       the last hash of every chain of the ledger; the head in manifest.json is over these, and digests name it
notices.json, mails.json    who was to be told, and what was sent; bound by the fingerprint alone
people.json     who the short names in events are
disposals.json  what was taken out when the time to keep it was over, and who did it; of later ones on other cases only
                the hash, which leads on to the head
manifest.json   the hash of each file; its own hash is the fingerprint

By the fingerprint alone are also bound: when events were recorded, when texts were sealed, events that came after the
head (the script says how many are in it), and, once a text is disposed of, its hash and those of its documents.
"""


@dataclass(frozen=True)
class Bundle:
    """The bundle's bytes; `fingerprint` is the hash of its manifest."""

    content: bytes
    fingerprint: str
    head: Head


def make_bundle(
    database: Database, case_id: str, person: str, now: datetime, at: str | None = None
) -> Bundle:
    """The evidence of a case. `at` is an instant as a digest writes it, whose head the bundle then leads to.

    Raises:
        NoCase, NotAllowed; Refused: for an instant that cannot be read, or before the case was.
    """
    until = instant(at) if at else None
    with database.reading() as session:
        role_for(find_actor(session, person, local_date(now)), "bundle", "", None)
        row = session.get(CaseRow, case_id)
        if row is None:
            raise NoCase(f"There is no case {case_id!r}. `followthrough case list --all` shows them.")
        top = head(session, until)
        files = dict(_files(session, row, top))
        _refuse_unlinked(session, row, top)
    manifest = {
        "format": 1,
        "case": case_id,
        "made_at": now.astimezone(UTC).isoformat(),
        "made_by": person,
        "installation": _installation(database),
        "head": {"at": top.at.isoformat(), "hash": top.hash, "events": top.events, "chains": top.chains},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    files["manifest.json"] = _json(manifest)
    return Bundle(_zipped(files), hashlib.sha256(files["manifest.json"]).hexdigest(), top)


def _refuse_unlinked(session: Session, row: CaseRow, top: Head) -> None:
    events = session.exec(select(EventRow).where(EventRow.stream == row.id)).all()
    ours = {row.id, *(str(value) for event in events for value in event.details.values())}
    later = [one for one in disposals(session) if one["disposed_at"] > top.at]
    if any(not ours.isdisjoint((one["case_id"], *one["texts"])) for one in later):
        missing = "What was disposed of it was not recorded"
    elif not {event.hash for event in events}.isdisjoint(top.links):
        return
    else:
        missing = "Nothing of it was recorded"
    raise Refused(
        f"{row.id}: {missing} by {top.at.isoformat()}, so that no head leads from it. Ask again in a minute, or for a "
        "later instant."
    )


def _installation(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(Installation.id)).one()


def _files(session: Session, row: CaseRow, top: Head) -> Iterator[tuple[str, bytes]]:
    events = session.exec(select(EventRow).where(EventRow.stream == row.id).order_by(col(EventRow.seq))).all()
    yield "events.jsonl", b"".join(_line(event) for event in events)
    yield from _papers(papers(session, row, events, top.at))
    yield "policy.toml", _policy(row.policy_hash)
    yield "calendar.csv", _calendar(row.calendar_hash)
    yield "heads.txt", "".join(f"{link}\n" for link in top.links).encode()
    notices = session.exec(select(Notice).where(Notice.case_id == row.id).order_by(col(Notice.id))).all()
    yield "notices.json", _json([_row(notice) for notice in notices])
    yield (
        "mails.json",
        _json(list(_mails(session, row.id, {notice.mail_id for notice in notices if notice.mail_id}))),
    )
    yield "people.json", _json(_people(session, {event.actor for event in events}))
    yield "README.txt", README.format(case=row.id).encode()
    yield SCRIPT.name, SCRIPT.read_bytes()


def _line(event: EventRow) -> bytes:
    said = event.model_dump() | {
        "at": event.at.astimezone(UTC).isoformat(),
        "on": str(event.on),
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(),
    }
    return (json.dumps(said, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _papers(found: Papers) -> Iterator[tuple[str, bytes]]:
    yield "texts.json", _json(found.texts)
    yield "documents.json", _json(found.documents)
    yield "disposals.json", _json(found.disposals)
    for text_id, words in found.words.items():
        yield f"texts/{text_id}.txt", words.encode()
    yield from found.files.items()


def _policy(wanted: str) -> bytes:
    """Raises Refused, when the version is not among our files any more."""
    for path in sorted(FOLDER.glob("*.toml")):
        if hash_of(path.read_text("utf-8")) == wanted:
            return path.read_bytes()
    raise Refused(
        f"The policy {wanted[:12]}… that this case holds is not under config/policies: put it back first."
    )


def _calendar(wanted: str) -> bytes:
    """Raises Refused, when the version is not among our files any more."""
    for version in versions():
        if load_calendars(version).hash == wanted:
            return table_path(version).read_bytes()
    raise Refused(
        f"The calendar {wanted[:12]}… that this case holds is not under config/calendars: put it back first."
    )


def _mails(session: Session, case_id: str, ids: set[str]) -> Iterator[Mapping[str, Any]]:
    """Of a mail that tells of other cases too: that it was sent, and not its words."""
    told = session.exec(select(Notice.mail_id, Notice.case_id).where(col(Notice.mail_id).in_(ids))).all()
    others = {mail for mail, of in told if of != case_id}
    for mail in session.exec(
        select(Mail).where(col(Mail.id).in_(ids)).order_by(col(Mail.composed_at), col(Mail.id))
    ):
        attempts = session.exec(
            select(Attempt).where(Attempt.mail_id == mail.id).order_by(col(Attempt.number))
        )
        withheld = dict.fromkeys(("subject", "text", "html"), "withheld: it tells of other cases too")
        own = withheld if mail.id in others else {}
        yield _row(mail) | own | {"attempts": [_row(one) for one in attempts]}


def _people(session: Session, ids: set[str]) -> dict[str, dict[str, Any]]:
    found = session.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id))).all()
    roles = session.exec(select(PersonRole).where(col(PersonRole.person_id).in_(ids))).all()
    return {
        one.id: {
            "name": one.name,
            "roles": sorted(f"{held.role} ({held.owner})" for held in roles if held.person_id == one.id),
        }
        for one in found
    }


def _row(row: SQLModel) -> dict[str, Any]:
    return _plain(row.model_dump())


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime | date) else value for key, value in row.items()
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _zipped(files: Files) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as made:
        for name in sorted(files):
            made.writestr(ZipInfo(name, STAMP), files[name], ZIP_DEFLATED)
    return out.getvalue()


def keep(bundle: Bundle, path: Path) -> None:
    """Write it under a name that is not there yet; all of it or nothing.

    Raises:
        FileExistsError: when there is such a file.
        Refused: when the folder is not there.
    """
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}. Make it, or name a file in another.")
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".partial") as partial:
        partial.write(bundle.content)
        partial.flush()
        try:
            path.hardlink_to(partial.name)
        except FileExistsError:
            raise
        except OSError:  # a disk that knows no second names, as many sticks are
            _write_new(path, bundle.content)


def _write_new(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        try:
            file.write(content)
        except OSError:
            path.unlink()
            raise
