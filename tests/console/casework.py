"""Cases of a test's own in the running installation: a report imported, plans asked for and sent in."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlmodel import col, select

from config.settings import load
from config.temporal import connect
from lifecycle import acts as a
from models.tables import EventRow
from office import casework
from office.desk import Desk
from office.reading import CaseLine
from tests.console.house import House

T = TypeVar("T")


def import_report(
    there: House, report: str, reference: str, bodies: Sequence[str], criteria: int = 2
) -> None:
    """A national recommendation published today, and a case for each of these bodies."""
    limbs = "".join(
        f'[[recommendation.criterion]]\nid = "c{n}"\nsummary = "Limb {n} is done."\n'
        for n in range(1, criteria + 1)
    )
    path = there.there.home.parent / f"{report}.toml"
    path.write_text(
        f'[report]\nid = "{report}"\ntitle = "Report {report}"\npublished = {datetime.now(UTC).date()}\n'
        'source = "https://inspectorate.example/"\ns55 = true\n'
        f'[[recommendation]]\nreference = "{reference}"\nnumber = 1\nkind = "recommendation"\n'
        'title = "Look after records"\nsummary = "Forces look after their records."\n'
        f"bodies = {list(bodies)!r}\n{limbs}",
        "utf-8",
    )
    done = there.there.run("report", "import", str(path), actor="ops-1")
    assert done.returncode == 0, done.stderr


def with_desk(there: House, deed: Callable[[Desk], Awaitable[T]]) -> T:
    """Something done at a desk of the running installation."""

    async def go() -> T:
        here = load(home=there.there.home, engine_port=there.there.ports["ENGINE_PORT"])
        client = await connect(here, there.database)
        return await deed(Desk(client, there.database))

    return asyncio.run(go())


def ask_for_plan(there: House, case_id: str) -> None:
    async def deed(desk: Desk) -> None:
        letter = await casework.seal_text(desk, "letter", "Please send your plan.", case_id)
        await desk.take(case_id, a.SendRequestLetter(key=f"ask/{case_id}", actor="lead-1", letter=letter))

    with_desk(there, deed)


def submit(
    there: House, case_id: str, text: str = "Our plan, with its dates.", name: str = "plan.txt"
) -> None:
    """The body sends its plan, with a document."""

    async def deed(desk: Desk) -> None:
        body = case_id.split("/")[2]
        sealed = await casework.seal_submission(desk, [case_id], text, [(name, f"{case_id} {text}".encode())])
        act = a.RecordSubmission(key=f"{case_id}/{text}"[:200], actor=f"liaison-{body}", submission=sealed)
        await desk.take(case_id, act)

    with_desk(there, deed)


def take(there: House, case_id: str, act: a.Act, field: str = "", text: str = "") -> None:
    """An act at the desk, with its words sealed first."""

    async def deed(desk: Desk) -> None:
        sealed = await casework.seal_text(desk, field, text, case_id) if field else ""
        await desk.take(case_id, act.model_copy(update={field: sealed}) if field else act)

    with_desk(there, deed)


def line(there: House, case_id: str) -> CaseLine:
    return next(case for case in there.cases(open_only=False) if case.id == case_id)


def events(there: House, case_id: str) -> list[EventRow]:
    """What the ledger holds of a case, but for clocks and rungs."""
    with there.database.reading() as session:
        rows = session.exec(
            select(EventRow).where(EventRow.stream == case_id).order_by(col(EventRow.seq))
        ).all()
    return [row for row in rows if not row.kind.startswith(("clock_", "rung_"))]


def key_in(page: str) -> str:
    """The hidden key of a page's form."""
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found, page
    return found[1]


def base_in(page: str) -> str:
    """The version on which an assessment's form is written."""
    found = re.search(r'name="base" value="(\d+)"', page)
    assert found, page
    return found[1]
