"""Policies and calendars as files: read, checked and put on the shelf that workflow code looks at."""

import tomllib
from functools import cache
from pathlib import Path

from config.calendar_files import load_calendars
from lifecycle.policy import Policy
from lifecycle.policy_reader import PolicyError, read_policy
from lifecycle.rules import shelve

FOLDER = Path(__file__).parent / "policies"
WORDING = Path(__file__).parent / "templates" / "mail" / "wording.toml"


class NoPolicy(LookupError):  # noqa: N818 - said to a person
    """No policy has this name, or is for this kind of recommendation."""


@cache
def template_names() -> frozenset[str]:
    """The templates that a rung or an announcement may name: those that mails have words for."""
    return frozenset(tomllib.loads(WORDING.read_text("utf-8")))


@cache
def load_policies(folder: Path = FOLDER) -> tuple[Policy, ...]:
    """Every policy version in the folder, checked.

    Raises:
        PolicyError: naming file and key.
    """
    templates = template_names()
    policies = tuple(
        read_policy(path.read_text("utf-8"), path.name, templates) for path in sorted(folder.glob("*.toml"))
    )
    seen: dict[tuple[str, int], str] = {}
    for policy, path in zip(policies, sorted(folder.glob("*.toml")), strict=True):
        if (policy.name, policy.version) in seen:
            raise PolicyError(path.name, [f"policy.version: {policy.name} {policy.version} stands twice"])
        seen[policy.name, policy.version] = path.name
    return policies


def newest(name: str) -> Policy:
    """The newest version of a policy by name."""
    versions = [policy for policy in load_policies() if policy.name == name]
    if not versions:
        known = ", ".join(sorted({policy.name for policy in load_policies()}))
        raise NoPolicy(f"There is no policy {name!r}. Known: {known}.")
    return max(versions, key=lambda policy: policy.version)


def policy_named(name: str) -> Policy:
    """A policy by its name, in its newest version; or in one version, as "cause-of-concern-2".

    Raises:
        NoPolicy: when there is none.
    """
    exact = next((one for one in load_policies() if f"{one.name}-{one.version}" == name), None)
    return exact or newest(name)


def fill_shelf() -> None:
    """Make all versions of policies and calendars known to this process, before a worker or a client starts."""
    versions = {policy.calendar for policy in load_policies()}
    shelve(load_policies(), tuple(load_calendars(version) for version in sorted(versions)))
