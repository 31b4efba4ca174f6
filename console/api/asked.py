"""The acts as programs hand them in: those of `lifecycle.acts`, with words where those have the id of sealed words.

Who acts, in which role and under which key comes from the token and the Idempotency-Key. A report's letters are
published together, by an address of its own, so `publish` is not among them.
"""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    create_model,
    model_validator,
)

from lifecycle import acts as a
from lifecycle.checking import MOST_POINTS
from office.intake_record import FIRST, LAST

SEALED = {
    "send_request_letter": "letter",
    "record_submission": "submission",
    "withdraw_submission": "reason",
    "accept_late": "reason",
    "ask_for_document": "document",
    "complete_assessment": "assessment",
    "take_back_assessment": "reason",
    "return_assessment": "reason",
    "answer_point": "reason",
    "recall_letter": "reason",
    "correct_letter": "reason",
    "declare_implemented": "statement",
    "record_inspection": "narrative",
    "withdraw": "reason",
    "move_due_date": "reason",
    "ask_for_time": "reason",
    "answer_request": "reason",
    "ask_question": "question",
    "answer_question": "answer",
    "record_response": "response",
}
"""Of each act with words, the field that holds their id; they are sealed as what that field is called."""
MADE_HERE = frozenset({"send_request_letter"})
"""Letters that are made from the case's own papers when no words are given."""
OFFICE = {
    "send_draft": frozenset({"letter"}),
    "comment_on_draft": frozenset({"points"}),
    "authorise": frozenset({"letter", "written_by"}),
    "send_letter": frozenset({"letter"}),
    "correct_letter": frozenset({"letter", "corrects", "written_by"}),
    "send_word": frozenset({"letter", "written_by"}),
    "record_inspection": frozenset({"letter"}),
    "answer_request": frozenset({"letter"}),
}
"""What the office puts into an act itself: letters as they read, or as they were authorised, and who wrote in them."""
SUBMISSION = "record_submission"
NOT_HERE = frozenset({"publish"})
OURS = frozenset({"key", "actor", "role", "source", "kind", "on"})
LONGEST = 200


def printable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a text cannot hold the character NUL")
    return text


def _plausible(day: date) -> date:
    if not FIRST <= day < LAST:
        raise ValueError("a day must be between 1990 and 2100")
    return day


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100_000), AfterValidator(printable)
]
SomeWords = Annotated[Words, StringConstraints(min_length=1)]
UploadId = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Asked(BaseModel):
    """An act as it is asked for. `on` is the day it happened, if not today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date | None = None

    @property
    def act(self) -> str:
        return str(getattr(self, "kind"))  # noqa: B009 - a field of each act's own model

    @property
    def words(self) -> str:
        return str(getattr(self, "text", ""))

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(getattr(self, "uploads", ()))

    def made(self, key: str, actor: str, sealed: str | None) -> a.Act:
        """The act itself, with the id of its sealed words."""
        given = self.model_dump(exclude={"text", "uploads"}) | {"key": key, "actor": actor}
        if sealed is not None:
            given[SEALED[self.act]] = sealed
        return ACT_OF[self.act].model_validate(given)  # type: ignore[return-value]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """What goes into an event as it is: days as reports have them, and short texts that every ledger can keep."""
        for name, value in self:
            for one in value if isinstance(value, dict) else (value,):
                if isinstance(one, date):
                    _plausible(one)
                elif isinstance(one, str) and name != "text" and len(printable(one)) > LONGEST:
                    raise ValueError(f"{name} has more than {LONGEST} characters")
        return self


def _kinds() -> Iterator[tuple[str, type[a.ActBase]]]:
    for act in get_args(get_args(a.Act)[0]):
        kind = act.model_fields["kind"].default
        if kind not in NOT_HERE:
            yield kind, act


ACT_OF: dict[str, type[a.ActBase]] = dict(_kinds())


def _asked(kind: str, act: type[a.ActBase]) -> type[Asked]:
    """The model of one act: its own fields, and `text` for its sealed words."""
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in act.model_fields.items()
        if name not in OURS and name != SEALED.get(kind) and name not in OFFICE.get(kind, ())
    }
    fields["kind"] = (act.model_fields["kind"].annotation, ...)
    if kind in SEALED:
        fields["text"] = (Words, "") if kind in (*MADE_HERE, SUBMISSION) else (SomeWords, ...)
    if kind == "comment_on_draft":
        fields["points"] = (tuple[SomeWords, ...], Field((), max_length=MOST_POINTS))
    if kind == SUBMISSION:
        fields["uploads"] = (tuple[UploadId, ...], Field((), max_length=100))
    made: type[Asked] = create_model(act.__name__, __base__=Asked, __doc__=act.__doc__, **fields)
    return made


if TYPE_CHECKING:
    AnyAct = Asked
else:
    AnyAct = Annotated[
        reduce(or_, (_asked(kind, act) for kind, act in ACT_OF.items())), Field(discriminator="kind")
    ]
