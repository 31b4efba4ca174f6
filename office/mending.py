"""The remedy that the audit names: rows made again from events, on the safe side. A broken chain is never mended."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, delete, select

from activities.ledger.rebuild import rebuild_projections
from activities.mail.repair import hold_notice
from audit.fold import act_keys, wrong_rows
from audit.record import Difference, Papers
from audit.rows import papers
from audit.shelf import read_shelf
from audit.told import NOT_ASKED, Asked, Key, asked, bent, key_of, wrong_notices
from audit.whole import of_case
from lifecycle.dates import local_date
from lifecycle.words import Refused
from models.database import Database, lock
from models.tables import ActTaken, Notice, NoticeState
from office.auditing import ROWS, audit_rows, keep_repairs, one_stream
from office.people import find_actor
from office.rights import role_for

DUE, NOT_SENT = NoticeState.due.value, NoticeState.not_sent.value


def mend(database: Database, case: str, actor: str, now: datetime) -> tuple[list[str], list[Difference]]:
    """Make the case's rows and notices what its events say; answers what was done, and what is left to people.

    A notice that was missing, or was kept back without a reason, is held: it may have left before, and leaves only when
    a person releases it.

    Raises:
        NoCase, NotAllowed: nothing was done. Refused: its chain is broken, so that its events prove nothing.
    """
    with database.reading() as session:
        role_for(find_actor(session, actor, local_date(now)), "repair", "", None)
    one_stream(database, case)
    with database.writing() as session:
        lock(session.connection(), f"stream/{case}")
        done = list(_mended(session, case, actor, now))
    left = audit_rows(database, [case], now)
    keep_repairs(database, left, ROWS, [case])
    return done, left


def _mended(session: Session, case: str, actor: str, now: datetime) -> Iterator[str]:
    found = next(papers(session, [case]))
    broken = [one for one in of_case(found, read_shelf(), now) if one.kind == "broken_chain"]
    if broken:
        raise Refused(f"{case} is not mended. {broken[0].cause} {broken[0].remedy}")
    if list(wrong_rows(found)):
        rebuild_projections(session, case)
        _write_act_keys(session, found)
        yield "made its rows and act keys again from its events"
    if list(wrong_notices(found, now)):
        yield from _mend_notices(session, found, actor)


def _write_act_keys(session: Session, found: Papers) -> None:
    session.exec(delete(ActTaken).where(col(ActTaken.stream) == found.stream))
    for key, (first, last) in act_keys(found).items():
        session.add(ActTaken(key=key, stream=found.stream, first_seq=first, last_seq=last))


def _mend_notices(session: Session, found: Papers, actor: str) -> Iterator[str]:
    wanted = {one.key: one for one in asked(found)}
    crooked = set(_crooked(found, wanted))
    rows = session.exec(select(Notice).where(Notice.case_id == found.stream)).all()
    for row in rows:
        one = wanted.get(key_of(row.model_dump()))
        if one is None and row.state == DUE:
            row.state, row.reason = NOT_SENT, NOT_ASKED
            yield f"laid down {row.rung} to {row.role}, which nobody asked for"
        elif one is not None and one.key in crooked and row.state in (DUE, NOT_SENT) and not row.cover:
            yield _set_right(session, row, one, actor)
    there = {key_of(row.model_dump()) for row in rows}
    for one in wanted.values():
        if one.key not in there:
            yield _write(session, found.stream, one, actor)


def _crooked(found: Papers, wanted: dict[Key, Asked]) -> Iterator[Key]:
    for row in found.notices:
        one = wanted.get(key_of(row))
        if one is not None and not row["cover"] and bent(found, one, row):
            yield one.key


def _set_right(session: Session, row: Notice, one: Asked, actor: str) -> str:
    row.cause_seq, row.template, row.due = one.cause.seq, one.template, one.due
    if one.reason:
        row.state, row.reason = NOT_SENT, one.reason
        return f"laid down {one.words}: {one.reason}"
    if row.state == NOT_SENT:
        row.state, row.reason = DUE, ""
        return _held(session, row, one, actor)
    return f"set {one.words} right"


def _write(session: Session, case: str, one: Asked, actor: str) -> str:
    row = Notice(
        case_id=case,
        clock=one.clock,
        version=one.version,
        rung=one.rung,
        role=one.role,
        template=one.template,
        copied_to=one.copied_to,
        due=one.due,
        cause_seq=one.cause.seq,
        fell_at=one.cause.at,
        not_before=one.cause.at,
        state=NOT_SENT if one.reason else DUE,
        reason=one.reason,
    )
    session.add(row)
    if one.reason:
        return f"wrote {one.words} again: {one.reason}"
    return _held(session, row, one, actor)


def _held(session: Session, row: Notice, one: Asked, actor: str) -> str:
    session.flush()
    assert row.id is not None
    hold_notice(session, row.id, actor)
    return f"wrote {one.words} again, and holds it: did it leave before? If not, release it (Tomorrow’s post)"
