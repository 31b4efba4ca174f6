"""The letters of a ledger as files that a browser opens."""

from pathlib import Path

from sqlmodel import col, select

from models.database import Database
from models.tables import CaseRow, EventRow, SealedText

KINDS = {"requested": "request", "letter_sent": "assessment"}


def write_letters(database: Database, folder: Path) -> int:
    """Write each letter that was sent, by body and kind; answers how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with database.reading() as session:
        rows = session.exec(
            select(EventRow, CaseRow)
            .join(CaseRow, col(CaseRow.id) == EventRow.stream)
            .where(col(EventRow.kind).in_(KINDS))
            .order_by(col(EventRow.stream), col(EventRow.seq))
        )
        for event, case in rows:
            letter = session.get(SealedText, str(event.details["letter"]))
            if letter is not None:
                page = folder / f"{case.body_id}-{KINDS[event.kind]}.html"
                page.write_text(str(letter.meta.get("html", letter.text)), encoding="utf-8")
                written += 1
    return written
