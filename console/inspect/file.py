"""The case before an inspector: found for whoever may see it, and kept from whoever has a conflict of interest."""

from console.room import Room, Visitor
from console.rules import NotFound, case_id
from lifecycle.words import Role
from models.database import Database
from office.assessment_file import AssessmentFile, assessment_file
from office.conflicts import refuse_conflict


async def file_for(room: Room, visitor: Visitor, reference: str, body: str) -> AssessmentFile:
    """The file of `/inspect/{reference}/{body}/…`.

    Raises:
        NotFound; NotAllowed for a conflict of interest.
    """
    of = case_id(reference, body)

    def found(database: Database) -> AssessmentFile | None:
        with database.reading() as session:
            refuse_conflict(session, visitor.id, Role.inspector, "assess", body, room.today)
        return assessment_file(database, of)

    file = await room.read(found)
    if file is None:
        raise NotFound(of)
    return file
