"""Checks a case's evidence bundle, offline, with Python alone:  python verify_bundle.py BUNDLE.zip [HASH ...]

Exit 0 when it is whole; else 1, and each line names what was changed. Each HASH that you were given elsewhere (the head
in a daily digest, the fingerprint told when the bundle was made) must be one that the bundle leads to.
"""

import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

Rows = list[dict[str, Any]]


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wrong_files(bundle: zipfile.ZipFile, files: dict[str, str]) -> Iterator[str]:
    """Every file is as the manifest has it; none is missing, none was added."""
    names = [name for name in bundle.namelist() if name != "manifest.json"]
    yield from (f"{name}: is missing" for name in sorted(set(files) - set(names)))
    yield from (f"{name}: was added" for name in sorted(set(names) - set(files)))
    yield from (f"{name}: stands twice" for name in sorted(set(names)) if names.count(name) > 1)
    yield from (
        f"{n}: was changed" for n in sorted(set(names) & set(files)) if sha(bundle.read(n)) != files[n]
    )


def wrong_events(events: Rows) -> Iterator[str]:
    """Each event holds the hash of the one before, and its own covers all that it says."""
    previous = "0" * 64
    for number, event in enumerate(events, 1):
        said = {key: value for key, value in event.items() if key not in ("hash", "recorded_at")}
        digest = sha(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
        if (event["seq"], event["previous_hash"], event["hash"]) != (number, previous, digest):
            yield f"event {number}: was changed, or one before it is gone"
            return
        previous = event["hash"]


def wrong_papers(bundle: zipfile.ZipFile, texts: Rows, documents: Rows, named: set[str]) -> Iterator[str]:
    """Texts are those whose ids the events name, and what was sealed with them has the hashes that they say."""
    for text in texts:
        if text["id"] not in named:
            yield f"text {text['id']}: no event names it"
        if text["disposed"]:
            continue
        words, of = bundle.read(f"texts/{text['id']}.txt"), text["sealed_of"]
        if sha(words) != text["hash"]:
            yield f"text {text['id']}: was changed"
        sealed = "\x00".join((text["kind"], of or "", words.decode(errors="replace"))).encode()
        if of is not None and text["id"] != f"{text['kind']}-{sha(sealed)[:24]}":
            yield f"text {text['id']}: is not what the event names"
        own = [one for one in documents if one["of"] == text["id"]]
        files = sha("\n".join(sorted(f"{one['name']} {one['hash']}" for one in own)).encode())
        for one in own:
            if f"SHA-256 {one['hash']})".encode() not in words and not (of or "").endswith(files):
                yield f"document {one['name']} of {text['id']}: is not what was sealed"
            if one["file"] and sha(bundle.read(one["file"])) != one["hash"]:
                yield f"document {one['name']} of {text['id']}: was changed"


def check(bundle: zipfile.ZipFile, given: list[str]) -> Iterator[str]:
    manifest = json.loads(bundle.read("manifest.json"))
    yield from wrong_files(bundle, manifest["files"])
    events = [json.loads(line) for line in bundle.read("events.jsonl").splitlines()]
    yield from wrong_events(events)
    named = {str(value) for event in events for value in event["details"].values()}
    texts, documents = (json.loads(bundle.read(name)) for name in ("texts.json", "documents.json"))
    yield from wrong_papers(bundle, texts, documents, named)
    for name, wanted in (("policy.toml", "policy_hash"), ("calendar.csv", "calendar_hash")):
        if sha(bundle.read(name).replace(b"\r\n", b"\n")) != events[0]["details"][wanted]:
            yield f"{name}: is not the one that the first event names"
    heads = bundle.read("heads.txt").decode().split()
    head = sha("".join(f"{one}\n" for one in sorted(heads)).encode())
    if head != manifest["head"]["hash"] or not {event["hash"] for event in events} & set(heads):
        yield "heads.txt: does not lead from this case to the head"
    fingerprint, last = sha(bundle.read("manifest.json")), events[-1]["hash"]
    print(f"{manifest['case']}: {len(events)} events, the last {last}")
    print(f"head at {manifest['head']['at']}: {head}\nfingerprint: {fingerprint}")
    yield from (
        f"{one}: the bundle leads to no such hash" for one in given if one not in (head, fingerprint, last)
    )


if __name__ == "__main__":
    found = []
    try:
        for fault in check(zipfile.ZipFile(sys.argv[1]), sys.argv[2:]):
            found.append(fault)
    except (IndexError, KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile, zlib.error) as broken:
        found.append(f"it cannot be read: {broken}" if len(sys.argv) > 1 else str(__doc__))
    print("\n".join(found) or "whole: nothing was changed")
    sys.exit(1 if found else 0)
