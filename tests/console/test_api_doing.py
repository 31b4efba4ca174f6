"""What programs do besides acts: send documents, import reports, order publication, by the rights of pages."""

import hashlib
from uuid import uuid4

import pytest
from sqlmodel import select

from models.tables import Document, Report
from office.tokens import Scope
from tests.unit.intake_files import TOML

pytestmark = [pytest.mark.server]
BODY = "greater-manchester"
UPLOADS = f"/api/v1/bodies/{BODY}/uploads"
PLAN = b"What we will do, and by when."
RAW = {"Content-Type": "application/octet-stream"}
GOOD = TOML.replace('"vetting"', '"vetting-api"').replace("VET-1", "VET-API-1")


def send(program, name="plan.txt", content=PLAN, path=UPLOADS):
    return program.post(path, params={"name": name}, content=content, headers=RAW)


def waiting(program) -> list[str]:
    return [one["name"] for one in program.get("/api/v1/uploads").json()["uploads"]]


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def test_a_document_is_sent_and_submitted(there):
    case = next(one for one in there.cases(body=BODY) if one.stage in ("issued", "requested"))
    with there.api(f"liaison-{BODY}") as program:
        sent = send(program)
        assert sent.status_code == 201, sent.text
        assert sent.json()["sha256"] == hashlib.sha256(PLAN).hexdigest()
        assert sent.json()["scan"] == "unscanned"
        assert send(program, "other.txt", b"other").status_code == 201
        assert waiting(program) == ["plan.txt", "other.txt"]
        other = program.get("/api/v1/uploads").json()["uploads"][1]["id"]
        assert program.delete(f"/api/v1/uploads/{other}").status_code == 204
        assert program.delete(f"/api/v1/uploads/{other}").status_code == 404
        act = {"kind": "record_submission", "text": "Our plan.", "uploads": [sent.json()["id"]]}
        path = f"/api/v1/cases/{case.reference}/{case.body}/acts"
        assert program.post(path, json=act, headers=key()).status_code == 200
        assert waiting(program) == []
    with there.database.reading() as session:
        assert session.exec(select(Document).where(Document.name == "plan.txt")).first()


def test_what_is_no_document_is_refused_and_nothing_is_kept(there):
    with there.api(f"liaison-{BODY}") as program:
        for name, content, said in (
            ("plan.exe", b"MZ", "must be a PDF"),
            ("plan.txt", b"", "is empty"),
            ("plan.pdf", PLAN, "its content is something else"),
            ("long.txt", b"x" * (20 * 1024 * 1024 + 1), "must be smaller than 20MB"),
        ):
            refused = send(program, name, content)
            assert (refused.status_code, refused.json()["error"]) == (422, "refused")
            assert said in refused.json()["detail"]
        assert program.post(UPLOADS, content=PLAN, headers=RAW).status_code == 422, "without a name"
        assert waiting(program) == []


def test_documents_are_sent_by_those_who_may_submit(there):
    with there.api("oversight-greater-manchester-mayor") as program:
        assert send(program).status_code == 404
        ours = "/api/v1/oversight/greater-manchester-mayor/uploads"
        made = send(program, path=ours)
        assert made.status_code == 201, made.text
    with there.api("liaison-kent") as program:
        assert send(program).status_code == 404
        assert waiting(program) == []
        assert program.delete(f"/api/v1/uploads/{made.json()['id']}").status_code == 404
    with there.api(f"liaison-{BODY}", Scope.read) as program:
        assert send(program).status_code == 403


def test_exactly_what_a_dry_run_showed_is_imported(there):
    file = {"name": "vetting.toml", "content": GOOD}
    with there.api("ops-1") as program:
        tried = program.post("/api/v1/imports/dry-run", json=file).json()
        assert tried["acceptable"]
        assert "recommendation/vet-api-1/bedfordshire" in tried["new_cases"]
        with there.database.reading() as session:
            assert session.get(Report, "vetting-api") is None
        other = program.post("/api/v1/imports", json={**file, "hash": "0" * 64})
        assert (other.status_code, other.json()["error"]) == (422, "refused")
        assert "no longer what you were shown" in other.json()["detail"]
        done = program.post("/api/v1/imports", json={**file, "hash": tried["hash"]})
        assert done.status_code == 200, done.text
        assert done.json()["cases"] == len(tried["new_cases"])
        again = program.post("/api/v1/imports/dry-run", json=file).json()
        assert again["new_cases"] == []
    assert there.cases(reference="vet-api-1")


def test_a_file_with_bad_rows_is_refused_whole(there):
    with there.api("ops-1") as program:
        bad = {"name": "a.csv", "content": "nonsense\n1\n", "hash": "0" * 64}
        refused = program.post("/api/v1/imports", json=bad)
        assert (refused.status_code, refused.json()["error"]) == (422, "refused")
        assert "nothing was imported" in refused.json()["detail"]
    with there.api("inspector-1") as program:
        assert program.post("/api/v1/imports", json=bad).status_code == 403


def test_a_report_is_published_by_order_and_says_how_far_it_is(there):
    case = there.case_at("requested", "seed")
    path = f"/api/v1/reports/{case.report}/publication"
    with there.api("lead-1") as program:
        unready = program.post(path, json={}, headers=key())
        assert (unready.status_code, unready.json()["error"]) == (422, "refused")
        assert "cases have no letter sent" in unready.json()["detail"]
        far = program.get(path).json()
        assert (far["published_on"], far["ordered_at"], far["left"]) == (None, None, [])

        open_ones = [
            one.id for one in there.cases(report=case.report) if one.id.startswith("recommendation/")
        ]
        left_out = {"left_out": dict.fromkeys(open_ones, "its letter is with counsel")}
        ordered = program.post(path, json=left_out, headers=key())
        assert ordered.status_code in (200, 202), ordered.text
        there.until(lambda: program.get(path).json()["published_on"] is not None)
        assert set(program.get(path).json()["left_out"]) == set(open_ones)
        again = program.post(path, json=left_out, headers=key())
        assert again.status_code == 200, "it is published once"
        assert program.get("/api/v1/reports/nothing/publication").status_code == 404
    with there.api("inspector-1") as program:
        assert program.post(path, json={}, headers=key()).status_code == 403
        assert program.get(path).status_code == 200
    with there.api("liaison-kent") as program:
        assert program.get(path).status_code == 403
