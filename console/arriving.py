"""A form with a file, read while it arrives: the file's bytes go on as they come, and nothing is spooled.

Starlette's own reader keeps every file whole before a page sees its first byte; ours can be refused in the middle.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from console.safety import lift_limit

MOST_FIELDS = 20
LONGEST_FIELD = 1024 * 1024
Fields = dict[str, str]
Take = Callable[[str, AsyncIterator[bytes]], Awaitable[None]]
"""Takes a file by its name and its bytes: reads them to their end, or raises."""
AGAIN = "Go back, and send the form again."


@dataclass(frozen=True)
class Began:
    """A part begins: a field, or a file, whose name is empty when none was chosen."""

    name: str
    filename: str | None


class Ended:
    """A part is whole."""


Event = Began | bytes | Ended


async def read_form(request: Request, fields: Fields, take: Take) -> None:
    """Fill in the fields as they come; the file, if one was chosen, goes to `take` between them.

    What `take` raises ends the reading: what stands behind the file is not read then, so words come before it.

    Raises:
        HTTPException: 400 for a form that is broken, cut off, or has too much in it.
        ClientDisconnect: when whoever sent it went away.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        form = await request.form(max_files=0, max_fields=MOST_FIELDS)
        fields |= {name: value for name, value in form.items() if isinstance(value, str)}
        return
    lift_limit(request)
    came, files = 0, 0
    async with aclosing(_events(request, _Parts(options.get(b"boundary", b"")))) as events:
        async for event in events:
            if not isinstance(event, Began):
                continue
            async with aclosing(_until_end(events)) as content:
                if event.filename:
                    files += 1
                    _at_most(files, 1, "file")
                    await take(event.filename, content)
                    continue
                came += 1
                _at_most(came, MOST_FIELDS, "field")
                value = await _value(event.name, content)
                if event.filename is None:
                    fields[event.name] = value


async def _events(request: Request, parts: "_Parts") -> AsyncGenerator[Event, None]:
    async with aclosing(request.stream()) as stream:
        async for chunk in stream:
            parts.feed(chunk)
            while parts.found:
                yield parts.found.popleft()
            if parts.whole:  # what comes behind the last boundary belongs to nothing, and need not end
                break
    if not parts.whole:
        raise HTTPException(400, f"The form was cut off on its way. {AGAIN}")


async def _until_end(events: AsyncIterator[Event]) -> AsyncGenerator[bytes, None]:
    async for event in events:
        if not isinstance(event, bytes):
            return
        yield event


async def _value(name: str, content: AsyncIterator[bytes]) -> str:
    value = bytearray()
    async for chunk in content:
        value += chunk
        if len(value) > LONGEST_FIELD:
            raise HTTPException(413, f"The field {name} is longer than is taken. Shorten it. {AGAIN}")
    return _decoded(bytes(value))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@contextmanager
def _broken_is_refused() -> Iterator[None]:
    try:
        yield
    except FormParserError as broken:
        raise HTTPException(400, f"The form cannot be read. {AGAIN}") from broken


def _at_most(number: int, most: int, what: str) -> None:
    if number > most:
        raise HTTPException(400, f"The form has more than {most} {what}{'s' * (most > 1)}. {AGAIN}")


class _Parts:
    """The parser, and what it has found that nobody has read yet."""

    def __init__(self, boundary: bytes) -> None:
        self.found: deque[Event] = deque()
        self.whole = False
        self._field, self._value, self._disposition = b"", b"", b""
        if not boundary:
            raise HTTPException(400, f"The form does not say what stands between its parts. {AGAIN}")
        with _broken_is_refused():
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_data": self._on_data,
                    "on_part_end": lambda: self.found.append(Ended()),
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_end": self._on_end,
                },
            )

    def feed(self, chunk: bytes) -> None:
        with _broken_is_refused():
            self._parser.write(chunk)

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self.found.append(data[start:end])

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._disposition = b""
        filename = options.get(b"filename")
        self.found.append(
            Began(_decoded(options.get(b"name", b"")), None if filename is None else _decoded(filename))
        )

    def _on_end(self) -> None:
        self.whole = True
