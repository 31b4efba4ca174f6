"""`make simulate`: decades of all bodies on one seeded thread, with the design's invariants checked at every step.

    python -m benchmarks.simulation --years 30 --seed 1

Prints its figures as JSON. A seed repeats a run step by step. What does not hold ends it with the reason and the seed:
put it into benchmarks/simulation/seeds.txt, which the suite replays.
"""

import argparse
import json
import random
from dataclasses import asdict, replace

from benchmarks.simulation.world import NIGHTLY, simulate


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--years", type=float, default=NIGHTLY.years)
    reader.add_argument("--bodies", type=int, default=NIGHTLY.bodies)
    reader.add_argument("--reports", type=float, default=NIGHTLY.reports, help="a year")
    reader.add_argument("--episodes", type=float, default=NIGHTLY.episodes, help="troubles a year")
    reader.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = vars(reader.parse_args())
    seed = given.pop("seed")
    print(f"seed {seed}", flush=True)
    print(json.dumps(asdict(simulate(seed, replace(NIGHTLY, **given))), indent=2))


if __name__ == "__main__":
    main()
