"""The console's stylesheets, scripts and icons: built at set-up (`python -m console.assets`), then served as they are.

A file's name carries the hash of what is in it, so that browsers may keep it for ever; a manifest gives the name.
In what we build, `/assets/<name>` stands for the file of that name, and becomes its hashed address.
"""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from console import vendored

FOLDER = Path(__file__).parent
BUILT = FOLDER / "_assets"
STATIC = FOLDER / "static"
MODULES = FOLDER.parent / "node_modules"
MANIFEST = "manifest.json"
ADDRESS = "/assets"

_REFERENCE = re.compile(r"/assets/(?:images/)?([\w-]+\.(?:css|js|svg))")


class AssetsError(RuntimeError):
    """The assets, or what they are made from, are not there."""


def url(name: str) -> str:
    """The address of an asset: "console.css" gives "/assets/console.<hash>.css".

    Raises AssetsError where nothing is built, and KeyError for a name that is no asset.
    """
    return f"{ADDRESS}/{_manifest()[name]}"


def served() -> StaticFiles:
    """The application to mount at ADDRESS. Raises AssetsError where nothing is built."""
    _manifest()
    return Immutable(directory=BUILT)


class Immutable(StaticFiles):
    """Files that never change under their name: RFC 8246."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response


@cache
def _manifest() -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((BUILT / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssetsError(
            f"The console's stylesheets and scripts are not built: {BUILT / MANIFEST} is missing. "
            "`make run` installs and builds them."
        ) from None
    return names


def build(modules: Path = MODULES, into: Path = BUILT) -> dict[str, str]:
    """Write every asset, and the manifest, in place of what was there. Raises AssetsError with what is missing."""
    built: dict[str, bytes] = {}
    manifest: dict[str, str] = {}
    for name, content in _sources(modules):
        linked = _linked(name, content, manifest)
        manifest[name] = _hashed(name, linked)
        built[manifest[name]] = linked
    built[MANIFEST] = json.dumps(manifest, indent=1, sort_keys=True).encode()
    _replace(into, built)
    return manifest


def _sources(modules: Path) -> Iterator[tuple[str, bytes]]:
    """Each asset by its name, after those that it refers to."""
    texts = {name: vendored.own(name, _read(modules / path)) for name, path in vendored.TEXTS.items()}
    for icon in vendored.icons("".join(texts.values())):
        yield icon, _read(modules / vendored.IMAGES / icon).encode()
    for name, text in texts.items():
        yield name, text.encode()
    for path in sorted(STATIC.iterdir()):
        yield path.name, path.read_bytes()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AssetsError(f"{path} is missing. `make run` installs what package-lock.json pins.") from None


def _linked(name: str, content: bytes, manifest: dict[str, str]) -> bytes:
    def address(match: re.Match[str]) -> str:
        if match[1] not in manifest:
            raise AssetsError(
                f"{name} refers to {match[0]}, which is no asset. Built so far: {', '.join(manifest)}."
            )
        return f"{ADDRESS}/{manifest[match[1]]}"

    return _REFERENCE.sub(address, content.decode()).encode()


def _hashed(name: str, content: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    """The new folder is whole before the old one goes."""
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, content in files.items():
        (new / name).write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"built {len(build())} assets of the console\n")
    except AssetsError as missing:
        sys.exit(str(missing))
