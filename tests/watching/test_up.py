"""A running installation as those see it who watch it: metrics, health, logs, traces, dashboard and alerts."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from config.policy_files import fill_shelf
from embedded.ports import free_ports
from office import reading
from office.reading import CaseLine, Filter
from tests.cli.running import Installation, installation
from tests.console.house import House
from tests.watching.collector import Collector, collecting
from watching import outputs
from watching.alarms import ALARMS
from watching.charts import CHARTS
from watching.gauges import GAUGES, LEDGER_UP

pytestmark = [pytest.mark.server]
NAME = re.compile(r"\b(?:followthrough|temporal)_\w+")
LABEL = re.compile(r'(\w+)(?:=|=~)"([^"]*)"')
DOCS = Path(__file__).parents[2] / "docs"
TEXT = "Records are kept by name.person@somewhere.example, in person."


class Seen:
    """What one running installation said to those who watch it."""

    def __init__(self, there: Installation, collector: Collector) -> None:
        self.there = there
        self.collector = collector
        self.address = f"http://127.0.0.1:{there.environ['FOLLOWTHROUGH_METRICS_PORT']}"
        self.sdk = f"http://127.0.0.1:{there.environ['FOLLOWTHROUGH_SDK_METRICS_PORT']}"

    def get(self, path: str) -> str:
        with urlopen(self.address + path, timeout=30) as answer:
            return str(answer.read().decode())

    def metrics(self) -> str:
        with urlopen(f"{self.sdk}/metrics", timeout=30) as answer:
            return self.get("/metrics") + str(answer.read().decode())

    def case(self, number: int) -> CaseLine:
        """One of the sample's cases whose plan is asked for."""
        with closing(House(self.there).database) as ledger:
            found = reading.cases(ledger, Filter(stage="requested"), datetime.now(UTC).date())
        return [case for case in found if case.reference.startswith("seed-2016")][number]

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.there.home / "log" / "up.log").read_text().splitlines()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    fill_shelf()
    home = tmp_path_factory.mktemp("watched") / "home"
    with collecting() as collector, installation(home) as there:
        ours, sdk = free_ports(2)
        there.environ |= {
            "FOLLOWTHROUGH_METRICS_PORT": str(ours),
            "FOLLOWTHROUGH_SDK_METRICS_PORT": str(sdk),
            "FOLLOWTHROUGH_OTLP_URL": collector.address,
            "OTEL_BSP_SCHEDULE_DELAY": "200",  # milliseconds, so that nobody waits five seconds for spans
            "FOLLOWTHROUGH_LOG_FORMAT": "json",
            "FOLLOWTHROUGH_BASE_URL": f"http://127.0.0.1:{there.ports['CONSOLE_PORT']}",
        }
        there.start()
        yield Seen(there, collector)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def names(text: str) -> set[str]:
    """The metrics of a scrape, as samples have them."""
    return {line.split("{")[0].split()[0] for line in text.splitlines() if line and not line.startswith("#")}


def asked() -> dict[str, str]:
    """Every question of dashboard and alerts, by where it stands."""
    charts = {f"{chart.title}: {line.legend}": line.asks for chart in CHARTS for line in chart.lines}
    return charts | {alarm.name: alarm.when for alarm in ALARMS}


def test_every_metric_of_dashboard_and_alerts_is_in_a_real_scrape(seen: Seen):
    text = seen.metrics()
    there = names(text)
    wanted = {name for question in asked().values() for name in NAME.findall(question)}
    assert wanted <= there
    assert {gauge.name for gauge in GAUGES} | {LEDGER_UP} <= there
    for question in asked().values():
        for label, value in LABEL.findall(question):
            assert re.search(rf'\b{label}="(?:{value})"', text), (label, value)


def test_it_lives_and_says_what_it_can_reach(seen: Seen):
    assert json.loads(seen.get("/healthz")) == {"alive": True}
    assert json.loads(seen.get("/readyz")) == {"ledger": True, "engine": True, "worker": True}
    with pytest.raises(HTTPError, match="404"):
        seen.get("/anything")


