"""Bodies, who oversees them on which day, sample mailboxes and people; and how they come into the tables."""

import csv
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from config.body_files import AGENCY, FOLDER, FORCE, SERVICE, BodyFileError, read_reference
from lifecycle.words import Role
from models.tables import Body, Contact, Oversees, OversightBody, Person, PersonRole
from office.intake_bodies import Bodies, bodies_of_files
from office.reference import Counts, load_reference
from tests.ledger.story import at_once

DATA = Path(__file__).parents[3] / "shared" / "data"
REFERENCE = read_reference()
BODIES = bodies_of_files()
KINDS = {one.id: one.kind for one in REFERENCE.oversight}
OCTOBER_2017, MAY_2024 = date(2017, 10, 2), date(2024, 5, 8)

given_data = pytest.mark.skipif(not DATA.is_dir(), reason="the collected data is not beside this checkout")


def of_kind(kind: str) -> list[Body]:
    return [body for body in REFERENCE.bodies if body.kind == kind]


def collected(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# The files


def test_there_are_43_forces_45_services_and_10_agencies():
    assert [len(of_kind(kind)) for kind in (FORCE, SERVICE, AGENCY)] == [43, 45, 10]


def test_44_services_are_active_since_the_isle_of_wight_merged_with_hampshire():
    assert len(BODIES.group("all-services", date(2021, 3, 31))) == 45
    assert len(BODIES.group("all-services", date(2021, 4, 1))) == 44
    assert [body.id for body in of_kind(SERVICE) if body.until] == ["isle-of-wight-frs"]
    [hampshire] = [body for body in of_kind(SERVICE) if body.id == "hampshire-frs"]
    assert hampshire.name == "Hampshire and Isle of Wight Fire and Rescue Service"


def test_the_police_of_northern_ireland_keep_their_own_holidays():
    divisions = {body.id: body.division for body in REFERENCE.bodies}
    assert divisions.pop("psni") == "northern-ireland"
    assert set(divisions.values()) == {"england-and-wales"}


@given_data
def test_bodies_are_those_that_were_collected():
    forces = {row["police_uk_id"]: row for row in collected("forces.csv")}
    assert {body.id for body in of_kind(FORCE)} == set(forces)
    assert {body.id: body.ons_code for body in of_kind(FORCE)} == {
        force: row["ons_pfa_code"] for force, row in forces.items()
    }
    renamed = {body.id for body in of_kind(FORCE) if body.name != forces[body.id]["name"]}
    assert renamed == {"hampshire"}
    assert {body.id for body in of_kind(SERVICE)} == {row["slug"] for row in collected("frs.csv")}
    assert {body.id: body.name for body in of_kind(AGENCY)} == {
        row["id"]: row["name"] for row in collected("non_territorial.csv")
    }


@given_data
@pytest.mark.parametrize(
    ("column", "day"), [("lpb_type_2017_10", OCTOBER_2017), ("lpb_type_2024_05", MAY_2024)]
)
def test_each_force_is_overseen_by_the_kind_that_was_collected(column, day):
    found = {row["police_uk_id"]: row[column] for row in collected("forces.csv")}
    assert {force: KINDS[BODIES.oversight_of(force, day) or ""] for force in found} == found


@pytest.mark.parametrize(
    ("body", "day", "oversight"),
    [
        ("south-yorkshire", date(2024, 5, 6), "south-yorkshire-pcc"),
        ("south-yorkshire", date(2024, 5, 7), "south-yorkshire-mayor"),
        ("north-yorkshire", date(2024, 5, 6), "north-yorkshire-pfcc"),
        ("north-yorkshire", date(2024, 5, 7), "york-and-north-yorkshire-mayor"),
        ("north-yorkshire-frs", date(2024, 5, 7), "york-and-north-yorkshire-mayor"),
        ("west-yorkshire", date(2021, 5, 9), "west-yorkshire-pcc"),
        ("west-yorkshire", date(2021, 5, 10), "west-yorkshire-mayor"),
        ("greater-manchester", OCTOBER_2017, "greater-manchester-mayor"),
        ("essex", OCTOBER_2017, "essex-pfcc"),
        ("essex-county-frs", MAY_2024, "essex-pfcc"),
        ("metropolitan", MAY_2024, "mopac"),
        ("city-of-london", OCTOBER_2017, "city-of-london-police-authority"),
        ("buckinghamshire-frs", MAY_2024, "buckinghamshire-fire-authority"),
        ("btp", MAY_2024, "department-for-transport"),
        ("isle-of-wight-frs", date(2021, 4, 1), None),
        ("rgp", MAY_2024, None),
    ],
)
def test_who_answers_for_a_body_depends_on_the_day(body, day, oversight):
    assert BODIES.oversight_of(body, day) == oversight


def test_every_force_has_one_overseer_on_every_day_since_2013():
    days = [date(2013, 1, 1) + timedelta(days=30 * n) for n in range(170)]
    for body in of_kind(FORCE):
        assert all(BODIES.oversight_of(body.id, day) for day in days), body.id


def test_every_service_has_an_overseer_while_it_is_inspected():
    for body in of_kind(SERVICE):
        last = body.until or date(2026, 1, 1)
        days = [date(2017, 7, 1), MAY_2024 if last > MAY_2024 else date(2020, 1, 1), last - timedelta(days=1)]
        assert all(BODIES.oversight_of(body.id, day) for day in days), body.id


@pytest.mark.parametrize(
    ("overseer", "name"),
    [
        ("bedfordshire-pcc", "Police and Crime Commissioner for Bedfordshire"),
        ("durham-pcc", "Durham Police, Crime and Victims' Commissioner"),
        ("mopac", "Mayor's Office for Policing and Crime"),
        ("city-of-london-police-authority", "City of London Police Authority Board"),
        ("greater-manchester-mayor", "Mayor of Greater Manchester"),
    ],
)
def test_titles_of_overseers_differ(overseer, name):
    assert {one.id: one.name for one in REFERENCE.oversight}[overseer] == name


# Mailboxes and people


def test_every_role_has_a_mailbox_that_reaches_nobody():
    assert all(contact.mailbox.endswith(".example") for contact in REFERENCE.contacts)
    roles = {(contact.owner, contact.role) for contact in REFERENCE.contacts}
    assert len(roles) == len(REFERENCE.contacts)
    for body in REFERENCE.bodies:
        assert {(body.id, Role.liaison.value), (body.id, Role.chief_officer.value)} <= roles
    assert {(one.id, Role.oversight.value) for one in REFERENCE.oversight} <= roles
    inspectorate = {role for owner, role in roles if owner == "inspectorate"}
    assert inspectorate == {"inspector", "lead_inspector", "oversight_group", "operations"}


@pytest.mark.parametrize(
    ("owner", "role", "office", "mailbox"),
    [
        ("bedfordshire", "liaison", "Force liaison officer", "liaison@bedfordshire.police.example"),
        ("bedfordshire", "chief_officer", "Chief Constable", "chief.officer@bedfordshire.police.example"),
        ("metropolitan", "chief_officer", "Commissioner", "chief.officer@metropolitan.police.example"),
        ("city-of-london", "chief_officer", "Commissioner", "chief.officer@city-of-london.police.example"),
        ("avon-frs", "liaison", "Service liaison officer", "liaison@avon.fire.example"),
        ("avon-frs", "chief_officer", "Chief Fire Officer", "chief.officer@avon.fire.example"),
        ("bedfordshire-pcc", "oversight", "Police and Crime Commissioner", "office@bedfordshire-pcc.example"),
        ("durham-pcc", "oversight", "Police, Crime and Victims' Commissioner", "office@durham-pcc.example"),
        ("inspectorate", "operations", "Operations", "operations@inspectorate.example"),
    ],
)
def test_offices_have_their_own_titles(owner, role, office, mailbox):
    [found] = [one for one in REFERENCE.contacts if (one.owner, one.role) == (owner, role)]
    assert (found.office, found.mailbox) == (office, mailbox)


def test_there_is_a_sample_person_for_each_body_and_overseer():
    roles = {(one.person_id, one.role, one.owner) for one in REFERENCE.roles}
    assert ("liaison-bedfordshire", "liaison", "bedfordshire") in roles
    assert ("oversight-bedfordshire-pcc", "oversight", "bedfordshire-pcc") in roles
    for person, role in (
        ("inspector-1", "inspector"),
        ("inspector-2", "inspector"),
        ("lead-1", "lead_inspector"),
        ("ops-1", "operations"),
    ):
        assert (person, role, "inspectorate") in roles
    people = {person.id for person in REFERENCE.people}
    assert len(people) == len(REFERENCE.people)
    assert {person for person, _, _ in roles} == people


def test_an_overseer_that_ended_is_reached_no_longer():
    [contact] = [one for one in REFERENCE.contacts if one.owner == "south-yorkshire-pcc"]
    [person] = [one for one in REFERENCE.people if one.id == "oversight-south-yorkshire-pcc"]
    assert contact.until == person.until == date(2024, 5, 7)


# What is wrong with a file is said with its line


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("forces.csv", "id,name", "name,id", "forces.csv, line 1: the columns must be id,name"),
        (
            "forces.csv",
            "\nbedfordshire,",
            "\nBedfordshire,",
            "line 3, column id: 'Bedfordshire' is not a short",
        ),
        ("forces.csv", "\ncheshire,", "\nbedfordshire,", "line 5, column id: bedfordshire stands twice"),
        ("forces.csv", "Kent Police", "", "column name: is empty"),
        (
            "fire.csv",
            "England,england-and-wales,,",
            "England,wales,,",
            "line 2, column division: 'wales' is not",
        ),
        ("fire.csv", "2021-04-01", "1 April 2021", "column renamed_on: '1 April 2021' is not a date"),
        ("others.csv", "known: duty to inspect", "duty to inspect", "line 3, column basis: must begin with"),
        (
            "others.csv",
            ",,,,,england-and-wales,,",
            ",,,,england-and-wales,,",
            "others.csv, line 2: 8 cells, 9",
        ),
        ("oversight.csv", "bedfordshire,bed", "bedford,bed", "line 3, column body: 'bedford' is not one of"),
        (
            "oversight.csv",
            "2021-05-10,,",
            "2021-05-09,,",
            "west-yorkshire has west-yorkshire-pcc on that day",
        ),
        ("oversight.csv", ",PCC,2012-11-22", ",PCC,", "column since: must be the day on which this began"),
        (
            "oversight.csv",
            ",Mayor of Greater",
            ",Lord of Greater",
            "greater-manchester-mayor has another name",
        ),
        ("contacts.csv", "place}.police.example", "place}.police.uk", "mailbox must end in .example"),
        ("contacts.csv", "police-force,liaison", "police-force,lead", "column role: 'lead' is not one of"),
        ("people.csv", "inspector-1@inspectorate.example", "i@x.org", "line 2, column mailbox: a sample's"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path, file, old, new, said):
    folder = tmp_path / "bodies"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BodyFileError) as caught:
        read_reference(folder)
    assert said in str(caught.value)


