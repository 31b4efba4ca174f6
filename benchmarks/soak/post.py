"""The world's mail server: takes mail, refuses, puts off, drops and stalls by its seed, and keeps a record of it all.

It never dies, for it is outside. Its record, `post.jsonl`, has a line for each mail that came as far as its sender; its
mails are files beside it. Whoever counts reads these, and nothing of ours.
"""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

STALL = 3600.0


class Fate(StrEnum):
    """What the server does with one mail."""

    ok = "ok"
    shut = "421 at the sender"
    later = "451 at the mailbox"
    later_still = "451 after the dot"
    never = "550 at the mailbox"
    drop = "dropped before DATA"
    drop_within = "dropped within DATA"
    drop_taken = "dropped after the dot, taken"
    drop_lost = "dropped after the dot, not taken"
    stall = "stalled before DATA"
    stall_taken = "stalled after the dot, taken"


WEIGHTS = {
    Fate.ok: 880,
    Fate.shut: 20,
    Fate.later: 20,
    Fate.later_still: 10,
    Fate.never: 10,
    Fate.drop: 20,
    Fate.drop_within: 10,
    Fate.drop_taken: 15,
    Fate.drop_lost: 12,
    Fate.stall: 0.5,
    Fate.stall_taken: 0.5,
}
STALLS = (Fate.stall, Fate.stall_taken)
STALLS_AFTER = 300
"""A stall costs half a minute: only a long soak has them."""
TAKEN = (Fate.ok, Fate.drop_taken, Fate.stall_taken)
AT: dict[Fate, tuple[str, str | None]] = {
    Fate.shut: ("mail", "421 closing"),
    Fate.later: ("rcpt", "451 try later"),
    Fate.never: ("rcpt", "550 nobody here"),
    Fate.drop: ("rcpt", None),
    Fate.later_still: ("dot", "451 try later"),
    Fate.drop_taken: ("dot", None),
    Fate.drop_lost: ("dot", None),
}


class Over(Exception):  # noqa: N818
    """This connection ends here."""


class Post:
    """The server and its record. `honest`: it takes everything. `shown` is the latest time on our programs' clocks."""

    def __init__(self, folder: Path, seed: int, shown: Callable[[], datetime]) -> None:
        self.folder = folder
        self.shown = shown
        self.port = 0
        self.honest = False
        self._chance = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._met = 0
        self._count = 0
        self._open: set[asyncio.Task[None]] = set()
        folder.mkdir()
        self._record = (folder / "post.jsonl").open("a", encoding="utf-8")

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, limit=1 << 25)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._record.close()

    def fate(self) -> Fate:
        """What becomes of the next mail."""
        self._met += 1
        [fate] = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        return Fate.ok if self.honest or (fate in STALLS and self._met < STALLS_AFTER) else fate

    def keep(self, mail: bytes) -> str:
        self._count += 1
        name = f"{self._count:06}.eml"
        (self.folder / name).write_bytes(mail)
        return name

    def note(self, line: dict[str, object]) -> None:
        self._record.write(json.dumps(line) + "\n")
        self._record.flush()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        with suppress(Over, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await Talk(self, reader, writer).run()
        self._open.discard(task)
        writer.transport.abort()


class Talk:
    """One connection."""

    def __init__(self, post: Post, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.post = post
        self.reader = reader
        self.writer = writer
        self.fate = Fate.ok
        self.line: dict[str, object] = {}

    async def run(self) -> None:
        await self.say("220 post.example")
        try:
            while line := await self.reader.readline():
                verb, _, rest = line.decode("latin-1").strip().partition(" ")
                await self.obey(verb.lower(), rest)
        finally:
            if "sender" in self.line and "answered" not in self.line:
                self.post.note({**self.line, "answered": "", "fate": "the sender went away before DATA"})

    async def obey(self, verb: str, rest: str) -> None:
        match verb:
            case "ehlo":
                await self.say("250 post.example")
            case "mail":
                self.fate = self.post.fate()
                self.line = {
                    "at": _now(),
                    "shown": self.post.shown().isoformat(),
                    "sender": _address(rest),
                    "fate": self.fate,
                    "data": False,
                    "taken": None,
                }
                await self.answer("mail", "250 ok")
            case "rcpt":
                self.line["mailbox"] = _address(rest)
                if self.fate is Fate.stall:
                    await self.stall()
                await self.answer("rcpt", "250 ok")
            case "data":
                await self.data()
            case "quit":
                await self.say("221 bye")
                raise Over
            case _:
                await self.say("250 ok")

    async def data(self) -> None:
        """From the go-ahead on, whoever sends does not know what became of the mail unless we say so."""
        self.line["data"] = True
        await self.say("354 go on")
        if self.fate is Fate.drop_within:
            self.end("")
        try:
            mail = await self.reader.readuntil(b"\r\n.\r\n")
        except (OSError, asyncio.IncompleteReadError):
            self.end("", "the sender went away within DATA")
        if self.fate in TAKEN:
            self.line["taken"] = self.post.keep(mail[:-3].replace(b"\r\n..", b"\r\n."))
        if self.fate is Fate.stall_taken:
            await self.stall()
        if await self.answer("dot", "250 kept"):
            self.line["answered"] = "250"
            self.post.note(self.line)

    async def answer(self, step: str, usual: str) -> bool:
        """Answers whether we said what is usual."""
        at, said = AT.get(self.fate, ("", ""))
        if step != at:
            await self.say(usual)
            return True
        if not said:
            self.end("")
        self.line["answered"] = said[:3]
        self.post.note(self.line)
        await self.say(said)
        if said.startswith("421"):
            raise Over
        self.fate = Fate.ok
        return False

    async def stall(self) -> None:
        self.line["answered"] = ""
        self.post.note(self.line)
        await asyncio.wait_for(self.reader.read(1), STALL)
        raise Over

    def end(self, answered: str, why: str = "") -> NoReturn:
        self.line["answered"] = answered
        if why:
            self.line["fate"] = why
        self.post.note(self.line)
        raise Over

    async def say(self, words: str) -> None:
        self.writer.write(f"{words}\r\n".encode())
        await self.writer.drain()


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def _now() -> str:
    return datetime.now(UTC).isoformat()
