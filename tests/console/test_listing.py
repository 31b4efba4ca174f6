"""Every list sorts by its columns, and can be kept as a file that says the same, in the same order."""

import csv
import re
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, func
from sqlmodel import select

from models.tables import Mail, Person, Repair
from office.ordering import Order
from office.outbox import NEWEST, outbox
from office.received import MAILS, received
from office.register import BY_ID, register
from office.stuck import OLDEST, stuck
from tests.console.casework import ask_for_plan, import_report

pytestmark = [pytest.mark.server]
BODY = "greater-manchester"
LISTS = (
    ("ops-1", "/ops/stuck", ("what", "cause", "since")),
    ("ops-1", "/ops/people", ("id", "name", "mailbox", "leaves")),
    ("ops-1", "/ops/map", ("body", "requested", "all")),
    ("ops-1", "/reports", ("title", "published")),
    ("inspector-1", "/inspect", ("due", "task", "body", "reference", "holder")),
    ("lead-1", "/inspect/allocation", ("due", "task", "body", "reference", "holder")),
    ("inspector-1", "/inspect/moderation", ("reference", "cases", "assessed")),
    (f"liaison-{BODY}", f"/body/{BODY}", ("due", "duty", "reference")),
    (f"liaison-{BODY}", f"/body/{BODY}/post", ("on", "letter", "reference")),
    ("oversight-greater-manchester-mayor", "/oversight/greater-manchester-mayor", ("due", "report", "body")),
)


def as_rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def faulty(there):
    """Two things need a person, two bodies were written to, and nothing is on its way."""
    import_report(there, "listed-2026", "listed-1", (BODY, "kent"))
    for body in (BODY, "kent"):
        ask_for_plan(there, f"recommendation/listed-1/{body}")
    there.until(lambda: _all_arrived(there))
    with there.database.writing() as session:
        for number, kind in enumerate(("refused", "parked")):
            opened = datetime(2026, 1, 5 + number, 9, tzinfo=UTC)
            session.add(
                Repair(
                    id=f"{kind}/list-{number}",
                    kind=kind,
                    subject=f"recommendation/list-{number}/kent",
                    cause="=1+1",
                    remedy="Look.",
                    opened_at=opened,
                )
            )
    return there


def _all_arrived(there) -> bool:
    with there.database.reading() as session:
        mails = session.exec(select(Mail)).all()
        arrived = {one.case_id for one in mails if one.state == "accepted"}
        waiting = [one for one in mails if one.state in ("composed", "sending")]
    return not waiting and {f"recommendation/listed-1/{body}" for body in (BODY, "kent")} <= arrived


@pytest.mark.parametrize(("person", "path", "columns"), LISTS)
def test_every_column_sorts_both_ways_and_the_files_follow(faulty, person, path, columns):
    with faulty.as_(person) as browser:
        whole = None
        for column in columns:
            for order in ("", "&order=desc"):
                page = browser.get(f"{path}?sort={column}{order}")
                assert page.status_code == 200
                sorted_ = "descending" if order else "ascending"
                assert f'aria-sort="{sorted_}"' in page.text, (path, column)
                links = re.findall(r'href="([^"]+/export\.(csv|xlsx)[^"]*)" download', page.text)
                files = {kind: link.replace("&amp;", "&") for link, kind in links}
                assert len(files) == len(links) == 2, path
            rows = as_rows(browser.get(files["csv"]))
            assert rows
            whole = whole or sorted(str(row) for row in rows)
            assert sorted(str(row) for row in rows) == whole, "the same rows in every order"
            sheet = load_workbook(BytesIO(browser.get(files["xlsx"]).content)).active
            assert sheet is not None
            assert sheet.max_row == len(rows) + 1
        assert browser.get(f"{path}?sort=nothing").status_code == 200
        assert browser.get(f"{path}/export.pdf").status_code == 404


@pytest.mark.parametrize("column", MAILS)
def test_a_body_s_mails_stand_in_every_order(faulty, column):
    """All that was told to bodies is taken as one body's: what a single one was sent depends on the day."""
    with faulty.database.reading() as session:
        told = session.exec(select(func.count()).select_from(Mail).where(Mail.state == "accepted")).one()
    found = [
        received(faulty.database, body, page=1, size=None, order=Order(column, descending=turned)).mails
        for body in {case.body for case in faulty.cases()}
        for turned in (False, True)
    ]
    up, down = found[::2], found[1::2]
    assert told
    assert [{one.id for one in mails} for mails in up] == [{one.id for one in mails} for mails in down]
    name = {"sent": "composed_at", "subject": "subject", "to": "mailbox"}[column]
    for mails in up:
        values = [getattr(one, name) for one in mails]
        assert values == sorted(values)


def test_the_order_of_a_file_is_the_order_of_its_page(faulty):
    with faulty.as_("ops-1") as browser:
        since = [row["About"] for row in as_rows(browser.get("/ops/stuck/export.csv?sort=since&order=desc"))]
        assert since.index("recommendation/list-1/kent") < since.index("recommendation/list-0/kent")
        people = [row["Name"] for row in as_rows(browser.get("/ops/people/export.csv?sort=name&gone=1"))]
        assert people == sorted(people)
        assert len(people) == _count(faulty, Person.id)


@pytest.mark.parametrize("column", ["subject", "mailbox", "composed", "state", "tries"])
def test_mails_stand_in_every_order_while_more_go_out(faulty, column):
    """Other mails may be sent at any moment here, so the file is only held between what was before and after it."""
    before = _count(faulty, Mail.id, Mail.state == "accepted")
    with faulty.as_("ops-1") as browser:
        page = browser.get(f"/ops/mail?state=accepted&sort={column}&order=desc")
        assert 'aria-sort="descending"' in page.text
        mails = as_rows(browser.get(f"/ops/mail/export.csv?state=accepted&sort={column}"))
    assert before <= len(mails) <= _count(faulty, Mail.id, Mail.state == "accepted")
    assert {row["Outcome"] for row in mails} == {"Accepted"}
    if column == "mailbox":
        assert [row["To"] for row in mails] == sorted(row["To"] for row in mails)


def _count(there, of, *where):
    with there.database.reading() as session:
        return session.exec(select(func.count(of)).where(*where)).one()


def test_a_fault_s_cause_is_no_formula(faulty):
    with faulty.as_("ops-1") as browser:
        rows = as_rows(browser.get("/ops/stuck/export.csv?kind=refused"))
    assert {row["Why"] for row in rows if row["About"] == "recommendation/list-0/kent"} == {"'=1+1"}


def test_a_page_of_any_list_of_operations_takes_the_same_queries_at_any_size(faulty):
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(faulty.database.engine, "before_cursor_execute", note)
    counts = []
    for size in (1, 50):
        asked.clear()
        outbox(faulty.database, "", "", 0, size, NEWEST)
        stuck(faulty.database, "", 0, size, OLDEST)
        register(faulty.database, "", "", False, datetime.now(UTC).date(), 0, size, BY_ID)
        counts.append(len([one for one in asked if one.startswith("SELECT")]))
    event.remove(faulty.database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
