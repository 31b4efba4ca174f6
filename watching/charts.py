"""What the dashboard draws: for whoever is on duty, what matters most first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One curve: its question, and its name in the legend."""

    asks: str
    legend: str


@dataclass(frozen=True)
class Chart:
    """One panel: a curve over time or, when `now` is set, the value as it is. `red` is from where on it is bad."""

    title: str
    says: str
    lines: tuple[Line, ...]
    unit: str = "short"
    now: bool = False
    red: float | None = None


def _number(title: str, asks: str, says: str, *, unit: str = "short", red: float | None = 1) -> Chart:
    return Chart(title, says, (Line(asks, title),), unit, now=True, red=red)


_QUANTILE = "histogram_quantile({q}, sum by (le) (rate({metric}_bucket[10m])))"
_WAITS = "temporal_workflow_task_schedule_to_start_latency"
_APPENDS = "temporal_local_activity_execution_latency"

CHARTS = (
    _number(
        "Oldest unfired deadline",
        "max(followthrough_deadline_unfired_age_seconds)",
        "0: every deadline that passed is recorded.",
        unit="s",
        red=600,
    ),
    _number(
        "Outbox age",
        "max(followthrough_outbox_age_seconds)",
        "Since when the oldest mail could have left.",
        unit="s",
        red=1800,
    ),
    _number(
        "Sends unknown", 'max(followthrough_notices{state="unknown"})', "Nobody knows whether they arrived."
    ),
    _number("Cases without workflow", "max(followthrough_cases_without_workflow)", "Nobody conducts them."),
    _number(
        "Workflows without case",
        "max(followthrough_workflows_without_case)",
        "The ledger does not know them.",
    ),
    _number(
        "Waiting for a person", "sum(max by (kind) (followthrough_repairs_open))", "Repairs, of all kinds."
    ),
    Chart(
        "Open cases by stage",
        "Where cases stand.",
        (Line("max by (stage) (followthrough_cases_open)", "{{stage}}"),),
    ),
    Chart(
        "Overdue",
        "Open cases whose next due date is past, and deadlines that passed and are not recorded.",
        (
            Line("max(followthrough_cases_overdue)", "overdue"),
            Line("max(followthrough_deadlines_unfired)", "unfired"),
        ),
    ),
    Chart(
        "Notices waiting",
        "Due, claimed by a dispatcher, and held by a person.",
        (
            Line('max by (state) (followthrough_notices{state=~"due|claimed|unknown|refused"})', "{{state}}"),
            Line("max(followthrough_notices_held)", "held"),
        ),
    ),
    Chart(
        "Notices settled in an hour",
        "Sent, and not sent for a recorded reason.",
        (Line('max by (state) (delta(followthrough_notices{state=~"sent|not_sent"}[1h]))', "{{state}}"),),
    ),
    Chart(
        "Jobs: time since their last end",
        "Each has its own allowance.",
        (Line("min by (job) (followthrough_job_age_seconds)", "{{job}}"),),
        unit="s",
    ),
    Chart(
        "Repairs by kind",
        "What waits for a person.",
        (Line("max by (kind) (followthrough_repairs_open) > 0", "{{kind}}"),),
    ),
    Chart(
        "Cases wait for a worker",
        "From when the engine has work for a case until a worker takes it.",
        tuple(Line(_QUANTILE.format(q=q, metric=_WAITS), f"{float(q):.0%}") for q in ("0.5", "0.95")),
        unit="ms",
    ),
    Chart(
        "Writing to the ledger",
        "One append, as the engine sees it.",
        tuple(Line(_QUANTILE.format(q=q, metric=_APPENDS), f"{float(q):.0%}") for q in ("0.5", "0.95")),
        unit="ms",
    ),
    Chart(
        "Calls to the engine in a second",
        "By operation.",
        (Line("sum by (operation) (rate(temporal_request[5m]))", "{{operation}}"),),
    ),
    Chart(
        "Workers",
        "Who asks the engine for work, free slots, and cases in memory.",
        (
            Line("sum by (poller_type) (temporal_num_pollers)", "polls for {{poller_type}}"),
            Line("sum by (worker_type) (temporal_worker_task_slots_available)", "slots of {{worker_type}}"),
            Line("sum(temporal_sticky_cache_size)", "cases in memory"),
        ),
    ),
)