# Loading


def test_loading_again_changes_nothing(database):
    first = load_reference(database)
    assert (first.changed, first.unchanged) == (0, 0)
    assert load_reference(database) == Counts(unchanged=first.added)
    with database.reading() as session:
        assert len(session.exec(select(Body)).all()) == 98
        assert len(session.exec(select(Oversees)).all()) == len(REFERENCE.oversees)
        assert Bodies.in_tables(session) == BODIES


def test_two_workers_that_start_at_once_on_a_new_ledger_load_once(database):
    second, first = sorted(at_once([lambda: load_reference(database)] * 2), key=lambda one: one.added)
    assert second == Counts(unchanged=first.added)


def test_a_fact_that_changed_in_the_files_is_brought_up_to_date(database):
    load_reference(database)
    with database.writing() as session:
        session.get_one(Body, "kent").name = "Kent Constabulary"
        session.get_one(OversightBody, "mopac").name = "Metropolitan Police Authority"
        relation = session.get_one(Oversees, ("kent", "kent-pcc", date(2012, 11, 22)))
        relation.until = date(2020, 1, 1)
    assert load_reference(database).changed == 3
    with database.reading() as session:
        assert session.get_one(Body, "kent").name == "Kent Police"
        assert session.get_one(Oversees, ("kent", "kent-pcc", date(2012, 11, 22))).until is None


