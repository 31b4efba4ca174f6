"""The site's templates. A page knows the site's root by its own depth, so the site works below any address, and from a
folder, without a server."""

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import config
from publication.words import FILTERS

FOLDER = Path(config.__file__).parent / "templates" / "site"


def render(template: str, address: str, **context: object) -> str:
    """A page of the site at its address."""
    root = "../" * address.count("/")
    return _environment().get_template(template).render(root=root, address=address, **context)


def asset(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def fingerprint() -> str:
    """Changes with any template."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.read_bytes())
    for path in sorted((FOLDER.parent / "letters").iterdir()):
        digest.update(path.read_bytes())
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
