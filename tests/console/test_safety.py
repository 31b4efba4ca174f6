"""What surrounds every page: headers, other sites' forms, sizes, hosts."""

import pytest

pytestmark = [pytest.mark.server]


def test_every_answer_has_the_safe_headers(there):
    with there.as_("ops-1") as browser:
        for path in ("/account", "/help", "/nowhere", "/healthz"):
            headers = browser.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "no-referrer"
            assert "server" not in headers
        first, second = (browser.get("/help").headers["content-security-policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
    ],
)
def test_acts_are_taken_from_our_own_pages_alone(there, headers, code):
    with there.as_("ops-2") as browser:
        sent = {name: value for name, value in headers.items() if value}
        if not headers["Sec-Fetch-Site"]:
            del browser.headers["Sec-Fetch-Site"]
        done = browser.post("/sign-out", headers=sent)
        assert done.status_code == code
        assert (browser.get("/account").status_code == 200) == (code == 403)


def test_an_old_browser_is_known_by_its_origin(there):
    with there.as_("ops-2") as browser:
        del browser.headers["Sec-Fetch-Site"]
        assert browser.post("/sign-out", headers={"Origin": there.address}).status_code == 303


def test_what_is_too_large_is_refused_before_it_is_read(there):
    with there.as_("ops-1") as browser:
        refused = browser.post("/sign-out", content=b"x" * (65 * 1024 * 1024))
    assert refused.status_code == 413
    assert "at most" in refused.text


def test_another_host_is_not_us(there):
    with there.as_(None) as browser:
        assert browser.get("/help", headers={"Host": "evil.example"}).status_code == 400


def test_errors_leak_nothing_and_say_what_to_do(there):
    with there.as_("ops-1") as browser:
        missing = browser.get("/cases/none/nowhere")
        assert missing.status_code == 404
        assert "Traceback" not in missing.text
        assert browser.put("/account").status_code == 405


def test_it_says_whether_it_lives_and_can_work(there):
    with there.as_(None) as browser:
        assert browser.get("/healthz").json() == {"alive": True}
        ready = browser.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"ledger": True, "engine": True})


def test_a_message_is_said_once(there):
    with there.as_("ops-2") as browser:
        browser.post("/account/sessions/end", data={"session": "others"})
        assert "Signed out there." in browser.get("/account").text
        assert "Signed out there." not in browser.get("/account").text
