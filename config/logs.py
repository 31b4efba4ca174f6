"""Logs: JSON lines to a file for programs; to standard error one short line for people, or JSON as well.

Write `log.info("recorded", extra={"stream": …, "act_key": …})`: the event in plain words, the facts as fields, and the
same fact under the same name everywhere: `stream` (a case), `act_key`, `notice`, `mail_id`. A line written under a
trace names it. No personal data: a person is named by id or role, a text by its hash; a mailbox that a relay or an
error quotes is struck out.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from opentelemetry import trace

FILE_BYTES = 10_000_000
FILES_KEPT = 5
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
ON_SCREEN = ("ref", "stream", "body", "workflow_id")
MAILBOX = re.compile(r"[\w.+'=/-]+@(?=[\w-])[\w.-]+")
STRUCK_OUT = "[mailbox]"
LOUD = dict.fromkeys(
    ("temporalio", "apscheduler", "uvicorn", "alembic", "mail", "weasyprint.progress", "fontTools"),
    logging.WARNING,
)


class JsonLines(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, event, then whatever `extra` named."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": _instant(record).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **_where(),
            **fields(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return struck_out(json.dumps(line, ensure_ascii=False, default=str))


class ShortLines(logging.Formatter):
    """Time, level when it matters, the event, and the few fields that say which case."""

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname}: " if record.levelno >= logging.WARNING else ""
        which = " ".join(f"{name}={value}" for name, value in fields(record).items() if name in ON_SCREEN)
        line = f"{_instant(record).astimezone():%H:%M:%S} {level}{record.getMessage()} {which}".rstrip()
        return struck_out(
            f"{line} ({record.exc_info[1]!r})" if record.exc_info and record.exc_info[1] else line
        )


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What `extra` added to the record."""
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def struck_out(line: str) -> str:
    """The line without the mailboxes in it."""
    return MAILBOX.sub(STRUCK_OUT, line)


def _where() -> dict[str, object]:
    """The trace that the line belongs to, if it belongs to any."""
    here = trace.get_current_span().get_span_context()
    return {"trace_id": f"{here.trace_id:032x}", "span_id": f"{here.span_id:016x}"} if here.is_valid else {}


def set_up(folder: Path, level: str = "INFO", program: str = "followthrough", screen: str = "short") -> Path:
    """Send this process's logs to <program>.log in the folder and to standard error; gives the file.

    Programs that run at the same time on one home take different names. `screen` says what standard error gets:
    `short` lines, or `json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{program}.log"
    to_file = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    to_file.setFormatter(JsonLines())
    to_people = logging.StreamHandler(sys.stderr)
    to_people.setFormatter(JsonLines() if screen == "json" else ShortLines())
    logging.basicConfig(level=level, handlers=[to_file, to_people], force=True)
    for name, least in LOUD.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level]))
    return path


def _instant(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
