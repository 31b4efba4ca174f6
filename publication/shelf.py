"""The folder of the public site: whole releases, of which one is current.

    current -> releases/<hash of what it holds>
    releases/<hash>/...                       a whole site; files that did not change are shared with the one before
    releases/<hash>.json                      its files, each with the hash of its bytes and of what it was made from
    addresses.txt                             every address that was ever published

A release is made beside the current one and takes its place by one rename, so whoever reads sees one or the other,
and a process may die at any point: what it left behind is removed by the next.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecycle.words import Refused

KEPT = 3
"""Releases that stay, the current one among them."""
NEW = ".new"


@dataclass(frozen=True)
class File:
    """A file of the site: its address, and how its bytes are made. The same `source`, where there is one, gives the
    same bytes, so that what is costly to make is not made again."""

    address: str
    make: Callable[[], bytes]
    source: str = ""


@dataclass(frozen=True)
class Kept:
    """A file of a release."""

    hash: str
    source: str


@dataclass(frozen=True)
class Release:
    """What a build did. `written` are the addresses whose bytes are new; the others are as they were. At `gone` of all
    addresses a notice stands, since nothing is published there any more."""

    name: str
    files: int
    written: tuple[str, ...]
    swapped: bool
    gone: int = 0


class SiteBusy(Exception):  # noqa: N818 - said to a person
    """Another process is building this site."""


class Shelf:
    """The releases in a folder. One process at a time puts one there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.releases = folder / "releases"
        self.current = folder / "current"
        self.book = folder / "addresses.txt"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, made if absent. A process that died holds nothing.

        Raises:
            SiteBusy: when another holds it.
        """
        self.releases.mkdir(parents=True, exist_ok=True)
        with (self.folder / "build.lock").open("a", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SiteBusy(
                    f"The site in {self.folder} is being built by another process. Wait for it."
                ) from None
            self._sweep()
            yield

    def standing(self) -> Mapping[str, Kept]:
        """The files of the current release; none when there is none, or its list is lost."""
        name = self.named()
        listed = self.releases / f"{name}.json"
        if not name or not listed.is_file():
            return {}
        found = json.loads(listed.read_text(encoding="utf-8"))
        return {address: Kept(*both) for address, both in found.items()}

    def named(self) -> str:
        """The current release's name; empty when there is none."""
        return self.current.resolve().name if self.current.is_dir() else ""

    def addresses(self) -> set[str]:
        """Every address that was ever published here."""
        listed = set(self.book.read_text(encoding="utf-8").split("\n")) if self.book.is_file() else set()
        return (listed | set(self.standing())) - {""}

    def put(self, files: Iterable[File], *, afresh: bool = False) -> Release:
        """Make these files the site; `afresh` makes and writes every one again. The folder must be held.

        Raises:
            Refused: for an address that is no path below the site, or stands twice.
        """
        before, known = {} if afresh else self.standing(), self.addresses()
        new = self.releases / f"{NEW}-{os.getpid()}"
        new.mkdir()
        made, written = self._fill(new, files, before)
        name = hashlib.sha256(_listing(made)).hexdigest()[:16]
        swapped = afresh or name != self.named()[: len(name)]
        if swapped:
            self._swap(new, name, made)
        else:
            shutil.rmtree(new)
        if lines := known | set(made):
            _replace(self.book, ("\n".join(sorted(lines)) + "\n").encode())
        self._sweep()
        return Release(name, len(made), tuple(written), swapped)

    def _fill(
        self, new: Path, files: Iterable[File], before: Mapping[str, Kept]
    ) -> tuple[dict[str, Kept], list[str]]:
        made: dict[str, Kept] = {}
        written: list[str] = []
        for file in files:
            _refuse_unfit(file.address, made)
            old, path = before.get(file.address), new / file.address
            path.parent.mkdir(parents=True, exist_ok=True)
            if (
                old is not None
                and file.source
                and old.source == file.source
                and self._share(file.address, path)
            ):
                made[file.address] = old
                continue
            content = file.make()
            made[file.address] = kept = Kept(hashlib.sha256(content).hexdigest(), file.source)
            if old is not None and old.hash == kept.hash and self._share(file.address, path):
                continue
            path.write_bytes(content)
            written.append(file.address)
        return made, written

    def _share(self, address: str, path: Path) -> bool:
        """Take over the current release's file, which never changes; False when it is not there."""
        try:
            os.link(self.current / address, path)
        except OSError:
            return False
        return True

    def _swap(self, new: Path, name: str, made: Mapping[str, Kept]) -> None:
        """All of it is on disk before anybody sees any of it."""
        place = self.releases / name
        if place.exists():  # the same site made afresh, or an earlier one come back: its files may be damaged
            place = self._beside(name)
        _replace(self.releases / f"{place.name}.json", _listing(made))
        os.sync()
        new.rename(place)
        link = self.folder / f"{NEW}-current"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("releases") / place.name, target_is_directory=True)
        link.replace(self.current)
        _settle(self.folder)

    def _beside(self, name: str) -> Path:
        """A place for the same release again, while the one that stands there may be read."""
        return next(path for n in range(1, KEPT + 2) if not (path := self.releases / f"{name}-{n}").exists())

    def _sweep(self) -> None:
        """Remove what dead builds left, and all but the newest releases."""
        for left in self.releases.glob(f"{NEW}-*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        names = [path for path in self.releases.iterdir() if path.is_dir()]
        newest = sorted(
            names, key=lambda path: (path.name == self.named(), path.stat().st_ctime_ns), reverse=True
        )
        for old in newest[KEPT:]:
            shutil.rmtree(old)
        there = {path.name for path in newest[:KEPT]}
        for listed in self.releases.glob("*.json"):
            if listed.stem not in there:
                listed.unlink()


def _refuse_unfit(address: str, made: Mapping[str, Kept]) -> None:
    parts = address.split("/")
    if address in made:
        raise Refused(f"Two pages of the site have the address {address}. Give one another reference.")
    if not all(parts) or {".", ".."} & set(parts) or address.startswith("/"):
        raise Refused(f"{address!r} is no address below the site.")


def _listing(made: Mapping[str, Kept]) -> bytes:
    listed = {address: [kept.hash, kept.source] for address, kept in sorted(made.items())}
    return json.dumps(listed, indent=0).encode() + b"\n"


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f"{NEW}-{path.name}")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _settle(folder: Path) -> None:
    """The rename itself is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
