"""The house rules that a machine can check, over every file that is, or is about to be, under version control."""

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from office.letter_pdf import why_not

ROOT = Path(__file__).parents[2]
LINES = {True: 400, False: 700}  # of production code; of tests
PRODUCTION = (
    *(
        "audit",
        "lifecycle",
        "models",
        "workflows",
        "activities",
        "office",
        "publication",
        "console",
        "secrecy",
        "config",
    ),
    *("embedded", "rehearsal", "cli", "watching"),
)

# In pieces, so that this file does not break its own rules.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pypi", "python", "org"), ("python" + "hosted", "org")),
        *(("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com")),
        *(("deb", "debian", "org"), ("snapshot", "debian", "org"), ("security", "debian", "org")),
        *(("proxy", "golang", "org"), ("crates", "io"), ("hub", "docker", "com"), ("ghcr", "io")),
    )
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.-])/("
    + "|".join(
        (
            "work/" + "(main|shared|[.])",
            "root" + "/",
            "opt/" + "(pypi|wheels)",
            "home/" + "[a-z]",
            "Users" + "/",
        )
    )
    + ")"
)
LOCKS = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"}
SENDERS = {"SMTP", "SMTP_SSL", "LMTP"}
MAILBOX = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
HOST = re.compile(r"\b[a-z][a-z0-9+]*://(?:[^\s/@\"'`]*@)?(\[[^\]]*\]|[^\s/:\"'`)>]+)")
SAMPLES = ("config/samples/", "docs/settings.md")
OURS = ("127.0.0.1", "localhost", "[::1]")


@cache
def files() -> tuple[str, ...]:
    """Paths from the root, with / between their parts."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout, or no git: the house rules are checked where commits are made")
    return tuple(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    read = {name: (ROOT / name).read_bytes() for name in files()}
    return {name: content.decode(errors="replace") for name, content in read.items() if b"\0" not in content}


def sources() -> list[str]:
    return [name for name in files() if name.endswith(".py")]


def in_production(name: str) -> bool:
    return name.split("/")[0] in PRODUCTION or "/" not in name


def found(pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern stands: file, line and text."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_package_registry_is_named():
    assert found(re.compile("|".join(re.escape(host) for host in REGISTRIES), re.IGNORECASE)) == []


def test_no_path_of_a_machine_is_named():
    assert found(MACHINE_PATHS) == []


def test_no_lock_file_names_where_packages_came_from():
    assert [name for name in files() if Path(name).name in LOCKS] == []


def test_every_source_file_parses():
    for name in sources():
        ast.parse(texts()[name], name)


def test_no_source_file_is_too_long_to_read():
    counts = {name: texts()[name].count("\n") for name in sources()}
    long = {name: count for name, count in counts.items() if count > LINES[in_production(name)]}
    assert long == {}, "too many lines: find the noun that hides in it, and give it a file"


def opens_smtp(tree: ast.AST) -> bool:
    """Whether code takes smtplib's own client: by import, or by name."""
    return any(imports_sender(node) or names_sender(node) for node in ast.walk(tree))


def imports_sender(node: ast.AST) -> bool:
    if not (isinstance(node, ast.ImportFrom) and node.module == "smtplib"):
        return False
    return bool(SENDERS.intersection(alias.name for alias in node.names))


def names_sender(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return False
    return node.value.id == "smtplib" and node.attr in SENDERS


def test_mail_leaves_through_emails_and_never_through_smtplib_itself():
    senders = [name for name in sources() if in_production(name) and opens_smtp(ast.parse(texts()[name]))]
    assert senders == []
    assert opens_smtp(ast.parse("import smtplib\nsmtplib.SMTP('127.0.0.1')"))
    assert opens_smtp(ast.parse("from smtplib import SMTP_SSL as Client"))
    assert not opens_smtp(ast.parse("from smtplib import SMTPServerDisconnected"))


def test_mailboxes_in_what_we_ship_belong_to_nobody():
    """RFC 2606: names under .example are nobody's."""
    shipped = {name: text for name, text in texts().items() if name.startswith(("config/", "docs/settings"))}
    strangers = [
        f"{name}: {match[0]}"
        for name, text in shipped.items()
        for match in MAILBOX.finditer(text)
        if not match[1].endswith(".example")
    ]
    assert strangers == []


def test_addresses_in_samples_are_ours_or_nobodys():
    strangers = [
        f"{name}: {match[0]}"
        for name, text in texts().items()
        if name.startswith(SAMPLES)
        for line in text.splitlines()
        if not line.lstrip().startswith("source =")  # where a public fact was published
        for match in HOST.finditer(line)
        if match[1] not in OURS and not match[1].endswith(".example") and "." in match[1]
    ]
    assert strangers == []


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="only CI must have every program")
@pytest.mark.skipif(sys.platform != "linux", reason="CI is Debian")
def test_on_ci_nothing_is_skipped_for_want_of_a_program():
    assert shutil.which("chromium"), "chromium is missing: .ci/run installs it"
    assert Path("/usr/sbin/clamd").exists(), "clamd is missing: .ci/run installs it"
    assert not why_not(), "Pango is missing: .ci/run installs it"
    assert list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), (
        "PostgreSQL is missing: .ci/run installs it"
    )
