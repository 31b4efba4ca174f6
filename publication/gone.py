"""What stays at an address that was published and has nothing to tell any more: a notice, in the address's own form.

It takes the place only of what the ledger knows to have been ordered to be published, and does not publish now: an
order that was lifted, a letter that its case could not publish. What the ledger does not know was lost, and is not
given up.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlmodel import Session, col, select

from models.tables import CaseRow, Order
from office.publications import LATER, PUBLISH

FORMS = (".pdf", ".csv", ".xml")
CSV = b"No longer published\r\n"


@dataclass(frozen=True)
class Ordered:
    """The reports, recommendations and bodies whose publication was ever ordered."""

    names: Collection[tuple[str, str]]

    def knows(self, address: str) -> bool:
        """Whether a file at this address was of one of them, and is of a form that can be a notice."""
        section, *rest = PurePosixPath(address).parts
        if not rest or not address.endswith(FORMS):
            return False
        name = rest[0] if len(rest) > 1 else rest[0].rpartition(".")[0]
        return (section, name) in self.names


def ordered(session: Session) -> Ordered:
    """Lifted orders too."""
    names: set[tuple[str, str]] = set()
    rows = session.exec(
        select(CaseRow.report_id, CaseRow.reference, CaseRow.body_id).where(
            CaseRow.kind == "recommendation",
            col(CaseRow.report_id).in_(
                select(Order.report_id).where(col(Order.kind).in_((PUBLISH, LATER))).distinct()
            ),
        )
    )
    for report, reference, body in rows:
        names |= {("reports", report), ("letters", reference), ("bodies", body), ("responses", report)}
    return Ordered(names)
