"""Working days, the committed tables of bank holidays, and the maker of the next table."""

import copy
import csv
import hashlib
import pickle
import shutil
from bisect import bisect_left, bisect_right
from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import calendar_files, make_calendars
from config.calendar_files import FOLDER, load_calendars, table_path, versions
from lifecycle.calendars import Calendar, CalendarError, Calendars, Division, canonical, read_calendars

CALENDARS = load_calendars(1)
FIRST_TEXT = table_path(1).read_text(encoding="utf-8")
NEWEST = versions()[-1]
ENGLAND = CALENDARS.of(Division.ENGLAND_AND_WALES)
SCOTLAND = CALENDARS.of(Division.SCOTLAND)
NORTHERN_IRELAND = CALENDARS.of(Division.NORTHERN_IRELAND)
SUBDIVISIONS = {
    Division.ENGLAND_AND_WALES: ("ENG", "WLS"),
    Division.SCOTLAND: ("SCT",),
    Division.NORTHERN_IRELAND: ("NIR",),
}
THIRTY_YEARS = [date(2005, 1, 1) + timedelta(days=n) for n in range(30 * 365 + 7)]
LONGER = [date(2004, 1, 1) + timedelta(days=n) for n in range(33 * 365)]
HEADER = "date,division,title,source,first_seen\n"
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2040, 12, 31))
ANY_CALENDAR = st.sampled_from(CALENDARS.calendars)


def committed_rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# Working days


def test_the_bank_holidays_of_2017_in_england_and_wales():
    found = [day for day in ENGLAND.holidays if day.year == 2017]
    assert found == [
        date(2017, 1, 2),
        date(2017, 4, 14),
        date(2017, 4, 17),
        date(2017, 5, 1),
        date(2017, 5, 29),
        date(2017, 8, 28),
        date(2017, 12, 25),
        date(2017, 12, 26),
    ]


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (date(2020, 5, 8), "Early May bank holiday (VE day)"),
        (date(2022, 6, 2), "Spring bank holiday"),
        (date(2022, 6, 3), "Platinum Jubilee bank holiday"),
        (date(2022, 9, 19), "Bank Holiday for the State Funeral of Queen Elizabeth II"),
        (date(2023, 5, 8), "Bank holiday for the coronation of King Charles III"),
    ],
)
def test_the_moved_and_the_proclaimed_days(day, title):
    for calendar in CALENDARS.calendars:
        assert calendar.why_not_working(day) == title


@pytest.mark.parametrize("day", [date(2020, 5, 4), date(2022, 5, 30)])
def test_the_days_they_were_moved_from_are_working_days(day):
    assert all(calendar.is_working(day) for calendar in CALENDARS.calendars)


def test_divisions_differ_where_the_law_differs():
    fourteen_july = date(2014, 7, 14)
    assert ENGLAND.is_working(fourteen_july)
    assert NORTHERN_IRELAND.why_not_working(fourteen_july) == (
        "Battle of the Boyne (Orangemen’s Day) (substitute day)"
    )
    assert SCOTLAND.why_not_working(date(2014, 8, 4)) == "Summer bank holiday"
    assert SCOTLAND.is_working(date(2018, 4, 2))
    assert SCOTLAND.why_not_working(date(2026, 6, 15)) == "World Cup bank holiday"


def test_a_weekend_is_named_and_a_working_day_has_no_reason():
    assert ENGLAND.why_not_working(date(2023, 9, 30)) == "Saturday"
    assert ENGLAND.why_not_working(date(2023, 10, 1)) == "Sunday"
    assert ENGLAND.why_not_working(date(2023, 10, 2)) is None


def test_ten_working_days_from_16_may_2017_skip_the_bank_holiday():
    assert ENGLAND.add_working_days(date(2017, 5, 16), 10) == date(2017, 5, 31)
    assert ENGLAND.add_working_days(date(2017, 5, 31), -10) == date(2017, 5, 16)
    assert ENGLAND.working_days_between(date(2017, 5, 16), date(2017, 5, 31)) == 10


def test_no_working_days_away_is_the_day_itself_even_at_a_weekend():
    assert ENGLAND.add_working_days(date(2023, 9, 30), 0) == date(2023, 9, 30)
    assert ENGLAND.working_days_between(date(2023, 9, 30), date(2023, 9, 30)) == 0


def test_the_nearest_working_day_around_christmas_2022():
    tuesday = date(2022, 12, 27)
    assert ENGLAND.on_or_before(tuesday) == date(2022, 12, 23)
    assert ENGLAND.on_or_after(tuesday) == date(2022, 12, 28)
    assert ENGLAND.on_or_before(date(2022, 12, 28)) == date(2022, 12, 28)


