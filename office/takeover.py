"""Opening a case of a known recommendation for a body: new, or part-way with its past from a TOML file.

source = "Case file 12/2024"

[[act]]
kind = "send_request_letter"
on = 2026-10-01
due = 2026-10-30
text = "Our letter of 1 October"
"""

import asyncio
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeGuard

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from config.calendar_files import load_calendars
from config.policy_files import newest
from lifecycle.acts import Act
from lifecycle.dates import local_date
from lifecycle.opening import Opening, OwnLimit, open_case
from lifecycle.rules import rules_for
from lifecycle.words import Refused
from models.tables import CaseRow, Criterion, Recommendation
from office.desk import NoCase
from office.intake_bodies import Bodies
from office.intake_openings import case_id
from office.people import find_actor
from office.reports import ReportDesk
from office.rights import role_for
from office.sample_acts import PAPERS
from office.sealing import seal

ACT: TypeAdapter[Act] = TypeAdapter(Act)


async def open_one(desk: ReportDesk, reference: str, body: str, actor: str, past: Path | None) -> str:
    """Open a case and wait until the ledger holds it; answers its id.

    Raises:
        NoCase: when recommendation or body is unknown. NotAllowed: when the actor may not.
        Refused: when the case is there, or its past cannot have been so; names the act.
    """
    opening = await asyncio.to_thread(_opening, desk, reference, body, actor, past)
    await desk.start(opening.report, (opening,), actor)
    await desk.opened((opening,))
    return opening.id


def _opening(desk: ReportDesk, reference: str, body: str, actor: str, past: Path | None) -> Opening:
    now = desk.clock.now()
    with desk.database.writing() as session:
        role_for(find_actor(session, actor, local_date(now)), "open", "", None)
        opening = _new(session, reference, body, actor, local_date(now))
        if past is not None:
            opening = _with_past(session, opening, past, actor, desk)
        rules = rules_for(opening.policy_hash, opening.calendar_hash, opening.division)
        open_case(opening, now, rules)
    return opening


def _new(session: Session, reference: str, body: str, actor: str, today: date) -> Opening:
    recommendation = session.get(Recommendation, reference)
    if recommendation is None:
        raise NoCase(
            f"No recommendation {reference!r} is known. `followthrough report show REPORT` lists them."
        )
    bodies = Bodies.in_tables(session)
    if body not in bodies.known:
        raise NoCase(f"No body {body!r} is known.{bodies.near(body)}")
    if session.get(CaseRow, case_id(reference, body)) is not None:
        raise Refused(
            f"{case_id(reference, body)} is open already. `followthrough case show` tells how it stands."
        )
    policy = newest(recommendation.policy)
    return Opening(
        id=case_id(reference, body),
        reference=reference,
        body=body,
        report=recommendation.report_id,
        recommendation_kind=recommendation.kind,
        division=bodies.known[body].division,
        policy=policy.name,
        policy_hash=policy.hash,
        calendar_hash=load_calendars(policy.calendar).hash,
        issued_on=recommendation.issued_on,
        actor=actor,
        oversight=bodies.oversight_of(body, today),
        criteria=tuple(one.id for one in _criteria(session, reference)),
        own_limits=_own_limits(session, recommendation),
    )


def _criteria(session: Session, reference: str) -> list[Criterion]:
    query = select(Criterion).where(Criterion.reference == reference).order_by(col(Criterion.position))
    return list(session.exec(query))


def _own_limits(session: Session, recommendation: Recommendation) -> tuple[OwnLimit, ...]:
    whole = [OwnLimit(limit=recommendation.limit, due=recommendation.due, why=recommendation.phrase)]
    parts = [
        OwnLimit(criterion=one.id, limit=one.limit, due=one.due, why=f"the limit of criterion {one.id}")
        for one in _criteria(session, recommendation.reference)
    ]
    return tuple(one for one in (*whole, *parts) if one.due)


def _with_past(session: Session, opening: Opening, file: Path, actor: str, desk: ReportDesk) -> Opening:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number of 5,000 digits
        raise Refused(f"{file.name} is not TOML: {error}") from error
    source, acts = table.get("source"), table.get("act")
    if not isinstance(source, str) or not source.strip() or not _tables(acts):
        raise Refused(
            f'{file.name}: give source = "…", the paper it is taken from, and at least one [[act]].'
        )
    past = tuple(
        _act(session, opening, one, number, actor, f"{file.name}: act {number}", desk)
        for number, one in enumerate(acts, 1)
    )
    given = tuple(act.model_copy(update={"source": act.source or source}) for act in past)
    return opening.model_copy(update={"past": given, "source": source})


def _tables(acts: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(acts, list) and bool(acts) and all(isinstance(one, dict) for one in acts)


def _act(
    session: Session,
    opening: Opening,
    table: Mapping[str, object],
    number: int,
    actor: str,
    where: str,
    desk: ReportDesk,
) -> Act:
    fields = {"key": f"past/{opening.id}/{number}", "actor": actor, **table}
    text = fields.pop("text", "")
    kind = str(fields.get("kind", ""))
    if kind in PAPERS:
        said = str(text).strip() or f"Taken over from {opening.source or 'our files'}."
        fields[PAPERS[kind]] = seal(session, PAPERS[kind], said, desk.clock.now(), of=opening.id)
    if "on" not in fields:
        raise Refused(f"{where}: on is missing. Give the day it happened, as on = 2026-10-01.")
    try:
        return ACT.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"{where}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
