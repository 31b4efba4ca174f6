"""What the recorded histories were recorded from: a hash of all code that a workflow runs, comments left out."""

import ast
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
HISTORIES = Path(__file__).parent / "histories"
MANIFEST = HISTORIES / "MANIFEST.json"
SOURCES = ("workflows", "lifecycle")


def release() -> str:
    """The version under which histories are kept; those of released versions are never removed."""
    return version("followthrough")


def code_hash() -> str:
    """SHA-256 of the syntax of workflow code, so that comments, docstrings and layout do not count."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in SOURCES for path in (ROOT / folder).glob("*.py")):
        digest.update(f"{path.relative_to(ROOT)}\n{_syntax(path)}\n".encode())
    return digest.hexdigest()


def _syntax(path: Path) -> str:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def recorded_hash() -> str:
    """The hash that stood when the newest histories were recorded."""
    return str(json.loads(MANIFEST.read_text("utf-8"))["code"]) if MANIFEST.exists() else ""


def write_manifest() -> None:
    MANIFEST.write_text(json.dumps({"code": code_hash(), "version": release()}, indent=2) + "\n", "utf-8")
