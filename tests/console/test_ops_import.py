"""Reports imported from the browser: seen first, then imported as seen, all or nothing."""

import pytest

from models.tables import Report
from tests.unit.intake_files import TOML, sheet

pytestmark = [pytest.mark.server]
GOOD = TOML.replace('"vetting"', '"vetting-web"').replace("VET-1", "VET-WEB-1")


def has_report(there, report: str) -> bool:
    with there.database.reading() as session:
        return session.get(Report, report) is not None


def hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def test_a_dry_run_shows_the_difference_and_only_the_second_button_imports(there):
    with there.as_("lead-1") as browser:
        sent = browser.post("/ops/import", files={"file": ("vetting.toml", GOOD.encode())})
        assert sent.status_code == 303
        at = sent.headers["location"]
        page = browser.get(at).text
        assert "vetting-web (line 2): new" in page
        assert "recommendation/vet-web-1/bedfordshire" in page
        assert not has_report(there, "vetting-web")

        done = browser.post(at, data={"shown": hidden(page, "shown")})
        assert done.status_code == 303
        assert "1 cases opened" in browser.get("/ops/import").text
        assert [case.id for case in there.cases(reference="vet-web-1")] == [
            "recommendation/vet-web-1/bedfordshire"
        ]

        again = browser.post(at, data={"shown": hidden(page, "shown")})  # a second press, or an old page
        assert again.status_code == 422
        assert "no longer what you were shown" in again.text
        assert "unchanged" in again.text


def test_every_bad_row_is_named_and_can_be_left_out(there):
    good = {"rec_number": "WEB-1", "report_title": "Register of the web", "status": "open"}
    bad = {"rec_number": "WEB-2", "report_title": "Register of the web", "body": "narnia"}
    register = sheet(good, bad)
    with there.as_("ops-1") as browser:
        at = browser.post("/ops/import", files={"file": ("C:\\files\\web.csv", register)}).headers["location"]
        page = browser.get(at).text
        assert "What web.csv would change" in page
        assert "narnia" in page
        assert "Import exactly this" not in page
        assert browser.post(at, data={"shown": ""}).status_code == 422

        lesser = browser.get(at, params={"leave_out_bad": "1"}).text
        assert "Left out" in lesser
        form = {"shown": hidden(lesser, "shown"), "leave_out_bad": "true"}
        assert browser.post(at, data=form).status_code == 303
        assert "1 left out" in browser.get("/ops/import").text
    assert [case.reference for case in there.cases(reference="web-1")] == ["web-1"]
    assert there.cases(reference="web-2") == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report.pdf", b"%PDF-1.7", "must end in .csv or .toml"),
        ("register.csv", b"PK\x03\x04rest", "Excel workbook"),
        ("register.csv", b"a,b\n\xff\xfe", "not UTF-8"),
        ("", b"", "Choose a .toml or .csv file"),
    ],
)
def test_what_is_no_text_is_refused_at_once(there, name, content, said):
    with there.as_("ops-1") as browser:
        answer = browser.post("/ops/import", files={"file": (name, content)} if name else {})
    assert answer.status_code == 422
    assert said in answer.text


def test_who_may_not_import_cannot(there):
    with there.as_("inspector-1") as browser:
        assert browser.post("/ops/import", files={"file": ("x.toml", b"x")}).status_code == 403
        assert browser.get("/ops/import/import-none").status_code == 403
    with there.as_("ops-1") as browser:
        assert browser.get("/ops/import/import-none").status_code == 404
