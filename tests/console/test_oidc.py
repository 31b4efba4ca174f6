"""Signing in at an OpenID provider: the real flow with a real provider on loopback, kind and unkind."""

import html
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import httpx2
import pytest
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from config.settings import Settings, load
from config.sources import SettingsError
from models.database import Database
from models.schema import upgrade
from models.tables import Account, Person, PersonRole, WebSession
from office.accounts import forget_account
from tests.console.alone import browser_at
from tests.console.provider import CLIENT, SECRET, LocalProvider, local_provider

BASE = "http://127.0.0.1:8000"
LEAD = "lead@inspectorate.example"
KNOWN = {"sub": "s-lead", "email": LEAD, "email_verified": True}


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    with local_provider() as running:
        running.claims = dict(KNOWN)
        yield running


@pytest.fixture
def ledger(tmp_path) -> Iterator[Database]:
    """Three people: a lead, somebody of operations, and one who has left; two who share a mailbox."""
    with closing(Database(f"sqlite:///{tmp_path / 'ledger.db'}")) as database:
        upgrade(database)
        with database.writing() as session:
            for person, mailbox, until in (
                ("lead", LEAD, None),
                ("ops", "ops@inspectorate.example", None),
                ("gone", "gone@inspectorate.example", date(2020, 1, 1)),
                ("one", "shared@force.example", None),
                ("two", "shared@force.example", None),
            ):
                session.add(Person(id=person, name=person.title(), mailbox=mailbox, until=until))
            session.flush()
            session.add(PersonRole(person_id="lead", role="lead_inspector", owner="inspectorate"))
            session.add(PersonRole(person_id="ops", role="operations", owner="inspectorate"))
        yield database


