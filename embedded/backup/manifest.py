"""What a backup holds, and whether it is whole: a manifest beside its files, with the hash of each."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST = "manifest.json"
LEDGER = "ledger.db"
ENGINE = "engine.db"
KEYS = "payload.keys"
CHUNK = 1 << 20


class BadBackup(Exception):  # noqa: N818 - said to a person
    """The folder is no backup, or not whole, or cannot be used here. Nothing was changed."""


class File(BaseModel):
    """One file of the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size: int


class Manifest(BaseModel):
    """`schema_revision` is that of the ledger's tables; `counts` its rows by table; `engine` the server that made the
    engine's file, or None when it is not in the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    version: str
    schema_revision: str
    installation: str
    timeline: str
    taken_at: datetime
    database: Literal["sqlite", "postgresql"]
    engine: str | None
    files: dict[str, File]
    counts: dict[str, int]


def write(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a backup whose files are all there, and are what they were.

    Raises:
        BadBackup
    """
    manifest = _parsed(folder)
    for name, file in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BadBackup(f"{folder} lacks {name}, which its manifest names. Use another backup.")
        if measure(path) != file:
            raise BadBackup(f"{path} is not what was backed up: its SHA-256 differs. Use another backup.")
    return manifest


def measure(path: Path) -> File:
    """The hash and size of a file as it is."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        return File(sha256=digest.hexdigest(), size=file.tell())


def _parsed(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise BadBackup(
            f"{folder} is no backup: it has no {MANIFEST}. Name a folder made by `followthrough backup`."
        )
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadBackup(
            f"{path} cannot be read: {where}: {first['msg']}. Was it made by a newer version, or changed?"
        ) from None
    if any(Path(name).name != name for name in manifest.files) or LEDGER not in manifest.files:
        raise BadBackup(f"{path} names files that no backup has. Use another backup.")
    return manifest
