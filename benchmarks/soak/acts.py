"""One seeded driver: people act through the console's forms and the command line, and insist until they are answered.

Each act has a key, as a form and `--key` give it. What was answered as taken is written to `acts.jsonl`, for whoever
counts.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape

import httpx2
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.soak.plant import Plant
from office.access import Limits, begin

BEFORE_AGAIN = 0.5
PATIENCE = 420.0
"""Seconds for which somebody insists."""
TAKEN, REFUSED = "taken", "refused"
CLI_REFUSED = (2, 65, 66, 77)


@dataclass(frozen=True)
class Press:
    """A form of the console: whose, on which page, which of its forms, and what is typed."""

    person: str
    page: str
    form: str
    typed: Mapping[str, str]


@dataclass(frozen=True)
class Order:
    """A command, which gets a key."""

    words: tuple[str, ...]
    person: str
    key: str


@dataclass
class Attempt:
    """An act that somebody insists on: the form as it was shown, and its key."""

    act: Press | Order
    key: str = ""
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """What the driver was told."""

    taken: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    refused: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


class Driver:
    """Its people, their sessions, and what they were told."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.tally = Tally()
        self._sessions: dict[str, str] = {}
        self._record = (plant.folder / "acts.jsonl").open("a", encoding="utf-8")

    def close(self) -> None:
        self._record.close()

    async def lane(
        self, lives: Iterator[tuple[str, list[Press | Order]]], pace: float, chance: random.Random
    ) -> None:
        """Live these lives one after another."""
        async with httpx2.AsyncClient(base_url=self.plant.address, timeout=40) as browser:
            for case, acts in lives:
                for act in acts:
                    await asyncio.sleep(chance.uniform(0, 2 * pace))
                    if not await self._insist(browser, case, act):
                        break

    async def _insist(self, browser: httpx2.AsyncClient, case: str, act: Press | Order) -> bool:
        """Answers whether the act was taken."""
        attempt, tries, end = Attempt(act), 0, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            tries += 1
            try:
                said = await (
                    self._order(attempt) if isinstance(act, Order) else self._press(browser, attempt)
                )
            except (httpx2.HTTPError, SQLAlchemyError) as error:
                said = repr(error)
            if said == TAKEN:
                self._note(case, attempt)
                self.tally.repeated += tries > 1
                return True
            if said.startswith(REFUSED):
                self.tally.refused.append(f"{case}: {act}: {said}")
                return False
            await asyncio.sleep(BEFORE_AGAIN)
        self.tally.unanswered.append(f"{case}: {act}: {said}")
        return False

    def _note(self, case: str, attempt: Attempt) -> None:
        door = "commands" if isinstance(attempt.act, Order) else "pages"
        self.tally.taken[door] += 1
        self._record.write(json.dumps({"case": case, "key": attempt.key, "door": door}) + "\n")
        self._record.flush()

    async def _order(self, attempt: Attempt) -> str:
        """The receipt names the key: an act on several cases has one for each."""
        order = attempt.act
        assert isinstance(order, Order)
        words = (*order.words, "--key", order.key, "--as", order.person, "--json")
        code, out, err = await self.plant.command.run(*words)
        if code == 0:
            try:
                attempt.key = json.loads(out)["act_key"]
            except ValueError:
                self.tally.unreadable.append(f"{' '.join(order.words)}: {out[:300]!r}")
                return "its answer was no JSON"
            return TAKEN
        return f"{REFUSED}: {err}" if code in CLI_REFUSED else err

    async def _press(self, browser: httpx2.AsyncClient, attempt: Attempt) -> str:
        """Show the form, fill it in and send it: with the key that it had when it was shown first."""
        press = attempt.act
        assert isinstance(press, Press)
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"session={await self._session(press.person)}"}
        if not attempt.hidden:
            shown = await browser.get(press.page, headers=headers)
            hidden = _form(shown.text, press.form)
            if shown.status_code != 200 or hidden is None:
                return self._turned_away(press, shown)
            attempt.hidden, attempt.key = hidden, hidden["key"]
        typed = {name.format(**attempt.hidden): value for name, value in press.typed.items()}
        answer = await browser.post(press.form, headers=headers, data={**attempt.hidden, **typed})
        if answer.status_code == 303 and "/sign-in" not in answer.headers["location"]:
            return TAKEN
        return self._turned_away(press, answer)

    def _turned_away(self, press: Press, answer: httpx2.Response) -> str:
        """What was said. A page without its form, or an answer that repeating will not change, is a refusal."""
        if answer.status_code in (303, 401):
            self._sessions.pop(press.person, None)
        said = f"{answer.status_code} on {press.form}: {_heading(answer.text)}"
        return f"{REFUSED}: {said}" if answer.status_code in (200, 403, 404, 409, 422) else said

    async def _session(self, person: str) -> str:
        """What the cookie of somebody who is signed in holds."""
        if person not in self._sessions:
            self._sessions[person] = await asyncio.to_thread(self._begin, person)
        return self._sessions[person]

    def _begin(self, person: str) -> str:
        with closing(self.plant.database()) as database, database.writing() as session:
            return begin(session, person, "link", "the soak", self.plant.wall.now(), Limits())


def _form(page: str, action: str) -> dict[str, str] | None:
    """The hidden fields of the form on this page that goes to `action`."""
    for found in re.finditer(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page, re.DOTALL):
        if unescape(found[1]) == action:
            return {
                name: unescape(value)
                for name, value in re.findall(
                    r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[2]
                )
            }
    return None


def _heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    errors = re.findall(r'govuk-error-message">(.*?)</p>', page, re.DOTALL)
    body = re.findall(r'<p class="govuk-body">(.*?)</p>', page, re.DOTALL)
    words = " ".join([found[1] if found else page[:200], *errors, *body[:2]])
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split())[:300]


def through_pages(case: str) -> list[Press | Order]:
    """What a body and an inspector do in the browser."""
    _, reference, body = case.split("/")
    of, inside, liaison = f"/cases/{reference}/{body}", f"/inspect/{reference}/{body}", f"liaison-{body}"
    return [
        Press(liaison, f"{of}/acknowledge", f"{of}/acknowledge", {"paper": "recommendation"}),
        Press(liaison, f"{of}/question", f"{of}/question", {"question": "What counts as a plan?"}),
        Press(
            "inspector-1", f"{inside}/answer", f"{inside}/answer/question", {"answer-{number}": "Any plan."}
        ),
        Press(
            liaison, f"{of}/declare", f"{of}/declare", {"criterion": "all", "statement": "Done since May."}
        ),
    ]


def by_commands(case: str, number: int) -> list[Press | Order]:
    """A case assessed by the command line, and authorised in the browser; every third is withdrawn after that."""
    _, reference, body = case.split("/")
    inside = f"/inspect/{reference}/{body}"
    acts: list[Press | Order] = [
        Order(("case", "submit", case, "--text", "Our plan."), f"liaison-{body}", f"soak/{number}/submit"),
        Order(
            ("case", "assess", case, "--outcome", "started", "--text", "It has begun."),
            "inspector-1",
            f"soak/{number}/assess",
        ),
        Press("lead-1", f"{inside}/review", f"{inside}/authorise", {}),
    ]
    if number % 3 == 2:
        withdraw = ("case", "withdraw", case, "--text", "Overtaken by events.")
        acts.append(Order(withdraw, "lead-1", f"soak/{number}/withdraw"))
    return acts
