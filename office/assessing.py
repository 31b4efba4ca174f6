"""Completing an assessment from its draft: the words sealed, the letter as it will read, the act handed in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.dates import local_date
from lifecycle.words import Finding, Refused
from models.database import Database
from models.messages import Receipt
from models.tables import Criterion, SealedText
from office import drafts, letter_papers
from office.assessment_file import AssessmentFile, assessment_file
from office.desk import Desk, NoCase
from office.drafts import Version, Written
from office.letters import Letter
from office.sealing import seal

FINDINGS = {
    Finding.included: "Included in the plan",
    Finding.included_commenced: "Included, and work has begun",
    Finding.included_not_commenced: "Included, but work has not begun",
    Finding.not_included: "Not included in the plan",
    Finding.unclear: "Unclear from what was sent",
    Finding.no_information: "No information was sent",
    Finding.seen_earlier: "Seen in an earlier inspection",
    Finding.in_place: "In place",
}
"""What a finding says of a criterion, in a list to choose from."""


def missing(file: AssessmentFile, written: Written) -> dict[str, str]:
    """What a draft lacks before it can be completed: by the field to mend, what to do."""
    lacks = {
        f"finding-{number}": f"Choose a finding for criterion {number}: {one.summary or one.id}"
        for number, one in enumerate(file.criteria, 1)
        if not written.findings.get(one.id)
    }
    if not written.outcome:
        lacks["outcome"] = "Choose the overall outcome"
    if not written.narrative.strip() and not any(note.strip() for note in written.notes.values()):
        lacks["narrative"] = "Write what the assessment rests on, here or as evidence for a criterion"
    return lacks


def assessment_text(criteria: Sequence[Criterion], written: Written) -> str:
    """What is sealed: narrative, and each criterion with its finding and evidence. Private notes are not among it."""
    parts = [written.narrative.strip()]
    for one in criteria:
        finding = FINDINGS[Finding(written.findings[one.id])]
        note = written.notes.get(one.id, "").strip()
        parts.append(f"{one.summary or one.id}\nFinding: {finding}" + (f"\n{note}" if note else ""))
    return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True)
class Reading:
    """A letter as it now reads; or None with, in `unfit`, what was edited in it and no longer fits the facts. None
    alone: no assessment stands, or the ledger lacks the papers that it quotes."""

    letter: Letter | None = None
    unfit: str = ""


async def preview(desk: Desk, file: AssessmentFile, written: Written, actor: str) -> Reading:
    """The letter as it would read if this were authorised and sent today."""
    now = desk.clock.now()
    told = e.Assessed(
        at=now,
        on=local_date(now),
        actor=actor,
        assessment="draft",
        outcome=written.outcome,
        findings={one: Finding(finding) for one, finding in written.findings.items() if finding},
        without_submission=not file.submissions,
    )
    return await _reading(desk, file, told)


async def letter_now(desk: Desk, file: AssessmentFile) -> Reading:
    """The letter of the assessment that stands, as it now reads."""
    if file.assessed is None or file.case.assessed_by is None:
        return Reading()
    return await _reading(desk, file, file.assessed)


async def _reading(desk: Desk, file: AssessmentFile, told: e.Assessed) -> Reading:
    try:
        return Reading(await letter_papers.letter_of(desk, file.row.id, told))
    except letter_papers.NoPapers:
        return Reading()
    except Refused as refused:
        return Reading(unfit=str(refused))


def sealed_words(database: Database, letter: str | None) -> str:
    """What a sealed letter says; empty when there is none."""
    with database.reading() as session:
        found = session.get(SealedText, letter) if letter else None
        return found.text if found else ""


async def complete(desk: Desk, actor: str, case_id: str, version: int, key: str) -> Receipt:
    """Complete the assessment that this version of the draft says, as it was checked.

    Raises:
        Refused: when something is missing, or the draft was changed since; whatever the desk raises.
    """
    file, draft = await asyncio.to_thread(_checked, desk, case_id, version)
    sealed = await asyncio.to_thread(_seal, desk, file, draft)
    act = a.CompleteAssessment(
        key=key,
        actor=actor,
        assessment=sealed,
        outcome=draft.written.outcome,
        findings={one: Finding(said) for one, said in draft.written.findings.items() if said},
    )
    return await desk.take(case_id, act)


def _checked(desk: Desk, case_id: str, version: int) -> tuple[AssessmentFile, Version]:
    file = assessment_file(desk.database, case_id)
    if file is None:
        raise NoCase(f"There is no case {case_id!r}.")
    draft = drafts.newest(desk.database, case_id)
    if draft is None:
        raise Refused("Nothing is saved yet. Write the assessment and save it first.")
    if draft.number != version:
        raise Refused(
            f"{draft.person} saved another version since you checked this one. "
            "Read it, then complete the assessment again."
        )
    if lacks := missing(file, draft.written):
        raise Refused(". ".join(lacks.values()) + ".")
    return file, draft


def _seal(desk: Desk, file: AssessmentFile, draft: Version) -> str:
    written = draft.written
    meta = {"draft": draft.number, "narrative": written.narrative, "notes": dict(written.notes)}
    with desk.database.writing() as session:
        text = assessment_text(file.criteria, written)
        return seal(session, "assessment", text, desk.clock.now(), meta, of=file.row.id)
