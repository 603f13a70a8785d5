"""What the entries say of one dataset: its record and its history, its columns, its snapshots, its attestations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.standalone.bodies import (
    Identity,
    Record,
    Values,
    columns_of,
    facets_of,
    full_name,
    identity_of,
    micros,
    node_id,
    objects_in,
    stamp,
)
from reports.standalone.comparison import Comparison, Shown, citations
from reports.standalone.derived_coverage import Attested
from reports.standalone.derived_declarations import DECLARED, MANDATORY, in_words, worded
from reports.standalone.derived_gaps import gaps_of_people
from reports.standalone.derived_labels import cleared_codes
from reports.standalone.derived_snapshots import hold_snapshot, rests_on
from reports.standalone.disclosed import Disclosed

_MOST_SNAPSHOTS, _MOST_COLUMNS, _MOST_CHANGES = 100, 200, 4
_EVER = (*DECLARED, "permitted_use")


def derive_dataset(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the fields in force with the newest declarations of the dataset and of its source."""
    dataset, title = node_id("Dataset", *shown.subject.key), shown.title
    if compare.rests_on_withheld([shown.subject.values, shown.each("stated")]):
        return
    own = log.declarations(dataset)
    now = log.inherited(own)
    derived = [_field(name, *now[name], log) for name in DECLARED if name in now]
    compare.holds(
        [one.get("field") for one in shown.each("stated")] == [one["field"] for one in derived],
        "dataset: its fields are not those that are declared, in their order",
    )
    for each, one in zip(shown.each("stated"), derived, strict=False):
        compare.same(f"dataset {one['field']}", each, one, by=(one["entry"],))
    in_force = {now[name][0].index for name in DECLARED if name in now} | log.source_ends(own)
    values = {"dataset": title, "entries": shown.subject.values.get("entries")}
    rests_on(values, (shown.subject.key[0], shown.subject.key[1]), "dataset", in_force, log, compare)


def _field(name: str, record: Record, value: Any, log: Disclosed) -> dict[str, Any]:  # noqa: ANN401  a declared value
    return {
        "field": name,
        "value": worded(record, value),
        "by": log.actor(record),
        "since": stamp(record.since),
        "recorded_at": record.recorded_at,
        "entry": record.index,
    }


