"""What a body asked the inspectorate, and what it was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from activities.ledger.chain import to_recorded
from lifecycle import events as e
from lifecycle.dates import long_date
from models.database import Database
from models.messages import Recorded
from models.tables import CaseRow, ClockRow, EventRow, Person, SealedText
from office.ordering import Columns, Order

ASKING = ("time_asked", "question_asked")
ANSWERING = ("time_granted", "time_refused", "question_answered")
ENDING = ("clock_met", "clock_ended")


@dataclass(frozen=True)
class Answer:
    """The inspectorate's answer: `said` is its outcome, `words` its reasons."""

    at: datetime
    said: str
    words: str


@dataclass(frozen=True)
class Asked:
    """One question, or one request for more time until `due`.

    `moot`: why no answer is needed any more, if so: "the duty ended", also when it is owed again since then, or "the
    case ended". `dated`: a clock of the inspectorate runs for the answer.
    """

    case: str
    reference: str
    number: int
    at: datetime
    by: str
    clock: str
    due: date | None
    words: str
    answer: Answer | None
    moot: str
    dated: bool


@dataclass(frozen=True)
class AllAsked:
    """A page of what was asked, and how much there is in all."""

    asked: tuple[Asked, ...]
    count: int


NEWEST = Order("at", descending=True)
COLUMNS: Columns = {
    "at": (col(EventRow.at), col(EventRow.stream), col(EventRow.seq).desc()),
    "reference": (col(EventRow.stream), col(EventRow.at).desc(), col(EventRow.seq).desc()),
}


def asked(database: Database, body: str, *, page: int, size: int | None, order: Order = NEWEST) -> AllAsked:
    """A page (from 1) of what this body asked. In a fixed number of queries. Without a size: all of it."""
    with database.reading() as session:
        mine = select(CaseRow.id).where(CaseRow.body_id == body, CaseRow.kind == "recommendation")
        where = (col(EventRow.stream).in_(mine), col(EventRow.kind).in_(ASKING))
        rows = session.exec(
            select(EventRow)
            .where(*where)
            .order_by(*order.of(COLUMNS))
            .limit(size)
            .offset((page - 1) * size if size is not None else 0)
        ).all()
        count = session.exec(select(func.count()).select_from(EventRow).where(*where)).one()
        return AllAsked(tuple(_asked(session, rows)), count)


def _asked(session: Session, rows: Iterable[EventRow]) -> Iterable[Asked]:
    found = [(row.stream, to_recorded(row)) for row in rows]
    streams = {stream for stream, _ in found}
    later = _later(session, streams)
    texts = _texts(session, found, later)
    people = _people(session, {one.event.actor for _, one in found})
    open_, ended = _open(session, streams), _ended(session, streams)
    for stream, one in found:
        over = next((each for each in later.get(stream, ()) if _settles(each, one)), None)
        yield _one(stream, one, over, texts, people, open_, ended)


def _one(
    stream: str,
    one: Recorded,
    over: Recorded | None,
    texts: Mapping[str, str],
    people: Mapping[str, str],
    open_: set[tuple[str, str]],
    ended: set[str],
) -> Asked:
    event = one.event
    assert isinstance(event, e.TimeAsked | e.QuestionAsked)
    answered = over is not None and over.event.kind in ANSWERING
    return Asked(
        case=stream,
        reference=stream.split("/", 2)[1],
        number=one.seq,
        at=event.at,
        by=people.get(event.actor, event.actor),
        clock=event.clock.replace("_", " ") if isinstance(event, e.TimeAsked) else "",
        due=event.due if isinstance(event, e.TimeAsked) else None,
        words=texts.get(event.reason if isinstance(event, e.TimeAsked) else event.question, ""),
        answer=_answer(over, texts) if over and answered else None,
        moot="" if answered else _moot(over, case_ended=stream in ended),
        dated=(stream, _answer_clock(event)) in open_,
    )


def _moot(over: Recorded | None, *, case_ended: bool) -> str:
    if over is not None:
        return "the duty ended"
    return "the case ended" if case_ended else ""


def _answer_clock(event: e.TimeAsked | e.QuestionAsked) -> str:
    """The inspectorate's own clock for the answer."""
    return f"request/{event.clock}" if isinstance(event, e.TimeAsked) else f"question/{event.number}"


def _settles(each: Recorded, asked: Recorded) -> bool:
    """Does nothing wait any more from here on: the answer, or the end of the duty for which time was asked?

    As the case itself has it (`lifecycle.case`): a duty that is owed again needs a new request.
    """
    match each.event, asked.event:
        case (
            e.TimeGranted() | e.TimeRefused() | e.ClockMet() | e.ClockEnded()
        ) as over, e.TimeAsked() as wish:
            return over.clock == wish.clock and each.seq > asked.seq
        case e.QuestionAnswered() as answer, e.QuestionAsked() as question:
            return answer.number == question.number
        case _:
            return False


def _answer(one: Recorded, texts: Mapping[str, str]) -> Answer:
    match one.event:
        case e.TimeGranted() as event:
            return Answer(
                event.at, f"More time given, until {long_date(event.due)}", texts.get(event.reason, "")
            )
        case e.TimeRefused() as event:
            return Answer(event.at, "More time not given: the date stays", texts.get(event.reason, ""))
        case event:
            assert isinstance(event, e.QuestionAnswered)
            return Answer(event.at, "Answered", texts.get(event.answer, ""))


def _later(session: Session, streams: set[str]) -> dict[str, list[Recorded]]:
    """What may have settled it, case by case, in the order in which it happened."""
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.stream).in_(streams), col(EventRow.kind).in_(ANSWERING + ENDING))
        .order_by(col(EventRow.stream), col(EventRow.seq))
    )
    found: dict[str, list[Recorded]] = {}
    for row in rows:
        found.setdefault(row.stream, []).append(to_recorded(row))
    return found


def _texts(
    session: Session, found: Iterable[tuple[str, Recorded]], later: Mapping[str, list[Recorded]]
) -> dict[str, str]:
    events = [one.event for _, one in found]
    events += [one.event for many in later.values() for one in many if one.event.kind in ANSWERING]
    named = {
        str(getattr(event, field))
        for event in events
        for field in ("reason", "question", "answer")
        if hasattr(event, field)
    }
    rows = session.exec(select(SealedText.id, SealedText.text).where(col(SealedText.id).in_(named)))
    return dict(rows.all())


def _people(session: Session, actors: set[str]) -> dict[str, str]:
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(actors))).all())


def _open(session: Session, streams: set[str]) -> set[tuple[str, str]]:
    rows = session.exec(
        select(ClockRow.case_id, ClockRow.id).where(
            col(ClockRow.case_id).in_(streams), ClockRow.state == "running"
        )
    )
    return set(rows.all())


def _ended(session: Session, streams: set[str]) -> set[str]:
    rows = session.exec(
        select(CaseRow.id).where(col(CaseRow.id).in_(streams), col(CaseRow.ended_on).is_not(None))
    )
    return set(rows.all())
