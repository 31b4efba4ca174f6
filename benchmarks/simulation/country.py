"""The made-up country: the bodies of the reference files with role mailboxes, the people who act, and their papers."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from random import Random

from sqlmodel import Session, col, select

from config.calendar_files import load_calendars
from config.policy_files import load_policies
from lifecycle.opening import Opening, OwnLimit
from lifecycle.policy import Policy
from lifecycle.words import Role, Side
from models.database import Database
from models.tables import Body, Contact, Oversees, Person, PersonRole, Recommendation, Report, SealedText
from office.reference import load_reference

INSPECTORATE = "inspectorate"
FIRST = date(2012, 11, 22)
OWN_LIMITS = ("1 month", "3 months", "6 months", "12 months")
CRITERIA = ("a", "b", "c")
PAPERS = (
    "l-1",
    "l-2",
    "s-1",
    "s-2",
    "d-1",
    "a-1",
    "r-1",
    "r-2",
    "r-3",
    "n-1",
    "o-1",
    "t-1",
    "t-2",
    "q-1",
    "w-1",
    "c-1",
)
"""The sealed texts that `tests.ledger.story.every_act` names."""


@dataclass
class Country:
    """`people` are those who hold a role for an owner; `overseers` who answers for each body from when on."""

    database: Database
    chance: Random
    bodies: list[Body]
    overseers: dict[str, list[tuple[date, str]]] = field(default_factory=lambda: defaultdict(list))
    people: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    policies: tuple[Policy, ...] = field(default_factory=load_policies)
    reports: int = 0

    def actor(self, roles: tuple[Role, ...], body: str, oversight: str) -> str:
        """Somebody who holds one of the roles for this body, or for the inspectorate."""
        found = [
            person
            for role in roles
            for owner in (INSPECTORATE, body, oversight)
            for person in self.people.get((role.value, owner), ())
        ]
        return self.chance.choice(found) if found else "nobody"

    def overseer(self, body: str, day: date) -> str | None:
        since = [one for start, one in self.overseers[body] if start <= day]
        return since[-1] if since else None

    def report(self, day: date) -> list[Opening]:
        """A new report with one recommendation to some bodies, or the response that an old one asks for."""
        policy = self.chance.choice(self.policies)
        self.reports += 1
        bodies = self.chance.sample(self.bodies, min(len(self.bodies), self.chance.randint(1, 4)))
        of_response = policy.name == "response"
        report, reference = f"report-{self.reports}", f"R-{day.year}-{self.reports}"
        with self.database.writing() as session:
            session.add(Report(id=report, title=f"Inspection report {self.reports}", published_on=day))
            session.flush()
            if not of_response:
                session.add(
                    Recommendation(
                        reference=reference,
                        report_id=report,
                        kind=policy.applies_to[0],
                        title="Look after vulnerable people",
                        issued_on=day,
                        policy=policy.name,
                    )
                )
        found = (self._opening(policy, report, reference, body, day) for body in bodies)
        return list({one.id: one for one in found}.values())

    def _opening(self, policy: Policy, report: str, reference: str, body: Body, day: date) -> Opening:
        overseer = self.overseer(body.id, day)
        of_response = policy.name == "response" and overseer is not None
        if policy.name == "response" and not of_response:
            policy = self.policies[0]
        criteria = CRITERIA[: self.chance.randint(0, 3)]
        own = (OwnLimit(limit=self.chance.choice(OWN_LIMITS)),) if self.chance.random() < 0.7 else ()
        return Opening(
            id=f"response/{report}/{overseer}" if of_response else f"recommendation/{reference}/{body.id}",
            reference=report if of_response else reference,
            body=body.id,
            oversight=overseer,
            report=report,
            recommendation_kind=policy.applies_to[0],
            division=body.division,
            policy=policy.name,
            policy_hash=policy.hash,
            calendar_hash=load_calendars(policy.calendar).hash,
            issued_on=day,
            actor="ops-1",
            criteria=() if of_response else criteria,
            own_limits=() if of_response else own,
        )


def settle(database: Database, chance: Random, count: int) -> Country:
    """Everybody in their places: `count` bodies of all that are known."""
    load_reference(database)
    with database.reading() as session:
        known = list(session.exec(select(Body).where(col(Body.until).is_(None)).order_by(Body.id)))
        oversees = list(session.exec(select(Oversees).order_by(col(Oversees.since))))
        held = list(session.exec(select(PersonRole).order_by(PersonRole.person_id, PersonRole.role)))
    country = Country(database, chance, [])
    for one in oversees:
        country.overseers[one.body_id].append((one.since, one.oversight_id))
    there = [body for body in known if _always_overseen([one for one in oversees if one.body_id == body.id])]
    country.bodies = chance.sample(there, min(count, len(there)))
    for role in held:
        country.people[role.role, role.owner].append(role.person_id)
    _add_people(country)
    return country


def _always_overseen(rows: list[Oversees]) -> bool:
    """Somebody answers for it from before the simulation begins, without a gap."""
    untils = [row.until for row in rows]
    return bool(rows) and rows[0].since <= FIRST and untils == [*(row.since for row in rows[1:]), None]


def _add_people(country: Country) -> None:
    """A liaison officer for each body and a voice for each oversight body; and the papers that acts name."""
    owners = {body.id: Role.liaison for body in country.bodies}
    owners |= {who: Role.oversight for body in country.bodies for _, who in country.overseers[body.id]}
    with country.database.writing() as session:
        for owner, role in owners.items():
            person = f"{role.value}-of-{owner}"
            session.add(Person(id=person, name=f"{role.value} of {owner}"))
            session.flush()
            session.add(PersonRole(person_id=person, role=role.value, owner=owner))
            country.people[role.value, owner].append(person)
        _add_contacts(session, owners)
        for paper in PAPERS:
            text, at = f"The paper {paper}.", datetime.combine(FIRST, time(), UTC)
            session.add(SealedText(id=paper, kind="letter", hash="0", text=text, sealed_at=at))


def _add_contacts(session: Session, owners: dict[str, Role]) -> None:
    """Every office has a mailbox."""
    there = set(session.exec(select(Contact.owner, Contact.role)))
    wanted = [(INSPECTORATE, role) for role in Role if role.side is Side.inspectorate]
    wanted += [(owner, role) for owner, of in owners.items() for role in Role if role.side is of.side]
    for owner, role in wanted:
        if (owner, role.value) not in there:
            session.add(contact(owner, role.value, FIRST, 0))


def contact(owner: str, role: str, since: date, number: int) -> Contact:
    """The mailbox of the office's nth holder."""
    mailbox = f"{role.replace('_', '.')}-{number}@{owner}.example"
    return Contact(owner=owner, role=role, office=f"{role} of {owner}", mailbox=mailbox, since=since)


def change_holder(session: Session, chance: Random, today: date) -> None:
    """Somebody leaves an office, and another takes it over today."""
    there = session.exec(select(Contact).where(col(Contact.until).is_(None)).order_by(col(Contact.id))).all()
    leaving = chance.choice([one for one in there if one.since < today])
    leaving.until = today
    session.add(contact(leaving.owner, leaving.role, today, (leaving.id or 0) + 1))
