"""A case as evidence, checked offline by a script that knows nothing of ours: whole, or what was changed is named."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from config.evidence import SCRIPT
from lifecycle.rules import Rules
from lifecycle.words import Refused
from models.database import Database
from office import disposal
from office.bundle import Bundle, keep, make_bundle
from office.desk import NoCase
from office.people import NotAllowed
from office.verifying import verify
from tests.conftest import SQLiteFiles
from tests.mail.misbehaving import Misbehaving, serving
from tests.mail.post import Post
from tests.secrecy.closed import AFTER, SECRET, YEARS, after, ended, staffed

Files = dict[str, bytes]
Edit = Callable[[Files], object]
CASE = "recommendation/R-2016-6085/bedfordshire"


@pytest.fixture
def database(ledger: Database) -> Database:
    """On SQLite alone: what is in a bundle does not depend on where it comes from."""
    return ledger


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, rules: Rules) -> Iterator[Post]:
    files = SQLiteFiles(tmp_path_factory.mktemp("evidence"), sqlite_template)
    with serving(Misbehaving()) as server:
        made = staffed(Post(files.new(), rules, server).settle_in())
        yield made
        made.close()
    files.close()


def made(world: Post, case: str) -> Bundle:
    """As the ledger stands now; by itself it would be as of a minute ago."""
    return make_bundle(world.database, case, "lead-1", AFTER, datetime.now(UTC).isoformat())


@pytest.fixture(scope="module")
def bundle(world: Post) -> Bundle:
    return made(world, ended(world).case.id)


def test_what_was_recorded_a_moment_ago_has_to_wait_for_a_head(world: Post, bundle: Bundle) -> None:
    with pytest.raises(Refused, match="Ask again in a minute"):
        make_bundle(world.database, CASE, "lead-1", AFTER, "2016-12-08T00:00:00+00:00")


def opened(bundle: Bundle) -> Files:
    with ZipFile(BytesIO(bundle.content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def checked(folder: Path, files: Files, *hashes: str) -> tuple[int, str]:
    """What the script says, run as a third party runs it: alone, in a folder of its own."""
    path = folder / "evidence.zip"
    with ZipFile(path, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    (folder / SCRIPT.name).write_bytes(files.get(SCRIPT.name, SCRIPT.read_bytes()))
    words = [sys.executable, "-I", SCRIPT.name, path.name, *hashes]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_script_is_short_and_knows_nothing_of_ours() -> None:
    text = SCRIPT.read_text("utf-8")
    assert len(text.splitlines()) < 100
    imported = set(re.findall(r"^(?:from|import) (\w+)", text, re.M))
    assert imported <= set(sys.stdlib_module_names)


def test_a_whole_bundle_is_whole_and_leads_to_the_head(bundle: Bundle, world: Post, tmp_path: Path) -> None:
    code, said = checked(tmp_path, opened(bundle), bundle.head.hash, bundle.fingerprint)
    assert (code, said.splitlines()[-1]) == (0, "whole: nothing was changed")
    assert bundle.head.hash in said
    events = len(opened(bundle)["events.jsonl"].splitlines())
    assert f"{events} events, {events} of them in the head" in said
    assert verify(world.database, bundle.head.at.isoformat(), bundle.head.hash).as_said


def test_it_holds_the_case_and_no_other(bundle: Bundle) -> None:
    files = opened(bundle)
    texts = json.loads(files["texts.json"])
    assert {text["kind"] for text in texts} == {"letter", "submission", "assessment", "narrative", "reason"}
    assert all(text["sealed_of"] is not None for text in texts)
    kinds = [json.loads(line)["kind"] for line in files["events.jsonl"].splitlines()]
    assert kinds[0] == "issued"
    assert kinds.count("inspected") == 1
    assert len(json.loads(files["mails.json"])) >= 3
    assert json.loads(files["people.json"])["gone-1"]["name"] == f"Ada {SECRET}"
    assert [one["file"] for one in json.loads(files["documents.json"]) if one["name"].endswith(".pdf")] == [
        ""
    ]
    assert sum(name.startswith("files/") for name in files) == 3


def test_the_same_evidence_is_the_same_bytes(world: Post, bundle: Bundle) -> None:
    at = datetime.now(UTC).isoformat()
    first, second = (make_bundle(world.database, CASE, "lead-1", AFTER, at) for _ in range(2))
    assert first.content == second.content


def edit_event(files: Files, number: int, **changes: object) -> None:
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    events[number - 1] |= changes
    files["events.jsonl"] = "".join(f"{json.dumps(one)}\n" for one in events).encode()


def drop_event(files: Files, number: int) -> None:
    lines = files["events.jsonl"].splitlines(keepends=True)
    files["events.jsonl"] = b"".join(lines[: number - 1] + lines[number:])


def first_named(files: Files, start: str) -> str:
    return next(name for name in sorted(files) if name.startswith(start))


def replaced(files: Files, name: str, old: str, new: str) -> None:
    assert old.encode() in files[name], name
    files[name] = files[name].replace(old.encode(), new.encode())


def again(files: Files) -> None:
    """Whoever edits may write the manifest anew: what the chain binds must show all the same."""
    manifest = json.loads(files["manifest.json"])
    hashes = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != "manifest.json"
    }
    files["manifest.json"] = json.dumps(manifest | {"files": hashes}).encode()


BOUND: dict[str, tuple[Edit, str]] = {
    "an event's actor": (lambda files: edit_event(files, 3, actor="mallory"), "event 3: was changed"),
    "an event's day": (lambda files: edit_event(files, 2, on="2016-12-01"), "event 2: was changed"),
    "an event taken out": (
        lambda files: drop_event(files, 4),
        "event 4: was changed, or one before it is gone",
    ),
    "the last event taken out": (
        lambda files: drop_event(files, len(files["events.jsonl"].splitlines())),
        "heads.txt",
    ),
    "a letter's words": (
        lambda files: replaced(files, first_named(files, "texts/letter-"), SECRET, "Rose"),
        "text letter-",
    ),
    "a submission's words": (
        lambda files: replaced(files, first_named(files, "texts/submission-"), "We will", "We will not"),
        "text submission-",
    ),
    "a submission's document": (lambda files: other_hash(files), "are not what was sealed"),
    "a letter's file": (
        lambda files: replaced(files, first_named(files, "files/letter-"), "Dear", "Hello"),
        "is not its file",
    ),
    "a letter's file left out": (lambda files: no_file(files), "is not its file"),
    "a letter's documents left out": (lambda files: none_of(files, "letter-"), "are not what was sealed"),
    "a submission's document left out": (
        lambda files: none_of(files, "submission-"),
        "are not what was sealed",
    ),
    "a file given to a submission's document": (lambda files: other_file(files), "is not its file"),
    "a text left out": (lambda files: no_text(files), "is missing"),
    "a text that no event names": (lambda files: one_text_more(files), "no event names it"),
    "a file that no text has": (
        lambda files: files.update({"files/letter-1/more.html": b"More."}),
        "files/letter-1/more.html: no list names it",
    ),
    "another case's name": (lambda files: other_case(files), "does not lead from this case"),
    "a text bound to nothing": (lambda files: unbound(files), "is not what the event names"),
    "a text said to be disposed of": (lambda files: said_gone(files), "no disposal took it out"),
    "a text with a disposal made up for it": (
        lambda files: disposal_made_up(files),
        "no disposal took it out",
    ),
    "the policy": (
        lambda files: replaced(files, "policy.toml", "working days", "days"),
        "policy.toml: is not the one",
    ),
    "the calendar": (
        lambda files: replaced(files, "calendar.csv", "2016", "2015"),
        "calendar.csv: is not the one",
    ),
    "the heads": (lambda files: files.update({"heads.txt": b"0" * 64}), "heads.txt: does not lead"),
    "a text with the hash written anew": (lambda files: forged_text(files), "is not what the event names"),
}


def other_hash(files: Files) -> None:
    documents = json.loads(files["documents.json"])
    for one in documents:
        if not one["file"]:
            one["hash"] = "0" * 64
    files["documents.json"] = json.dumps(documents).encode()


def none_of(files: Files, start: str) -> None:
    documents = json.loads(files["documents.json"])
    files["documents.json"] = json.dumps(
        [one for one in documents if not one["of"].startswith(start)]
    ).encode()
    for name in [name for name in files if name.startswith(f"files/{start}")]:
        del files[name]


def no_file(files: Files) -> None:
    documents = json.loads(files["documents.json"])
    for one in documents:
        files.pop(one["file"], None)
        one["file"] = ""
    files["documents.json"] = json.dumps(documents).encode()


def other_file(files: Files) -> None:
    documents = json.loads(files["documents.json"])
    one = next(one for one in documents if one["of"].startswith("submission-"))
    one["file"] = f"files/{one['of']}/{one['name']}"
    files |= {one["file"]: b"Another plan.", "documents.json": json.dumps(documents).encode()}


def narrative(files: Files, words: bytes | None, **changes: object) -> None:
    """Its words put in place of those that were sealed (None: taken out), and what texts.json says of it."""
    name = first_named(files, "texts/narrative-")
    texts = json.loads(files["texts.json"])
    text = next(text for text in texts if name == f"texts/{text['id']}.txt")
    text |= {"hash": hashlib.sha256(words or b"").hexdigest()} | changes
    files["texts.json"] = json.dumps(texts).encode()
    del files[name]
    if words is not None:
        files[name] = words


def forged_text(files: Files) -> None:
    narrative(files, b"All is well.")


def unbound(files: Files) -> None:
    narrative(files, b"All is well.", sealed_of=None)


def said_gone(files: Files) -> None:
    narrative(files, None, disposed=True, sealed_of=None)


def disposal_made_up(files: Files) -> None:
    gone = first_named(files, "texts/narrative-")[6:-4]
    said_gone(files)
    files["disposals.json"] = json.dumps({"previous_hash": "0" * 64, "said": [{"texts": [gone]}]}).encode()


def no_text(files: Files) -> None:
    name = first_named(files, "texts/narrative-")
    texts = [text for text in json.loads(files["texts.json"]) if name != f"texts/{text['id']}.txt"]
    files["texts.json"] = json.dumps(texts).encode()
    del files[name]


def one_text_more(files: Files) -> None:
    words = b"All is well."
    name = f"narrative-{hashlib.sha256(b'narrative' + bytes(2) + words).hexdigest()[:24]}"
    said = {"id": name, "kind": "narrative", "hash": hashlib.sha256(words).hexdigest(), "sealed_of": ""}
    more = [*json.loads(files["texts.json"]), {**said, "disposed": False}]
    files["texts.json"] = json.dumps(more).encode()
    files[f"texts/{name}.txt"] = words


def other_case(files: Files) -> None:
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"case": "recommendation/R-2016-6086/kent"}).encode()


@pytest.mark.parametrize("what", BOUND)
def test_what_the_chain_binds_is_named_even_under_a_new_manifest(
    bundle: Bundle, tmp_path: Path, what: str
) -> None:
    edit, named = BOUND[what]
    files = opened(bundle)
    edit(files)
    code, said = checked(tmp_path, files)
    assert code == 1
    assert what == "another case's name" or re.search(
        r"^(events\.jsonl|texts/\S+|files/\S+|\w+\.\w+): was (changed|added)$", said, re.M
    )
    again(files)
    code, said = checked(tmp_path, files)
    assert code == 1, said
    assert named in said


@pytest.mark.parametrize(
    "name", ["mails.json", "notices.json", "people.json", "disposals.json", "README.txt", SCRIPT.name]
)
def test_any_other_edit_shows_against_manifest_and_fingerprint(
    bundle: Bundle, tmp_path: Path, name: str
) -> None:
    files = opened(bundle)
    files[name] += b"\n"
    code, said = checked(tmp_path, files | {SCRIPT.name: files[SCRIPT.name]})
    assert (code, f"{name}: was changed" in said) == (1, True)
    again(files)
    code, said = checked(tmp_path, files, bundle.fingerprint)
    assert code == 1
    assert f"{bundle.fingerprint}: the bundle leads to no such hash" in said


def test_what_is_missing_added_or_no_bundle_at_all_is_said(bundle: Bundle, tmp_path: Path) -> None:
    files = opened(bundle)
    added = checked(tmp_path, files | {"more.txt": b"x"})
    del files["notices.json"]
    missing = checked(tmp_path, files)
    assert added[0] == missing[0] == 1
    assert "more.txt: was added" in added[1]
    assert "notices.json: is missing" in missing[1]
    code, said = checked(tmp_path, {"x": b"y"})
    assert (code, "cannot be read" in said) == (1, True)


def test_a_byte_changed_in_the_file_itself_is_named(bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    keep(bundle, path)
    with ZipFile(path) as found:
        at = found.getinfo("mails.json")
    content = bytearray(path.read_bytes())
    content[at.header_offset + 30 + len(at.filename) + at.compress_size // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    done = subprocess.run([sys.executable, "-I", SCRIPT, path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be read" in done.stdout


def test_a_disposed_case_has_a_bundle_too(post: Post, tmp_path: Path) -> None:
    """Two cases went: its own disposal is shown, and the other's leads on to the head by its hash alone."""
    world = staffed(post)
    world.recommendation("R-2016-6086")
    case, other = ended(world).case.id, ended(world, "R-2016-6086").case.id
    proposed = disposal.propose(world.database, "ops-1", "schedule 4", YEARS, AFTER)
    disposal.dispose(world.database, "lead-1", proposed[0].proposal, YEARS, after)
    files = opened(made(world, case))
    assert checked(tmp_path, files)[0] == 0
    own, link = json.loads(files["disposals.json"])["said"]
    assert (own["case_id"], own["disposed_by"], re.fullmatch("[0-9a-f]{64}", link) is not None) == (
        case,
        "lead-1",
        True,
    )
    words = "".join(content.decode("latin-1") for content in files.values())
    assert SECRET not in words
    assert other not in words
    edited = own | {"disposed_by": "mallory"}
    files["disposals.json"] = json.dumps({"previous_hash": "0" * 64, "said": [edited, link]}).encode()
    again(files)
    assert "no disposal took it out" in checked(tmp_path, files)[1]
    with pytest.raises(Refused, match="What was disposed of it was not recorded"):
        make_bundle(world.database, case, "lead-1", AFTER, "2025-01-01T00:00:00+00:00")


