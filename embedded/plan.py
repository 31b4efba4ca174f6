"""What engine to start: its folder, its ports, its options, as the command line that starts it."""

from dataclasses import dataclass
from pathlib import Path

from embedded.ports import LOOPBACK
from embedded.stamp import DATABASE

NAMESPACE = "default"
PRAGMAS = ("journal_mode=wal", "synchronous=2")
REHEARSED = ("journal_mode=wal", "synchronous=0")
"""A virtual timeline need survive the end of its process, not a power cut: it can be played again."""
OPTIONS = (
    "frontend.enableServerVersionCheck=false",
    "frontend.enableUpdateWorkflowExecution=true",
    "frontend.enableUpdateWorkflowExecutionAsyncAccepted=true",
)
TIME_SKIPPING = ("frontend.WorkflowTimeSkippingEnabled=true", "system.workflowTimeSkippingEnabled=true")
PROMPT_TIMERS = ('history.timerProcessorMaxTimeShift="20ms"',)
"""Else a timer that falls due fires up to a second late, which a skip to it would wait for."""


@dataclass(frozen=True)
class Plan:
    """Without `ui_port` there is no Web UI; `codec` is where that has sealed payloads opened. On a virtual timeline
    time can be skipped."""

    home: Path
    port: int
    ui_port: int | None = None
    virtual: bool = False
    codec: str | None = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "log" / "engine.log"

    @property
    def timeline(self) -> str:
        return "virtual" if self.virtual else "real"

    def command(self, binary: Path) -> list[str]:
        """Loopback only, no news fetch and no version check: the engine talks to nobody else."""
        web = ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"] if self.ui_port else ["--headless"]
        opener = ["--ui-codec-endpoint", self.codec] if self.ui_port and self.codec else []
        options = OPTIONS + TIME_SKIPPING + PROMPT_TIMERS if self.virtual else OPTIONS
        pragmas = REHEARSED if self.virtual else PRAGMAS
        return [
            *(str(binary), "server", "start-dev", "--ip", LOOPBACK, "--port", str(self.port), *web, *opener),
            *("--namespace", NAMESPACE, "--db-filename", str(self.home / DATABASE)),
            *(word for pragma in pragmas for word in ("--sqlite-pragma", pragma)),
            *("--log-format", "json", "--log-level", "warn"),
            *(word for option in options for word in ("--dynamic-config-value", option)),
        ]
