"""`lineward quarantine`: what is in the ledger and not in the graph, and letting it in."""

from __future__ import annotations

from catalog.cli.client import Client, document, pages
from catalog.cli.output import note, out, print_json, print_table
from catalog.cli.sending import send
from catalog.cli.words import count, words_of
from catalog.errors import Exit

_PAGE = 500
_QUERY = """
query Quarantined($causes: [QuarantineCause!], $first: Int!, $after: String) {
  quarantined(causes: $causes, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { entry kindName recordedAt actor cause reason policies policySet }
  }
}
"""


def list_quarantined(client: Client, causes: list[str], *, as_json: bool) -> Exit:
    """Print every entry that is kept out of the graph, of these causes where any are given, the newest first."""
    every = pages(client, _QUERY, {"causes": causes or None, "first": _PAGE}, lambda data: data["quarantined"])
    found = [one for page in every for one in page["nodes"]]
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        "",
        ("entry", "kind", "recorded", "by", "cause", "policies", "why"),
        [
            (
                one["entry"],
                one["kindName"],
                one["recordedAt"],
                one["actor"],
                words_of(one["cause"]),
                ", ".join(one["policies"]) or None,
                one["reason"],
            )
            for one in found
        ],
        empty="Nothing is in quarantine.",
        optional=("policies",),
        yielding=("why", "policies", "by"),
    )
    if any(one["cause"] == "POLICY" for one in found):
        note("What policies keep out, `lineward quarantine release` lets in once the set in force permits it.")
    return Exit.FINE


def release(client: Client, entries: list[int], reason: str, *, as_json: bool) -> Exit:
    """Let entries into the graph that policies kept out, by a record; print the index of that record."""
    record = {"kind": "release_quarantined", "entries": sorted(set(entries)), "reason": reason}
    answer = document(send(client, "api/v1/records", record), "index", "warnings")
    if as_json:
        print_json({"index": answer["index"], "entries": record["entries"], "warnings": answer["warnings"]})
        return Exit.FINE
    out.print(f"{count(len(set(entries)), 'entry', 'entries')} let in, by the record at index {answer['index']}.")
    for warning in answer["warnings"]:
        note(warning)
    return Exit.FINE
