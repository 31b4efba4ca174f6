"""What workflow code says, whatever its comments, docstrings and layout: a hash for each file."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("workflows", "lifecycle")
FILES = ("models/messages.py", "models/attributes.py")


def hashes() -> dict[str, str]:
    """The hash of each file of workflow code, by its path."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py"))]
    paths += [ROOT / name for name in FILES]
    return {str(path.relative_to(ROOT)): hash_of(path.read_text("utf-8")) for path in paths}


def hash_of(text: str) -> str:
    """The same for two texts that differ only in comments, docstrings and layout, in every Python that we test."""
    said = "\n".join(_said(ast.parse(text)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _said(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _said(one)
    elif isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        for name, value in ast.iter_fields(node):
            if value not in (None, []):  # later versions of Python have fields more, empty for our code
                yield name
                yield from _said(_without_docstring(node, value) if name == "body" else value)
        yield ")"
    else:
        yield repr(node)


def _without_docstring(node: ast.AST, body: object) -> object:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return body
    return body if ast.get_docstring(node, clean=False) is None else node.body[1:]
