"""The past acts of a sample case, by sample people, with the papers they name."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter

from lifecycle.acts import Act
from lifecycle.opening import Opening
from lifecycle.words import Role
from office.sample_file import PastAct, SampleFile, day_of

ACT: TypeAdapter[Act] = TypeAdapter(Act)
PAPERS = {
    "send_request_letter": "letter",
    "record_submission": "submission",
    "ask_for_document": "document",
    "complete_assessment": "assessment",
    "return_assessment": "reason",
    "send_letter": "letter",
    "declare_implemented": "statement",
    "record_inspection": "narrative",
    "move_due_date": "reason",
}
"""The acts that carry a sealed paper, and its kind, which is also the name of the act's field."""
BY = {
    "complete_assessment": ("inspector-1", Role.inspector),
    "ask_for_document": ("inspector-1", Role.inspector),
    "move_due_date": ("inspector-1", Role.inspector),
    "record_inspection": ("inspector-1", Role.inspector),
    "authorise": ("lead-1", Role.lead_inspector),
    "return_assessment": ("lead-1", Role.lead_inspector),
}
OPERATOR = ("ops-1", Role.operations)


class Paper(NamedTuple):
    """A text to be sealed for the case `of`, under the id that an act names."""

    id: str
    kind: str
    of: str
    text: str


def past_of(
    opening: Opening, acts: Sequence[PastAct], title: str, file: SampleFile, today: date
) -> tuple[Opening, list[Paper]]:
    """The opening with its past, and the papers of that past."""
    papers = []
    past = []
    for number, one in enumerate(acts, 1):
        fields = _fields(opening, one, number, today) | {"source": file.source}
        if kind := PAPERS.get(one.act):
            said = one.text or file.words[one.act].format(reference=opening.reference, title=title)
            paper = _paper(kind, opening.id, said)
            papers.append(paper)
            fields[kind] = paper.id
        if one.act == "authorise":
            # What is authorised is what is sent.
            said = file.words["send_letter"].format(reference=opening.reference, title=title)
            papers.append(_paper("letter", opening.id, said))
            fields["letter"] = papers[-1].id
        past.append(ACT.validate_python(fields))
    return opening.model_copy(update={"past": tuple(past), "source": file.source}), papers


def _fields(opening: Opening, one: PastAct, number: int, today: date) -> dict[str, object]:
    person, role = _who(opening, one.act)
    fields: dict[str, object] = {
        "kind": one.act,
        "key": f"sample/{opening.id}/{number}-{one.act}",
        "actor": one.by or person,
        "role": role.value,
        "on": day_of(one.on, today),
    }
    if one.act == "publish":
        fields["order"] = order_id(opening.report)
    if one.act == "complete_assessment":
        fields["findings"] = one.findings or {}
    if one.due:
        fields["due"] = day_of(one.due, today)
    given = one.model_dump(include={"complete", "outcome", "result", "followed_by", "clock"})
    return fields | {name: value for name, value in given.items() if value is not None}


def order_id(report: str) -> str:
    """The order that a past publication names."""
    return f"sample/publish/{report}"


def _who(opening: Opening, act: str) -> tuple[str, Role]:
    if act in ("record_submission", "declare_implemented"):
        return f"liaison-{opening.body}", Role.liaison
    if act == "invite_comments":
        return f"oversight-{opening.oversight}", Role.oversight
    return BY.get(act, OPERATOR)


def _paper(kind: str, of: str, text: str) -> Paper:
    """The id is the one that `office.sealing.seal` gives to the same words."""
    text = text.strip()
    digest = hashlib.sha256("\x00".join((kind, of, text)).encode()).hexdigest()
    return Paper(f"{kind}-{digest[:24]}", kind, of, text)
