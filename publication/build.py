"""Building the public site: the record read once, its pages made, and the whole put in place of the one before."""

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from config.policy_files import fill_shelf
from lifecycle.words import Refused
from models.database import Database
from office.letter_pdf import why_not
from publication.gone import ordered
from publication.reading import public_record
from publication.shelf import File, Release, Shelf, SiteBusy
from publication.site import Site

PAGE = ".html"


def build(
    database: Database, folder: Path, base: str, on: date, *, afresh: bool = False, pdf: bool | None = None
) -> Release:
    """Make the site of a ledger, as of a day, in a folder. The same ledger on the same day gives the same bytes.

    `pdf` says whether letters are made as PDF too: where this machine can, if it is not said.

    Raises:
        SiteBusy: another process builds it.
        Refused: when an address that was published would be lost; the site stays as it was.
    """
    shelf = Shelf(folder)
    with shelf.held():
        record = public_record(database, on)
        site = Site(record, database, base, pdf=not why_not() if pdf is None else pdf)
        files = site.files()
        gone = _gone(site, shelf, files)
        return replace(shelf.put([*files, *gone], afresh=afresh), gone=len(gone))


def _gone(site: Site, shelf: Shelf, files: Sequence[File]) -> list[File]:
    """A notice for each address that was published and has nothing now."""
    lost = sorted(shelf.addresses() - {file.address for file in files})
    data = [address for address in lost if not address.endswith(PAGE)]
    if data:
        _refuse_lost(site, data)
    return [site.gone(address) for address in lost]


def _refuse_lost(site: Site, data: Sequence[str]) -> None:
    """Data and PDFs may go when the ledger knows why; pages may always, for they say where to look."""
    with site.database.reading() as session:
        known = ordered(session)
    broken = [one for one in data if not known.knows(one) or (one.endswith(".pdf") and not site.pdf)]
    if broken:
        pdf = f" {why_not()}" if broken[0].endswith(".pdf") else ""
        raise Refused(
            f"{len(broken)} addresses that were published would be lost, the first {broken[0]}.{pdf} "
            "The site stays as it was. Put back what they were made from, such as the ledger that knows them; "
            "or begin another site in an empty folder (--folder)."
        )


def main() -> None:
    """Build what standard input asks for, for a worker; what is said to a person is the last line."""
    task = json.load(sys.stdin)
    fill_shelf()
    try:
        with closing(Database(task["database"])) as database:
            made = build(database, Path(task["folder"]), task["base"], date.fromisoformat(task["on"]))
    except (Refused, SiteBusy) as error:
        sys.exit(str(error))
    sys.stdout.write(
        f"{made.files} files, {len(made.written)} of them new, {made.gone} notices of what is gone\n"
    )


if __name__ == "__main__":
    main()
