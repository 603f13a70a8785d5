"""`lineward producers`: which programs send events, how they deviate, how far their clocks are off."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, pages
from catalog.cli.output import note, print_json, print_table
from catalog.errors import Exit

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
_SECOND = 1_000_000
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def producers(client: Client, *, as_json: bool) -> Exit:
    """Print every producer."""
    every = pages(client, _QUERY, {"first": _PAGE}, lambda data: data["producers"])
    found = [one for page in every for one in page["nodes"]]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        "",
        ("producer", "version", "events", "last seen", "deviations", "rejected", "quarantined", "late", "early"),
        [_row(one) for one in found],
        empty="No event was taken yet.",
        optional=("early", "late", "last seen"),
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
        note("Rejected are those since the server started; late and early, of the newest events, median and largest.")
    return Exit.FINE


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    skew = one["skew"]
    late = None if skew is None else f"{_span(skew['median'])} ({_span(skew['late'])})"
    early = None if skew is None else _span(skew["early"])
    deviations = sum(each["count"] for each in one["deviations"])
    counts = (deviations, one["rejected"], one["quarantined"])
    return *_names(one), one["events"], one["lastSeen"], *counts, late, early


def _names(one: dict[str, Any]) -> tuple[str, str | None]:
    return one["name"] or "(none)", one["version"]


def _span(given: int | str) -> str:
    """Return a span of microseconds in its largest unit."""
    seconds = int(given) / _SECOND
    size, unit = next(((size, unit) for size, unit in _UNITS if abs(seconds) >= size), _UNITS[-1])
    return f"{seconds / size:.1f} {unit}"
