"""An SMTP server that does as its script says: answers, drops, stalls, drips, floods, or lies about TLS."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum


class Trouble(Enum):
    """What a server may do in place of an answer."""

    drop = "close the connection"
    stall = "say nothing for ever"
    flood = "an answer longer than any line may be"


@dataclass(frozen=True)
class Slow:
    """An answer that comes late, in two pieces."""

    answer: str
    seconds: float


Answer = str | Slow | Trouble
Script = Answer | Sequence[Answer]


KIND = {
    "greeting": "220 misbehaving.example",
    "ehlo": "250 misbehaving.example",
    "auth": "235 you are known",
    "mail": "250 sender ok",
    "rcpt": "250 mailbox ok",
    "data": "354 go on",
    "dot": "250 kept",
    "noop": "250 here",
    "afterwards": "",
    "quit": "221 bye",
}


@dataclass
class Misbehaving:
    """What differs from KIND: one answer for a step, or a list with one for each time the step comes.

    `copies` counts each mail whose final dot arrived, whatever was answered.
    """

    script: Mapping[str, Script] = field(default_factory=dict)
    wrapped: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None

    port: int = 0
    connections: int = 0
    copies: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    dots: threading.Event = field(default_factory=threading.Event)
    _used: dict[str, int] = field(default_factory=dict)
    _open: set["_Session"] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, step: str) -> Answer:
        script = self.script.get(step, KIND[step])
        if isinstance(script, str | Slow | Trouble):
            return script
        turn = self._used.get(step, 0)
        self._used[step] = turn + 1
        return script[min(turn, len(script) - 1)]

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        session = _Session(self, reader, writer, asyncio.current_task())
        self._open.add(session)
        with suppress(_Over, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await session.run()
        self._open.discard(session)
        session.writer.transport.abort()

    async def hang_up(self) -> None:
        for session in tuple(self._open):
            if session.task is not None:
                session.task.cancel()
        while self._open:
            await asyncio.sleep(0.005)


class _Over(Exception):  # noqa: N818
    """The script says that this connection ends here."""


@dataclass(eq=False)
class _Session:
    server: Misbehaving
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    task: asyncio.Task[None] | None
    begun: bool = False

    async def run(self) -> None:
        await self.say(self.server.answer("greeting"))
        while line := await self.reader.readline():
            command = line.decode("latin-1").strip()
            self.server.commands.append(command)
            await self.obey(command.split(" ")[0].lower())

    async def obey(self, verb: str) -> None:
        if verb == "ehlo":
            await self.say(self.extensions())
        elif verb == "starttls" and self.server.starttls:
            await self.say("220 go ahead")
            await self.writer.start_tls(self.server.starttls)
        elif verb == "data":
            await self.take_mail()
        elif verb == "quit":
            await self.say(self.server.answer("quit"))
            raise _Over
        elif verb == "mail" and self.begun:
            await self.say("503 one mail at a time")
        elif verb in ("mail", "rcpt", "noop", "auth"):
            self.begun = self.begun or verb == "mail"
            await self.say(self.server.answer(verb))
        else:
            await self.say("500 what?")

    def extensions(self) -> Answer:
        answer = self.server.answer("ehlo")
        if not isinstance(answer, str) or not answer.startswith("250 "):
            return answer
        offers = ["STARTTLS"] if self.server.starttls else []
        return "\r\n".join([f"250-{answer[4:]}", *(f"250-{offer}" for offer in offers), "250 AUTH PLAIN"])

    async def take_mail(self) -> None:
        answer = self.server.answer("data")
        await self.say(answer)
        if not str(answer).startswith("354"):
            return
        self.server.copies.append(await self.reader.readuntil(b"\r\n.\r\n"))
        self.server.dots.set()
        self.begun = False
        await self.say(self.server.answer("dot"))
        await self.say(self.server.answer("afterwards"))

    async def say(self, answer: Answer) -> None:
        if answer is Trouble.drop:
            raise _Over
        if answer is Trouble.stall:
            await asyncio.sleep(3600)
        if answer is Trouble.flood:
            await self.write("250-" + "x" * 20_000)
        if isinstance(answer, Slow):
            await self.write(answer.answer[:2], end="")
            await asyncio.sleep(answer.seconds)
            await self.write(answer.answer[2:])
        elif isinstance(answer, str) and answer:
            await self.write(answer)

    async def write(self, text: str, end: str = "\r\n") -> None:
        self.writer.write((text + end).encode())
        await self.writer.drain()


@contextmanager
def serving(server: Misbehaving) -> Iterator[Misbehaving]:
    """Run the server in a thread of its own on a free loopback port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="misbehaving")
    thread.start()

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(server.meet, "127.0.0.1", 0, ssl=server.wrapped)

    async def end(listener: asyncio.Server) -> None:
        listener.close()
        await server.hang_up()
        await asyncio.sleep(0.01)

    listener = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(end(listener), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
