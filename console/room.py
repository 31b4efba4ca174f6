"""What a page works with: ledger, desk, settings, the day; and who asks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from temporalio.client import Client

from config.settings import Settings
from console.keys import Keys
from console.pace import Pace
from lifecycle.dates import local_date
from lifecycle.words import Role
from models.database import Database
from office.access import SignedIn
from office.desk import Clock, Desk
from office.people import INSPECTORATE, Actor
from office.reports import ReportDesk
from office.rights import may

T = TypeVar("T")
TASK_QUEUE = "followthrough"


@dataclass(frozen=True)
class Room:
    """One for the whole console, as `request.app.state.room`."""

    settings: Settings
    database: Database
    client: Client
    keys: Keys
    clock: Clock
    pace: Pace

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.client, self.database, clock=self.clock)

    @cached_property
    def reports(self) -> ReportDesk:
        return ReportDesk(self.client, self.database, TASK_QUEUE)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        """The date in London."""
        return local_date(self.now)

    async def read(self, question: Callable[[Database], T]) -> T:
        """Ask the ledger in a thread: pages never block the loop."""
        return await asyncio.to_thread(question, self.database)


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, as pages see it."""

    signed_in: SignedIn

    @property
    def id(self) -> str:
        return self.signed_in.actor.id

    @property
    def name(self) -> str:
        return self.signed_in.name

    @property
    def actor(self) -> Actor:
        return self.signed_in.actor

    @property
    def bodies(self) -> tuple[str, ...]:
        """The bodies for which this person acts."""
        return self._owners(Role.liaison, Role.chief_officer)

    @property
    def overseers(self) -> tuple[str, ...]:
        """The oversight bodies for which this person acts."""
        return self._owners(Role.oversight)

    @property
    def of_inspectorate(self) -> bool:
        return any(owner == INSPECTORATE for _, owner in self.actor.roles)

    def may(self, act: str, body: str = "", oversight: str | None = None) -> bool:
        return may(self.actor, act, body, oversight)

    @cached_property
    def doors(self) -> tuple[tuple[str, str], ...]:
        """The top navigation: title and address of each part of the console that this person may enter."""
        several = len(self.bodies) + len(self.overseers) > 1
        doors = [(_titled("What we owe", body, several), f"/body/{body}") for body in self.bodies]
        doors += [(_titled("Responses", one, several), f"/oversight/{one}") for one in self.overseers]
        for act, title, href in (
            ("see_work", "My work", "/inspect"),
            ("see_cases", "Cases", "/cases"),
            ("see_operations", "Operations", "/ops"),
        ):
            if self.may(act):
                doors.append((title, href))
        return tuple(doors)

    def _owners(self, *roles: Role) -> tuple[str, ...]:
        return tuple(sorted({owner for role, owner in self.actor.roles if role in roles}))


def _titled(title: str, owner: str, several: bool) -> str:
    return f"{title} ({owner})" if several else title


def room_of(request: Request) -> Room:
    found: Room = request.app.state.room
    return found


def visitor_of(request: Request) -> Visitor:
    """Who asks. A route's rule has seen to it that there is somebody."""
    found: Visitor = request.state.person
    return found


InRoom = Annotated[Room, Depends(room_of)]
ByVisitor = Annotated[Visitor, Depends(visitor_of)]
