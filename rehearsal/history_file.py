"""Reading a history from TOML. What is wrong is said with file, line and key."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from office.intake_lines import Lines
from rehearsal.errors import HistoryError
from rehearsal.history import History
from rehearsal.history_checks import Place, problems

FOLDER = Path(__file__).parents[1] / "config" / "histories"
EVERY = "every_body"


def find_history(named: Path | str) -> Path:
    """The file of a history: a path, or the name of one that is shipped.

    Raises:
        HistoryError: when there is neither; names those that are shipped.
    """
    for path in (Path(named), FOLDER / f"{named}.toml"):
        if path.is_file():
            return path
    shipped = ", ".join(sorted(path.stem for path in FOLDER.glob("*.toml")))
    raise HistoryError(str(named), [f"no such file, and no history has this name. Shipped: {shipped}."])


def read_history(path: Path) -> History:
    """The history in a file.

    Raises:
        HistoryError: with every problem found.
    """
    text, table = _loaded(path)
    places = _Places(Lines(text))
    try:
        history = History.model_validate(_merged(table, path.name))
    except ValidationError as error:
        raise HistoryError(path.name, [_said(one, places) for one in error.errors()]) from error
    if wrong := [places.said(place, what) for place, what in problems(history)]:
        raise HistoryError(path.name, wrong)
    return history


def _loaded(path: Path) -> tuple[str, dict[str, object]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise HistoryError(path.name, ["it is not UTF-8 text. Save it as UTF-8."]) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a plain ValueError
        raise HistoryError(path.name, [f"not TOML: {error}"]) from error


def _merged(table: Mapping[str, object], file: str) -> dict[str, object]:
    """[history] laid open, and what is so for every body put into each."""
    given = dict(table)
    head, every, bodies = given.pop("history", {}), given.pop(EVERY, {}), given.get("body", [])
    if not isinstance(head, dict) or not isinstance(every, dict) or not isinstance(bodies, list):
        raise HistoryError(file, ["write [history], [every_body], and [[body]] once for each body"])
    given["body"] = [_with(every, body) if isinstance(body, dict) else body for body in bodies]
    return {**given, **head}


def _with(every: Mapping[str, object], body: Mapping[str, object]) -> dict[str, object]:
    made_up = [fact for one in (every, body) for fact in _listed(one.get("illustrative"))]
    return {**every, **body, "illustrative": list(dict.fromkeys(made_up))}


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _said(error: ErrorDetails, places: "_Places") -> str:
    unknown = error["type"] == "extra_forbidden"
    return places.said(error["loc"], "unknown key" if unknown else error["msg"])


class _Places:
    """Where keys are written: in their own table, in [every_body], or in [history]."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def said(self, place: Place, what: str) -> str:
        written = self._written(place)
        return f"line {self.lines.of(written)}, {_key(written)}: {what}"

    def _written(self, place: Place) -> Place:
        if len(place) == 1 and place[0] not in ("body", "report", "recommendation", "letter", "people"):
            return ("history", *place)
        if place[0] != "body" or len(place) < 3 or str(place[2]) in self.lines.under(place[:2]):
            return place
        return (EVERY, *place[2:]) if str(place[2]) in self.lines.under((EVERY,)) else place


def _key(place: Place) -> str:
    """body[3].submitted, counted from one as people count."""
    return "".join(f"[{one + 1}]" if isinstance(one, int) else f".{one}" for one in place).lstrip(".")
