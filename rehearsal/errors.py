"""What can go wrong with a replay, each said to whoever wrote the history or ran it."""

from collections.abc import Iterable


class HistoryError(ValueError):
    """A history that cannot be replayed; the message names file, line and key, one line for each problem."""

    def __init__(self, file: str, problems: Iterable[str]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


class DeedFailed(Exception):  # noqa: N818 - said to whoever wrote the history
    """A deed of the history was refused; says which, when and why."""


class FolderTaken(Exception):  # noqa: N818 - said to a person
    """The folder to keep a replay in holds something already."""


class NotSettled(Exception):  # noqa: N818 - said to whoever runs it
    """Something due by the instant is not in the ledger after a long wait."""


class RanAhead(Exception):  # noqa: N818 - said to whoever runs it
    """A workflow's clock went beyond where it was moved; what happens now would be dated wrongly."""
