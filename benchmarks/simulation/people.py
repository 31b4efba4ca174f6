"""What people do: the next act on a case, right or wrong, once or twice, insisted on until it is answered."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import cast

from benchmarks.simulation.country import Country
from lifecycle import acts as a
from lifecycle.case import Case
from lifecycle.decisions import decide
from lifecycle.rules import Rules, rules_for
from lifecycle.words import InspectionResult, Refused, Stage
from models.messages import Receipt
from office.desk import Desk, NeedsRepair, NoCase, Unreachable
from office.people import NotAllowed
from office.rights import MAY
from tests.ledger.story import Story, every_act

LIKELY = {
    "send_request_letter": 20.0,
    "record_submission": 12.0,
    "complete_assessment": 20.0,
    "authorise": 20.0,
    "send_letter": 20.0,
    "publish": 20.0,
    "declare_implemented": 3.0,
    "invite_comments": 5.0,
    "record_response": 3.0,
    "withdraw": 0.15,
}
SELDOM = (InspectionResult.no_further_action, InspectionResult.superseded)
LATE_STAGES = (Stage.letter_sent, Stage.published)
WRONG = 0.04
TWICE = 0.08
INSISTS = 400
HOURS = 3600.0


@dataclass(frozen=True)
class Page:
    """A case as its page shows it: what `every_act` asks of a story."""

    case: Case
    rules: Rules
    now: datetime


class People:
    """Everybody who acts. `taken` are the receipts that they were given."""

    def __init__(self, country: Country, desk: Desk, chance: Random, acts: Counter[str]) -> None:
        self.country = country
        self.desk = desk
        self.chance = chance
        self.acts = acts
        self.taken: dict[str, Receipt] = {}
        self._keys = 0

    def next_act(self, case: Case, now: datetime) -> a.Act | None:
        """What somebody does next: mostly what the case waits for, now and then something that is refused."""
        page = Page(case, rules_for(case.policy_hash, case.calendar_hash, case.division), now)
        acts = every_act(cast(Story, page))
        if self.chance.random() < WRONG:
            return self._signed(self.chance.choice(acts), case)
        while acts:
            [act] = self.chance.choices(acts, weights=[_weight(act, case) for act in acts])
            if _is_right(page, act):
                return self._signed(act, case)
            acts.remove(act)
        return None

    def _signed(self, act: a.Act, case: Case) -> a.Act:
        """By somebody who may, under a key of its own."""
        self._keys += 1
        actor = self.country.actor(MAY[act.kind], case.body, case.oversight or "")
        return act.model_copy(update={"key": f"act-{self._keys}", "actor": actor})

    async def hand_in(self, case_id: str, act: a.Act) -> None:
        """Insist until there is an answer, always under the same key; some ask twice at once."""
        twice = self.chance.random() < TWICE
        await asyncio.gather(*(self._insist(case_id, act) for _ in range(1 + twice)))
        self.acts["handed in twice"] += twice

    async def _insist(self, case_id: str, act: a.Act) -> None:
        for _ in range(INSISTS):
            try:
                receipt = await self.desk.take(case_id, act)
            except (Refused, NotAllowed):
                self.acts["refused"] += 1
                return
            except (NeedsRepair, Unreachable, NoCase):
                self.acts["not answered"] += 1
                await asyncio.sleep(self.chance.uniform(0.5, 8) * HOURS)
            else:
                self.acts["taken"] += act.key not in self.taken
                self.taken.setdefault(act.key, receipt)
                return
        raise AssertionError(f"{act.key} on {case_id} was never answered")


def _weight(act: a.Act, case: Case) -> float:
    if isinstance(act, a.RecordInspection):
        if act.result in SELDOM:
            return 0.1
        return 2.0 if case.stage in LATE_STAGES else 0.5
    return LIKELY.get(act.kind, 1.0)


def _is_right(page: Page, act: a.Act) -> bool:
    try:
        decide(page.case, act, page.now, page.rules)
    except Refused:
        return False
    return True
