"""Checks a case's evidence bundle, offline, with Python alone:  python verify_bundle.py BUNDLE.zip [HASH ...]

Exit 0: whole; 1: each line names what was changed. HASH: the head in a daily digest, or the fingerprint you were told.
"""

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

PAPERS = ("manifest", "texts", "documents", "disposals")
SEALED = "[a-z_]+-[0-9a-f]{24}"
LISTED = r"(?m)^(.+) \([0-9,]+ bytes, SHA-256 ([0-9a-f]{64})\)$"


def sha(of: bytes | dict[str, Any]) -> str:
    content = of if isinstance(of, bytes) else json.dumps(of, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(content).hexdigest()


def wrong_events(events: list[dict[str, Any]]) -> Iterator[str]:
    """Each event holds the hash of the one before, and its own covers all that it says."""
    links = ["0" * 64, *(event["hash"] for event in events)]
    for number, event in enumerate(events, 1):
        said = {key: value for key, value in event.items() if key not in ("hash", "recorded_at")}
        if (event["seq"], event["previous_hash"], event["hash"]) != (number, links[number - 1], sha(said)):
            yield f"event {number}: was changed, or one before it is gone"


def taken_out(disposals: dict[str, Any], heads: list[str]) -> set[str]:
    """The texts that were disposed of, by a chain that ends in the head; of other cases' disposals it has the hash."""
    said, link = disposals["said"], disposals["previous_hash"]
    for one in said:
        link = sha(f"{link} {one if isinstance(one, str) else sha(one)}".encode())
    return {text for one in said if link in heads and isinstance(one, dict) for text in one["texts"]}


def wrong_text(text: dict[str, Any], files: dict[str, bytes], own: list[dict[str, Any]]) -> Iterator[str]:
    """Its id is made of its words and what it was sealed for; and its files are in that, or in its words, by hash."""
    kind, of, words = text["kind"], text["sealed_of"] or "", files.get(f"texts/{text['id']}.txt", b"")
    made = sha("\0".join((kind, of, "")).encode() + words)
    if (text["id"], text["hash"]) != (f"{kind}-{made[:24]}", sha(words)):
        yield f"text {text['id']}: is not what the event names, and no disposal took it out"
    found = sorted(f"{one['name']} {one['hash']}" for one in own)
    listed = re.findall(LISTED, words.decode(errors="replace")) if kind == "submission" else []
    in_words = found == sorted(" ".join(one) for one in listed)
    if not (of.endswith("\n" + sha("\n".join(found).encode())) if "\n" in of else in_words):
        yield f"documents of {text['id']}: are not what was sealed"
    for one in own:
        if (one["file"] or kind == "letter") and sha(files.get(one["file"], b"")) != one["hash"]:
            yield f"document {one['name']} of {text['id']}: is not its file"


def check(files: dict[str, bytes], given: list[str]) -> Iterator[str]:
    manifest, texts, documents, disposals = (json.loads(files[f"{name}.json"]) for name in PAPERS)
    hashes, heads = manifest["files"], files["heads.txt"].decode().split()
    for name in sorted((files.keys() | hashes.keys()) - {"manifest.json"}):
        if sha(files.get(name, b"")) != hashes.get(name):
            yield f"{name}: {'was added' if name not in hashes else 'was changed' if name in files else 'is missing'}"
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    yield from wrong_events(events)
    told = {str(one) for event in events for one in event["details"].values()}
    ids = {text["id"] for text in texts}
    yield from (f"text {one}: no event names it" for one in sorted(ids - told))
    yield from (f"text {one}: is missing" for one in sorted(told - ids) if re.fullmatch(SEALED, one))
    gone = taken_out(disposals, heads)
    kept = {text["id"]: text for text in texts if not (text["disposed"] and text["id"] in gone)}
    papers = {f"texts/{one}.txt" for one in kept} | {one["file"] for one in documents if one["of"] in kept}
    yield from (f"{name}: no list names it" for name in sorted(files.keys() - papers) if "/" in name)
    for one, text in kept.items():
        yield from wrong_text(text, files, [document for document in documents if document["of"] == one])
    for name, of in (("policy.toml", "policy_hash"), ("calendar.csv", "calendar_hash")):
        if sha(files[name].replace(b"\r\n", b"\n")) != events[0]["details"][of]:
            yield f"{name}: is not the one that the first event names"
    links = [event["hash"] for event in events]
    covered = max((number for number, link in enumerate(links, 1) if link in heads), default=0)
    head, mark = sha("".join(f"{one}\n" for one in sorted(heads)).encode()), sha(files["manifest.json"])
    if (head, manifest["case"]) != (manifest["head"]["hash"], events[0]["stream"]) or not covered:
        yield "heads.txt: does not lead from this case to the head"
    print(f"{manifest['case']}: {len(events)} events, {covered} of them in the head; the last {links[-1]}")
    print(f"head at {manifest['head']['at']}: {head}\nfingerprint: {mark}")
    for one in sorted({*given} - {head, mark, links[-1]}):
        yield f"{one}: the bundle leads to no such hash"


if __name__ == "__main__":
    found: list[str] = []
    try:
        with zipfile.ZipFile(sys.argv[1]) as bundle:
            names = bundle.namelist()
            found += [f"{name}: stands twice" for name in sorted({*names}) if names.count(name) > 1]
            found += check({name: bundle.read(name) for name in names}, sys.argv[2:])
    except Exception as broken:  # a forged file can fail in any way: whichever, it is not whole
        found.append(f"it cannot be read: {broken}" if len(sys.argv) > 1 else str(__doc__))
    print("\n".join(found) or "whole: nothing was changed")
    sys.exit(1 if found else 0)
