"""`lineward access`: decisions on access as they were recorded, and as they come out when they are decided again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.audit import FORMATS, AuditFormat
from catalog.cli.client import Client, ask, document
from catalog.cli.output import note, print_document, print_json, print_line, print_table, progress
from catalog.cli.unknown import note_principal
from catalog.cli.words import count, full_name, in_words
from catalog.errors import Exit
from graph_schema.characters import escape_json

_PAGE: Final = 100
_MEANT: Final = ("Dataset", "ModelVersion")
_NODE: Final = """query Node($id: ID!) { node(id: $id) { __typename
  ... on Dataset { ref { namespace name } } ... on ModelVersion { version model { namespace name } } } }"""
_ONE: Final = """entry askedBy at recordedAt principal action purpose project protocol site place environment network
  diseases onBehalfOf correlationId allowed reasons policies policySet obligations refrains awaits
  refused { kind validFrom } target { targetKind ref { namespace name } column version }"""
_DECISIONS: Final = f"""
query Decisions($filter: AccessDecisionFilter, $first: Int!, $before: Int) {{
  accessDecisions(filter: $filter, first: $first, before: $before) {{ decisions {{ {_ONE} }} erased hidden }} }}
"""
_REPLAY: Final = f"""
query Replay($filter: AccessDecisionFilter, $policies: [UnpublishedPolicyFileInput!], $after: Int!) {{
  accessReplay(filter: $filter, policies: $policies, first: {_PAGE}, after: $after) {{ decided erased hidden after
    changed {{ recorded {{ {_ONE} }} again {{ allowed reasons policies obligations refrains }} }} }} }}
"""


def may(
    client: Client,
    principal: str,
    action: str,
    of: str,
    circumstances: dict[str, Any],
    column: str | None,
    *,
    as_json: bool,
) -> Exit:
    """Ask whether somebody may have access, which is recorded, and print the answer; 1 where it is denied."""
    node = ask(client, _NODE, {"id": identify(client, of, _MEANT)})["node"]
    ref = node["ref"] if "ref" in node else node["model"]
    resource: dict[str, Any] = {"type": "dataset", "id": ref["name"], "properties": {"namespace": ref["namespace"]}}
    if node["__typename"] == "ModelVersion":
        resource["type"] = "model_version"
        resource["properties"]["version"] = node["version"]
    if column is not None:
        resource = {"type": "column", "id": column, "properties": {**resource["properties"], "dataset": ref["name"]}}
    body = {
        "subject": {"type": "principal", "id": principal},
        "action": {"name": action},
        "resource": resource,
        "context": circumstances,
    }
    found = document(client.request("POST", "access/v1/evaluation", json=body), "decision")
    if as_json:
        print_json(found)
        return Exit.FINE if found["decision"] else Exit.FINDING
    context = found["context"]
    print_line("permitted" if found["decision"] else "denied")
    for name in ("reasons", "policies", "obligations", "refrains", "awaits"):
        for one in context.get(name, ()):
            print_line(f"  {name}: {one}")
    if found["decision"]:
        note(f"Recorded as entry {context['entry']}; it may be relied on until {context['validUntil']}.")
    return Exit.FINE if found["decision"] else Exit.FINDING


def decisions(client: Client, of: str | None, wanted: dict[str, Any], first: int, *, as_json: bool) -> Exit:
    """Print decisions on access, the newest first."""
    found = list(every_decision(client, _filter(client, of, wanted), first))
    if as_json:
        print_json(found)
        return Exit.FINE
    print_table(
        count(len(found), "decision"),
        ("entry", "when", "who", "what", "with", "for", "result", "because"),
        [
            (
                f"#{one['entry']}",
                one["recordedAt"],
                _who(one),
                one["action"],
                target(one),
                one["purpose"],
                _result(one),
                " ".join(one["reasons"]),
            )
            for one in found
        ],
        empty="Nothing like that was decided.",
        optional=("when",),
        yielding=("because", "with"),
    )
    if not found:
        note_principal(client, wanted["principal"])
    return Exit.FINE


def _who(one: dict[str, Any]) -> str:
    return one["principal"] if one["onBehalfOf"] is None else f"{one['principal']} for {one['onBehalfOf']}"


def every_decision(client: Client, wanted: dict[str, Any], most: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield so many of the decisions that match, or all, the newest first; tell in the end what cannot be shown."""
    before, left, unshown = None, most, {"erased": 0, "hidden": 0}
    while left is None or left > 0:
        first = _PAGE if left is None else min(left, _PAGE)
        page = ask(client, _DECISIONS, {"filter": wanted, "first": first, "before": before})["accessDecisions"]
        unshown = {name: number + page[name] for name, number in unshown.items()}
        yield from page["decisions"]
        if len(page["decisions"]) < first:
            break
        before = page["decisions"][-1]["entry"]
        left = None if left is None else left - first
    note_unshown(unshown, "not shown")


