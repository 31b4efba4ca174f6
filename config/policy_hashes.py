"""Keeps `policies/HASHES`, which holds the hash of every committed policy: a policy is never edited in place.

    python -m config.policy_hashes --check     is every policy the one that was committed?
    python -m config.policy_hashes --add       note the policies that are new

A running case holds its policy's hash. So a change is a new file, `<name>-<next version>.toml`; what is noted here
is never noted again.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lifecycle.policy import hash_of

FOLDER = Path(__file__).parent / "policies"
HASHES = "HASHES"
UNCHANGED = "Every policy is the one that was committed.\n"


def policy_hashes(folder: Path = FOLDER) -> dict[str, str]:
    """The hash of each policy in the folder, by file name."""
    return {path.name: hash_of(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}


def noted_hashes(folder: Path = FOLDER) -> dict[str, str]:
    """The hashes that were noted when each policy was committed, by file name; none without a list."""
    path = folder / HASHES
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def problems(noted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What differs between the hashes noted and those found, and what to do about it."""
    said = []
    for name in sorted({*noted, *found}):
        if name not in found:
            said.append(f"{name}: is gone. Put it back; running cases may hold it.")
        elif name not in noted:
            said.append(
                f"{name}: is not noted. Run python -m config.policy_hashes --add before it is committed."
            )
        elif noted[name] != found[name]:
            said.append(f"{name}: was edited in place. Put it back, and copy it to its next version.")
    return said


def add_new(folder: Path = FOLDER) -> list[str]:
    """Note the policies that are not noted yet; answers their names."""
    noted = noted_hashes(folder)
    new = {name: digest for name, digest in policy_hashes(folder).items() if name not in noted}
    with (folder / HASHES).open("a", encoding="utf-8", newline="") as file:
        file.writelines(f"{digest}  {name}\n" for name, digest in new.items())
    return list(new)


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Checks the policies, or notes the new ones: 1 when the check finds a difference."""
    options = read_arguments(arguments)
    if options.add:
        sys.stdout.write("".join(f"Noted: {name}\n" for name in add_new(folder)))
    said = problems(noted_hashes(folder), policy_hashes(folder))
    sys.stdout.write("".join(f"{line}\n" for line in said) or UNCHANGED)
    return int(bool(said))


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Either --check or --add."""
    about = "Keeps the hashes of the committed policies."
    parser = argparse.ArgumentParser(prog="python -m config.policy_hashes", description=about)
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--check", action="store_true", help="compare the policies with the hashes noted")
    act.add_argument("--add", action="store_true", help="note the policies that are new")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