def derive_keys(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the keys with those that the dataset is declared to be encrypted under, each as it is declared."""
    if "keys" not in shown.context:
        return
    listed = shown.each("keys")
    if compare.rests_on_withheld([listed, shown.subject.values, shown.each("stated")]):
        return
    now = log.inherited(log.declarations(node_id("Dataset", *shown.subject.key)))
    _, used = now.get("encryption_keys", (None, []))
    named = sorted({(one["key"], one["environment"]) for one in used})
    compare.holds(
        [(one.get("key"), one.get("environment")) for one in listed] == named,
        "keys: they are not those that are declared, in their order",
    )
    for each, (key, _) in zip(listed, named, strict=False):
        stated = [one for kind in ("declare_key", "end_key") for one in log.of(kind) if one.content["key"] == key]
        last = max(stated, key=lambda one: (one.order, one.index), default=None)
        is_ended = last is not None and last.kind == "end_key"
        derived = {
            "declared": None if last is None or is_ended else _key(last, log),
            "ended": {"entry": last.index} if last is not None and is_ended else None,
        }
        compare.same(f"key {key}", each, derived, by=() if last is None else (last.index,))


def _key(record: Record, log: Disclosed) -> dict[str, Any]:
    content = record.content
    until = content.get("until")
    return {
        **{name: content.get(name) for name in ("environment", "workload", "tier", "created_by", "rotated_by")},
        "used_by": content.get("used_by", []),
        "until": None if until is None else stamp(micros(until)),
        "by": log.actor(record),
        "since": stamp(record.since),
        "recorded_at": record.recorded_at,
        "entry": record.index,
    }


def derive_dataset_gaps(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what is shown as missing with what no declaration says, and with what is missing of who acted."""
    if compare.rests_on_withheld(shown.subject.values):
        return
    dataset, title = node_id("Dataset", *shown.subject.key), shown.title
    now = log.inherited(log.declarations(dataset))
    gaps = [(gap.get("subject"), gap.get("field")) for gap in shown.each("gaps")]
    if dataset in log.touched:
        compare.holds((title, "lineage") not in gaps, "gaps: events of its lineage are there")
    found = [*((title, name) for name in MANDATORY if name not in now), *gaps_of_people(shown)]
    compare.alike("gaps", (one for one in gaps if one != (title, "lineage")), found)
    compare.holds(gaps.count((title, "lineage")) <= 1, "gaps: one stands twice")


def derive_history(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what was ever declared of the dataset itself with every declaration of it."""
    listed = shown.each("history")
    if compare.rests_on_withheld(listed):
        return
    records = sorted(log.declared(node_id("Dataset", *shown.subject.key)), key=lambda one: one.index)
    derived: list[dict[str, Any]] = [
        {
            "field": name,
            "value": in_words(_filled(name, record.content[name])),
            "since": stamp(record.since),
            "recorded_at": record.recorded_at,
            "by": log.actor(record),
            "entry": record.index,
        }
        for record in records
        for name in sorted(_EVER)
        if record.content.get(name) is not None
    ]
    named = [(one.get("entry"), one.get("field")) for one in listed]
    compare.holds(
        named == [(one["entry"], one["field"]) for one in derived], "history: not every declaration, in its order"
    )
    for each, one in zip(listed, derived, strict=False):
        compare.same(f"history #{one['entry']}", each, one, by=(one["entry"],))


def _filled(name: str, value: Any) -> Any:  # noqa: ANN401  a declared value
    """Return a declared value with the lists that a declaration of use may leave out."""
    if name != "permitted_use" or not isinstance(value, dict):
        return value
    return {"purposes": [], "duo": [], "refrains": [], "obligations": [], **value}


def derive_columns(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the columns with the schema in the entry that states it."""
    left = max(len(shown.each("columns")) - _MOST_COLUMNS, 0)
    compare.same("columns", shown.context, {"columns_left_out": left})
    listed = [{"name": one.get("name"), "type": one.get("type")} for one in shown.each("columns")]
    entries = list(citations({"schema": shown.context.get("schema_stated")}))
    if not listed:
        compare.same("columns", shown.context, {"schema_stated": None})
        return
    if compare.rests_on_withheld({"entries": entries}):
        return
    names = log.ever_called(shown.title)
    schemas = [
        [{"name": name, "type": kind} for name, kind in columns_of(schema).items()]
        for event in log.events
        if entries == [event.index]
        for content in event.datasets
        if node_id("Dataset", *identity_of(content)) in names
        and isinstance(schema := facets_of(content).get("schema"), dict)
    ]
    compare.holds(listed in schemas, "columns: the entry that is cited states another schema")


def derive_attestations(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the attestations of the jobs on the way with their records, and with what ended them."""
    listed = shown.each("attestations")
    if compare.rests_on_withheld(listed):
        return
    judged = Attested(shown, log)
    jobs = {edge.get("job") for edge in shown.each("edges") if edge.get("target") in _upstream(shown)}
    records = {one.index: one for one in judged.records if full_name(one.content["job"]) in jobs}
    every = {one.index: one for one in judged.records}
    compare.holds(
        [one.get("entry") for one in listed] == sorted(records), "attestations: not those of the jobs on the way"
    )
    for each in listed:
        record = every.get(each.get("entry"))  # type: ignore[arg-type]  # untrusted JSON
        if record is not None:
            derived = _attestation_of_dataset(record, each.get("clears"), judged, log)
            compare.same(f"attestation #{record.index}", each, derived, by=(record.index,))


def _attestation_of_dataset(record: Record, listed: object, judged: Attested, log: Disclosed) -> dict[str, Any]:
    content, until = record.content, judged.until(record)
    return {
        "job": full_name(content["job"]),
        "run": content.get("run_id"),
        "method": content["method"],
        "clears": cleared_codes(content, listed),
        "alterations": list(content.get("alterations", ())),
        "expert": content.get("expert"),
        "schema_version": content.get("schema_version"),
        "scope": content.get("scope"),
        "result": content.get("result"),
        "by": log.actor(record),
        "recorded_at": record.recorded_at,
        "valid_from": stamp(record.since),
        "until": None if until is None else stamp(until),
        "ended": None if (end := judged.end(record)) is None else {"entry": end.index},
        "in_force": not judged.is_void(record) and (until is None or log.valid_at < until),
    }


def _upstream(shown: Shown) -> set[object]:
    """Return the ids of the dataset and of the nodes from which the edges lead to it."""
    into: dict[object, set[object]] = {}
    for edge in shown.each("edges"):
        into.setdefault(edge.get("target"), set()).add(edge.get("source"))
    front: set[object] = {node_id("Dataset", *shown.subject.key)}
    met = set(front)
    while front:
        front = {source for target in front for source in into.get(target, ())} - met
        met |= front
    return met


def derive_held(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the snapshots of the dataset with their seals and verifications; every seal must be among them."""
    listed, left = shown.each("snapshots"), shown.context.get("snapshots_left_out")
    counted = type(left) is int and left >= 0 and (left == 0 or len(listed) == _MOST_SNAPSHOTS)
    compare.holds(counted, "snapshots: those left out are not counted")
    compare.same("snapshots", shown.context, {"separation": None})
    names = log.ever_called(shown.title)
    for number, each in enumerate(listed, 1):
        if compare.rests_on_withheld(each):
            continue
        where, digest = f"snapshot {number}", str(each.get("digest"))
        compare.same(where, each, {"dataset": shown.title})
        found = list(_named_of_dataset(digest, names, log))
        # Each name under which a state is known is a snapshot of its own.
        alike = sum(one.get("digest") == each.get("digest") for one in listed)
        compare.holds(0 < alike <= len(found), f"{where}: no entry names it, or it stands twice")
        trials = [_tried(each, one, where, shown, log) for one in found]
        if trials:
            best = min(trials, key=lambda one: len(one.differing))
            compare.compared += best.compared
            compare.differing += best.differing
    digests = {each.get("digest") for each in listed}
    if left == 0:
        sealed = {
            one.content["digest"]
            for one in log.of("seal_snapshot")
            if node_id("Dataset", *identity_of(one.content["dataset"])) in names
        }
        compare.holds(sealed <= digests, "snapshots: one that was sealed is left out")


def derive_drifts(shown: Shown, _: Disclosed, compare: Comparison) -> None:
    """Hold what changed between snapshots to the snapshots shown: from each of the newest to the next, and their rows.

    What else changed follows from all that was recorded by then, which no file holds.
    """
    if "drifts" not in shown.context:
        # An earlier version did not show it.
        return
    listed, changes = shown.each("snapshots"), shown.each("drifts")
    if compare.rests_on_withheld([listed, changes]):
        return
    pairs = list(zip(listed[1:], listed, strict=False))[:_MOST_CHANGES]
    compare.holds(len(changes) == len(pairs), "drifts: not one from each of the newest snapshots to the next")
    for number, (each, (before, after)) in enumerate(zip(changes, pairs, strict=False), 1):
        where = f"drift {number}"
        compare.same(where, each, {"before": before.get("digest"), "after": after.get("digest")})
        for name, one in (("rows_before", before), ("rows_after", after)):
            rows = one.get("rows")
            if rows is not None:
                compare.same(where, each, {name: rows})
        differs = (
            one.get("before") != one.get("after") for of in ("fields", "columns") for one in objects_in(each.get(of))
        )
        compare.holds(all(differs), f"{where}: what is said to differ is the same")


def _named_of_dataset(digest: str, names: frozenset[str], log: Disclosed) -> Iterator[Identity]:
    """Yield the names of the dataset under which entries name a state of it."""
    for one in sorted(set(log.identities.values())):
        if node_id("Dataset", *one) in names and (
            node_id("Snapshot", *one, digest) in log.identities or (one, digest) in log.makers
        ):
            yield one


def _tried(each: Values, dataset: Identity, where: str, shown: Shown, log: Disclosed) -> Comparison:
    found = Comparison(log)
    hold_snapshot(each, dataset, where, shown, log, found)
    seals = log.of_snapshot("seal_snapshot", dataset, str(each.get("digest")))
    found.same(where, each, {"role": seals[-1].content.get("role", "OTHER") if seals else "OTHER"})
    return found
