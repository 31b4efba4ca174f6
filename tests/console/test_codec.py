"""Temporal's own pages have a sealed history opened: for operations, from their own address, and no further."""

import base64
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.console.house import House

pytestmark = [pytest.mark.server]
Json = dict[str, Any]


def pages(there: House) -> str:
    return f"http://127.0.0.1:{there.there.ports['ENGINE_UI_PORT']}"


def asked_of_pages(there: House, path: str) -> Json:
    with urllib.request.urlopen(f"{pages(there)}/api/v1/{path}", timeout=30) as answer:
        found: Json = json.load(answer)
    return found


def payloads(found: object) -> Iterator[Json]:
    """Every sealed payload in what the pages were sent, as they hand it on."""
    if isinstance(found, dict):
        if "encryption-key-id" in found.get("metadata", {}):
            yield found
        for value in found.values():
            yield from payloads(value)
    elif isinstance(found, list):
        for value in found:
            yield from payloads(value)


@pytest.fixture(scope="module")
def case(there) -> str:
    found: str = there.case_at("submitted").id
    return found


@pytest.fixture(scope="module")
def sealed(there, case) -> list[Json]:
    """A case's history as Temporal's pages have it from their server, with nothing of ours between."""
    history = asked_of_pages(there, f"namespaces/default/workflows/{quote(case, safe='')}/history")
    return list(payloads(history))


@contextmanager
def web_ui(there: House, person: str | None) -> Iterator[httpx2.Client]:
    """The Web UI in the browser in which this person is signed in to the console."""
    with there.as_(person) as browser:
        browser.headers.update(
            {"Sec-Fetch-Site": "same-site", "Origin": pages(there), "X-Namespace": "default"}
        )
        yield browser


def opened(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [base64.b64decode(one["data"]).decode() for one in answer.json()["payloads"]]


def test_the_pages_know_where_to_ask(there):
    assert asked_of_pages(there, "settings")["Codec"]["Endpoint"] == f"{there.address}/codec"


def test_a_real_history_is_opened_for_operations(there, case, sealed):
    assert len(sealed) > 2
    with web_ui(there, "ops-1") as browser:
        answer = browser.post("/codec/decode", json={"payloads": sealed})
    words = opened(answer)
    assert len(words) == len(sealed)
    assert case in "".join(words)
    assert "national-recommendation" in "".join(words)
    assert not any("encryption-key-id" in one["metadata"] for one in answer.json()["payloads"])
    assert answer.headers["access-control-allow-origin"] == pages(there)
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_browser_is_told_before_it_asks(there):
    with there.as_(None) as browser:
        asks = {
            "Origin": pages(there),
            "Access-Control-Request-Method": "POST",
            "Sec-Fetch-Site": "same-site",
        }
        told = browser.options("/codec/decode", headers=asks)
        others = browser.options("/codec/decode", headers=asks | {"Origin": "https://evil.example"})
        elsewhere = browser.options("/account", headers=asks)
    assert told.status_code == 204
    assert told.headers["access-control-allow-origin"] == pages(there)
    assert "x-namespace" in told.headers["access-control-allow-headers"].lower()
    for answer in (others, elsewhere):
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("person", "code"), [(None, 401), ("liaison-bedfordshire", 403), ("lead-1", 403), ("inspector-1", 403)]
)
def test_nobody_else_is_answered(there, sealed, person, code):
    with web_ui(there, person) as browser:
        refused = browser.post("/codec/decode", json={"payloads": sealed})
    assert refused.status_code == code
    assert "national-recommendation" not in refused.text


def test_another_site_s_page_is_not_answered_with_our_cookie(there, sealed):
    with web_ui(there, "ops-1") as browser:
        for origin in ("https://evil.example", f"{pages(there)}.evil.example"):
            refused = browser.post("/codec/decode", json={"payloads": sealed}, headers={"Origin": origin})
            assert refused.status_code == 403
            assert "access-control-allow-origin" not in refused.headers


def test_the_pages_may_ask_nothing_else_of_us(there):
    with web_ui(there, "ops-1") as browser:
        assert browser.post("/sign-out").status_code == 403
        assert browser.get("/account").status_code == 200


def test_what_cannot_be_opened_says_why_and_the_rest_is_opened(there, sealed):
    changed = json.loads(json.dumps(sealed[0]))
    changed["data"] = base64.b64encode(b"\x00" * 60).decode()
    unknown = json.loads(json.dumps(sealed[0]))
    unknown["metadata"]["encryption-key-id"] = base64.b64encode(b"1:nobody").decode()
    plain = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": "Im9wZW4i"}
    with web_ui(there, "ops-1") as browser:
        words = opened(browser.post("/codec/decode", json={"payloads": [changed, plain, unknown, sealed[0]]}))
    assert "It was changed" in words[0]
    assert words[1] == '"open"'
    assert "knows no data key" in words[2]
    assert "not opened" not in words[3]


@pytest.mark.parametrize("body", ["", '{"payloads": 1}', '{"payloads": [{"data": 1}]}', "\xff"])
def test_what_is_no_list_of_payloads_is_refused(there, body):
    with web_ui(there, "ops-1") as browser:
        refused = browser.post("/codec/decode", content=body.encode("latin-1"))
    assert refused.status_code == 422
    assert "not a list of payloads" in refused.text


def test_another_namespace_s_payloads_are_refused(there, sealed):
    with web_ui(there, "ops-1") as browser:
        refused = browser.post("/codec/decode", json={"payloads": sealed}, headers={"X-Namespace": "other"})
    assert refused.status_code == 422
