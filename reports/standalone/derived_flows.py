"""What entries say of the flows around one dataset, and of the models that were made of it."""

from __future__ import annotations

from typing import Any

from reports.standalone.bodies import Record, Values, full_name, ids_of_run, node_id, stamp
from reports.standalone.comparison import Comparison, Shown, citations, object_in, state_of, subject_of
from reports.standalone.derived_releases import deployment_of
from reports.standalone.disclosed import Disclosed
from reports.standalone.names import renamings_in

_KINDS_around = frozenset(
    {"RAN", "DECLARED", "REGISTERED", "RENAMED", "MAPPED", "ALIAS", "VERSION", "THROUGH", "HIDDEN", "READ", "WROTE"}
)
_SURE = frozenset({"STATED", "COLUMN_LINEAGE", "MAPPED", "INFERRED", "START_UNKNOWN"})


def derive_flows(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold every flow to the entry by which it was known: its run read the one end and wrote the other."""
    nodes = {str(node.get("id")): node for node in shown.each("nodes")}
    edges = shown.each("edges")
    ends = {edge.get(end) for edge in edges for end in ("source", "target")}
    compare.holds(ends <= nodes.keys(), "edges: an end is not among the nodes")
    compare.holds(len(nodes) == len(shown.each("nodes")), "nodes: one stands twice")
    for number, edge in enumerate(edges, 1):
        where = f"edge {number}"
        fixed = {"attempt": False, "deidentifies": False}
        compare.same(where, edge, fixed)
        known = edge.get("kind") in _KINDS_around and edge.get("confidence") in _SURE
        compare.holds(known, f"{where}: there is no such kind or confidence")
        if compare.rests_on_withheld(edge):
            continue
        cited = list(citations(edge))
        compare.holds(len(cited) == 1, f"{where}: it does not cite one entry")
        if edge.get("run") is not None:
            _of_run(edge, where, nodes, shown, log, compare)
        else:
            compare.same(where, edge, {"run_state": None})
            _named_around(edge, where, nodes, log, compare)
    _surroundings(shown, nodes, log, compare)


def _of_run(
    edge: Values, where: str, nodes: dict[str, dict[str, Any]], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    key = shown.run_of(edge.get("job"), edge.get("run"))
    run = None if key is None else shown.runs.get(key)
    compare.holds(run is not None, f"{where}: its run is not among the runs")
    if key is None or run is None:
        return
    compare.same(where, edge, {"run_state": state_of(run)})
    entry = next(iter(citations(edge)), -1)
    header = next((one for one in log.entries if one.index == entry), None)
    is_of_run = header is not None and not ids_of_run(key).isdisjoint(header.subjects)
    registers = [one for one in log.of("register_model_version") if one.index == entry]
    compare.holds(is_of_run or bool(registers), f"{where}: it cites another run")
    if registers:
        _registered_around(edge, where, registers[0], log, compare)
        return
    events, access = log.run(key), log.access(key)
    moved = {one for event in events for pair in renamings_in(event) for one in pair}
    for end, used in (("source", access.reads | moved), ("target", access.writes | moved)):
        label = str(edge.get(end)).partition(":")[0]
        names = _names_of(edge.get(end), nodes, log)
        # Streams are read by one run and written by another, below one parent.
        named = not names.isdisjoint(used) or not events or (end == "source" and not access.reads)
        compare.holds(
            label != "Dataset" or named, f"{where}: no event says that the run used what it is shown with ({end})"
        )


def _registered_around(edge: Values, where: str, record: Record, log: Disclosed, compare: Comparison) -> None:
    version = node_id("ModelVersion", *subject_of({"model_version": record.content}))
    job = record.content.get("job") or record.added.get("job")
    derived = {
        "target": version,
        "kind": "REGISTERED",
        "confidence": "STATED",
        "job": None if job is None else full_name(job),
    }
    compare.same(where, edge, derived, by=(record.index,))
    uses = [*record.content.get("trained_on", ()), *record.content.get("evaluated_on", ())]
    used = {name for one in uses for name in log.ever_called(f"{one['dataset']['namespace']}/{one['dataset']['name']}")}
    # What its run read was named by the run's own events.
    is_named = edge.get("source") in used or record.content.get("run_id") is not None
    compare.holds(is_named, f"{where}: the registration does not name its source")


def _named_around(
    edge: Values, where: str, nodes: dict[str, dict[str, Any]], log: Disclosed, compare: Comparison
) -> None:
    """Hold a flow that no run is named of to an entry that names one of its ends."""
    entry = next(iter(citations(edge)), -1)
    registers = [one for one in log.of("register_model_version") if one.index == entry]
    if registers:
        _registered_around(edge, where, registers[0], log, compare)
        return
    jobs = {None, *(full_name(one.job) for one in log.events if one.index == entry and one.job is not None)}
    compare.holds(edge.get("job") in jobs or entry in log.withheld, f"{where}: #{entry} is of another job")
    named = set(log.named.get(entry, ()))
    ends = [_names_of(edge.get(end), nodes, log) for end in ("source", "target")]
    is_named = any(not named.isdisjoint(names) for names in ends) or any(not names for names in ends)
    compare.holds(is_named, f"{where}: #{entry} names neither of its ends")


def _names_of(id_: object, nodes: dict[str, dict[str, Any]], log: Disclosed) -> frozenset[str]:
    return log.ever_called(nodes.get(str(id_), {}).get("name")) | {str(id_)}


def _surroundings(shown: Shown, nodes: dict[str, dict[str, Any]], log: Disclosed, compare: Comparison) -> None:
    """Compare every node with what its id and its dataset's declarations say, and the feeds with the edges."""
    root = node_id("Dataset", *shown.subject.key)
    into: dict[object, set[object]] = {}
    for edge in shown.each("edges"):
        into.setdefault(edge.get("target"), set()).add(edge.get("source"))
    front: set[object] = {root}
    before = set(front)
    while front:
        front = {source for target in front for source in into.get(target, ())} - before
        before |= front
    truncated = object_in(shown.read_point.get("completeness"), "completeness").get("state") == "TRUNCATED"
    compare.holds(root in nodes, "nodes: the dataset itself is left out")
    called = {
        node_id("ModelVersion", *key): {"name": f"{key[1]} {key[2]}"}
        for one in shown.each("models")
        for key in [tuple(str(one.get(part)) for part in ("namespace", "name", "version"))]
    }
    none: dict[str, Any] = {"attested": None, "from_attested": False, "deid_state_since": None, "labels": []}
    for id_, node in nodes.items():
        where, kind = f"node {node.get('name')}", id_.partition(":")[0]
        compare.same(where, node, {"kind": kind, "root": id_ == root, **none})
        if node.get("raw_feed") is True:
            is_feed = id_ in before and not into.get(id_)
            compare.holds(is_feed, f"{where}: it is shown as a raw feed, and is none by the edges")
        elif not truncated and id_ in before and kind == "Dataset":
            compare.holds(bool(into.get(id_)), f"{where}: nothing flows into it, and it is not shown as a raw feed")
        if compare.rests_on_withheld(node):
            continue
        if kind == "Dataset":
            _dataset(id_, node, where, log, compare)
        else:
            compare.same(where, node, {"zone": None, "deid_state": None} | called.get(id_, {}))


def _dataset(id_: str, node: Values, where: str, log: Disclosed, compare: Comparison) -> None:
    identity = log.identities.get(id_)
    compare.holds(identity is not None, f"{where}: no entry names it")
    if identity is None:
        return
    held = {name: value for name, value in log.declarations(id_).items() if name in _SHOWN}
    derived = {shown_as: held[name][1] if name in held else None for name, shown_as in _SHOWN.items()}
    entries = {record.index for record, _ in held.values()}
    compare.same(where, node, {"name": "/".join(identity), **derived}, by=sorted(entries))
    cited = set(citations(node))
    others = cited - entries
    called = log.ever_called("/".join(identity)) | {id_}
    names = [index for index in cited if not called.isdisjoint(log.named.get(index, {}))]
    compare.holds(
        entries <= cited and len(others) <= 1 and bool(names), f"{where}: it cites other entries than it rests on"
    )


_SHOWN = {"zone": "zone", "deidentification_state": "deid_state"}


def derive_models_made(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the model versions, their deployments and their ends with the records that make them."""
    listed = shown.each("models")
    versions = {node.get("id") for node in shown.each("nodes") if node.get("kind") == "ModelVersion"}
    keys = [tuple(str(one.get(part)) for part in ("namespace", "name", "version")) for one in listed]
    compare.alike("models", (node_id("ModelVersion", *key) for key in keys), versions)
    compare.holds(keys == sorted(keys), "models: not in their order")
    for key, each in zip(keys, listed, strict=True):
        if compare.rests_on_withheld(each):
            continue
        where = f"model {key[1]} {key[2]}"
        _model(key, each, where, log, compare)


def _model(key: tuple[str, ...], each: Values, where: str, log: Disclosed, compare: Comparison) -> None:
    registered = [
        one.index for one in log.of("register_model_version") if subject_of({"model_version": one.content}) == key
    ]
    begun = [
        one
        for kind in ("deploy_model_version", "roll_back_deployment")
        for one in log.of(kind)
        if subject_of(one.content) == key
    ]
    begun.sort(key=lambda one: one.index)
    retired = log.of("retire_model_version", lambda content: subject_of(content) == key)
    first = min(retired, key=lambda one: (one.since, one.index), default=None)
    derived = {
        "entries": sorted(registered),
        "deployments": [_deployment(one, log) for one in begun],
        "retired_since": None if first is None else stamp(first.since),
        "retired": None if first is None else {"entry": first.index},
    }
    compare.same(where, each, derived, by=registered)


def _deployment(one: Record, log: Disclosed) -> dict[str, Any]:
    found = deployment_of(one, log)
    names = ("place", "environment", "until", "live", "ended", "entry")
    actor = {"name": None, "entry": None, **log.actor(one)}
    return {**{name: found[name] for name in names}, "since": stamp(one.since), "by": actor}
