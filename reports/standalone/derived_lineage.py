"""What events say: runs, edges and nodes of the lineage, changes of schemas."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from reports.standalone.bodies import (
    Access,
    Attempt,
    Event,
    Identity,
    Record,
    RunKey,
    Values,
    attempts_of,
    columns_of,
    facets_of,
    full_name,
    identity_of,
    ids_of_run,
    node_id,
    stamp,
    streams,
    text_in,
    texts_in,
)
from reports.standalone.comparison import (
    Comparison,
    Shown,
    brief,
    citations,
    object_in,
    registrations_of,
    snapshot_key,
    state_of,
)
from reports.standalone.derived_coverage import Attested, attempted
from reports.standalone.derived_sources import COLUMN_LINEAGE, LINEAGE, listed_in, sources_named
from reports.standalone.disclosed import Disclosed
from reports.standalone.evidence import Entry
from reports.standalone.names import renamings_in

_EVALUATED = "EVALUATED"


def derive_runs(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every run with its events: state, times, job, error, and whether a later run made good for it."""
    runs = shown.each("runs")
    on_the_way = {shown.run_of(edge.get("job"), edge.get("run")) for edge in shown.each("edges")}
    for run in runs:
        run_id = str(run.get("run"))
        key = str(run.get("job")), run_id
        events, ids = log.run(key), ids_of_run(key)
        of_run = {entry.index for entry in log.entries if not ids.isdisjoint(entry.subjects)}
        if compare.rests_on_withheld(run) or not log.withheld.isdisjoint(of_run):
            continue
        where = f"run {run_id}"
        if not events:
            _silent(run, where, log, compare)
            continue
        newest = attempts_of(events)[-1]
        entries = sorted({event.index for event in events})
        derived = {
            "state": newest.state,
            "started_at": stamp(newest.start.order[0]),
            "ended_at": None if newest.end is None else stamp(newest.end.order[0]),
            "entries": entries,
        }
        compare.same(where, run, derived, by=entries)
        _error(run, where, events, compare)
        tried = run.get("attempt")
        compare.holds(
            tried is False or (run.get("state") in {"FAIL", "ABORT"} and key not in on_the_way),
            f"{where}: shown as an attempt",
        )
        retried = run.get("retried_by")
        if retried is not None:
            after = shown.runs.get((key[0], retried), {})
            held = tried is True and (after.get("state"), after.get("job")) == ("COMPLETE", run.get("job"))
            compare.holds(held, f"{where}: not retried by {brief(retried)}")


def _silent(run: Values, where: str, log: Disclosed, compare: Comparison) -> None:
    """Hold a run that sent no event to the entry that names it."""
    compare.same(where, run, {"state": "UNKNOWN", "started_at": None, "ended_at": None, "error": None})
    named = {text for index in citations(run) if index in log.bodies for text in texts_in(log.bodies[index])}
    compare.holds(run.get("run") in named, f"{where}: no entry that it cites names it")


def _error(run: Values, where: str, events: Sequence[Event], compare: Comparison) -> None:
    content = [facet for event in events if (facet := _failure(event.run_facets)) is not None]
    message = content[-1].get("message") if content else None
    error = message if isinstance(message, str) else None
    compare.same(where, run, {"error": error}, by=(event.index for event in events))


def _failure(facets: Values) -> Values | None:
    """Return what an event says of the error of its run: the standard's facet, or Spark's own where that is absent."""
    content = facets.get("errorMessage")
    if isinstance(content, dict):
        return content
    facet = facets.get("spark.exception")
    if not isinstance(facet, dict) or "errorMessage" in facets:
        return None
    inner = facet.get("exception")
    exception = inner if isinstance(inner, dict) else facet
    names = (text_in(exception.get(key)) for key in ("class", "className", "@class", "type"))
    name, message = next((one for one in names if one is not None), None), text_in(exception.get("message"))
    if name is None:
        return {"message": message}
    return {"message": name if message is None or message.startswith(name) else f"{name}: {message}"}


