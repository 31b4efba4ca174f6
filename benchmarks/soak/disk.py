"""A disk that can be full: a file system in memory whose size is changed while programs write to it.

It is mounted in a mount namespace of this process's own, so that nobody else sees it and it goes when we do. That
needs root; without it no disk is ever full, and the soak says so.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

CLONE_NEWNS = 0x00020000
AMPLE = 4 << 30
SPARE = 48 << 10
"""Bytes left when it is full: room for a line of a log, not for a transaction."""


class Disk:
    """Mounted at a folder. `there` says whether it could be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.there = _own_namespace() and _mount("-t", "tmpfs", "-o", f"size={AMPLE}", "tmpfs", str(folder))

    def fill(self) -> None:
        used = os.statvfs(self.folder)
        self._size((used.f_blocks - used.f_bfree) * used.f_frsize + SPARE)

    def empty(self) -> None:
        self._size(AMPLE)

    def close(self) -> None:
        if self.there:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _size(self, size: int) -> None:
        if not _mount("-o", f"remount,size={size}", str(self.folder)):
            raise RuntimeError(f"the size of {self.folder} could not be changed")


def _own_namespace() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return ctypes.CDLL(None).unshare(CLONE_NEWNS) == 0 and _mount("--make-rprivate", "/")


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
