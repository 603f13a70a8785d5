"""What an operator watches, in a registry of its own: two services in one process do not count for each other."""

from __future__ import annotations

import threading
from collections import Counter as TallyCounter
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


_MOST_PRODUCERS = 200
OTHERS = "(others)"
"""Under which name producers are counted together once there are very many."""


class ProducerMetrics:
    """Counts the events of each producer since the start, and how they deviate; safe for any thread.

    Refused ones are in no ledger, and these counts are all that is known of them.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Counter(
            "lineward_producer_events",
            "Events received, by the program that made them as it is stored, and whether they could be taken.",
            ["producer", "outcome"],
            registry=registry,
        )
        self._deviations = Counter(
            "lineward_producer_deviations",
            "What was odd about events that were taken, by the program that made them.",
            ["producer", "code"],
            registry=registry,
        )
        self._rejected: TallyCounter[str] = TallyCounter()
        self._known: set[str] = set()
        self._series: dict[tuple[str, str], Counter] = {}
        self._lock = threading.Lock()

    def took(self, producer: str | None, codes: Iterable[str]) -> None:
        """Count an event that can be taken, and what is odd about it; the producer's name was searched already."""
        name = self._name(producer)
        self._count(self._events, name, "taken")
        for code in codes:
            self._count(self._deviations, name, code)

    def refused(self, producer: str | None) -> None:
        """Count an event that cannot be taken."""
        name = self._name(producer)
        self._count(self._events, name, "refused")
        with self._lock:
            self._rejected[name] += 1

    def rejected(self) -> dict[str, int]:
        """Return how many were refused, by producer."""
        with self._lock:
            return dict(self._rejected)

    def _name(self, producer: str | None) -> str:
        name = producer or ""
        if name not in self._known:
            with self._lock:
                if len(self._known) >= _MOST_PRODUCERS:
                    return OTHERS
                self._known.add(name)
        return name

    def _count(self, counter: Counter, name: str, what: str) -> None:
        series = self._series.get((name, what))
        if series is None:
            series = self._series[name, what] = counter.labels(name, what)
        series.inc()


class _Read(Collector):
    """Gauges of one name that are read together whenever the metrics are."""

    def __init__(
        self, name: str, description: str, labels: tuple[str, ...], read: Callable[[], Mapping[tuple[str, ...], float]]
    ) -> None:
        self._name, self._description, self._labels, self._read = name, description, labels, read

    def describe(self) -> list[GaugeMetricFamily]:
        """Return what there is to read, without reading it."""
        return [GaugeMetricFamily(self._name, self._description, labels=self._labels)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is read now."""
        (family,) = self.describe()
        for labels, value in self._read().items():
            family.add_metric(labels, value)
        yield family


class Metrics:
    """Counters, gauges and histograms; of what was sent, their labels hold names of producers alone, as stored."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "lineward_received",
            "Records received, by outcome.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.acknowledge_seconds = Histogram(
            "lineward_acknowledge_seconds",
            "Time from a lineage event's last byte to its durable acknowledgement.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.requests = Counter(
            "lineward_requests", "HTTP requests, by route and status.", ["route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "lineward_request_seconds",
            "Time to answer, by route.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.query_seconds = Histogram(
            "lineward_query_seconds", "Time to run a GraphQL operation.", buckets=_SECONDS, registry=self.registry
        )
        self.query_calls = Histogram(
            "lineward_query_store_calls",
            "Calls to the store for a GraphQL operation: a few for each level, however wide it is.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
            registry=self.registry,
        )
        self.producers = ProducerMetrics(self.registry)
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._of_records: dict[tuple[str, str], Counter] = {}
        self.masked = Counter(
            "lineward_masked_errors", "Defects of ours that were masked outside.", registry=self.registry
        )

    def note_received(self, kind: str, outcome: str, count: int = 1) -> None:
        """Count records of a kind by what became of them."""
        series = self._of_records.get((kind, outcome))
        if series is None:
            series = self._of_records[kind, outcome] = self.received.labels(kind, outcome)
        series.inc(count)

    def note_request(self, route: str, status: int, seconds: float) -> None:
        """Count a request and its time; finding the labelled series costs more than counting, so they are kept."""
        series = self._series.get((route, status))
        if series is None:
            series = self.requests.labels(route, str(status)), self.request_seconds.labels(route)
            self._series[route, status] = series
        series[0].inc()
        series[1].observe(seconds)

    def watch(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Publish a gauge that is read whenever the metrics are."""
        Gauge(f"lineward_{name}", description, registry=self.registry).set_function(read)

    def watch_each(
        self,
        name: str,
        description: str,
        labels: tuple[str, ...],
        read: Callable[[], Mapping[tuple[str, ...], float]],
    ) -> None:
        """Publish gauges of these labels that are read together whenever the metrics are."""
        self.registry.register(_Read(f"lineward_{name}", description, labels, read))

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
