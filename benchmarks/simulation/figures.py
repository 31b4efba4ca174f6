"""What a simulation counts."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Figures:
    """Counted as it runs: acts by what became of them, faults by their kind, what arrived."""

    acts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    arrived: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class Found:
    """What a run came to. `copies` are messages that arrived again; `digest` is the same for the same seed."""

    seed: int
    years: float
    bodies: int
    cases: int
    events: int
    steps: int
    notices: dict[str, int]
    messages: int
    copies: int
    acts: dict[str, int]
    faults: dict[str, int]
    all_faults: int
    reseated: int
    digest: str
    seconds: float


class Broken(AssertionError):  # noqa: N818 - said to a person
    """An invariant of the design does not hold."""
