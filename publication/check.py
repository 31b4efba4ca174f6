"""Checking a built site: every file whole, every page well formed, every link leading somewhere, every address kept."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from publication.markup import Page, read_page
from publication.shelf import Shelf
from publication.site import MISSING, STYLE


def problems(folder: Path) -> list[str]:
    """What is wrong with the current site of a folder, one line for each; empty when nothing is."""
    shelf = Shelf(folder)
    if not shelf.named():
        return [f"{folder} holds no site. Build it: followthrough site build"]
    listed = shelf.standing()
    if not listed:
        return [
            f"{folder}: the list of the current site's files is lost. Build it: followthrough site build --afresh"
        ]
    lost = [
        f"{address}: it was published, and is not there"
        for address in sorted(shelf.addresses() - set(listed))
    ]
    damaged = list(_damaged(shelf, {address: kept.hash for address, kept in listed.items()}))
    if damaged:
        return [*lost, *damaged]
    return [*lost, *malformed(shelf.current, sorted(listed))]


def _damaged(shelf: Shelf, hashes: Mapping[str, str]) -> Iterator[str]:
    for address, hash_ in sorted(hashes.items()):
        path = shelf.current / address
        if not path.is_file():
            yield f"{address}: it is missing. Build again: followthrough site build --afresh"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != hash_:
            yield f"{address}: it was changed since it was built. Build again: followthrough site build --afresh"


def malformed(folder: Path, addresses: list[str]) -> Iterator[str]:
    """What is wrong with the files at these addresses below a folder."""
    pages: dict[str, Page] = {}
    for address in addresses:
        path = folder / address
        if address.endswith(".html"):
            pages[address] = read_page(path.read_text(encoding="utf-8"))
            yield from (f"{address}: {wrong}" for wrong in pages[address].wrong)
        elif wrong := _unreadable(path):
            yield f"{address}: {wrong}"
    for address, page in pages.items():
        yield from (f"{address}: {wrong}" for wrong in _dead(address, page, pages, set(addresses)))


def _unreadable(path: Path) -> str:
    """Why a program could not read a file of data; empty when it can."""
    try:
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        elif path.suffix == ".xml":
            ElementTree.fromstring(path.read_bytes())
        elif path.suffix == ".pdf" and not path.read_bytes().startswith(b"%PDF-"):
            return "it is no PDF"
    except (ValueError, ElementTree.ParseError) as error:
        return str(error)
    return ""


def _root(page: Page) -> str:
    """Where the page that stands for every missing one takes the site to begin: at the address of its style."""
    return next((one.removesuffix(STYLE) for one in page.links if one.endswith(f"/{STYLE}")), "")


def _dead(address: str, page: Page, pages: Mapping[str, Page], addresses: set[str]) -> Iterator[str]:
    root = _root(page) if address == MISSING else ""
    for link in page.links:
        parts = urlsplit(link.removeprefix(root))
        if parts.scheme or parts.netloc:
            yield f"{link} leads out of the site, and nothing here may"
            continue
        to = normpath(join(address.rpartition("/")[0], unquote(parts.path))) if parts.path else address
        if to not in addresses:
            yield f"the link {link} leads nowhere"
        elif parts.fragment and to in pages and parts.fragment not in pages[to].ids:
            yield f"the link {link} names a place that is not on that page"
