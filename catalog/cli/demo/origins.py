"""Which feeds and jobs a training snapshot came of, what was trained on it, and who approved that."""

from __future__ import annotations

from typing import Any

from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.demo.shown import WIDE
from catalog.cli.output import note, out, print_table, short

_FEEDS = f"""
query Feeds($of: [ID!]!, $atLeast: Int!) {{
  lineage(input: {{ of: $of, direction: UPSTREAM, depth: 50, atLeast: $atLeast }}) {{ __typename
    ... on Problem {{ code message }}
    ... on LineageGraph {{
      nodes(first: 500) {{ nodes {{ id depth asset {{ name ref {{ namespace }} ...Described
        ... on DatasetState {{ of {{ ...Described }} }} ... on Snapshot {{ of {{ ...Described }} }} }} }} }}
      edges(first: 500) {{ nodes {{ from to kind job {{ id name }} run {{ runId runState endedAt }}
        attestations {{ method attestedBy inForce }} }} }}
      {FIELDS} }} }}
}}
fragment Described on Dataset {{
  zone sourceSystem {{ name kind }} deidentificationState labels {{ phiKind column }}
}}
"""
_SNAPSHOT = """
query Snapshot($digest: Digest!) { snapshot(digest: $digest) { __typename ... on Problem { code message }
  ... on Snapshot { id name digest sealed
    trainedModelVersions { id name version registration { metrics { name value split } }
      approvals { approvalKind approvalState decisions { printedName decision reason } } } } } }
"""
_ATTEMPTS = """
query Attempts($of: [ID!]!) { lineage(input: { of: $of, direction: UPSTREAM, depth: 50, includeAttempts: true }) {
  ... on LineageGraph { edges(first: 500) { nodes { attempt job { name } run { runId runState endedAt } } } } } }
"""


def answer(client: Client, outcome: Any, at_least: int) -> bool:  # noqa: ANN401  the example's own outcome
    """Ask the three questions of the newest training snapshot, and print what comes back."""
    newest = outcome.versions[-1]
    snapshot = succeeded(ask(client, _SNAPSHOT, {"digest": newest.training_digest})["snapshot"])
    graph = succeeded(ask(client, _FEEDS, {"of": [snapshot["id"]], "atLeast": at_least})["lineage"])
    nodes = {node["id"]: node for node in graph["nodes"]["nodes"]}
    edges = graph["edges"]["nodes"]
    fed = {edge["to"] for edge in edges}
    feeds = [node for node in nodes.values() if node["id"] not in fed]
    out.print()
    print_table(
        f"1. Which raw feeds produced the training snapshot {short(newest.training_digest)} of {snapshot['name']}?",
        ("feed", "source system", "kind", "zone", "state", "PHI"),
        [_feed(node) for node in sorted(feeds, key=lambda node: str(node["asset"]["name"]))],
        most=WIDE,
    )
    warn(graph["completeness"])
    attempts = ask(client, _ATTEMPTS, {"of": [snapshot["id"]]})["lineage"]["edges"]["nodes"]
    out.print()
    jobs = _jobs([*edges, *(edge for edge in attempts if edge["attempt"])])
    columns = ("job", "its run ended", "how", "attested by")
    print_table("2. Which jobs produced it?", columns, jobs, yielding=("job",), most=WIDE)
    attested = any(row[-1] for row in jobs)
    note(
        "  Attested means that an authorised person vouched for the step that removes identifiers"
        + ("." if attested else ": of these runs nobody did.")
    )
    out.print()
    trained = [(each, one.training_digest) for one in outcome.versions for each in _trained(client, one)]
    print_table(
        "3. Which model versions were trained on it, and on the one before?",
        ("model version", "training snapshot", "metrics"),
        [(each["name"], short(digest), _metrics(each)) for each, digest in reversed(trained)],
        most=WIDE,
    )
    _explain_metrics([each for each, _ in trained])
    out.print()
    rows = [row for each, _ in reversed(trained) for row in _approvals(each)]
    print_table("   Who approved them?", ("model version", "approval", "status", "by", "why"), rows, most=WIDE)
    if any(status == "ABSTAINED" for _, _, status, *_ in rows):
        note("  An abstention decides nothing: the request stays open until somebody else approves or denies.")
    return not (feeds and snapshot["trainedModelVersions"])


def _feed(node: dict[str, Any]) -> tuple[object, ...]:
    asset = node["asset"]
    about = asset.get("of") or asset
    system = about.get("sourceSystem") or {}
    kinds = sorted({label["phiKind"] for label in about.get("labels") or ()})
    return (
        asset["name"],
        system.get("name"),
        system.get("kind"),
        about.get("zone"),
        about.get("deidentificationState"),
        kinds,
    )


def _trained(client: Client, version: Any) -> list[dict[str, Any]]:  # noqa: ANN401  the example's own version
    """Return the model versions that were trained on the snapshot of this one."""
    snapshot = succeeded(ask(client, _SNAPSHOT, {"digest": version.training_digest})["snapshot"])
    found: list[dict[str, Any]] = snapshot["trainedModelVersions"]
    return found


def _jobs(edges: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    rows: dict[tuple[str, str], tuple[object, ...]] = {}
    for edge in edges:
        job, run = (edge["job"] or {}).get("name"), edge["run"] or {}
        if job is not None:
            attested = sorted({step["attestedBy"] for step in edge.get("attestations") or () if step["inForce"]})
            row = (job, run.get("endedAt"), str(run.get("runState") or "").lower(), attested)
            rows.setdefault((job, run.get("runId", "")), row)
    return [rows[key] for key in sorted(rows)]


def _metrics(version: dict[str, Any]) -> list[str]:
    return [f"{one['name']} {one['value']}" for one in (version["registration"] or {}).get("metrics", ())]


def _explain_metrics(versions: list[dict[str, Any]]) -> None:
    """Say why a Brier score is the same for two versions, where it is."""
    scores = [one for version in versions for one in _metrics(version) if one.startswith("brier ")]
    if len(scores) > len(set(scores)):
        note(
            "  The Brier score is the same by chance: each version was measured on other people. brier_skill holds it "
            "against how often those are readmitted; higher is better."
        )


def _approvals(version: dict[str, Any]) -> list[tuple[str, str, str, str | None, str | None]]:
    """Return a row for each approval that was asked for: of which version, which, how it stands, by whom, why."""
    rows = []
    for one in version["approvals"]:
        newest = one["decisions"][-1] if one["decisions"] else {}
        kind = str(one["approvalKind"]).lower()
        rows.append((version["name"], kind, one["approvalState"], newest.get("printedName"), newest.get("reason")))
    return rows