def test_a_disk_without_second_names_takes_it_too_and_rules_that_are_gone_are_named(
    world: Post, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_here(_path: Path, _target: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", none_here)
    keep(bundle, tmp_path / "stick.zip")
    assert (tmp_path / "stick.zip").read_bytes() == bundle.content
    assert [one.name for one in tmp_path.iterdir()] == ["stick.zip"]
    with pytest.raises(FileExistsError):
        keep(bundle, tmp_path / "stick.zip")
    monkeypatch.setattr("office.bundle.FOLDER", tmp_path)
    with pytest.raises(Refused, match="is not under config/policies: put it back first"):
        made(world, CASE)


def test_who_may_not_gets_none_and_nothing_is_overwritten(
    world: Post, bundle: Bundle, tmp_path: Path
) -> None:
    with pytest.raises(NotAllowed):
        make_bundle(world.database, CASE, "liaison-1", AFTER)
    with pytest.raises(NoCase):
        make_bundle(world.database, "recommendation/none/nowhere", "lead-1", AFTER)
    with pytest.raises(Refused, match="Write it as the digest has it"):
        make_bundle(world.database, CASE, "lead-1", AFTER, "yesterday")
    with pytest.raises(Refused, match="There is no folder"):
        keep(bundle, tmp_path / "nowhere" / "x.zip")
    path = tmp_path / "kept" / "there.zip"
    path.parent.mkdir()
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        keep(bundle, path)
    assert [one.name for one in path.parent.iterdir()] == ["there.zip"]
    assert path.read_bytes() == b"mine"
