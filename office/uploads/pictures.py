"""PNG and JPEG: that the header says what the name says, and a size that can be shown. Pixels are never decoded."""

import struct
from typing import IO

from office.uploads.kinds import Kind
from office.uploads.refusals import FileRefused, not_what_it_says

MOST_SIDE = 30_000
MOST_PIXELS = 100_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG frame (ITU-T T.81, table B.1)."""


def check(file: IO[bytes], kind: Kind) -> None:
    """Raises FileRefused unless it is a picture of the kind its name says, of a sane size."""
    try:
        width, height = _png(file) if kind.ending == "png" else _jpeg(file)
    except (struct.error, IndexError) as error:
        raise not_what_it_says(kind.called) from error
    if width < 1 or height < 1:
        raise not_what_it_says(kind.called)
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise FileRefused(
            "content",
            f"The selected file is a picture of {width:,} by {height:,} pixels, which is too large to show. "
            "Save it at a smaller size, and upload that.",
        )


def _png(file: IO[bytes]) -> tuple[int, int]:
    """ISO/IEC 15948: the first chunk, IHDR, of 13 bytes, begins with width and height; IEND is the last."""
    magic, length, kind, width, height = struct.unpack(">8sI4sII", file.read(24))
    file.seek(-12, 2)
    if (magic, length, kind, file.read(8)) != (_PNG, 13, b"IHDR", b"\0\0\0\0IEND"):
        raise IndexError
    return width, height


def _jpeg(file: IO[bytes]) -> tuple[int, int]:
    """ITU-T T.81, annex B: segments with their length, up to the frame's header."""
    if file.read(2) != b"\xff\xd8":
        raise IndexError
    while True:
        fill, marker = struct.unpack(">BB", file.read(2))
        while marker == 0xFF:
            [marker] = struct.unpack(">B", file.read(1))
        [length] = struct.unpack(">H", file.read(2))
        if fill != 0xFF or length < 2:
            raise IndexError
        if marker in _FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
