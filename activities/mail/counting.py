"""What one run of the dispatcher did, in notices."""

from dataclasses import dataclass

from activities.mail.relay import Outcome

STATES = {
    "mute": "nothing is sent: this is a copy, and mute (docs/operating.md)",
    "held_back": "late mail is held back: `followthrough mail recovery`",
}


@dataclass
class DispatchCount:
    """Notices by what became of them. A notice counts once for each attempt; `suppressed` were no longer true."""

    claimed: int = 0
    sent: int = 0
    refused: int = 0
    deferred: int = 0
    unknown: int = 0
    suppressed: int = 0
    unreachable: int = 0
    mute: bool = False
    held_back: bool = False

    def add(self, outcome: Outcome, notices: int) -> None:
        name = "sent" if outcome is Outcome.accepted else outcome.value
        setattr(self, name, getattr(self, name) + notices)

    def __str__(self) -> str:
        said = [f"{count} {name}" for name, count in vars(self).items() if count and name not in STATES]
        said += [words for name, words in STATES.items() if vars(self)[name]]
        return ", ".join(said) or "nothing to send"
