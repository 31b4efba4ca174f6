"""The clock on the wall, set for some processes alone: they see a step, as when a host's clock is put right.

Linux gives each process a page of its own (the vDSO) in which it reads the clock without a system call. We write into
that page, before the process has read the clock, code that asks the kernel and adds so many seconds. It works for Go,
which libfaketime cannot reach, as for Python and Rust. Monotonic clocks run on, as they do when a host's clock is set.
"""

import platform
import struct
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

DYNAMIC_SYMBOLS = 11
# clock_gettime: mov eax,228; syscall; clock 0 (real) or 5 (real, coarse)? then add [rsi], seconds; ret
CLOCK = "b8e40000000f0585ff740583ff05750a488b0d0400000048010ec3"
# gettimeofday: mov eax,96; syscall; is rdi set? then add [rdi], seconds; ret
OF_DAY = "b8600000000f054885ff740a488b0d0400000048010fc3"
# time: mov eax,201; syscall; add rax, seconds; is rdi set? then mov [rdi], rax; ret
SECONDS = "b8c90000000f05480305090000004885ff7403488907c3"
CODES = {"__vdso_clock_gettime": CLOCK, "__vdso_gettimeofday": OF_DAY, "__vdso_time": SECONDS}


def can_be_set() -> bool:
    """Whether this machine's processes read the clock in the way that we know how to change."""
    return (
        sys.platform == "linux"
        and platform.machine() == "x86_64"
        and platform.python_implementation() == "CPython"
    )


class Wall:
    """What all processes that it is hung before show: the machine's time and an offset, which can be changed."""

    def __init__(self, shown: datetime) -> None:
        self.offset = round((shown - datetime.now(UTC)).total_seconds())
        self._cells: dict[int, tuple[int, ...]] = {}
        self._furthest = shown

    def furthest(self) -> datetime:
        """The latest time that it has ever shown: nothing that is due later may have been done."""
        self._furthest = max(self._furthest, self.now())
        return self._furthest

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def hang(self, pid: int) -> None:
        """For a process that was just started, and has not read the clock yet."""
        with suppress(ProcessLookupError, FileNotFoundError):
            self._cells[pid] = _rewrite(pid, self.offset)

    def to(self, shown: datetime) -> None:
        self.step(shown - self.now())

    def step(self, by: timedelta) -> None:
        """All at once."""
        self.furthest()
        self.offset += round(by.total_seconds())
        for pid in list(self._cells):
            try:
                with Path(f"/proc/{pid}/mem").open("r+b", buffering=0) as memory:
                    for cell in self._cells[pid]:
                        _put(memory, cell, struct.pack("<q", self.offset))
            except OSError:  # it has ended
                del self._cells[pid]


def _rewrite(pid: int, offset: int) -> tuple[int, ...]:
    """Write our code over the three functions; answers where each keeps its seconds."""
    begin, end = _page(pid)
    cells = []
    with Path(f"/proc/{pid}/mem").open("r+b", buffering=0) as memory:
        memory.seek(begin)
        functions = _functions(memory.read(end - begin))
        for name, code in CODES.items():
            place, size = functions[name]
            body = bytes.fromhex(code)
            assert len(body) + 8 <= size, f"{name} has room for {size} bytes only"
            _put(memory, begin + place, body + struct.pack("<q", offset))
            cells.append(begin + place + len(body))
    return tuple(cells)


def _put(memory: IO[bytes], place: int, content: bytes) -> None:
    memory.seek(place)
    memory.write(content)


def _page(pid: int) -> tuple[int, int]:
    """Where it is, as soon as the program is loaded: the kernel ends the starter's wait a little before that."""
    while True:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            if line.endswith("[vdso]"):
                begin, _, end = line.split()[0].partition("-")
                return int(begin, 16), int(end, 16)


def _functions(image: bytes) -> dict[str, tuple[int, int]]:
    """Name to (offset, size), from the dynamic symbols of a 64-bit ELF image."""
    [table] = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, table + n * size) for n in range(count)]
    found = {}
    for _, kind, _, _, at, length, names, *_ in sections:
        if kind == DYNAMIC_SYMBOLS:
            for place in range(at, at + length, 24):
                name, _, _, _, value, extent = struct.unpack_from("<IBBHQQ", image, place)
                begin = sections[names][4] + name
                found[image[begin : image.index(b"\0", begin)].decode()] = (value, extent)
    return found
