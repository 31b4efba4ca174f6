"""Exit codes, documented and stable (sysexits where it has one), and the errors that lead to them."""

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NoReturn

from sqlalchemy.exc import DataError, OperationalError

from activities.mail.relay import Unarmed
from activities.mail.repair import NotPossible
from config import traces
from config.policy_files import NoPolicy
from config.sources import SettingsError
from config.temporal import NoServer
from console.assets import AssetsError
from embedded.backup.manifest import BadBackup
from embedded.binary import NoEngine
from embedded.engine import EngineFailed
from embedded.inbox import InboxError
from embedded.lock import HomeBusy
from embedded.namespace import NamespaceUnready
from embedded.ports import PortTaken
from embedded.stamp import WrongEngine
from lifecycle.characters import kept
from lifecycle.limits import LimitError
from lifecycle.policy_reader import PolicyError
from lifecycle.rules import UnknownRules
from lifecycle.words import Refused
from models.installation import WrongTimeline
from models.schema import NewerSchema
from office.desk import NeedsRepair, NoCase, Unreachable
from office.intake import IntakeError
from office.letter_pdf import NoPdf
from office.people import NotAllowed
from office.post import NoMail
from office.uploads.opening import NoDocument, StaysShut
from publication.shelf import SiteBusy
from rehearsal.errors import DeedFailed, FolderTaken, HistoryError, NotSettled, RanAhead
from secrecy.codec import NoKeys
from secrecy.ring import Forged, NoMaster


class Exit(IntEnum):
    ok = 0
    found = 1
    usage = 2
    data = 65
    no_such = 66
    unavailable = 69
    fault = 70
    temporary = 75
    not_allowed = 77
    settings = 78


CODES: dict[type[Exception], Exit] = {
    Refused: Exit.data,
    IntakeError: Exit.data,
    PolicyError: Exit.data,
    LimitError: Exit.data,
    NotPossible: Exit.data,
    BadBackup: Exit.data,
    Forged: Exit.data,
    HistoryError: Exit.data,
    DeedFailed: Exit.data,
    FolderTaken: Exit.usage,
    NoCase: Exit.no_such,
    NoPolicy: Exit.no_such,
    NoMail: Exit.no_such,
    NoDocument: Exit.no_such,
    FileNotFoundError: Exit.no_such,
    PermissionError: Exit.settings,
    NotAllowed: Exit.not_allowed,
    StaysShut: Exit.not_allowed,
    NeedsRepair: Exit.temporary,
    HomeBusy: Exit.temporary,
    SiteBusy: Exit.temporary,
    NotSettled: Exit.temporary,
    RanAhead: Exit.temporary,
    Unreachable: Exit.unavailable,
    NoServer: Exit.unavailable,
    NoEngine: Exit.unavailable,
    NoPdf: Exit.unavailable,
    EngineFailed: Exit.unavailable,
    PortTaken: Exit.unavailable,
    AssetsError: Exit.unavailable,
    InboxError: Exit.unavailable,
    OperationalError: Exit.unavailable,
    DataError: Exit.data,
    SettingsError: Exit.settings,
    NamespaceUnready: Exit.settings,
    NoKeys: Exit.settings,
    NoMaster: Exit.settings,
    WrongEngine: Exit.settings,
    WrongTimeline: Exit.settings,
    Unarmed: Exit.settings,
    NewerSchema: Exit.settings,
    UnknownRules: Exit.settings,
}


def run(deed: Callable[[], None], say: Callable[[str], None]) -> int:
    """Do it and answer the exit code; a known error becomes one clear message, any other is shown whole."""
    try:
        deed()
    except tuple(CODES) as error:
        say(f"error: {_words(error)}")
        return int(next(code for kind, code in CODES.items() if isinstance(error, kind)))
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except KeyboardInterrupt:
        say("stopped.")
        return 130
    except BrokenPipeError:
        return 0
    except Exception:
        say(traceback.format_exc())
        say(
            "error: this is a fault of the program. What was recorded is recorded; please report the lines above."
        )
        return int(Exit.fault)
    return 0


def refuse_unreadable(words: Sequence[str]) -> None:
    """Bytes that are no UTF-8 come from the shell as halves of surrogate pairs. Raises Refused."""
    for number, word in enumerate(words[1:], 1):
        if not kept(word):
            raise Refused(f"word {number} of the command is not text in UTF-8: {word!a}. Nothing was done.")


def leave(code: int) -> NoReturn:
    """End the process without tearing the interpreter down.

    The Temporal SDK's own threads may still call into an interpreter that is going away, which aborts the process
    after the act was recorded (temporalio/sdk-python#300). All that was said is flushed first.
    """
    traces.end()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)


def _words(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file {error.filename}. Check the path."
    if isinstance(error, PermissionError):
        return (
            f"{error.filename or 'a file'} cannot be used by this user: {error.strerror}. Let the user who runs this "
            "write there, or set FOLLOWTHROUGH_HOME to a folder of their own."
        )
    if isinstance(error, OperationalError):
        return f"the database cannot be used: {error.orig}. Check DATABASE_URL; run `followthrough up` once."
    if isinstance(error, DataError):
        return f"nothing was done: the database cannot keep what was given: {str(error.orig).strip()}"
    return str(error)