def test_an_act_by_command_is_one_trace_through_two_processes(seen: Seen):
    case = seen.case(0).id
    body = case.rsplit("/", 1)[1]
    done = seen.there.run("case", "submit", case, "--text", TEXT, "--key", "plan", actor=f"liaison-{body}")
    assert done.returncode == 0, done.stderr
    last = seen.collector.named("cli case submit")
    written = seen.collector.within(last.trace_id, "RunActivity:append")
    assert seen.collector.chain(written) == [
        "cli case submit",
        "act record_submission",
        "StartWorkflowUpdate:record_submission",
        "ValidateUpdate:record_submission",
        "HandleUpdate:record_submission",
        "StartActivity:append",
        "RunActivity:append",
    ]
    assert len(seen.collector.services) == 2
    [line] = [line for line in seen.log() if line.get("stream") == case and "act_key" in line]
    assert line["event"] == "act committed"
    assert line["trace_id"] == written.trace_id.hex()


def test_an_act_by_the_api_begins_with_its_request_and_a_page_that_is_read_is_not_traced(seen: Seen):
    house = House(seen.there)
    with urlopen(f"{house.address}/help?secret=of-a-link", timeout=30) as page:
        assert page.status == 200
    with closing(house.database):
        case = seen.case(1)
        with house.api(f"liaison-{case.body}") as program:
            path = f"/api/v1/cases/{case.reference}/{case.body}/acts"
            answer = program.post(
                path, json={"kind": "acknowledge"}, headers={"Idempotency-Key": "acknowledged-once"}
            )
        assert answer.status_code == 200, answer.text
    first = seen.collector.named("POST /api/v1/cases/{reference}/{body}/acts")
    written = seen.collector.within(first.trace_id, "RunActivity:append")
    assert seen.collector.chain(written)[:2] == [first.name, "act acknowledge"]
    assert "of-a-link" not in str(seen.collector.spans)
    assert "GET" not in {span.name.split()[0] for span in seen.collector.spans}


def test_neither_logs_nor_traces_hold_what_people_wrote_or_their_mailboxes(seen: Seen):
    until(lambda: any(line["event"] == "mail accepted" for line in seen.log()))
    said = (seen.there.home / "log" / "up.log").read_text()
    assert "@" not in re.sub(r"\d+@[\w-]+", "", said), "process@machine is no mailbox"
    assert TEXT not in said
    assert TEXT not in str(seen.collector.spans)
    assert ".example" not in str(seen.collector.spans)
    shown = [line for line in seen.there.words().splitlines() if line.startswith("{")]
    assert [json.loads(line)["event"] for line in shown]


def test_dashboard_and_alerts_are_as_the_code_makes_them():
    """python -m watching.outputs writes them again."""
    assert outputs.DASHBOARD.read_text("utf-8") == outputs.dashboard()
    assert outputs.RULES.read_text("utf-8") == outputs.rules()


def test_no_two_panels_of_the_dashboard_overlap():
    panels = [panel["gridPos"] for panel in json.loads(outputs.dashboard())["panels"]]
    cells = [
        (x, y) for p in panels for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(p["x"] + p["w"] <= outputs.WIDTH for p in panels)


def test_each_alert_has_its_section_and_each_section_its_alert():
    sections = re.findall(r"^## (\w+)$\n\n\*(\w+)\.\*", (DOCS / "runbooks.md").read_text("utf-8"), re.M)
    assert sorted(sections) == sorted((alarm.name, alarm.severity.value) for alarm in ALARMS)


def test_each_metric_is_explained():
    page = (DOCS / "operating.md").read_text("utf-8")
    assert [gauge.name for gauge in GAUGES if gauge.name not in page] == []


@pytest.mark.parametrize("question", asked().values(), ids=asked())
def test_a_question_is_well_formed(question: str):
    """As far as we can tell without Prometheus: brackets in pairs, labels quoted, ranges as durations."""
    bare = re.sub(r'"[^"]*"', '""', question)
    for opening, closing_ in ("()", "[]", "{}"):
        assert bare.count(opening) == bare.count(closing_)
    assert bare.count('"') % 2 == 0
    assert all(re.fullmatch(r"\d+[smhd]", span) for span in re.findall(r"\[([^\]]*)\]", bare))
    assert all(re.fullmatch(r'(\w+(=|=~|!=)"",?)+', inside) for inside in re.findall(r"\{([^}]*)\}", bare))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_prometheus_itself_takes_every_question(tmp_path: Path):
    recorded = "".join(
        f"  - record: q{number}\n    expr: {json.dumps(question)}\n"
        for number, question in enumerate(asked().values())
    )
    (tmp_path / "asked.yml").write_text(f"groups:\n- name: asked\n  rules:\n{recorded}")
    order = ["promtool", "check", "rules", str(outputs.RULES), str(tmp_path / "asked.yml")]
    done = subprocess.run(order, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