def test_a_mailbox_that_an_operator_set_is_left_alone(database):
    load_reference(database)
    with database.writing() as session:
        ours = session.exec(select(Contact).where(Contact.owner == "kent", Contact.role == "liaison")).one()
        ours.until = date(2026, 1, 1)
        session.add(
            Contact(
                owner="kent",
                role="liaison",
                office="Inspection office",
                mailbox="inspection@kent.invalid",
                since=date(2026, 1, 1),
            )
        )
    assert load_reference(database).changed == 0
    with database.reading() as session:
        kept = session.exec(
            select(Contact)
            .where(Contact.owner == "kent", Contact.role == "liaison")
            .order_by(col(Contact.since))
        ).all()
    assert [(one.mailbox, one.until) for one in kept] == [
        ("liaison@kent.police.example", date(2026, 1, 1)),
        ("inspection@kent.invalid", None),
    ]


def test_a_sample_mailbox_follows_its_file(database):
    load_reference(database)
    with database.writing() as session:
        ours = session.exec(select(Contact).where(Contact.owner == "kent", Contact.role == "liaison")).one()
        ours.office = "Liaison"
    assert load_reference(database).changed == 1


def test_people_who_are_registered_already_are_left_alone(database):
    load_reference(database)
    with database.writing() as session:
        session.get_one(Person, "inspector-1").until = date(2025, 1, 1)
        session.delete(session.get_one(PersonRole, ("inspector-2", "inspector", "inspectorate")))
    assert load_reference(database).added == 0
    with database.reading() as session:
        assert session.get_one(Person, "inspector-1").until == date(2025, 1, 1)
        assert session.get(PersonRole, ("inspector-2", "inspector", "inspectorate")) is None
