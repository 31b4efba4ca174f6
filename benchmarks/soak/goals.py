"""What a soak must come to."""

from collections.abc import Mapping
from dataclasses import dataclass

NOTHING = {
    "lost": "notices that should have been told and were not",
    "unasked": "notices that nothing asks for",
    "early": "notices told before their time",
    "wrong_time": "rungs that fell for another instant than the policy's",
    "twice": "mails of which copies arrived though none was marked unknown",
    "other_id": "what was told twice, under another Message-ID",
    "unknown_unexplained": "sends marked unknown that no fault explains",
    "missing": "acts answered as taken that the ledger lacks",
    "broken": "streams of the ledger with a gap or a broken chain",
    "stuck": "cases that do not answer, or stand elsewhere than their ledger",
    "seats": "cases without a workflow, or workflows without an open case",
    "repairs_of_what_should_not_be": "repairs of another kind than sends in doubt and mail that was refused",
    "acts_refused": "acts that were refused",
    "acts_unanswered": "acts that were never answered",
    "commands_unreadable": "commands that went well, and whose answer was no JSON",
}
"""Each of these is a list, and has to be empty."""


@dataclass(frozen=True)
class Least:
    """A soak that had less of these has not shown enough."""

    kills: int = 200
    notices: int = 10_000


def misses(found: Mapping[str, object], least: Least) -> list[str]:
    """In words; empty when every goal is met."""
    said = [f"{name}: {words}" for name, words in NOTHING.items() if found[name]]
    explained = number(found, "unknown_by_mail_server") + number(found, "unknown_by_kill_or_full_disk")
    if number(found, "unknown") != explained:
        said.append(f"unknown: {found['unknown']} sends in doubt, and {explained} of them explained")
    if number(found, "unknown_by_mail_server") > number(found, "faults_after_data"):
        said.append("unknown: more sends in doubt than the mail server's faults after DATA explain")
    for name, fewest in (("kills", least.kills), ("notices", least.notices)):
        if number(found, name) < fewest:
            said.append(f"{name}: {found[name]}, and the goal is at least {fewest}, so too little was shown")
    return said


def number(found: Mapping[str, object], name: str) -> int:
    return int(str(found[name]))