def export(client: Client, of: str | None, wanted: dict[str, Any], form: AuditFormat) -> Exit:
    """Print decisions on access, the newest first, one a line."""
    number = 0
    for one in every_decision(client, _filter(client, of, wanted)):
        print_document(escape_json(json.dumps(FORMATS[form](one), ensure_ascii=False)) + "\n")
        number += 1
    note(f"{count(number, 'decision')} written.")
    return Exit.FINE


def replay(client: Client, of: str | None, wanted: dict[str, Any], *, as_json: bool) -> Exit:
    """Decide again what was decided in a period; 1 where any comes to something else."""
    found = decide_again(client, _filter(client, of, wanted), None)
    if as_json:
        print_json(found)
    else:
        print_changes(found["changed"], empty=f"{count(found['decided'], 'decision')} decided again, each as before.")
    return Exit.FINDING if found["changed"] else Exit.FINE


def decide_again(client: Client, wanted: dict[str, Any], policies: dict[str, str] | None) -> dict[str, Any]:
    """Return how many decisions were decided again, by these policies where there are any, what differs (`changed`),
    and how many could not be, since they were erased or may not be seen.
    """
    files = None if policies is None else [{"path": path, "text": text} for path, text in policies.items()]
    found: dict[str, Any] = {"decided": 0, "erased": 0, "hidden": 0, "changed": []}
    after: int | None = -1
    with progress("deciding again") as show:
        while after is not None:
            page = ask(client, _REPLAY, {"filter": wanted, "policies": files, "after": after})["accessReplay"]
            found = {name: found[name] + page[name] for name in found}
            after = page["after"]
            show(found["decided"])
    note_unshown(found, "not decided again")
    return found


def note_unshown(found: dict[str, Any], therefore: str) -> None:
    """Tell how many decisions were erased, and how many are on what may not be seen, where there are any."""
    if found["erased"]:
        note(f"{count(found['erased'], 'decision')} erased since: {therefore}.")
    if found["hidden"]:
        note(f"{count(found['hidden'], 'decision')} on what you may not see: {therefore}.")


def print_changes(changed: list[dict[str, Any]], *, empty: str) -> None:
    """Print decisions that come to something else, each with what it was and what it is."""
    rows = [(one["recorded"], one["again"]) for one in changed]
    print_table(
        count(len(rows), "decision that differs", "decisions that differ") if rows else "",
        ("entry", "who", "what", "with", "for", "was", "is", "because"),
        [
            (
                f"#{was['entry']}",
                _who(was),
                was["action"],
                target(was),
                was["purpose"],
                _decided(was),
                _decided(now),
                " ".join(now["reasons"]),
            )
            for was, now in rows
        ],
        empty=empty,
        yielding=("because", "with"),
    )


def target(one: dict[str, Any]) -> str:
    """Return in words with what access was had to."""
    of = one["target"]
    named = full_name(of["ref"]) if of["ref"]["name"] else str(of["ref"]["namespace"])
    named = f"{named}@{of['version']}" if of["version"] else named
    return f"{named} {of['column']}" if of["column"] else named


def _result(one: dict[str, Any]) -> str:
    return "permitted" if one["allowed"] else "denied"


def _decided(one: dict[str, Any]) -> str:
    by = ", ".join((*one["policies"], *map(in_words, (*one["obligations"], *one["refrains"]))))
    return f"{_result(one)} ({by})" if by else _result(one)


def _filter(client: Client, of: str | None, wanted: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in wanted.items() if value is not None}
    return found if of is None else {**found, "of": identify(client, of, _MEANT)}
