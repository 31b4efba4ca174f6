"""`make soak`: people act while every program is killed again and again; then nothing is lost, nothing there twice.

python -m benchmarks.soak                          # 200 kills, over 10,000 notices
python -m benchmarks.soak --kills 40 --reports 3 --pages 40 --commands 12 --notices 1000 --postgresql
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.soak.goals import Least, misses
from benchmarks.soak.run import NotHere, Setting, Size, soak
from tests.cluster import NoPostgreSQL

PARTS = ("spring", "autumn", "day")


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--kills", type=int, default=200)
    reader.add_argument("--notices", type=int, default=Least.notices, help="fewer are a miss")
    reader.add_argument("--reports", type=int, default=7, help="of two recommendations each")
    reader.add_argument("--bodies", type=int, default=43, help="so many forces")
    reader.add_argument("--pages", type=int, default=200, help="cases acted on in the browser")
    reader.add_argument("--commands", type=int, default=60, help="cases acted on by the command line")
    reader.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="of the time line")
    reader.add_argument("--postgresql", action="store_true")
    reader.add_argument("--keep", type=Path, help="a new folder in which everything stays")
    given = reader.parse_args()
    size = Size(given.kills, given.reports, given.bodies, given.pages, given.commands, tuple(given.parts))
    setting = Setting(size, given.seed, given.postgresql)
    with tempfile.TemporaryDirectory(prefix="followthrough-soak-") as folder:
        try:
            found = asyncio.run(soak(given.keep or Path(folder), setting))
        except (NotHere, NoPostgreSQL) as why:
            sys.exit(str(why))
    missed = misses(found, Least(given.kills, given.notices))
    print(json.dumps({**found, "misses": missed}, indent=2))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
