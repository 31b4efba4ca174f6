"""The letters besides request and assessment, from the ledger: an answer about more time, the end of a case, how the
work goes, a revisit, a formal reminder."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case, fold_all
from lifecycle.dates import local_date
from lifecycle.rules import rules_for
from lifecycle.words import Finding, LetterKind, Refused, Side
from models.tables import SealedText
from office import letter_follow_up as follow_up
from office.desk import Desk, NoCase
from office.letter_papers import Papers, envelope_of, finished, papers_of_case, quoted
from office.letter_parts import Envelope, Letter
from office.letter_seal import seal_letter
from office.letter_words import Language
from office.letters import Criterion, Source

Answers = a.AnswerRequest | a.RecordInspection
LETTERS = (e.LetterSent, e.LetterCorrected, e.Requested)


@dataclass(frozen=True)
class Word:
    """What a letter on the way says besides what the ledger knows: the writer's `verdict` and `findings`; when it was
    `seen`, as "in June 2017"; `look`, when we look again or by when we expect it."""

    of: LetterKind
    seen: str = ""
    verdict: str = ""
    findings: tuple[tuple[str, Finding], ...] = ()
    closed: bool = False
    look: date | None = None


async def with_letter(desk: Desk, case: str, act: Answers) -> a.Act:
    """The act with its letter sealed, where the ledger holds the papers to make it from."""
    try:
        made = await letter_with(desk, case, act)
    except (NoCase, Refused):
        # What cannot be answered is for the case itself to refuse.
        return act
    return act.model_copy(update={"letter": await seal_letter(desk, [case], made)})


async def letter_with(desk: Desk, case: str, act: Answers) -> Letter:
    """The letter that goes with this act.

    Raises:
        NoCase: without the papers that it quotes.
        Refused: when nothing was asked that it could answer.
    """
    return await asyncio.to_thread(_with_act, desk, case, act)


async def letter_of_word(
    desk: Desk, cases: Sequence[str], word: Word, on: date | None = None, *, edited: bool = True
) -> Letter:
    """A letter on the way, on one case or on several of a body under one report; not `edited`, as these facts make it.

    Raises:
        NoCase, Refused: as above; for a reminder, when the body owes nothing that is overdue.
    """
    return await asyncio.to_thread(_on_the_way, desk, cases, word, on, edited)


def _with_act(desk: Desk, case: str, act: Answers) -> Letter:
    papers = papers_of_case(desk, case, act.on)
    on = act.on or local_date(desk.clock.now())
    envelope = envelope_of([papers], on)
    if isinstance(act, a.AnswerRequest):
        more = _extension(desk, papers, act)
        return finished(desk, [papers], lambda of: follow_up.render_extension(envelope, more, language=of))
    end = _closure(papers, act, on)
    return finished(desk, [papers], lambda of: follow_up.render_closure(envelope, end, language=of))


def _extension(desk: Desk, papers: Papers, act: a.AnswerRequest) -> follow_up.Extension:
    asked = next(
        (one for one in reversed(papers.events) if isinstance(one, e.TimeAsked) and one.clock == act.clock),
        None,
    )
    clock = _case(papers).clocks.get(act.clock)
    if asked is None or clock is None or clock.due is None:
        raise Refused(f"{papers.row.id} has no open request for more time on {act.clock!r}.")
    with desk.database.reading() as session:
        reason = session.get(SealedText, act.reason)
    return follow_up.Extension(
        duty=_duty(papers, clock.kind),
        asked_on=asked.on,
        asked_for=asked.due,
        granted=act.grant,
        due=(act.due or asked.due) if act.grant else clock.due,
        reason=" ".join(reason.text.split()) if reason else "",
        title=papers.recommendation.title,
    )


def _closure(papers: Papers, act: a.RecordInspection, on: date) -> follow_up.Closure:
    return follow_up.Closure(
        background=(Source(papers.report.title, papers.report.published_on),),
        quoted=quoted(papers),
        result=act.result,
        reviewed=on,
        followed_by=act.followed_by or "",
        title=papers.recommendation.title,
    )


Rendered = Callable[[Envelope, Language], Letter]


def _on_the_way(desk: Desk, cases: Sequence[str], word: Word, on: date | None, edited: bool) -> Letter:
    papers = [papers_of_case(desk, case, on) for case in dict.fromkeys(cases)]
    if len({(one.row.body_id, one.row.report_id) for one in papers}) != 1:
        raise Refused("A letter is on cases of one body under one report. Write to each body by itself.")
    day = on or local_date(desk.clock.now())
    envelope = envelope_of(papers, day)
    rendered = _RENDER[word.of](papers, word, day)
    if not edited:
        return rendered(envelope, Language.english)
    return finished(desk, papers, lambda language: rendered(envelope, language))


def _progress(papers: Sequence[Papers], word: Word, on: date) -> Rendered:
    told = [
        follow_up.Progress(
            background=(Source(one.report.title, one.report.published_on),),
            quoted=quoted(one),
            letter_of=_letter_day(one),
            reviewed=word.seen or on,
            outcome="",
            criteria=_criteria(one, word),
            verdict=word.verdict,
            next_look=word.look,
            title=one.recommendation.title,
        )
        for one in papers
    ]
    return lambda envelope, language: follow_up.render_progress(envelope, *told, language=language)


def _revisit(papers: Sequence[Papers], word: Word, on: date) -> Rendered:
    told = [
        follow_up.Revisit(
            background=(Source(one.report.title, one.report.published_on),),
            quoted=quoted(one),
            visited=word.seen or on,
            outcome="",
            criteria=_criteria(one, word),
            closed=word.closed,
            plan_on=_plan_day(one),
            verdict=word.verdict,
            title=one.recommendation.title,
        )
        for one in papers
    ]
    return lambda envelope, language: follow_up.render_revisit(envelope, *told, language=language)


def _reminder(papers: Sequence[Papers], word: Word, on: date) -> Rendered:
    told = [_owed(one, word, on) for one in papers]
    return lambda envelope, language: follow_up.render_reminder(envelope, *told, language=language)


def _owed(papers: Papers, word: Word, on: date) -> follow_up.Reminder:
    """The body's duty that is overdue longest."""
    rules = rules_for(papers.row.policy_hash, papers.row.calendar_hash, papers.row.division)
    late = [
        (clock.due, clock.kind)
        for clock in _case(papers).running()
        if clock.due is not None
        and clock.due < on
        and (rule := rules.policy.clocks.get(clock.kind)) is not None
        and rule.owner is Side.body
    ]
    if not late:
        raise Refused(f"{papers.row.id} owes nothing that is overdue, so there is nothing to remind of.")
    due, kind = min(late)
    requested = papers.last(e.Requested)
    return follow_up.Reminder(
        background=(Source(papers.report.title, papers.report.published_on),),
        quoted=quoted(papers),
        duty=_duty(papers, kind),
        due=due,
        letter_of=requested.on if requested and kind == "submission" else None,
        expected_by=word.look,
        title=papers.recommendation.title,
    )


