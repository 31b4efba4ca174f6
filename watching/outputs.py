"""The dashboard as Grafana's JSON, the alarms as Prometheus' YAML; `python -m watching.outputs` writes both again."""

import json
from collections.abc import Iterator
from pathlib import Path

from watching.alarms import ALARMS, Alarm
from watching.charts import CHARTS, Chart

FOLDER = Path(__file__).resolve().parent.parent / "config" / "watching"
DASHBOARD = FOLDER / "dashboard.json"
RULES = FOLDER / "alerts.yml"
SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH = 24
SMALL, LARGE = (4, 4), (12, 8)


def dashboard() -> str:
    """For Grafana 10 and later: Dashboards, New, Import; it asks for the Prometheus that scrapes us."""
    made = {
        "title": "Followthrough",
        "uid": "followthrough",
        "tags": ["followthrough"],
        "timezone": "Europe/London",
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, chart) for number, chart in enumerate(CHARTS)],
    }
    return json.dumps(made, indent=1) + "\n"


def _panel(number: int, chart: Chart) -> dict[str, object]:
    return {
        "id": number + 1,
        "title": chart.title,
        "description": chart.says,
        "type": "stat" if chart.now else "timeseries",
        "datasource": SOURCE,
        "gridPos": _place(number),
        "fieldConfig": {"defaults": {"unit": chart.unit, "min": 0, **_colours(chart)}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": line.asks, "legendFormat": line.legend}
            for n, line in enumerate(chart.lines)
        ],
    }


def _place(number: int) -> dict[str, int]:
    """Numbers in one row above, curves below it, two in a row."""
    small = sum(chart.now for chart in CHARTS)
    first = number < small
    (width, height), n = (SMALL, number) if first else (LARGE, number - small)
    row, column = divmod(n, WIDTH // width)
    return {"x": column * width, "y": row * height + (0 if first else SMALL[1]), "w": width, "h": height}


def _colours(chart: Chart) -> dict[str, object]:
    if chart.red is None:
        return {}
    steps: list[dict[str, object]] = [{"color": "green", "value": None}, {"color": "red", "value": chart.red}]
    return {"thresholds": {"mode": "absolute", "steps": steps}}


def rules() -> str:
    """Texts are quoted as JSON, which YAML reads the same."""
    return "\n".join(("groups:", "- name: followthrough", "  rules:", *_rules())) + "\n"


def _rules() -> Iterator[str]:
    for alarm in ALARMS:
        yield from _rule(alarm)


def _rule(alarm: Alarm) -> Iterator[str]:
    yield f"  - alert: {alarm.name}"
    yield f"    expr: {json.dumps(alarm.when)}"
    yield f"    for: {alarm.lasting}"
    yield f"    labels: {{severity: {alarm.severity.value}}}"
    yield "    annotations:"
    yield f"      summary: {json.dumps(alarm.says)}"
    yield f"      runbook: {json.dumps(alarm.runbook)}"


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    DASHBOARD.write_text(dashboard(), "utf-8")
    RULES.write_text(rules(), "utf-8")


if __name__ == "__main__":
    write()
