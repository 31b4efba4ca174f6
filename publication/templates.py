"""The site's templates. A page knows the site's root by its own depth, so the site works below any address, and from a
folder, without a server."""

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import config
from publication.words import FILTERS

FOLDER = Path(config.__file__).parent / "templates" / "site"
HOME = Path(config.__file__).parents[1]
MADE_WITH = (
    "config/templates/site/*",
    "config/templates/letters/*",
    "config/bodies/regions.csv",
    "config/region_files.py",
    "lifecycle/*.py",
    "office/letter*.py",
    "office/publications.py",
    "publication/*.py",
)
"""All of ours that decides what a page says and looks like."""


def render(template: str, address: str, **context: object) -> str:
    """A page of the site at its address; `root`, the way to the site's own address, can be given."""
    around = {"root": "../" * address.count("/"), "address": address}
    return _environment().get_template(template).render(around | context)


def asset(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def fingerprint(home: Path = HOME) -> str:
    """Changes with any template, and with the program: what another release made is made again."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in MADE_WITH for path in home.glob(pattern) if path.is_file()}):
        digest.update(f"{path.relative_to(home)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made
