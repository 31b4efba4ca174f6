"""Every route × every role: who gets in, who is sent away, and that no route is without a rule."""

from collections.abc import Iterator
from itertools import product

import pytest
from fastapi.params import Depends
from fastapi.routing import APIRoute

from console.app import ROUTERS
from console.rules import HERE, Open, Rule
from lifecycle.words import Role
from models.tables import Person, PersonRole
from office.people import Actor
from office.rights import MAY, may

pytestmark = [pytest.mark.server]
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
BODY, OTHER, OVERSEER = "bedfordshire", "kent", "bedfordshire-pcc"
FILES = {"kind": "csv", "suffix": "csv"}
ANSWERS = {Rule: {200, 303, 403, 404}, Open: {200, 303}}


def rule_of(route: APIRoute) -> Rule | Open:
    """A route's own rule. Fails for none, and for two."""
    found = [
        one.dependency
        for one in route.dependencies
        if isinstance(one, Depends) and isinstance(one.dependency, (Rule, Open))
    ]
    assert len(found) == 1, f"{route.path} needs exactly one rule: needs(...) or anybody(...)"
    return found[0]


def methods(route: APIRoute) -> set[str]:
    return set(route.methods or ())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(methods(route))} {route.path}")
def test_every_route_has_one_rule(route):
    rule = rule_of(route)
    if isinstance(rule, Rule):
        assert rule.act in {*MAY, HERE}, f"{route.path}: office/rights.py knows no {rule.act!r}"
        named = {
            "case": {"reference", "body"},
            "body": {"body"},
            "oversight": {"oversight"},
            "nothing": set(),
        }
        assert named[rule.of] <= set(route.param_convertors), f"{route.path} names no {rule.of}"
    else:
        assert rule.why


def test_every_router_of_the_application_is_walked(there):
    with there.as_(None) as browser:
        schema = browser.get("/api/v1/openapi.json")
    assert schema.status_code in (200, 401)
    assert len(ROUTES) == sum(len(router.routes) for router in ROUTERS)


def everybody() -> Iterator[tuple[str, tuple[Role, str]]]:
    for role in Role:
        owner = {"body": BODY, "oversight": OVERSEER}.get(role.side, "inspectorate")
        yield f"walker-{role.value.replace('_', '-')}", (role, owner)


@pytest.fixture(scope="module")
def people(there):
    """Somebody in each role alone, and somebody in none."""
    with there.database.writing() as session:
        for person, (role, owner) in everybody():
            session.add(Person(id=person, name=person, mailbox=f"{person}@force.example"))
            session.flush()
            session.add(PersonRole(person_id=person, role=role, owner=owner))
        session.add(Person(id="walker-none", name="Nobody in particular"))
    return {person: frozenset({held}) for person, held in everybody()} | {"walker-none": frozenset()}


def address(route: APIRoute, case) -> str:
    """The route's path with things of the body that the walkers act for, or made-up ones."""
    made = {"reference": case.reference, "body": BODY, "oversight": OVERSEER, **FILES}
    filled = route.path_format
    for name in route.param_convertors:
        filled = filled.replace(f"{{{name}}}", made.get(name, "1"))
    return filled


def may_be_missing(route: APIRoute) -> bool:
    """Whether what the walkers ask for may not be there. A list as a file always is."""
    return bool(route.param_convertors) and not route.path.endswith(
        tuple(f"/export.{{{one}}}" for one in FILES)
    )


def asking(there, route: APIRoute, person: str | None):
    """Whoever asks at this route: a browser, or for the API a program."""
    if person is not None and route.path.startswith("/api/"):
        return there.api(person)
    return there.as_(person)


def test_every_get_route_in_every_role(there, people):
    """Let in exactly as the rule says; a refusal is a page that says so, and nothing fails."""
    case = next(case for case in there.cases(body=BODY) if case.id.startswith("recommendation/"))
    wrong: list[tuple[object, ...]] = []
    for person, held in people.items():
        with there.as_(person) as browser, there.api(person) as program:
            for route in ROUTES:
                if "GET" in methods(route) and "stream" not in route.path:
                    walker = program if route.path.startswith("/api/") else browser
                    answer = walker.get(address(route, case))
                    if said := misjudged(route, person, held, answer.status_code):
                        wrong.append((route.path, person, answer.status_code, said))
    assert not wrong, wrong


def misjudged(route: APIRoute, person: str, held: frozenset[tuple[Role, str]], status: int) -> str:
    """How an answer is not as the route's rule says; empty when it is."""
    rule = rule_of(route)
    if isinstance(rule, Rule):
        owner = {"case": (BODY, OVERSEER), "body": (BODY, None), "oversight": ("", OVERSEER)}
        permitted = rule.act == HERE or may(Actor(person, held), rule.act, *owner.get(rule.of, ("", None)))
        missing = permitted and status == 404 and may_be_missing(route)
        if permitted != (status not in (403, 404)) and not missing:
            return f"permitted: {permitted}"
    return "fails" if status >= 500 else ""


def test_every_post_route_refuses_who_may_not(there, people):
    """Whoever may not is refused before anything is read: an empty form changes nothing."""
    case = next(case for case in there.cases(body=BODY) if case.id.startswith("recommendation/"))
    wrong = []
    for route, (person, held) in product((r for r in ROUTES if "POST" in methods(r)), people.items()):
        rule = rule_of(route)
        if not isinstance(rule, Rule):
            continue
        owner = {"case": (BODY, OVERSEER), "body": (BODY, None), "oversight": ("", OVERSEER)}
        if rule.act == HERE or may(Actor(person, held), rule.act, *owner.get(rule.of, ("", None))):
            continue
        with asking(there, route, person) as browser:
            answer = browser.post(address(route, case))
        if answer.status_code not in (403, 404):
            wrong.append((route.path, person, answer.status_code))
    assert not wrong, wrong


def test_what_belongs_to_another_body_is_not_there(there):
    others = there.cases(body=OTHER)[0]
    for route in ROUTES:
        rule = rule_of(route)
        if not isinstance(rule, Rule) or rule.of == "nothing":
            continue
        path = address(route, others).replace(BODY, OTHER).replace(OVERSEER, "kent-pcc")
        with asking(there, route, f"liaison-{BODY}") as browser:
            for method in methods(route) & {"GET", "POST"}:
                assert browser.request(method, path).status_code == 404, (method, path)


def test_nobody_gets_in_without_signing_in(there):
    case = there.cases(body=BODY)[0]
    with there.as_(None) as browser:
        for route in ROUTES:
            if isinstance(rule_of(route), Rule):
                path = address(route, case)
                for method in methods(route) & {"GET", "POST"}:
                    assert browser.request(method, path).status_code in (303, 401), (method, path)
