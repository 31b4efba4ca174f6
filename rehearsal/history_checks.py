"""What must hold of a history as a whole: each problem with the place of the key it stands at."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from config.body_files import read_reference
from config.policy_files import load_policies
from lifecycle.limits import Limit, LimitError
from lifecycle.policy import Policy
from lifecycle.words import Finding, InspectionResult
from office.intake_bodies import bodies_of_files
from rehearsal.history import BodyHistory, History, Recommendation

Place = tuple[int | str, ...]
Problem = tuple[Place, str]
QUARTER = 15
FOLLOWED = (InspectionResult.reissued, InspectionResult.superseded)


def policy_for(recommendation: Recommendation) -> Policy | None:
    """The policy that the history names, or the newest for this kind of recommendation."""
    found = [policy for policy in load_policies() if recommendation.kind in policy.applies_to]
    if named := recommendation.policy:
        return next((policy for policy in found if f"{policy.name}-{policy.version}" == named), None)
    return max(found, key=lambda policy: policy.version) if found else None


def problems(history: History) -> Iterator[Problem]:
    """Everything that does not hang together."""
    ids = [one.id for one in history.body]
    if not ids:
        yield ("body",), "there is none; give one [[body]] at least"
    elif history.spotlight not in ids:
        yield ("history", "spotlight"), f"there is no body {history.spotlight!r}"
    if not history.criteria:
        yield ("recommendation",), "it has no criterion; give one [[recommendation.criterion]] at least"
    if len(set(history.criteria)) < len(history.criteria):
        yield ("recommendation",), "the id of a criterion stands twice"
    yield from _people(history)
    yield from _limit(history)
    for nth, body in enumerate(history.body):
        if body.id in ids[:nth]:
            yield ("body", nth, "id"), f"body {body.id!r} stands twice"
        if not body.name and body.id not in bodies_of_files().known:
            near = bodies_of_files().near(body.id)
            yield (
                ("body", nth, "id"),
                f"{body.id!r} is not in config/bodies; correct it, or give it a name.{near}",
            )
        yield from ((("body", nth, key), f"{body.id}: {said}") for key, said in _of_body(history, body))
    yield from _by_policy(history)


def _people(history: History) -> Iterator[Problem]:
    people = history.people
    registered = {person.id for person in read_reference().people}
    for key, names in (
        ("operations", (people.operations,)),
        ("inspectors", people.inspectors),
        ("lead", (people.lead,)),
    ):
        if unknown := [name for name in names if name not in registered]:
            yield ("people", key), f"{', '.join(unknown)} is not in config/bodies/people.csv"
    if not people.inspectors:
        yield ("people", "inspectors"), "name at least one"
    if people.lead in people.inspectors:
        yield ("people", "lead"), "this is an inspector too; another person must authorise"


def _limit(history: History) -> Iterator[Problem]:
    one = history.recommendation
    if one.limit and one.due:
        yield ("recommendation", "due"), "give limit or due, not both"
    try:
        Limit.parse(one.limit) if one.limit else None
    except LimitError as error:
        yield ("recommendation", "limit"), str(error)


def _of_body(history: History, body: BodyHistory) -> Iterator[tuple[str, str]]:
    yield from _order(history, body)
    yield from _needs(body)
    yield from _letter(history, body)
    if body.outcome:
        yield from _findings(body.findings, history.criteria)
    for extra in body.act:
        if extra.kind == "complete_assessment":
            yield from _findings(extra.findings or body.findings, history.criteria)
        if extra.kind == "move_due_date" and not (extra.due and extra.clock):
            yield "act", "move_due_date needs clock and due"
        if extra.at.minute % QUARTER or extra.at.second or extra.at.microsecond:
            yield "act", f"at {extra.at}: give a quarter of an hour, such as 10:15:00"


def _order(history: History, body: BodyHistory) -> Iterator[tuple[str, str]]:
    days = body.days()
    if days and days[0][1] < history.report.published_on:
        yield days[0][0], f"{days[0][1]} is before the report was published, {history.report.published_on}"
    for (before, first), (after, then) in pairwise(days):
        if then < first:
            yield after, f"{then} is before {before}, {first}"


def _needs(body: BodyHistory) -> Iterator[tuple[str, str]]:
    if (body.assessed is None) != (not body.outcome):
        yield "outcome", "assessed and outcome go together; give both, or neither"
    if body.authorised and not body.assessed:
        yield "authorised", "it was never assessed"
    if body.letter and not body.authorised:
        yield "letter", "it was never authorised"
    if body.submission_due and not body.requested:
        yield "submission_due", "the date is given in the request letter; give requested too"
    if body.result in FOLLOWED and not body.followed_by:
        yield "result", f"a result of {body.result.value} needs followed_by, the reference that follows"


def _letter(history: History, body: BodyHistory) -> Iterator[tuple[str, str]]:
    published = history.report.overview_published_on
    if published is None:
        return
    if body.letter and body.letter > published:
        yield "letter", f"{body.letter} is after publication on {published}"
    ended = any(extra.kind == "withdraw" for extra in body.act)
    if not body.letter and not body.left_out and not ended:
        yield "letter", "there is none at publication; give letter, or left_out with the reason"


def _findings(findings: Mapping[str, Finding], criteria: Iterable[str]) -> Iterator[tuple[str, str]]:
    if missing := [one for one in criteria if one not in findings]:
        yield "findings", f"nothing is said of {', '.join(missing)}"
    if unknown := [one for one in findings if one not in criteria]:
        yield "findings", f"there is no criterion {', '.join(unknown)}"


def _by_policy(history: History) -> Iterator[Problem]:
    policy = policy_for(history.recommendation)
    if policy is None:
        kinds = ", ".join(sorted({kind for one in load_policies() for kind in one.applies_to}))
        if named := history.recommendation.policy:
            yield ("recommendation", "policy"), f"no policy for this kind is {named!r}"
            return
        yield ("recommendation", "kind"), f"no policy is for {history.recommendation.kind!r}. Known: {kinds}."
        return
    for nth, body in enumerate(history.body):
        if body.outcome and body.outcome not in policy.outcomes:
            known = ", ".join(policy.outcomes)
            yield ("body", nth, "outcome"), f"{body.id}: {body.outcome!r} is not one of {known}"
        if body.requested and not policy.needs_request:
            yield ("body", nth, "requested"), f"{policy.title} has no request letter"
