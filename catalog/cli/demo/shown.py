"""How the answers of the demo are shown, and what is sent to the catalog in between."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from catalog.cli.client import Client, checked, document
from catalog.cli.sending import send
from graph_schema.nodes import Dataset

_FOLLOWS_SECONDS: Final = 30
WIDE: Final = 80
"""Columns of the tables: what is read along with the answers is not as wide as a log."""


def id_of(dataset: Any) -> str:  # noqa: ANN401  the example's own dataset
    """Return the id of a dataset of the example."""
    return Dataset(dataset.namespace, dataset.name).id


def in_seconds(count: int) -> str:
    """Return the time so many seconds from now, as a record gives it."""
    return (datetime.now(UTC) + timedelta(seconds=count)).isoformat(timespec="seconds").replace("+00:00", "Z")


def record(client: Client, payload: dict[str, Any]) -> int:
    """Send one record, and return its entry once the graph holds it."""
    index = int(document(send(client, "api/v1/records", payload), "index")["index"])
    end = time.monotonic() + _FOLLOWS_SECONDS
    while behind(client) and time.monotonic() < end:
        time.sleep(0.05)
    return index


def behind(client: Client) -> int:
    """Return how many entries the graph does not hold yet."""
    return int(checked(client.request("GET", "health/ready")).json()["projection"]["behind"])
