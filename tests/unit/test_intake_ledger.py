"""Imports into a ledger: rows, openings, the same file again, and what running clocks forbid."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from lifecycle.acts import SendRequestLetter
from models.database import Database
from models.tables import Criterion, Person, PersonRole, Recommendation, Report
from office import intake
from office.intake import IntakeError
from office.people import NotAllowed
from office.sample import load_sample
from tests.unit.intake_files import (
    TODAY,
    TOML,
    apply,
    imported,
    opened,
    put_cases,
    read,
    sheet,
    toml,
    with_bodies,
)


@pytest.fixture
def ledger(database: Database) -> Database:
    return with_bodies(database)


def test_an_import_writes_its_rows_and_answers_its_openings(ledger):
    result = imported(ledger, sheet(body="south-yorkshire"))
    [opening] = result.openings
    assert opening.id == "recommendation/vet-1/south-yorkshire"
    assert opening.oversight == "south-yorkshire-mayor"
    assert opening.actor == "ops-1"
    assert opening.source == "register.csv, line 2"
    assert result.by_report() == {"vetting-2026-01-20": (opening,)}
    opened(result.openings)
    with ledger.reading() as session:
        assert session.get_one(Report, "vetting-2026-01-20").content_hash
        row = session.get_one(Recommendation, "vet-1")
    assert (row.limit, row.due, row.phrase) == ("6 months", date(2026, 7, 20), "Within six months")
    assert not row.illustrative


def test_who_oversees_is_as_of_the_day_of_the_import(ledger):
    file = intake.read_bytes(sheet(body="south-yorkshire", report_published="2024-04-02"), "r.csv", ledger)
    [opening] = apply(ledger, file, today=date(2024, 5, 6)).openings
    assert opening.oversight == "south-yorkshire-pcc"


def test_a_dry_run_says_what_would_be_done_and_does_nothing(ledger):
    file = intake.read_bytes(sheet(), "register.csv", ledger)
    found = intake.plan_import(file, ledger, today=TODAY)
    assert found.lines() == [
        "new report vetting-2026-01-20",
        "new recommendation vet-1",
        "1 cases to open; 0 are here already",
    ]
    with ledger.reading() as session:
        assert session.exec(select(Report)).all() == []


def test_the_same_file_again_changes_nothing(ledger):
    first = imported(ledger, sheet(body="all-forces"))
    put_cases(ledger, first.openings)
    again = imported(ledger, sheet(body="all-forces"))
    assert again.openings == ()
    rows = (*again.difference.reports, *again.difference.recommendations)
    assert {row.state for row in rows} == {"unchanged"}
    assert len(again.difference.known_cases) == 43


def test_cases_that_were_not_opened_are_asked_for_again(ledger):
    first = imported(ledger, sheet())
    assert imported(ledger, sheet()).openings == first.openings


def test_new_bodies_get_new_cases_and_others_go_on(ledger):
    put_cases(ledger, imported(ledger, sheet()).openings)
    result = imported(ledger, sheet(body="all-forces"))
    assert len(result.openings) == 42
    only_kent = imported(ledger, sheet(body="kent")).difference
    assert only_kent.gone == ("recommendation/vet-1/bedfordshire",)
    assert "recommendation/vet-1/bedfordshire is not in the file, and goes on as it is" in only_kent.lines()


def test_words_can_be_corrected_and_each_difference_is_told(ledger):
    put_cases(ledger, imported(ledger, sheet()).openings)
    better = sheet(text="Within six months, the force must explain its decisions.")
    assert "  title: 'Within six months, the force should explain its decisions.' becomes" in "\n".join(
        intake.plan_import(read(better), ledger, today=TODAY).lines()
    )
    result = imported(ledger, better)
    [row] = result.difference.recommendations
    assert {change.field for change in row.changes} == {"title", "summary"}
    with ledger.reading() as session:
        assert "must explain" in session.get_one(Recommendation, "vet-1").summary


@pytest.mark.parametrize(
    ("changes", "column", "field"),
    [
        ({"issued_date": "2026-01-21"}, "issued_date", "issued_on"),
        ({"due_date_if_stated": "2026-07-21"}, "due_date_if_stated", "due"),
        ({"text": "Within one year, act.", "due_wording": ""}, "due_wording", "limit"),
        ({"kind": "area for improvement"}, "kind", "kind"),
    ],
)
def test_what_running_clocks_depend_on_is_not_changed_by_an_import(ledger, changes, column, field):
    put_cases(ledger, imported(ledger, sheet()).openings)
    with pytest.raises(IntakeError) as caught:
        imported(ledger, sheet(**changes))
    [said] = [one for one in caught.value.problems if f"1 case depends on {field} of vet-1" in one.message]
    assert (said.line, said.column) == (2, column)
    assert "move the clock by an act" in said.message
    with ledger.reading() as session:
        assert session.get_one(Recommendation, "vet-1").issued_on == date(2026, 1, 20)


def test_before_there_are_cases_everything_can_be_corrected(ledger):
    imported(ledger, sheet())
    [opening] = imported(ledger, sheet(issued_date="2026-01-21")).openings
    assert opening.issued_on == date(2026, 1, 21)


def test_refused_changes_are_left_out_with_the_bad_rows(ledger):
    put_cases(ledger, imported(ledger, sheet()).openings)
    content = sheet(
        {"issued_date": "2026-01-21"}, {"rec_number": "VET-2"}, {"rec_number": "VET-3", "body": "x"}
    )
    result = imported(ledger, content, leave_out_bad=True)
    assert [one.reference for one in result.openings] == ["vet-2"]
    assert {one.line for one in result.left_out} == {2, 4}


def test_criteria_are_fixed_once_there_are_cases(ledger):
    text = TOML + '[[recommendation.criterion]]\nid = "a"\nsummary = "A."\nlimit = "3 months"\n'
    result = imported(ledger, text.encode(), "report.toml")
    put_cases(ledger, result.openings)
    assert imported(ledger, text.replace('"A."', '"Better."').encode(), "report.toml").openings == ()
    more = text + '[[recommendation.criterion]]\nid = "b"\nsummary = "B."\n'
    for changed in (more, text.replace("3 months", "4 months"), TOML):
        with pytest.raises(IntakeError, match="1 case depends on criteri"):
            imported(ledger, changed.encode(), "report.toml")
    with ledger.reading() as session:
        [row] = session.exec(select(Criterion))
    assert (row.id, row.summary, row.limit, row.position) == ("a", "Better.", "3 months", 1)


def test_a_criterion_can_go_while_there_are_no_cases(ledger):
    imported(ledger, (TOML + '[[recommendation.criterion]]\nid = "a"\nsummary = "A."\n').encode(), "r.toml")
    imported(ledger, TOML.encode(), "r.toml")
    with ledger.reading() as session:
        assert session.exec(select(Criterion)).all() == []


def test_a_reference_stays_in_its_report(ledger):
    imported(ledger, sheet())
    with pytest.raises(IntakeError, match="vet-1 is in the report vetting-2026-01-20 already"):
        imported(ledger, sheet(report_title="Another"))


def test_a_reference_of_the_sample_says_so_and_nothing_else(ledger):
    load_sample(ledger, TODAY, datetime(2026, 2, 2, tzinfo=UTC))
    with pytest.raises(IntakeError) as caught:
        imported(ledger, sheet(rec_number="872", body="essex"))
    [problem] = caught.value.problems
    assert "872 is in the sample report integrity-matters-2015, with sample dates" in problem.message
    assert "followthrough up --no-sample" in problem.message


def test_the_day_of_publication_stays_once_there_are_cases(ledger):
    put_cases(ledger, imported(ledger, toml(), "r.toml").openings)
    with pytest.raises(IntakeError) as caught:
        imported(ledger, toml("2026-01-20", "2026-01-21"), "r.toml")
    assert [(one.line, one.column) for one in caught.value.problems if "of vetting," in one.message] == [
        (2, "published")
    ]


def test_a_correction_keeps_the_day_on_which_the_overview_was_published(ledger):
    imported(ledger, toml(), "r.toml")
    with ledger.writing() as session:
        session.get_one(Report, "vetting").overview_published_on = date(2026, 2, 1)
    imported(ledger, toml('title = "Vetting"', 'title = "Vetting, again"'), "r.toml")
    with ledger.reading() as session:
        report = session.get_one(Report, "vetting")
    assert (report.title, report.overview_published_on) == ("Vetting, again", date(2026, 2, 1))


def test_a_report_of_tomorrow_is_imported_tomorrow(ledger):
    with pytest.raises(IntakeError, match="3 February 2026 has not come yet"):
        imported(ledger, sheet(report_published="2026-02-03"))
    with pytest.raises(IntakeError, match="has not come yet"):
        imported(ledger, sheet(issued_date="2026-02-03"))


def test_nothing_is_written_when_anything_is_refused(ledger):
    content = sheet({"report_title": "Other"}, {"rec_number": "VET-2", "report_published": "2026-02-03"})
    with pytest.raises(IntakeError):
        imported(ledger, content)
    with ledger.reading() as session:
        assert session.exec(select(Report)).all() == []


@pytest.mark.parametrize("actor", ["inspector-1", "liaison-bedfordshire", "nobody", ""])
def test_only_operations_and_lead_inspectors_import(ledger, actor):
    with pytest.raises(NotAllowed):
        apply(ledger, read(sheet()), actor)


def test_a_ledger_without_the_bodies_says_so(database):
    with database.writing() as session:
        session.add(Person(id="ops-1", name="Operator"))
        session.flush()
        session.add(PersonRole(person_id="ops-1", role="operations", owner="inspectorate"))
    with pytest.raises(IntakeError, match="This ledger does not know bedfordshire"):
        apply(database, read(sheet()))


def test_a_letter_can_be_sent_in_an_imported_case(ledger):
    [opening] = imported(ledger, sheet()).openings
    act = SendRequestLetter(key="k", actor="ops-1", letter="letter-1", on=date(2026, 1, 30))
    opened((opening.model_copy(update={"past": (act,)}),))