@pytest.mark.parametrize("calendar", CALENDARS.calendars, ids=lambda calendar: calendar.division)
def test_every_day_of_thirty_years_against_one_list_of_all_working_days(calendar):
    closed = {
        row["date"] for row in committed_rows(table_path(1).name) if row["division"] == calendar.division
    }
    working = [day for day in LONGER if day.isoweekday() <= 5 and day.isoformat() not in closed]
    for day in THIRTY_YEARS:
        upto, before = bisect_right(working, day), bisect_left(working, day)
        assert calendar.is_working(day) == (upto != before)
        assert calendar.on_or_after(day) == working[before]
        assert calendar.on_or_before(day) == working[upto - 1]
        for n in (1, 5, 10, 30):
            assert calendar.add_working_days(day, n) == working[upto + n - 1]
            assert calendar.add_working_days(day, -n) == working[before - n]


def test_working_days_between_every_day_of_thirty_years_and_one_day_in_the_middle():
    middle = date(2017, 5, 29)
    seen = 0
    for day in THIRTY_YEARS[THIRTY_YEARS.index(middle) + 1 :][:3000]:
        seen += ENGLAND.is_working(day)
        if day.day == 1:
            assert ENGLAND.working_days_between(middle, day) == seen


@settings(deadline=None)
@given(ANY_CALENDAR, DAYS, st.integers(-300, 300))
def test_the_days_between_undo_the_days_added(calendar, day, n):
    there = calendar.add_working_days(day, n)
    assert calendar.working_days_between(day, there) == n
    assert n == 0 or calendar.is_working(there)


@settings(deadline=None)
@given(ANY_CALENDAR, DAYS, st.integers(-300, 300))
def test_there_and_back_is_home_from_a_working_day(calendar, day, n):
    home = calendar.on_or_after(day)
    assert calendar.add_working_days(calendar.add_working_days(home, n), -n) == home


@settings(deadline=None)
@given(ANY_CALENDAR, DAYS, DAYS, st.integers(-60, 60))
def test_a_later_start_never_ends_earlier(calendar, one, other, n):
    first, second = sorted((one, other))
    assert calendar.add_working_days(first, n) <= calendar.add_working_days(second, n)


@settings(deadline=None)
@given(ANY_CALENDAR, DAYS, DAYS, DAYS)
def test_counts_of_adjoining_stretches_add_up(calendar, one, two, three):
    a, b, c = sorted((one, two, three))
    count = calendar.working_days_between
    assert count(a, b) + count(b, c) == count(a, c)
    assert count(c, b) + count(b, a) == count(c, a)


def test_years_outside_the_table_are_provisional():
    assert not ENGLAND.is_provisional(date(2012, 1, 1))
    assert not ENGLAND.is_provisional(date(2028, 12, 31))
    assert ENGLAND.is_provisional(date(2011, 12, 31))
    assert ENGLAND.is_provisional(date(2029, 1, 1))


# Calendars as values


def test_a_calendar_survives_pickling_and_copying():
    for twin in (pickle.loads(pickle.dumps(CALENDARS)), copy.deepcopy(CALENDARS)):
        assert twin == CALENDARS
        assert hash(twin) == hash(CALENDARS)
        assert twin.of(Division.SCOTLAND).add_working_days(date(2026, 6, 12), 1) == date(2026, 6, 16)
    assert len(pickle.dumps(ENGLAND)) < 10_000


def test_a_calendar_cannot_be_changed():
    with pytest.raises(TypeError):
        ENGLAND.holidays[date(2026, 11, 3)] = "A day off"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        ENGLAND.last_year = 2030  # type: ignore[misc]


def test_a_calendar_does_not_follow_the_mapping_it_was_made_from():
    days = {date(2026, 12, 25): "Christmas Day"}
    calendar = Calendar(Division.SCOTLAND, days, 2026, 2026, "by hand")
    days.clear()
    assert not calendar.is_working(date(2026, 12, 25))


def test_a_division_that_the_calendars_lack_is_named():
    with pytest.raises(CalendarError, match="nothing for scotland"):
        Calendars("by hand", (ENGLAND,)).of(Division.SCOTLAND)


def test_a_table_is_read_once():
    assert load_calendars(1) is load_calendars(1)


# Reading a table