_RENDER: dict[LetterKind, Callable[[Sequence[Papers], Word, date], Rendered]] = {
    LetterKind.progress: _progress,
    LetterKind.revisit: _revisit,
    LetterKind.reminder: _reminder,
}


def _criteria(papers: Papers, word: Word) -> tuple[Criterion, ...]:
    names = {one.id: one.summary for one in papers.criteria}
    return tuple(Criterion(names[name], finding, id=name) for name, finding in word.findings if name in names)


def _letter_day(papers: Papers) -> date:
    """The day of the last letter that asked or told something."""
    for event in reversed(papers.events):
        if isinstance(event, LETTERS):
            return event.on
    return papers.row.issued_on


def _plan_day(papers: Papers) -> date | None:
    submitted = papers.last(e.Submitted)
    return submitted.on if submitted else None


def _case(papers: Papers) -> Case:
    return fold_all(Case(id=papers.row.id), papers.events)


def _duty(papers: Papers, kind: str) -> str:
    """A duty as a letter names it: the submission of the plan."""
    rules = rules_for(papers.row.policy_hash, papers.row.calendar_hash, papers.row.division)
    rule = rules.policy.clocks.get(kind)
    title = rule.title if rule else kind.replace("_", " ")
    return f"the {title[:1].lower()}{title[1:]}"
