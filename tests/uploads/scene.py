"""A force's liaison with a draft, a submission to seal, and a scanner that says what a test wants."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import SQLModel, select

from activities.scanning.clamd import Clamd, NotScanned
from models.database import Database
from models.tables import CaseRow, Content, Person, Scan, Upload
from office.desk import Desk
from office.uploads import shelf
from office.uploads.intake import Doorway, take_in
from tests.uploads.files import stream

LIAISON, OTHER = "liaison-bedfordshire", "liaison-kent"
DRAFT = "draft-1"
CASE = "recommendation/2016-1/bedfordshire"


class Draft:
    """What a person at a page can do, on one ledger."""

    def __init__(self, database: Database, home: Path, *, scanned: bool = True, megabytes: int = 1) -> None:
        self.database = database
        self.doorway = Doorway(home / "uploads", megabytes, scanned)
        self.desk = Desk(cast(Any, None), database)

    async def upload(
        self, name: str, content: bytes | AsyncIterator[bytes], person: str = LIAISON, draft: str = DRAFT
    ) -> Upload:
        chunks = stream(content) if isinstance(content, bytes) else content
        return await take_in(self.database, self.doorway, person, draft, name, chunks)

    def waiting(self, person: str = LIAISON, draft: str = DRAFT) -> list[tuple[str, str]]:
        return [
            (one.upload.name, one.scanned.state.value) for one in shelf.waiting(self.database, person, draft)
        ]

    def counts(self) -> dict[str, int]:
        tables: tuple[type[SQLModel], ...] = (Upload, Content, Scan)
        with self.database.reading() as session:
            return {
                table.__name__: session.exec(select(func.count()).select_from(table)).one()
                for table in tables
            }

    def left_over(self) -> list[Path]:
        return list(self.doorway.folder.glob("*"))


def settle(database: Database) -> None:
    """The people and the case that uploads need."""
    with database.writing() as session:
        for person in (LIAISON, OTHER):
            session.add(Person(id=person, name=person, mailbox=f"{person}@force.example"))
        session.add(case_row())


def case_row() -> CaseRow:
    return CaseRow(
        id=CASE,
        reference="2016-1",
        body_id="bedfordshire",
        report_id="2016",
        recommendation_kind="recommendation",
        division="england_and_wales",
        policy="national-recommendation-1",
        policy_hash="0" * 64,
        calendar_hash="0" * 64,
        stage="requested",
        seq=1,
        head_hash="0" * 64,
        issued_on=date(2026, 1, 5),
        opened_at=datetime(2026, 1, 5, tzinfo=UTC),
    )


class Scripted(Clamd):
    """A scanner that finds a signature in what contains a word, and fails on what contains another."""

    def __init__(self, *, there: bool = True) -> None:
        super().__init__("/nowhere")
        self.there = there
        self.scans = 0

    def ping(self) -> None:
        if not self.there:
            raise NotScanned("clamd is not there")

    def scan(self, content: bytes) -> str | None:
        self.scans += 1
        if b"BREAKS" in content:
            raise NotScanned("clamd gave no verdict")
        return "Test.Marker" if b"MARKER" in content else None