def test_a_table_read_with_other_line_ends_is_the_same_table():
    text = FIRST_TEXT
    assert read_calendars("\ufeff" + text.replace("\n", "\r\n")) == read_calendars(text) == CALENDARS


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("25/12/2026,scotland,Christmas Day,GOV.UK,2026-11-24", "column date: '25/12/2026' is not a date"),
        ("20261225,scotland,Christmas Day,GOV.UK,2026-11-24", "column date: '20261225' is not a date"),
        ("2026-02-30,scotland,Nothing,GOV.UK,2026-11-24", "column date: '2026-02-30' is not a date"),
        ("2026-12-25,wales,Christmas Day,GOV.UK,2026-11-24", "column division: 'wales' is not one of engl"),
        ("2026-12-25,scotland, ,GOV.UK,2026-11-24", "column title: ' ' is not the name of the holiday"),
        ("2026-12-25,scotland,Christmas Day,,2026-11-24", "column source: '' is not where"),
        ("2026-12-25,scotland,Christmas Day,GOV.UK,soon", "column first_seen: 'soon' is not a date"),
        ("2026-12-25,scotland,Christmas Day,GOV.UK", "4 columns found; 5 expected"),
        ('2026-12-25,scotland,"Christmas Day,GOV.UK,2026-11-24', "not readable as CSV"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(row, fault):
    with pytest.raises(CalendarError) as caught:
        read_calendars(HEADER + row)
    assert str(caught.value).startswith("line 2")
    assert fault in str(caught.value)


def test_every_bad_row_is_named_at_once():
    row = "2026-12-25,scotland,Christmas Day,GOV.UK,2026-11-24\n"
    with pytest.raises(CalendarError) as caught:
        read_calendars(HEADER + row + row + "soon" + row[10:])
    first, second = str(caught.value).splitlines()
    assert first == "line 3, column date: 25 December 2026 is already listed for scotland"
    assert second.startswith("line 4, column date: 'soon'")


@pytest.mark.parametrize("header", ["", "date,title\n", "division,date,title,source,first_seen\n"])
def test_other_columns_are_refused(header):
    with pytest.raises(
        CalendarError, match="line 1: the columns must be date,division,title,source,first_seen"
    ):
        read_calendars(header)


def test_a_table_that_skips_a_year_is_refused():
    lines = [line for line in FIRST_TEXT.splitlines(keepends=True) if not line.startswith("2019-")]
    with pytest.raises(
        CalendarError, match="england-and-wales: 2019 has 0 bank holidays; at least 8 expected"
    ):
        read_calendars("".join(lines))


def test_a_table_without_a_division_is_refused():
    lines = [line for line in FIRST_TEXT.splitlines(keepends=True) if ",scotland," not in line]
    with pytest.raises(CalendarError, match="scotland: no year has its usual 8"):
        read_calendars("".join(lines))


def test_a_day_proclaimed_early_counts_but_leaves_its_year_provisional():
    row = "2029-06-01,england-and-wales,Jubilee,Royal proclamation,2026-11-24\n"
    calendar = read_calendars(FIRST_TEXT + row).of(Division.ENGLAND_AND_WALES)
    assert calendar.why_not_working(date(2029, 6, 1)) == "Jubilee"
    assert calendar.last_year == ENGLAND.last_year
    assert calendar.is_provisional(date(2029, 6, 1))


# The committed tables


def test_the_committed_hashes_are_those_of_the_tables():
    lines = (FOLDER / "HASHES").read_text(encoding="utf-8").splitlines()
    hashes = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert sorted(hashes) == sorted(table_path(version).name for version in versions())
    for version in versions():
        path = table_path(version)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == hashes[path.name], f"{path.name} was edited"
        assert load_calendars(version).hash == hashes[path.name]
        assert all(calendar.hash == hashes[path.name] for calendar in load_calendars(version).calendars)


def test_the_committed_tables_are_canonical_and_in_order():
    for version in versions():
        raw = table_path(version).read_bytes().decode()
        assert canonical(raw) == raw
        rows = [(row["date"], row["division"]) for row in committed_rows(table_path(version).name)]
        assert rows == sorted(rows)


def test_the_first_table_covers_2012_to_2028_for_every_division():
    for calendar in CALENDARS.calendars:
        assert (calendar.first_year, calendar.last_year) == (2012, 2028)


@pytest.mark.parametrize("division", Division)
def test_every_difference_from_the_holidays_package_is_listed_with_its_reason(division):
    calendar = load_calendars(NEWEST).of(division)
    years = range(calendar.first_year, calendar.last_year + 1)
    listed = {
        row["date"]: (row["ours"], row["theirs"])
        for row in committed_rows("differences.csv")
        if row["division"] == division
    }
    for subdivision in SUBDIVISIONS[division]:
        theirs = holidays.country_holidays("GB", subdiv=subdivision, years=years)
        found = {
            day.isoformat(): (calendar.holidays.get(day, ""), theirs.get(day, ""))
            for day in sorted(calendar.holidays.keys() ^ theirs.keys())
        }
        assert found == listed, f"differences.csv and {subdivision} in the holidays package do not match"


def test_every_listed_difference_says_why_and_on_whose_word():
    assert all(row["reason"] and row["source"] for row in committed_rows("differences.csv"))


def test_no_working_day_is_in_dispute_unless_it_was_proclaimed():
    proclaimed = {(row["date"], row["division"]) for row in committed_rows("proclaimed-days.csv")}
    disputed = {(row["date"], row["division"]) for row in committed_rows("differences.csv")}
    assert {key for key in disputed if date.fromisoformat(key[0]).isoweekday() <= 5} <= proclaimed


# Making the next table


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "proclaimed-days.csv").write_text(HEADER)
    monkeypatch.setattr(calendar_files, "FOLDER", tmp_path)
    monkeypatch.setattr(make_calendars, "PROCLAIMED", tmp_path / "proclaimed-days.csv")
    monkeypatch.setattr(make_calendars, "HASHES", tmp_path / "HASHES")
    monkeypatch.setattr("requests.get", lambda *_, **__: pytest.fail("went to the network"))
    return tmp_path


