"""`followthrough policy …`: policies checked and shown."""

from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.room import AsJson
from config.policy_files import FOLDER, load_policies, newest
from lifecycle.policy import ClockRule, Rung

app = typer.Typer(help="Policies: the lifecycle rules as data.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A folder of policies.")
    ] = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Check every policy in the folder; a problem names file and key."""
    policies = load_policies(folder)
    rows = [{"name": p.name, "version": p.version, "title": p.title, "hash": p.hash} for p in policies]
    output.put_rows(rows, ("name", "version", "title", "hash"), as_json=as_json)
    output.say(f"{len(rows)} policies, no problem found")


@app.command()
def show(name: str, as_json: AsJson = False) -> None:
    """One policy: its clocks, and the rungs of each."""
    policy = newest(name)
    if as_json:
        output.put_json(policy)
        return
    output.put(f"{policy.title} (version {policy.version}, {policy.hash[:12]})\n{policy.summary}")
    output.put(f"outcomes: {', '.join(policy.outcomes) or 'none'}")
    for rule in policy.clocks.values():
        _show_clock(rule)


def _show_clock(rule: ClockRule) -> None:
    output.put(
        f"\n{rule.kind}: {rule.title}. Owner {rule.owner.value}; starts on {', '.join(rule.starts)}; "
        f"limit {rule.limit or 'given'}; met by {', '.join(rule.met_by)}; "
        f"moved by {'nobody (statute)' if rule.statutory else ', '.join(r.value for r in rule.moved_by) or 'nobody'}"
    )
    rows = [
        {"rung": r.id, "when": _when(r), "to": r.to, "copy": r.copied_to, "template": r.template}
        for r in rule.rungs
    ]
    output.put_rows(rows, ("rung", "when", "to", "copy", "template"), as_json=False)


def _when(rung: Rung) -> str:
    if rung.anchor.value == "on":
        return f"the day it is due, {rung.at:%H:%M}"
    days = "working days" if rung.working else "days"
    return f"{rung.count} {days} {rung.anchor.value}, {rung.at:%H:%M}"
