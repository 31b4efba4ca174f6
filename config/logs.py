"""Logs: JSON lines to a file for programs, one short line to standard error for people.

Write `log.info("mail accepted", extra={"ref": …, "body": …})`: the event in plain words, the facts as fields.
No personal data: a person is named by role, a text by its hash.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_BYTES = 10_000_000
FILES_KEPT = 5
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
ON_SCREEN = ("ref", "body", "workflow_id")
LOUD = dict.fromkeys(("temporalio", "apscheduler", "uvicorn", "alembic", "mail"), logging.WARNING)


class JsonLines(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, event, then whatever `extra` named."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _instant(record).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **fields(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class ShortLines(logging.Formatter):
    """Time, level when it matters, the event, and the few fields that say which case."""

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname}: " if record.levelno >= logging.WARNING else ""
        which = " ".join(f"{name}={value}" for name, value in fields(record).items() if name in ON_SCREEN)
        line = f"{_instant(record).astimezone():%H:%M:%S} {level}{record.getMessage()} {which}".rstrip()
        return f"{line} ({record.exc_info[1]!r})" if record.exc_info and record.exc_info[1] else line


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What `extra` added to the record."""
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def set_up(folder: Path, level: str = "INFO", program: str = "followthrough") -> Path:
    """Send this process's logs to <program>.log in the folder and to standard error; gives the file.

    Programs that run at the same time on one home take different names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{program}.log"
    to_file = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    to_file.setFormatter(JsonLines())
    to_people = logging.StreamHandler(sys.stderr)
    to_people.setFormatter(ShortLines())
    logging.basicConfig(level=level, handlers=[to_file, to_people], force=True)
    for name, least in LOUD.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level]))
    return path


def _instant(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
