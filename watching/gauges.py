"""Our metrics: their names, and what each says. What draws or alerts takes the names from here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from office.auditing import ROWS, SEATS
from office.vital_signs import VitalSigns

Samples = Iterator[tuple[tuple[str, ...], float]]
REPAIRS = (
    *SEATS,
    *ROWS,
    "parked",
    "unknown_send",
    "refused",
    "held",
    "recovery",
    "no_contact",
    "not_composed",
    "infected",
)
"""The kinds that are always told, so that an alert on one that never was is no silent mistake."""


@dataclass(frozen=True)
class Gauge:
    """One metric: its name, its words, its labels, and how its values follow from the vital signs."""

    name: str
    says: str
    labels: tuple[str, ...]
    read: Callable[[VitalSigns], Samples]


def _one(value: Callable[[VitalSigns], float]) -> Callable[[VitalSigns], Samples]:
    def read(signs: VitalSigns) -> Samples:
        yield (), float(value(signs))

    return read


def _cases(signs: VitalSigns) -> Samples:
    for stage, count in signs.cases.items():
        yield (stage,), count


def _notices(signs: VitalSigns) -> Samples:
    for state, count in signs.notices.items():
        yield (state,), count


def _repairs(signs: VitalSigns) -> Samples:
    for kind in sorted({*REPAIRS, *signs.repairs}):
        yield (kind,), signs.repairs.get(kind, 0)


def _job_age(signs: VitalSigns) -> Samples:
    for job, sign in signs.jobs.items():
        yield (job,), sign.age.total_seconds()


def _job_allowed(signs: VitalSigns) -> Samples:
    for job, sign in signs.jobs.items():
        yield (job,), sign.allowed.total_seconds()


def _job_failed(signs: VitalSigns) -> Samples:
    for job, sign in signs.jobs.items():
        yield (job,), float(sign.failed)


LEDGER_UP = "followthrough_ledger_up"
GAUGES = (
    Gauge(
        "followthrough_deadline_unfired_age_seconds",
        "Age of the oldest instant on any case's agenda that has passed and is not recorded; 0 when there is none.",
        (),
        _one(lambda signs: signs.oldest_deadline.total_seconds()),
    ),
    Gauge(
        "followthrough_deadlines_unfired",
        "Cases with an instant on their agenda that has passed and is not recorded.",
        (),
        _one(lambda signs: signs.deadlines_unfired),
    ),
    Gauge("followthrough_notices", "Notices by state, of all time.", ("state",), _notices),
    Gauge(
        "followthrough_notices_held",
        "Notices that are due and wait for a person to let them go.",
        (),
        _one(lambda signs: signs.held),
    ),
    Gauge(
        "followthrough_outbox_age_seconds",
        "How long ago the oldest notice could have left that has not, and that nobody holds; 0 when there is none.",
        (),
        _one(lambda signs: signs.outbox_age.total_seconds()),
    ),
    Gauge("followthrough_cases_open", "Open cases by stage.", ("stage",), _cases),
    Gauge(
        "followthrough_cases_overdue",
        "Open cases whose next due date is past.",
        (),
        _one(lambda signs: signs.overdue),
    ),
    Gauge(
        "followthrough_cases_without_workflow",
        "Open cases that no workflow conducts, as the last run of the job reconcile found.",
        (),
        _one(lambda signs: signs.repairs.get("no_workflow", 0)),
    ),
    Gauge(
        "followthrough_workflows_without_case",
        "Workflows that run for no open case, as the last run of the job reconcile found.",
        (),
        _one(lambda signs: signs.repairs.get("stray_workflow", 0)),
    ),
    Gauge("followthrough_repairs_open", "What waits for a person, by kind.", ("kind",), _repairs),
    Gauge("followthrough_job_age_seconds", "Time since a job last came to its end.", ("job",), _job_age),
    Gauge("followthrough_job_age_allowed_seconds", "Time that may pass before.", ("job",), _job_allowed),
    Gauge("followthrough_job_failed", "1 when a job's last run failed.", ("job",), _job_failed),
    Gauge(
        "followthrough_armed",
        "1 when mail may leave this machine for those it is meant for.",
        (),
        _one(lambda signs: float(signs.armed)),
    ),
    Gauge(
        "followthrough_mute",
        "1 for a restored copy that sends nothing at all.",
        (),
        _one(lambda signs: float(signs.mute)),
    ),
)