def proclaim(folder, row: str) -> None:
    with (folder / "proclaimed-days.csv").open("a", encoding="utf-8") as file:
        file.write(row)


def test_the_committed_table_holds_what_its_sources_hold(capsys):
    assert make_calendars.main(["--check"]) == 0
    assert capsys.readouterr().out == "The newest table holds what its sources hold.\n"


def test_the_newest_table_can_be_made_from_nothing_but_its_sources(folder, capsys):
    shutil.copy(FOLDER / "proclaimed-days.csv", folder)
    newest = (FOLDER / f"bank-holidays-{NEWEST}.csv").read_text(encoding="utf-8")
    assert make_calendars.main(["--seen", "2026-11-24"]) == 0
    made = (folder / "bank-holidays-1.csv").read_bytes()
    assert make_calendars.changes(newest, made.decode()) == []
    assert (folder / "HASHES").read_text() == f"{hashlib.sha256(made).hexdigest()}  bank-holidays-1.csv\n"
    assert "Written: bank-holidays-1.csv" in capsys.readouterr().out


def test_a_proclaimed_day_makes_a_new_version_and_leaves_the_old_one_alone(folder, capsys):
    make_calendars.main(["--seen", "2026-11-24"])
    old = (folder / "bank-holidays-1.csv").read_bytes()
    row = "2027-05-10,england-and-wales,A day off,Royal proclamation,2027-03-01\n"
    proclaim(folder, row)
    capsys.readouterr()
    assert make_calendars.main(["--check"]) == 1
    assert capsys.readouterr().out == "+ 2027-05-10, england-and-wales, A day off\n"
    assert make_calendars.main(["--seen", "2027-03-01"]) == 0
    new = (folder / "bank-holidays-2.csv").read_text(encoding="utf-8")
    assert set(new.splitlines()) - set(old.decode().splitlines()) == {row.strip()}
    assert (folder / "bank-holidays-1.csv").read_bytes() == old
    assert [line.split("  ")[1] for line in (folder / "HASHES").read_text().splitlines()] == [
        "bank-holidays-1.csv",
        "bank-holidays-2.csv",
    ]


def test_nothing_new_writes_nothing(folder, capsys):
    make_calendars.main(["--seen", "2026-11-24"])
    assert make_calendars.main(["--seen", "2027-03-01"]) == 0
    assert calendar_files.versions() == [1]


def test_badly_written_proclaimed_days_are_refused_before_anything_is_written(folder, capsys):
    proclaim(folder, "2027-05-10,wales,A day off,Royal proclamation,2027-03-01\n")
    proclaim(folder, "2027-05-10,scotland,A day off,Proclamation, of the King,2027-03-01\n")
    assert make_calendars.main(["--seen", "2027-03-01"]) == 2
    refusal = capsys.readouterr().err.splitlines()
    assert refusal[0] == "proclaimed-days.csv: nothing written"
    assert refusal[1].startswith("line 2, column division: 'wales' is not one of")
    assert refusal[2].startswith("line 3, 6 columns found; 5 expected")
    assert calendar_files.versions() == []


def test_a_day_once_proclaimed_keeps_its_first_sighting_when_gov_uk_lists_it_too():
    row = make_calendars.Row("2026-06-15", "scotland", "World Cup bank holiday", "Proclamation", "2026-02-03")
    listed = row._replace(source="GOV.UK", first_seen="2027-01-01")
    assert make_calendars.make_table([row], [row], [listed]).splitlines()[1] == ",".join(row)
    moved = listed._replace(title="Another name")
    assert make_calendars.make_table([row], [row], [moved]).splitlines()[1] == ",".join(moved)
