"""`lineward producers`: which programs send events, how they deviate, how far their clocks are off."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, pages
from catalog.cli.output import note, print_json, print_table
from catalog.errors import Exit
from catalog.producers.rules import ahead, recorded

_PAGE = 500
_QUERY = """
query Producers($first: Int!, $after: String) {
  producers(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      uri name version events newestEntry lastSeen quarantined rejected
      deviations { code count } skew { events median late early }
    }
  }
}
"""


def producers(client: Client, *, as_json: bool) -> Exit:
    """Print every producer."""
    every = pages(client, _QUERY, {"first": _PAGE}, lambda data: data["producers"])
    found = [one for page in every for one in page["nodes"]]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        "",
        ("producer", "version", "events", "last seen", "deviations", "rejected", "quarantined", "recorded", "clock"),
        [_row(one) for one in found],
        empty="No event was taken yet.",
        optional=("clock", "recorded", "last seen"),
        yielding=("producer",),
    )
    rows = [
        (one["name"] or "(none)", one["version"], each["code"], each["count"])
        for one in found
        for each in one["deviations"]
    ]
    if rows:
        print_table("Deviations", ("producer", "version", "what", "times"), rows, yielding=("producer",))
    if found:
        note(
            "Rejected are those since the server started. Recorded: how long after their own times the newest events"
            " were, the median and the latest."
        )
    return Exit.FINE


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    deviations = sum(each["count"] for each in one["deviations"])
    counts = (deviations, one["rejected"], one["quarantined"])
    return *_names(one), one["events"], one["lastSeen"], *counts, *_clock(one["skew"])


def _names(one: dict[str, Any]) -> tuple[str, str | None]:
    return one["name"] or "(none)", one["version"]


def _clock(skew: dict[str, Any] | None) -> tuple[str | None, str | None]:
    if skew is None:
        return None, None
    return recorded(int(skew["median"]), int(skew["late"])), ahead(int(skew["early"]))
