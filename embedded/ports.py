"""Whether a port of this machine is free, who has it if not, and what to do then."""

import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
LISTENING = "0A"


class PortTaken(Exception):  # noqa: N818 - said to a person
    """Another program listens on a port we need."""


def require_free(port: int, purpose: str, variable: str) -> None:
    """Raises PortTaken: which port, what we need it for, who has it, and the setting that moves us."""
    if not is_free(port):
        owner = _owner(port)
        by = f" It is held by {owner}." if owner else ""
        raise PortTaken(f"port {port}, for {purpose}, is taken.{by} Stop that program, or set {variable}.")


def require_all_free(wanted: Sequence[tuple[int, str, str]]) -> None:
    """As `require_free`, of several at once. Raises PortTaken, with a line for each that is taken."""
    found = []
    for port, purpose, variable in wanted:
        try:
            require_free(port, purpose, variable)
        except PortTaken as taken:
            found.append(str(taken))
    if found:
        raise PortTaken("\n".join(found))


def is_free(port: int) -> bool:
    """Whether we could listen on the port at the loopback address now."""
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """Different ports that are free now, for a run that must not meet another."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _owner(port: int) -> str | None:
    return _owner_in_proc(port) if Path("/proc/net/tcp").exists() else _owner_by_lsof(port)


def _owner_in_proc(port: int) -> str | None:
    """The listener as Linux shows it; None when it belongs to another user."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    wanted = {f"socket:[{row[9]}]" for row in rows if _listens(row, port)}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) in wanted:
                process = link.parent.parent
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return None


def _listens(row: list[str], port: int) -> bool:
    return row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port


def _owner_by_lsof(port: int) -> str | None:
    if not (lsof := shutil.which("lsof")):
        return None
    asked = [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    facts = {line[0]: line[1:] for line in answer if line}
    return f"{facts['c']} (process {facts['p']})" if {"c", "p"} <= facts.keys() else None
