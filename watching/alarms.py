"""When somebody is to be called: what is wrong, from when on it counts, and the section of the runbook."""

from dataclasses import dataclass
from enum import StrEnum

RUNBOOKS = "docs/runbooks.md"


class Severity(StrEnum):
    """page: now, at any hour. ticket: on the next working day."""

    page = "page"
    ticket = "ticket"


@dataclass(frozen=True)
class Alarm:
    """One alert rule. Its name is also the heading of its section in docs/runbooks.md."""

    name: str
    when: str
    lasting: str
    severity: Severity
    says: str

    @property
    def runbook(self) -> str:
        return f"{RUNBOOKS}#{self.name.lower()}"


ALARMS = (
    Alarm(
        "FollowthroughSilent",
        "absent(followthrough_ledger_up)",
        "5m",
        Severity.page,
        "No worker answers: nothing is conducted and no mail leaves.",
    ),
    Alarm(
        "LedgerUnreachable",
        "min(followthrough_ledger_up) == 0",
        "2m",
        Severity.page,
        "A worker cannot read the ledger: no act is taken.",
    ),
    Alarm(
        "DeadlineNotFired",
        "max(followthrough_deadline_unfired_age_seconds) > 600",
        "5m",
        Severity.page,
        "A deadline passed and its rung is not recorded: a body is not told in time.",
    ),
    Alarm(
        "CaseWithoutWorkflow",
        "max(followthrough_cases_without_workflow) > 0",
        "15m",
        Severity.page,
        "Open cases that nobody conducts: their deadlines will not fire.",
    ),
    Alarm(
        "WorkflowWithoutCase",
        "max(followthrough_workflows_without_case) > 0",
        "15m",
        Severity.ticket,
        "Workflows run that the ledger knows no open case for.",
    ),
    Alarm(
        "CaseParked",
        'max(followthrough_repairs_open{kind="parked"}) > 0',
        "5m",
        Severity.page,
        "A case waits for repair: it takes no act, and its deadlines do not fire.",
    ),
    Alarm(
        "OutboxOld",
        "max(followthrough_outbox_age_seconds) > 1800",
        "10m",
        Severity.page,
        "Mail that could leave does not: the relay, the dispatcher, or an order that holds it.",
    ),
    Alarm(
        "BacklogHeld",
        'max(followthrough_repairs_open{kind="recovery"}) > 0',
        "5m",
        Severity.page,
        "Mail was late by days, and is held back until a person looks at it.",
    ),
    Alarm(
        "SendUnknown",
        'max(followthrough_notices{state="unknown"}) > 0',
        "5m",
        Severity.ticket,
        "Nobody knows whether a mail arrived.",
    ),
    Alarm(
        "SendRefused",
        'max(followthrough_repairs_open{kind="refused"}) > 0',
        "5m",
        Severity.ticket,
        "The relay refused a mail for good: somebody was not told.",
    ),
    Alarm(
        "JobLate",
        "max by (job) (followthrough_job_age_seconds - followthrough_job_age_allowed_seconds) > 0",
        "5m",
        Severity.page,
        "The job {{ $labels.job }} has not come to its end in time.",
    ),
    Alarm(
        "JobFailing",
        "max by (job) (followthrough_job_failed) > 0",
        "15m",
        Severity.ticket,
        "The job {{ $labels.job }} fails again and again.",
    ),
    Alarm(
        "ChainBroken",
        'max(followthrough_repairs_open{kind="broken_chain"}) > 0',
        "1m",
        Severity.page,
        "An event of the ledger was changed or is gone.",
    ),
    Alarm(
        "AuditDisagrees",
        'sum(max by (kind) (followthrough_repairs_open{kind=~"wrong_.*|rung_missing|notice_.*|rules_missing"})) > 0',
        "5m",
        Severity.ticket,
        "The self-audit counts something else than the ledger holds.",
    ),
    Alarm(
        "CopyMute",
        "max(followthrough_mute) > 0",
        "1h",
        Severity.ticket,
        "This installation is a restored copy, and sends nothing.",
    ),
    Alarm(
        "NobodyPolls",
        'sum(temporal_num_pollers{poller_type="workflow_task"}) == 0',
        "5m",
        Severity.page,
        "No worker asks the engine for work.",
    ),
    Alarm(
        "WorkWaits",
        "histogram_quantile(0.95, sum by (le) "
        "(rate(temporal_workflow_task_schedule_to_start_latency_bucket[10m]))) > 10000",
        "10m",
        Severity.ticket,
        "Cases wait for a worker for over ten seconds: too few workers, or one that is stuck.",
    ),
)
