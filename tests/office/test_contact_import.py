"""Contacts from a file: all its rows or none, every fault by its line, and again without harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cli import contact
from lifecycle.rules import Rules
from lifecycle.words import Refused
from models.database import Database
from office.contacts import contacts_of
from tests.office.lettered import open_office

GOOD = "bedfordshire,liaison,Liaison,new.desk@bedfordshire.example,A N Other,\n"
NEXT = "gwent,liaison,Liaison,new.desk@gwent.example,,\n"


@pytest.fixture
def ledger(database: Database, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> Database:
    open_office(database, rules)

    @contextmanager
    def there() -> Iterator[Database]:
        yield database

    monkeypatch.setattr(contact, "ledger", there)
    return database


def imported(folder: Path, *lines: str) -> None:
    file = folder / "contacts.csv"
    file.write_text(",".join(contact.COLUMNS) + "\n" + "".join(lines))
    contact.import_contacts(file, "ops-1")


def test_a_file_is_set_as_a_whole_and_may_come_again(ledger: Database, tmp_path: Path, capsys):
    past = datetime.now(UTC).date() - timedelta(days=9)
    with pytest.raises(Refused) as refused:
        imported(
            tmp_path,
            GOOD,
            NEXT.replace("new.desk@gwent.example", "nobody"),
            NEXT.replace("liaison,", "chief,", 1),
            NEXT.replace(",\n", f",{past:%Y-%m-%d}\n"),
        )
    said = str(refused.value)
    assert [f"line {n}" in said for n in (2, 3, 4, 5)] == [False, True, True, True]
    assert not mailboxes(ledger)
    imported(tmp_path, GOOD, NEXT)
    assert mailboxes(ledger) == {"new.desk@bedfordshire.example", "new.desk@gwent.example"}
    capsys.readouterr()
    imported(tmp_path, GOOD, NEXT, GOOD.replace("liaison,", "chief_officer,", 1))
    told = "".join(capsys.readouterr())
    assert [part in told for part in ("line 2 holds", "line 3 holds", "line 4 holds", "1 contacts")] == [
        True,
        True,
        False,
        True,
    ]


def mailboxes(ledger: Database) -> set[str]:
    found = [*contacts_of(ledger, "bedfordshire").contacts, *contacts_of(ledger, "gwent").contacts]
    return {one.mailbox for one in found if one.mailbox.startswith("new.") and one.since > date(2018, 1, 1)}
