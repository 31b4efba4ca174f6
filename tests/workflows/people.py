"""People who act on a scene, and the desk's clock."""

from datetime import date, datetime

from lifecycle.words import Role
from models.tables import Person, PersonRole
from office.desk import Clock
from tests.workflows.reports import add
from tests.workflows.scene import OPENED, Scene


class At(Clock):
    """Stands at the instant at which cases open."""

    def now(self) -> datetime:
        return OPENED


def hold(
    scene: Scene, person: str, *roles: Role, of: str = "inspectorate", until: date | None = None
) -> None:
    """Register a person with roles."""
    add(scene, Person(id=person, name=person, until=until))
    add(scene, *(PersonRole(person_id=person, role=role.value, owner=of) for role in roles))