def settings_for(provider: LocalProvider, tmp_path, **more: Any) -> Settings:
    given = {"home": tmp_path, "base_url": BASE, "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT}
    return load(**given, oidc_client_secret=SecretStr(SECRET), **more)


@pytest.fixture
def browser(provider, ledger, tmp_path) -> Iterator[TestClient]:
    with browser_at(settings_for(provider, tmp_path), ledger) as made:
        yield made


def sent_back(browser: TestClient, onward: str = "") -> str:
    """Where the provider sends the browser back to."""
    left = browser.get("/oidc", params={"onward": onward} if onward else {})
    assert left.status_code == 303, left.text
    back = httpx2.get(left.headers["location"]).headers["location"]
    assert back.startswith(f"{BASE}/oidc/callback?")
    return str(back)


def signed_in_as(browser: TestClient) -> str | None:
    account = browser.get("/account")
    found = re.search(r"You act here as <strong>([^<]+)", account.text)
    return found[1] if found else None


def test_who_the_provider_knows_is_signed_in_and_goes_on(browser, ledger):
    entered = browser.get(sent_back(browser, "/account?from=mail"))
    assert (entered.status_code, entered.headers["location"]) == (303, "/account?from=mail")
    assert signed_in_as(browser) == "lead"
    with ledger.reading() as session:
        assert [one.by for one in session.exec(select(WebSession))] == ["oidc"]
        assert [(one.subject, one.person_id) for one in session.exec(select(Account))] == [("s-lead", "lead")]


def test_the_way_there_asks_for_a_code_with_pkce_and_goes_back_to_us_alone(browser):
    left = browser.get("/oidc", params={"onward": "https://evil.example/"})
    for part in ("response_type=code", "code_challenge_method=S256", "nonce=", "state="):
        assert part in left.headers["location"]
    entered = browser.get(httpx2.get(left.headers["location"]).headers["location"])
    assert entered.headers["location"] == "/"


def test_signing_out_ends_the_session_and_points_to_the_provider(browser, provider, ledger):
    browser.get(sent_back(browser))
    out = browser.post("/sign-out")
    assert out.headers["location"] == "/oidc/signed-out"
    page = browser.get("/oidc/signed-out")
    assert f"{provider.issuer}/end_session?client_id={CLIENT}" in html.unescape(page.text)
    assert signed_in_as(browser) is None
    with ledger.reading() as session:
        assert all(one.ended_at for one in session.exec(select(WebSession)))


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "of another sign-in"}},
    "no nonce": {"claims": {"nonce": None}},
    "for another client": {"claims": {"aud": "somebody-else"}},
    "for us and for another": {"claims": {"aud": [CLIENT, "other"], "azp": "other"}},
    "of another issuer": {"claims": {"iss": "https://login.evil.example"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "without an end": {"claims": {"exp": None}},
    "of nobody": {"claims": {"sub": None}},
    "with a hash of another access token": {"claims": {"at_hash": "bm90IGl0"}},
    "unsigned": {"header": {"alg": "none"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_cannot_be_relied_on_lets_nobody_in(browser, provider, ledger, lie):
    provider.claims |= LIES[lie].get("claims", {})
    provider.header |= LIES[lie].get("header", {})
    refused = browser.get(sent_back(browser))
    assert refused.status_code == 403, lie
    assert "cannot be relied on" in refused.text
    nobody_is_in(browser, ledger)


def nobody_is_in(browser: TestClient, ledger: Database) -> None:
    assert signed_in_as(browser) is None
    with ledger.reading() as session:
        assert session.exec(select(WebSession)).all() == []
        assert session.exec(select(Account)).all() == []


def test_a_signature_by_another_key_lets_nobody_in(browser, provider, ledger):
    real = provider.key
    provider.key = RSAKey.generate_key(2048, {"kid": real.kid, "use": "sig"})
    assert browser.get(sent_back(browser)).status_code == 403
    nobody_is_in(browser, ledger)


def test_a_shared_secret_signs_for_nobody(browser, provider, ledger):
    known = provider.key
    provider.key = OctKey.import_key(secrets.token_bytes(32), {"kid": known.kid})
    provider.header = {"alg": "HS256"}
    assert browser.get(sent_back(browser)).status_code == 403
    nobody_is_in(browser, ledger)


def test_keys_that_the_provider_changes_are_fetched_again(browser, provider):
    browser.get(sent_back(browser))
    provider.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    provider.known.append(provider.key)
    assert browser.get(sent_back(browser)).status_code == 303


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}]
)
def test_a_mailbox_that_is_not_verified_is_nobodys(browser, provider, ledger, claims):
    provider.claims |= claims
    refused = browser.get(sent_back(browser))
    assert refused.status_code == 403
    assert "no verified mailbox" in refused.text
    nobody_is_in(browser, ledger)


@pytest.mark.parametrize("mailbox", ["stranger@force.example", "gone@inspectorate.example"])
def test_nobody_is_registered_by_signing_in(browser, provider, ledger, mailbox):
    provider.claims["email"] = mailbox
    refused = browser.get(sent_back(browser))
    assert refused.status_code == 403
    assert "Ask your operations team" in refused.text
    nobody_is_in(browser, ledger)


def test_a_mailbox_that_several_share_says_not_who_it_is(browser, provider, ledger):
    provider.claims["email"] = "shared@force.example"
    assert "Several people share" in browser.get(sent_back(browser)).text
    nobody_is_in(browser, ledger)


def test_a_mailbox_handed_on_to_somebody_else_does_not_let_them_in_as_the_first(browser, provider, ledger):
    browser.get(sent_back(browser))
    browser.post("/sign-out")
    provider.claims["sub"] = "s-successor"
    assert "signs in with another account" in browser.get(sent_back(browser)).text
    assert forget_account(ledger, "ops", "lead", datetime.now(UTC)) == 1
    assert browser.get(sent_back(browser)).status_code == 303


def test_an_account_stays_one_persons(browser, provider):
    browser.get(sent_back(browser))
    browser.post("/sign-out")
    provider.claims["email"] = "ops@inspectorate.example"
    assert "now names somebody else" in browser.get(sent_back(browser)).text


def test_a_claim_may_name_the_person(provider, ledger, tmp_path):
    provider.claims = {"sub": "s-9", "staff_number": "ops"}
    with browser_at(settings_for(provider, tmp_path, oidc_person_claim="staff_number"), ledger) as browser:
        browser.get(sent_back(browser))
        assert signed_in_as(browser) == "ops"
        provider.claims = dict(KNOWN)
        assert browser.get(sent_back(browser)).status_code == 403


def test_a_code_is_for_the_browser_that_asked_and_for_once(browser, provider, ledger, tmp_path):
    back = sent_back(browser)
    with browser_at(settings_for(provider, tmp_path), ledger) as other:
        stolen = other.get(back)
    assert stolen.status_code == 403
    assert "did not ask" in stolen.text
    changed = re.sub(r"state=[^&]+", "state=of-another", back)
    assert browser.get(changed).status_code == 403
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403


def test_signing_in_again_ends_the_session_before(browser, ledger):
    browser.get(sent_back(browser))
    browser.get(sent_back(browser))
    with ledger.reading() as session:
        ended = [one.ended_at is not None for one in session.exec(select(WebSession))]
    assert sorted(ended) == [False, True]


def test_a_provider_that_declines_is_said_to_have_declined(browser, provider):
    state = re.search(r"state=([^&]+)", sent_back(browser))
    assert state
    refused = browser.get("/oidc/callback", params={"state": state[1], "error": "access_denied"})
    assert refused.status_code == 403
    assert "access_denied" in refused.text


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://login.evil.example"},
        {"token_endpoint": "http://login.evil.example/token"},
        {"code_challenge_methods_supported": ["plain"]},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(browser, provider, described):
    provider.described = described
    answer = browser.get("/oidc")
    assert answer.status_code == 503
    assert "Try again in a while" in answer.text
    assert set(provider.calls) == {"/.well-known/openid-configuration"}


def test_a_provider_that_is_away_is_said_to_be_away(provider, ledger, tmp_path):
    given = settings_for(provider, tmp_path).model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    with browser_at(given, ledger) as browser:
        assert browser.get("/oidc").status_code == 503
        assert browser.get("/sign-in").status_code == 200


def test_links_can_be_turned_off(provider, ledger, tmp_path):
    with browser_at(settings_for(provider, tmp_path, sign_in_links=False), ledger) as browser:
        page = browser.get("/sign-in", params={"onward": "/ops"})
        assert 'href="/oidc?onward=/ops"' in page.text.replace("%2F", "/")
        assert 'name="mailbox"' not in page.text
        assert browser.post("/sign-in", data={"mailbox": LEAD}).status_code == 404
        assert browser.get("/sign-in/secret").status_code == 404
        assert browser.post("/sign-in/secret", data={"person": "lead"}).status_code == 404


def test_without_a_provider_there_is_none(ledger, tmp_path):
    with browser_at(load(home=tmp_path, base_url=BASE), ledger) as browser:
        assert "/oidc" not in browser.get("/sign-in").text
        for path in ("/oidc", "/oidc/callback", "/oidc/signed-out"):
            assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"oidc_issuer": "https://login.example"}, "go together"),
        ({"sign_in_links": False}, "nobody could sign in"),
        ({"oidc_issuer": "http://login.example", "oidc_client_id": "us"}, "write the provider's issuer"),
    ],
)
def test_settings_that_let_nobody_in_safely_are_refused(given, said):
    with pytest.raises(SettingsError, match=said):
        load(**given)
