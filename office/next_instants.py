"""Each open case's next instant, where its row lacks it: rows of before it was kept, written with no event since."""

from sqlmodel import col, select, update

from lifecycle.agenda import next_instant
from lifecycle.rules import UnknownRules
from models.database import Database
from models.tables import CaseRow
from office.reading import folded


def note_next_instants(database: Database) -> int:
    """Fill in what is missing, a case at a time; answers how many. A case with nothing to come stays without."""
    return sum(_note(database, case) for case in _without(database))


def _without(database: Database) -> list[str]:
    with database.reading() as session:
        lack = select(CaseRow.id).where(col(CaseRow.next_at).is_(None), col(CaseRow.ended_on).is_(None))
        return list(session.exec(lack.order_by(col(CaseRow.id))))


def _note(database: Database, case_id: str) -> bool:
    """Only while the row stands where it was read: whoever appends meanwhile says it better."""
    try:
        with database.reading() as session:
            case, rules = folded(session, case_id)
    except UnknownRules:
        return False  # the audit has put that up for repair
    if (at := next_instant(case, rules)) is None:
        return False
    unchanged = (col(CaseRow.id) == case_id, col(CaseRow.seq) == case.seq)
    with database.writing() as session:
        session.exec(update(CaseRow).where(*unchanged).values(next_at=at))
    return True
