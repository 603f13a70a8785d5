"""What an operator watches, in a registry of its own: two services in one process do not count for each other."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counters, gauges and histograms; none of their labels ever holds a value that was sent."""

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
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self.masked = Counter(
            "lineward_masked_errors", "Defects of ours that were masked outside.", registry=self.registry
        )

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

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
