"""The figures of the operations page, each a text under a name: what the page shows, and what the stream changes."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

from console.pages import instant_text
from office.overview import Overview
from office.queues import Engine


@dataclass(frozen=True)
class Figures:
    """One moment's texts by name. `id` is the same whenever and wherever the texts are: a reader resumes by it."""

    texts: dict[str, str]
    at: str = field(compare=False, default="")

    @cached_property
    def id(self) -> str:
        return hashlib.sha256(json.dumps(self.texts, sort_keys=True).encode()).hexdigest()[:16]


def figures(now: Overview, engine: Engine) -> Figures:
    """All figures of the page."""
    texts = {
        "open": f"{now.open:,}",
        "due": f"{now.due:,}",
        "overdue": f"{now.overdue:,}",
        "stuck": f"{now.stuck:,}",
        "waiting": f"{now.waiting:,}",
        "held": f"{now.held:,}",
        "unknown": f"{now.unknown:,}",
        "oldest": f"since {instant_text(now.oldest)}" if now.oldest else "nothing waits",
        "sending": _sending(now),
        "workers": f"{engine.workers:,}",
        "backlog": f"{engine.backlog:,}",
        "engine": engine.trouble or ("answers" if engine.well else "answers, but no worker polls"),
    }
    texts |= {f"stage-{stage}": f"{count:,}" for stage, count in now.stages.items()}
    texts |= {f"job-{job.name}": "well" if job.well else _trouble(job.late) for job in now.jobs}
    return Figures(texts, instant_text(now.at))


def _trouble(late: bool) -> str:
    return "late" if late else "failed"


def _sending(now: Overview) -> str:
    if now.stopped:
        return f"stopped by {now.stopped.actor}: {now.stopped.reason}"
    return f"goes on; {len(now.holds)} held back" if now.holds else "goes on"
