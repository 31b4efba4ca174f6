"""What happened to a case, step by step, and what is news."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from publication.record import Answer, Limb, Public, Published, Record
from publication.words import RESULTS, counted, listed, outcome

CONCLUDED = {"verified": "the recommendation is carried out", "reissued": "it is to be made again"}
INSPECTORATE, BODY = "The inspectorate", "The body"


@dataclass(frozen=True)
class Step:
    """Who did what on a day; `fact` is what a rehearsal calls it where it is made up."""

    on: date
    who: str
    what: str
    fact: str = ""


@dataclass(frozen=True)
class News:
    """An entry of a feed. `mark` tells it from others at the same address; `made_up`: what it tells is illustrative."""

    on: date
    title: str
    summary: str
    address: str
    mark: str
    report: str
    bodies: tuple[str, ...] = ()
    made_up: bool = False


def steps(case: Public, limbs: Sequence[Limb]) -> list[Step]:
    """All that is told of a case, in order of time; `limbs` are its criteria."""
    found = [Step(case.issued_on, INSPECTORATE, "made the recommendation")]
    if case.requested_on:
        found.append(Step(case.requested_on, INSPECTORATE, "asked for the body's plan", "requested"))
    if case.submitted_on:
        late = f", {counted(case.late_by, 'day')} late" if case.late_by else ""
        found.append(Step(case.submitted_on, BODY, f"sent its plan{late}", "submitted"))
    found.append(Step(case.letter_on, INSPECTORATE, "sent its letter, under embargo", "letter"))
    found.append(Step(case.published_on, INSPECTORATE, "published the letter"))
    if case.corrected_on:
        found.append(Step(case.corrected_on, INSPECTORATE, "sent a corrected letter in its place"))
    found += _declared_parts(case, limbs)
    if case.declared_on:
        found.append(Step(case.declared_on, BODY, "declared all of it carried out: its own word", "declared"))
    if case.inspected_on:
        found.append(Step(case.inspected_on, INSPECTORATE, _inspected(case), "inspected"))
    if case.withdrawn_on:
        found.append(Step(case.withdrawn_on, INSPECTORATE, "withdrew the letter"))
    return sorted(found, key=lambda step: step.on)


def _declared_parts(case: Public, limbs: Sequence[Limb]) -> Iterator[Step]:
    """A step for each day on which some of the criteria were declared."""
    names = {limb.id: limb.summary for limb in limbs}
    for on in sorted({*case.declared_parts.values()}):
        parts = listed([names.get(one, one) for one, day in case.declared_parts.items() if day == on])
        yield Step(on, BODY, f"declared a part of it carried out, by its own word: {parts}", "declared")


def _inspected(case: Public) -> str:
    return f"came back, and concluded: {CONCLUDED.get(case.result, outcome(case.result).lower())}"


def news(record: Record) -> list[News]:
    """All that was ever published, the newest first."""
    found = [one for report in record.reports for one in _of_report(report)]
    return sorted(found, key=lambda one: (one.on.toordinal() * -1, one.address, one.mark))


def _of_report(report: Published) -> Iterator[News]:
    titles = {advice.reference: advice.title for advice in report.advice}
    said = f"{counted(len(report.cases), 'letter')} and the overview are published."
    yield News(
        report.published_on,
        f"Published: {report.title}",
        said,
        f"reports/{report.id}.html",
        "published",
        report.id,
    )
    for case in report.cases:
        yield from _of_case(case, titles[case.reference], report)
    for answer in report.answers:
        if answer.responded_on:
            yield _of_answer(answer, answer.responded_on, report)


def _of_case(case: Public, title: str, report: Published) -> Iterator[News]:
    def told(on: date, what: str, mark: str, *facts: str) -> News:
        return News(
            on,
            f"{case.body_name}: {what}",
            title,
            f"cases/{case.address}.html",
            mark,
            report.id,
            (case.body,),
            made_up=not case.made_up.isdisjoint(facts),
        )

    published = "published, its letter not shown" if case.withheld else "letter published"
    yield told(case.published_on, published, "letter", "letter")
    if case.result and case.inspected_on:
        yield told(
            case.inspected_on,
            RESULTS.get(case.result, outcome(case.result)).lower(),
            "closed",
            "inspected",
            "result",
        )
    if case.corrected_on and case.corrected_on > case.published_on:
        yield told(case.corrected_on, "letter corrected", "corrected")
    if case.withdrawn and case.withdrawn_on:
        yield told(case.withdrawn_on, "letter withdrawn", "withdrawn")


def _of_answer(answer: Answer, on: date, report: Published) -> News:
    address = f"responses/{answer.report}/{answer.oversight}.html"
    title = f"{answer.oversight_name}: response published"
    return News(on, title, report.title, address, "response", report.id, answer.bodies, answer.made_up)


def newest(entries: Sequence[News], *, report: str = "", body: str = "") -> list[News]:
    """Those of one report, or of one body, or all; a feed has the newest hundred."""
    chosen = (
        one for one in entries if (not report or one.report == report) and (not body or body in one.bodies)
    )
    return [one for one, _ in zip(chosen, range(100), strict=False)]
