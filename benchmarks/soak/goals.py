"""What a soak must come to."""

from collections.abc import Mapping

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
    "acts_refused": "acts that were refused",
    "acts_unanswered": "acts that were never answered",
}
"""Each of these is a list, and has to be empty."""


def misses(found: Mapping[str, object]) -> list[str]:
    """In words; empty when every goal is met."""
    said = [f"{name}: {words}" for name, words in NOTHING.items() if found[name]]
    faults = int(str(found["faults_after_data"])) + int(str(found["kills_and_full_disks"]))
    if int(str(found["unknown"])) > faults:
        said.append("unknown: more sends in doubt than faults after DATA, kills and full disks together")
    if not found["notices"]:
        said.append("notices: there were none, so nothing was shown")
    return said
