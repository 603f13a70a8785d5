"""The ways by which labels flowed: each is held to the entries that it cites.

What is said of the data itself must be among them, and what training data holds among the version's. Whether others
came from further behind, by which codes, and what an attestation takes away of them is as the catalog issued it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.standalone.bodies import Values, columns_of, facets_of, full_name, identity_of, node_id, objects_in
from reports.standalone.comparison import Comparison, Shown, citations, index_in, registrations_of
from reports.standalone.derived_labels import cleared_codes, is_of_kind, kinds_present, kinds_recorded
from reports.standalone.disclosed import Disclosed

_DERIVED = "DERIVED_FEATURE"


def derive_effective(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold every label that flowed to what was said where its way begins, and each step to a run that took it."""
    if shown.is_before_fourth:
        return
    for each in shown.each("effective"):
        if not compare.rests_on_withheld(each):
            _flowed(each, f"label {each.get('kind')} on {each.get('asset')}", shown, log, compare)
    attested = {record.index: record for record in log.of("attest_deidentification")}
    for each in shown.each("cleared"):
        if compare.rests_on_withheld(each):
            continue
        where = f"cleared label {each.get('kind')} on {each.get('asset')}"
        record = next((attested[index] for index in citations(each) if index in attested), None)
        compare.holds(record is not None, f"{where}: it cites no attestation")
        if record is not None:
            compare.holds(is_of_kind(each.get("kind")), f"{where}: there is no such kind")
            job = record.content.get("job")
            compare.same(where, each, ({"job": full_name(job)} if job else {}) | {"entries": [record.index]})
            named = {(one["system"], one["code"]) for one in cleared_codes(record.content)}
            codes = {(one.get("system"), one.get("code")) for one in objects_in(each.get("codes"))}
            compare.holds(codes <= named or not named, f"{where}: #{record.index} does not name its codes")
    if not log.withheld:
        _every_label_stated(shown, log, compare)
    left = shown.context.get("columns_left_out")
    compare.holds(type(left) is int and left >= 0, "columns left out: they are not counted")


def _every_label_stated(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Hold what is said of a dataset that was used, or of its columns, to be among its labels; and what the data holds
    that the version was trained on to be among the version's, unless an attestation took it away.
    """
    own = shown.title
    held = {(each.get("asset"), each.get("kind")) for each in shown.each("effective") if each.get("column") is None}
    roles: dict[str, set[object]] = {}
    if shown.subject.kind == "dataset":
        roles[own] = set()
    for each in shown.each("snapshots") if shown.subject.kind == "model_version" else ():
        roles.setdefault(str(each.get("dataset")), set()).add(each.get("role"))
    made = [one.order[0] for one in (*registrations_of(shown, log), *log.of("seal_snapshot"))]
    first = min(made, default=None) if shown.subject.kind == "model_version" else None
    for dataset, kind in sorted(kinds_present(roles.keys(), log, first)):
        compare.holds((dataset, kind) in held, f"label {kind} on {dataset}: it is left out, though the entries say it")
    carried = held | {(each.get("asset"), each.get("kind")) for each in shown.each("cleared")}
    for asset, label in sorted(held, key=repr):
        if "TRAINING" in roles.get(str(asset), ()):
            compare.holds((own, label) in carried, f"label {label} on {own}: it is left out, though {asset} holds it")


def _flowed(each: Values, where: str, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    hops, recorded_by = objects_in(each.get("hops")), list(citations({"entries": each.get("recorded_by")}))
    flowed = each.get("origin") in {"INFERRED", "SUGGESTED"}
    compare.holds(flowed or each.get("origin") in {"ASSERTED", "CLAIMED"}, f"{where}: there is no such origin")
    entries = {*recorded_by, *(index for hop in hops for index in citations(hop))}
    if each.get("recorded_of") is None:
        compare.holds(not hops and not recorded_by, f"{where}: a way begins nowhere")
        cited = list(citations({"entries": each.get("entries")}))
        kinds = kinds_recorded(str(each.get("asset")), cited, log)
        compare.holds(each.get("kind") in kinds, f"{where}: no entry that it cites says it")
        empty: dict[str, Any] = dict.fromkeys(("recorded_of_column", "recorded_kind"))
        compare.same(where, each, empty | {"unstated": False})
        return
    compare.same(where, each, {"entries": sorted(entries)})
    unstated = any(hop.get("how") == "UNMENTIONED" for hop in hops)
    was = each.get("recorded_kind")
    through = any(hop.get("how") == "INDIRECT" for hop in hops)
    compare.same(where, each, {"unstated": unstated, "kind": _DERIVED if through else was})
    begins = str(each.get("recorded_of"))
    holds = was in kinds_recorded(begins, recorded_by, log) or _has_column(
        begins, each.get("recorded_of_column"), recorded_by, log
    )
    compare.holds(holds, f"{where}: no entry that it cites says it of {begins}")
    places = [begins, *(str(hop.get("target")) for hop in hops)]
    compare.holds([hop.get("source") for hop in hops] == places[:-1], f"{where}: the steps of its way do not join")
    compare.holds(places[-1] == each.get("asset"), f"{where}: its way leads elsewhere")
    for number, hop in enumerate(hops, 1):
        _hop(hop, f"{where}: step {number}", shown, log, compare)


def _hop(hop: Values, where: str, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    cited = [index_in(index) for index in citations(hop)]
    named = {id_ for index in cited for id_ in log.named.get(index, ())}
    ends = [log.ever_called(hop.get(end)) for end in ("source", "target")]
    if hop.get("how") in {"TRAINED", "SAME"}:
        # The other end is a model version, which is no dataset.
        ends = [names for names in ends if names]
        compare.holds(bool(ends), f"{where}: neither end is a dataset that an entry names")
    named_both = not any(named.isdisjoint(names) for names in ends)
    compare.holds(named_both, f"{where}: the entries that it cites do not name both ends")
    jobs, runs = set(), set()
    for event in log.events:
        if event.index in cited:
            jobs |= set() if event.job is None else {full_name(event.job)}
            runs |= {event.run}
    for record in registrations_of(shown, log):
        if record.index in cited:
            job = record.content.get("job") or record.added.get("job")
            jobs |= set() if job is None else {full_name(job)}
            runs |= {record.content.get("run_id")}
    compare.holds(hop.get("job") is None or hop.get("job") in jobs, f"{where}: no entry that it cites is of its job")
    compare.holds(hop.get("run") is None or hop.get("run") in runs, f"{where}: no entry that it cites is of its run")


def _has_column(dataset: str, column: object, entries: Sequence[int], log: Disclosed) -> bool:
    """Return whether a schema in the entries has the column of the dataset: then its name may suggest a label."""
    names = log.ever_called(dataset)
    return any(
        column in columns_of(schema)
        for event in log.events
        if event.index in entries
        for content in event.datasets
        if node_id("Dataset", *identity_of(content)) in names
        and isinstance(schema := facets_of(content).get("schema"), dict)
    )
