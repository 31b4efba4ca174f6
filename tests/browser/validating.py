"""HTML validated by html-validate, as installed from package-lock.json: offline, by the Node that Playwright brings."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = Path(__file__).parent / "html-validate.json"


def invalid(pages: Sequence[Path]) -> list[str]:
    """What is not valid HTML in these files: file, line, rule and reason."""
    if not PROGRAM.is_file():
        raise RuntimeError(f"{PROGRAM} is missing. `make test` installs what package-lock.json pins.")
    node, _ = compute_driver_executable()
    done = subprocess.run(
        [node, str(PROGRAM), "--config", str(RULES), "--formatter", "json", *map(str, pages)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr or done.stdout)
    return [
        f"{page['filePath']}:{one['line']}: {one['ruleId']}: {one['message']}"
        for page in json.loads(done.stdout)
        for one in page["messages"]
    ]