def derive_edges(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every edge with the run or the registration that it cites, and its ends with the nodes."""
    version = node_id("ModelVersion", *shown.version)
    judged = Attested(shown, log)
    kinds = {entry.index: entry for entry in log.entries}
    registered = {each.index: each for each in registrations_of(shown, log)}
    for number, edge in enumerate(shown.each("edges"), 1):
        where = f"edge {number}"
        key = shown.run_of(edge.get("job"), edge.get("run"))
        run = None if key is None else shown.runs.get(key)
        if edge.get("run") is not None:
            compare.holds(run is not None, f"{where}: its run is not among the runs")
        if run is not None:
            compare.same(where, edge, {"run_state": state_of(run)})
        if not log.withheld:
            steps = (step for step in judged.steps.get(edge.get("target"), ()) if step.run == edge.get("run"))
            removes = any(step.job == edge.get("job") and judged.is_covered(step) for step in steps)
            compare.same(where, edge, {"deidentifies": removes})
        is_measure = edge.get("kind") == _EVALUATED and not shown.is_before_fourth
        if is_measure or compare.rests_on_withheld(edge):
            continue
        cited = [kinds[index] for index in citations(edge) if index in kinds]
        registers = str(edge.get("target")).startswith("ModelVersion:")
        compare.same(where, edge, {"kind": "REGISTERED" if registers else "RAN"})
        if registers:
            known = [registered[entry.index] for entry in cited if entry.index in registered]
            compare.holds(edge.get("target") != version or bool(known), f"{where}: no entry registers it")
            _registered(edge, where, known, shown, compare)
        else:
            _ran(edge, where, cited, log, compare)
    _measured(version, registered, shown, log, compare)
    nodes = {node.get("id") for node in shown.each("nodes")}
    ends = {edge.get(end) for edge in shown.each("edges") for end in ("source", "target")}
    compare.holds(ends <= nodes, "edges: an end is not among the nodes")


def _registered(edge: Values, where: str, known: Sequence[Record], shown: Shown, compare: Comparison) -> None:
    for record in known:
        job = record.content.get("job") or record.added.get("job")
        named = shown.run_named(record)
        derived = {
            "job": None if job is None else full_name(job),
            "run": named[1] if named in shown.runs and named is not None else None,
        }
        compare.same(where, edge, {**derived, "confidence": "STATED"}, by=(record.index,))


def _measured(
    version: str, registered: Mapping[int, Record], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    """Compare the edges from what the version was evaluated on with its newest registration, and which only tried."""
    if shown.is_before_fourth:
        return
    if not log.withheld:
        tried = attempted(shown, log)
        for number, edge in enumerate(shown.each("edges"), 1):
            made = edge.get("target") != version and shown.run_of(edge.get("job"), edge.get("run")) in tried
            compare.same(f"edge {number}", edge, {"attempt": made})
    edges = [edge for edge in shown.each("edges") if edge.get("kind") == _EVALUATED]
    if not registered or compare.rests_on_withheld([shown.model, edges]):
        return
    newest = list(registered.values())[-1]
    compare.alike(
        "evaluation edges",
        (
            {name: edge.get(name) for name in ("source", "target", "job", "run", "confidence", "entries")}
            for edge in edges
        ),
        (
            {
                "source": node_id("Snapshot", *snapshot_key(one)),
                "target": version,
                "job": None,
                "run": None,
                "confidence": "STATED",
                "entries": [newest.index],
            }
            for one in newest.content.get("evaluated_on", ())
        ),
    )


def _ran(edge: Values, where: str, cited: Sequence[Entry], log: Disclosed, compare: Comparison) -> None:
    run = str(edge.get("job")), str(edge.get("run"))
    events, ids = log.run(run), ids_of_run(run)
    is_of_run = bool(cited) and not any(ids.isdisjoint(entry.subjects) for entry in cited)
    compare.holds(is_of_run, f"{where}: it cites another run")
    compare.holds(bool(events), f"{where}: the run executed another job")
    access = log.access(run)
    source, target = (_dataset_of(edge.get(end), log) for end in ("source", "target"))
    given_up = {old for event in events for old, _ in renamings_in(event)}
    reads = _names_used(source, access.reads | given_up, events, log)
    writes = _names_used(target, access.writes, events, log)
    fed = _names_used(source, _fed(run, events, log), events, log)
    for end, dataset, found in (("source", source, reads or fed), ("target", target, writes)):
        sentence = f"{where}: no event says that the run read its source and wrote its target ({end})"
        compare.holds(dataset is None or bool(found), sentence)
    pairs = [(one, other) for one in reads for other in writes if one in access.first and other in access.first]
    if not reads and fed:
        compare.same(where, edge, {"confidence": "INFERRED"})
        return
    is_bound = _is_bound(str(edge.get("target")), log)
    if pairs:
        known = sorted({by for pair in pairs for by in _known_from(*pair, events, access, is_bound=is_bound)})
        indexes = [entry.index for entry in cited]
        compare.holds(
            len(indexes) == 1 and indexes[0] in known,
            f"{where}: it was known by {', '.join(f'#{one}' for one in known)}",
        )
    if pairs and not any(_stands_for_itself(event) for event in events):
        how = [one for pair in pairs for one in _known_by(edge.get("source"), *pair, events, access, log)]
        compare.holds(bool(how), f"{where}: what its run says of its target's sources leaves its source out")
        how = ["INFERRED"] if is_bound else how
        shown_as = edge.get("confidence")
        compare.same(where, edge, {"confidence": shown_as if shown_as in how else next(iter(how), None)})


def _fed(run: RunKey, events: Sequence[Event], log: Disclosed) -> set[str]:
    """Return what other runs of a stream read for one that only writes, below the parent that all of them name."""
    parents = {one for event in events if streams(event) for one in _parents(event)}
    if not parents or any(event.reads for event in events):
        return set()
    if not any(streams(event) for parent in parents for event in log.run(parent)):
        return set()
    beside = [event for event in log.events if event.key != run and streams(event) and parents & set(_parents(event))]
    halves = {event.key for event in beside}
    halves = {key for key in halves if key is not None and not any(event.writes for event in log.run(key))}
    return {node_id("Dataset", *one) for event in beside if event.key in halves for one in event.reads}


def _parents(event: Event) -> Iterator[RunKey]:
    """Yield the run that an event says its run is a part of (ParentRunFacet)."""
    facet = event.run_facets.get("parent")
    above, job = (facet.get("run"), facet.get("job")) if isinstance(facet, dict) else (None, None)
    if isinstance(above, dict) and isinstance(job, dict) and isinstance(above.get("runId"), str):
        yield full_name(job), above["runId"]


def _is_bound(target: str, log: Disclosed) -> bool:
    """Return whether a state is a snapshot that only its seal or verification binds to what lay there then: neither an
    event nor a seal names the run that made it.
    """
    return target.startswith("Snapshot:") and target not in log.made


def _known_from(source: str, target: str, events: Sequence[Event], access: Access, *, is_bound: bool) -> Iterator[int]:
    """Yield by which entries it may have been known that a run read a source and wrote a target: what is bound by its
    seal alone only once that had taken effect, as an attempt completed, or a stream read or wrote.
    """
    first = max(access.first[source], access.first[target])
    if not is_bound:
        yield first
        return
    moments: dict[int, int] = {}
    goes_on = any(streams(event) for event in events)
    for event in events:
        if event.type == "COMPLETE" or (goes_on and (event.reads or event.writes)):
            moments[event.order[0]] = min(event.index, moments.get(event.order[0], event.index))
    yield from (max(first, min(access.written[target]), entry) for entry in moments.values())


def _names_used(dataset: str | None, used: Collection[str], events: Sequence[Event], log: Disclosed) -> list[str]:
    """Return by which names a run read or wrote a dataset: by its own and by those that stood for the same when any of
    the run's events was.
    """
    if dataset is None:
        return []
    names, times = log.names(), sorted({event.order[0] for event in events})
    others = [one for one in sorted(names.names(dataset)) if one in used]
    stood = {names.resolve(dataset, at) for at in names.moments}
    return [one for one in others if one == dataset or any(names.resolve(one, at) in stood for at in times)]


def _known_by(
    state: object, source: str, target: str, events: Sequence[Event], access: Access, log: Disclosed
) -> Iterator[str]:
    """Yield how it may be known that a state of one dataset was made of one of another, by each attempt that wrote it.

    An event names the state that was read. Else a lineage facet is the whole truth of what fed an output; column
    lineage is where it names inputs alone, and leaves beside what no output's names where it names others; and where
    neither says anything, all inputs fed it, as they were when the attempt started.
    """
    if state in access.versions.get(source, ()):
        yield "STATED"
        return
    for one in attempts_of(events):
        if target not in Access(one.events).writes:
            continue
        renamed = [old for event in one.events for old, new in renamings_in(event) if new == target]
        if renamed and renamed[-1] == source:
            yield "STATED"
            continue
        facet, named = sources_named(target, one)
        if source in named:
            yield "STATED" if facet == LINEAGE else "COLUMN_LINEAGE"
        elif facet != LINEAGE and source in listed_in(one) and (facet is None or _is_beside(source, named, one, log)):
            yield "INFERRED" if one.started else "START_UNKNOWN"


def _is_beside(source: str, named: Collection[str], attempt: Attempt, log: Disclosed) -> bool:
    """Tell whether an input that column lineage leaves out may feed an output all the same: it names what is no input,
    and none of the attempt's outputs names this one.
    """
    at, names = attempt.start.order[0], log.names()
    listed = {names.resolve(one, at) for one in listed_in(attempt)}
    if all(names.resolve(one, at) in listed for one in named):
        return False
    outputs = {node_id("Dataset", *identity_of(content)) for event in attempt.events for content in event.outputs}
    named_by_facets = (sources_named(output, attempt) for output in sorted(outputs))
    stated = {names.resolve(one, at) for facet, some in named_by_facets if facet == COLUMN_LINEAGE for one in some}
    return names.resolve(source, at) not in stated


def derive_nodes(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every node with its place in the graph and with what is shown of it elsewhere."""
    version = node_id("ModelVersion", *shown.version)
    labels: dict[Any, set[str]] = {}
    for label in (each for each in shown.each("labels") if each.get("later") is not True):
        labels.setdefault(label.get("dataset"), set()).add(str(label.get("kind")))
    truncated = object_in(shown.read_point.get("completeness"), "completeness").get("state") == "TRUNCATED"
    tried, judged = attempted(shown, log), Attested(shown, log)
    made = (edge for edge in shown.each("edges") if shown.run_of(edge.get("job"), edge.get("run")) not in tried)
    targets = {edge.get("target") for edge in made}
    fed: dict[str, bool] = {}
    for node in shown.each("nodes"):
        id_, where = str(node.get("id")), f"node {node.get('name')}"
        derived: dict[str, Any] = {"kind": id_.partition(":")[0], "root": id_ == version}
        if id_ == version:
            _version_node(node, where, derived, shown, log, compare)
            continue
        if not truncated:
            derived["raw_feed"] = id_ not in targets and derived["kind"] != "ModelVersion"
        dataset = _dataset_of(id_, log)
        identity = None if dataset is None else log.names().identities.get(log.names().dataset(dataset))
        if identity is not None and not compare.rests_on_withheld(node):
            name = "/".join(identity)
            fed[name] = fed.get(name, False) or node.get("raw_feed") is True
            asked = node_id("Dataset", *identity)
            held, now = log.declarations(asked, judged.registered), log.declarations(asked)
            derived |= {"name": name, "labels": sorted(labels.get(name, ()))}
            compare.holds(_names_first(node, id_, identity, log), f"{where}: it cites an entry that does not name it")
            if not log.withheld:
                derived["zone"] = held["zone"][1] if "zone" in held else None
                state, since = (each.get("deidentification_state", (None, None))[1] for each in (held, now))
                derived["deid_state"] = state
                derived["deid_state_since"] = since if since != state else None
                derived["attested"] = judged.is_attested(id_) if judged.is_cleared(name) else None
                derived["from_attested"] = id_ in judged.derived
        compare.same(where, node, derived)
        if identity is None and not log.withheld and derived["kind"] in {"Dataset", "Snapshot", "State"}:
            compare.holds(False, f"{where}: no entry names it")
    for source in shown.each("sources"):
        name = str(source.get("dataset"))
        if not log.withheld:
            compare.same(f"source {name}", source, {"raw_feed": fed.get(name, False)})


def _names_first(node: Values, id_: str, identity: Identity, log: Disclosed) -> bool:
    """Return whether a node cites an entry that can have made its dataset known, and besides only seals of the state
    itself that name the run which made it.
    """
    cited = list(citations(node))
    first = log.first.get(identity)
    names = [
        index for index in cited if identity in log.named.get(index, {}).values() and (first is None or index <= first)
    ]
    return bool(names) and len(set(cited) - {*names[:1], *log.sealed_by_runs.get(id_, ())}) == 0


def _version_node(
    node: Values, where: str, derived: dict[str, Any], shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    own = {"name": f"{shown.model['name']} {shown.model['version']}", "raw_feed": False, "labels": []}
    none = dict.fromkeys(("zone", "deid_state", "deid_state_since", "attested"))
    compare.same(where, node, {**derived, **own, **none, "from_attested": False})
    first = min((record.index for record in registrations_of(shown, log)), default=None)
    cited = list(citations(node))
    held = [i for i in cited if _names_version(log.bodies.get(i), shown) and (first is None or i <= first)]
    named = len(cited) == 1 and held == cited
    compare.holds(named or compare.rests_on_withheld(node), f"{where}: it cites no entry that can have named it first")


def _names_version(body: object, shown: Shown) -> bool:
    """Return whether a body names the model version: a record in its fields, an event in the facets of a dataset."""
    return set(shown.version) <= set(texts_in(body))


def derive_schema_changes(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare every change of a schema with the two schemas in the entries that it cites."""
    for number, change in enumerate(shown.each("schema_changes"), 1):
        where, entries = f"schema change {number}", list(citations(change))
        compare.holds(bool(entries), f"{where}: it cites nothing")
        if compare.rests_on_withheld(change) or not entries:
            continue
        name = change.get("dataset")
        named = log.shown_as(name)
        held = [[s for s in _schemas(log, index) if s[0] == named] for index in (entries[0], entries[-1])]
        found = [
            {
                "added": [column for column in new if column not in old],
                "removed": [column for column in old if column not in new],
                "changed": [
                    f"{column}: {old[column] or 'unknown'} to {kind or 'unknown'}"
                    for column, kind in new.items()
                    if column in old and old[column] != kind
                ],
                "run": run,
            }
            for first, second in ((held[0], held[1]), (held[1], held[0]))
            for _, old, _ in first
            for _, new, run in second
        ]
        content = {key: change.get(key) for key in ("added", "removed", "changed", "run")}
        compare.holds(content in found, f"{where}: the two entries do not say it")
        cited = [event for event in log.events if event.index in entries]
        effective = any(_took_effect(event, str(change.get("at")), shown, log) for event in cited)
        compare.holds(effective, f"{where}: no event that it cites took effect then")


def _took_effect(event: Event, at: str, shown: Shown, log: Disclosed) -> bool:
    """Return whether what an event says may have taken effect at a time: its own, or that of a later event of its run.

    Of a run that is not on the way, the later events are not disclosed.
    """
    own = stamp(event.order[0])
    if event.key is None or event.key not in shown.runs:
        return at == own if event.key is None else at >= own
    return at >= own and at in {stamp(each.order[0]) for each in log.run(event.key)}


def _schemas(log: Disclosed, index: int) -> Iterator[tuple[str, dict[str, str | None], str | None]]:
    for event in log.events:
        if event.index == index:
            for content in event.datasets:
                schema = facets_of(content).get("schema")
                if isinstance(schema, dict):
                    name = node_id("Dataset", *identity_of(content))
                    dataset = log.names().belongs(name, event.order[0], log.valid_at)
                    yield dataset, columns_of(schema), event.run


def _dataset_of(id_: object, log: Disclosed) -> str | None:
    """Return the dataset's id of a node of the lineage, None where the bodies do not tell."""
    label, _, rest = str(id_).partition(":")
    if label == "Dataset":
        return str(id_)
    if label == "State":
        return f"Dataset:{rest.partition('.')[0]}"
    identity = log.identities.get(str(id_))
    return None if identity is None else node_id("Dataset", *identity)


def _stands_for_itself(event: Event) -> bool:
    """Return whether each event of the job stands for itself (jobType's emissionPattern)."""
    kind = event.job_facets.get("jobType")
    return isinstance(kind, dict) and "emissionPattern" in kind
