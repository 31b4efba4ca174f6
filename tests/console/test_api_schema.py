"""The API against its own OpenAPI: calls that schemathesis makes up, right and wrong, by people of several roles.

No call fails on our side; every answer is of a status and a shape that the schema tells; wrong calls are refused. A
right call may be refused as well: the rules of the lifecycle are not in the schema.
"""

from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from console.app import ROUTERS

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]
PEOPLE = ("ops-1", "lead-1", "liaison-suffolk", "oversight-suffolk-pcc")
BODIES = ("suffolk", "north-yorkshire")  # which no other test acts on: some of these calls are acts that fit
EXAMPLES = 20
OPERATIONS = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/api/")
    for method in route.methods or ()
)


@pytest.fixture(scope="module")
def described(there) -> dict[str, Any]:
    """The schema as it is served, with the ids that paths take named, so that half of the calls find something; and
    without the token, which every call of ours has (test_rules.py walks all routes without one)."""
    with there.as_(None) as stranger:
        schema: dict[str, Any] = stranger.get("/api/v1/openapi.json").json()
    cases = [case for case in there.cases(open_only=False) if case.body in BODIES]
    real = {
        "reference": sorted({case.reference for case in cases}),
        "body": list(BODIES),
        "oversight": ["suffolk-pcc"],
        "report": sorted({case.report for case in cases}),
    }
    for path in schema["paths"].values():
        for operation in path.values():
            operation.pop("security")
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in real:
                    parameter["schema"] = {"enum": real[parameter["name"]], "type": "string"}
    return schema


def takes_something(described, operation) -> bool:
    """Whether anything in its calls could be wrong, but for a path to nothing."""
    own = described["paths"][operation.path][operation.method]
    return "requestBody" in own or any(one["in"] != "path" for one in own.get("parameters", ()))


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_as_the_schema_says(there, described, person, mode):
    schema = schemathesis.openapi.from_dict(described)
    with there.api(person) as program:
        headers = {"Authorization": program.headers["authorization"]}
    tried = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        tried.append((operation.method.upper(), operation.path))
        if mode is GenerationMode.NEGATIVE and not takes_something(described, operation):
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def called(case):
            case.call_and_validate(
                base_url=there.address, headers=headers, excluded_checks=[positive_data_acceptance]
            )

        called()
    assert sorted(tried) == OPERATIONS
