"""What Prometheus reads of us: the vital signs in its text format."""

import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from office.vital_signs import VitalSigns, Watched
from watching.gauges import GAUGES, LEDGER_UP, Gauge

log = logging.getLogger(__name__)


def scraped(watched: Watched) -> bytes:
    """All of our metrics. When the ledger cannot be read there is only the one that says so."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Ledger(watched))
    return generate_latest(registry)


class _Ledger(Collector):
    def __init__(self, watched: Watched) -> None:
        self.watched = watched

    def collect(self) -> Iterator[Metric]:
        try:
            signs = self.watched.now()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the ledger cannot be read", extra={"error": type(error).__name__})
            yield GaugeMetricFamily(LEDGER_UP, "1 when the ledger can be read.", 0)
            return
        yield GaugeMetricFamily(LEDGER_UP, "1 when the ledger can be read.", 1)
        for gauge in GAUGES:
            yield _family(gauge, signs)


def _family(gauge: Gauge, signs: VitalSigns) -> Metric:
    family = GaugeMetricFamily(gauge.name, gauge.says, labels=gauge.labels)
    for labels, value in gauge.read(signs):
        family.add_metric(labels, value)
    return family
