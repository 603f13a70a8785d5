"""What a registration says of a model version, and what it was made from: snapshots, and how they are kept apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reports.standalone.bodies import (
    Identity,
    Record,
    RunKey,
    Values,
    full_name,
    identity_of,
    io_facets_of,
    node_id,
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
from reports.standalone.disclosed import Disclosed

_MOST_SHARED = 100
_ALTERED = frozenset({"MISMATCH", "MISSING"})


def derive_model(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the model version with its newest registration."""
    if compare.rests_on_withheld(shown.model):
        return
    registrations = registrations_of(shown, log)
    compare.holds(bool(registrations), "model: no entry registers it")
    if not registrations:
        return
    newest = registrations[-1]
    content = newest.content
    derived = {
        "registered_at": newest.recorded_at,
        "registered_by": log.actor(newest),
        "intended_use": content.get("intended_use"),
        "artifact_digest": content.get("artifact_digest"),
        "signature": content.get("signature"),
        "code": {name: content["code"].get(name) for name in ("repository", "revision", "clean")},
        "environment": {name: content["environment"].get(name) for name in ("digest", "description")},
        "metrics": [
            {"name": one["name"], "value": _decimal(one["value"]), "split": one.get("split")}
            for one in content.get("metrics", ())
        ],
        "entries": sorted(each.index for each in registrations),
    }
    if not shown.is_before_fourth:
        job = content.get("job") or newest.added.get("job")
        derived |= {"job": None if job is None else full_name(job), "run": content.get("run_id")}
    compare.same("model", shown.model, derived, by=(newest.index,))


def derive_snapshots(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the snapshots with the registration, their seals and their verifications."""
    registrations = registrations_of(shown, log)
    if not registrations or compare.rests_on_withheld(shown.model):
        return
    uses = [
        (role, identity_of(one["dataset"]), one["digest"])
        for role, part in (("TRAINING", "trained_on"), ("EVALUATION", "evaluated_on"))
        for one in sorted(
            registrations[-1].content.get(part, ()), key=lambda use: node_id("Snapshot", *snapshot_key(use))
        )
    ]
    snapshots = shown.each("snapshots")
    members = ("role", "dataset", "digest")
    derived = [dict(zip(members, (role, log.title(dataset), digest), strict=True)) for role, dataset, digest in uses]
    compare.alike("snapshots", ({name: each.get(name) for name in members} for each in snapshots), derived)
    for number, each in enumerate(snapshots):
        named = [use for use, as_shown in zip(uses, derived, strict=True) if as_shown.items() <= each.items()]
        if named and not compare.rests_on_withheld(each):
            before = sum(all(one.get(name) == each.get(name) for name in members) for one in snapshots[:number])
            dataset = named[min(before, len(named) - 1)][1]
            hold_snapshot(each, dataset, f"snapshot {number + 1}", shown, log, compare)


def hold_snapshot(
    each: Values, dataset: Identity, where: str, shown: Shown, log: Disclosed, compare: Comparison
) -> None:
    """Compare one snapshot with its seals and verifications, by the name that these give its dataset."""
    place = dataset, str(each.get("digest"))
    seals, checks = log.of_snapshot("seal_snapshot", *place), log.of_snapshot("verify_snapshot", *place)
    rests_on(each, dataset, where, {seal.index for seal in seals}, log, compare)
    seal = seals[-1] if seals else None
    derived: dict[str, Any] = dict.fromkeys(("files", "size_bytes", "sealed_at", "sealed_by", "locked"))
    derived["foreign"] = []
    contents = {name: None if seal is None else seal.content.get(name) for name in ("rows", "persons", "period")}
    if seal is not None:
        manifest = seal.content.get("manifest", ())
        derived = {
            "foreign": [{"system": one["system"], "id": one["id"]} for one in seal.content.get("foreign", ())],
            "files": len(manifest),
            "size_bytes": sum(one["size"] for one in manifest),
            "sealed_at": seal.recorded_at,
            "sealed_by": log.actor(seal),
            "locked": seal.content.get("locked", False),
        }
    if not checks:
        derived["verification"] = None
    else:
        check = checks[-1]
        derived["verification"] = {
            "at": check.recorded_at,
            "by": log.actor(check),
            "result": check.content["result"],
            "method": check.content.get("method"),
            "differing": list(check.content.get("differing", ())),
            "entries": [check.index],
        }
    if not shown.is_before_fourth:
        derived |= contents
    compare.same(where, each, derived, by=(one.index for one in (*seals[-1:], *checks[-1:])))
    altered = bool(checks) and checks[-1].content["result"] in _ALTERED
    compare.holds((each.get("state") == "BYTES_GONE") == altered, f"{where}: state is not what was verified")
    _producer(each, dataset, where, {shown.run_named(one) for one in seals}, shown, log, compare)


def rests_on(
    shown: Values, dataset: Identity | None, where: str, derived: set[int], log: Disclosed, compare: Comparison
) -> None:
    """Hold what an item cites to what its values rest on, and the entry by which it was first known."""
    cited = list(citations({"entries": shown.get("entries")}))
    others = [index for index in cited if index not in derived]
    of = log.by_name.get(str(shown.get("dataset")), set()) if dataset is None else {dataset}
    first = _first(next(iter(of)), shown.get("digest"), log) if len(of) == 1 else None
    names = [
        index
        for index in others
        if not of.isdisjoint(log.named.get(index, {}).values()) and (first is None or index <= first)
    ]
    held = derived <= set(cited) and len(others) <= 1 and names == others and bool(cited)
    compare.holds(held, f"{where}: it cites other entries than it rests on")


def _first(dataset: Identity, digest: Any, log: Disclosed) -> int | None:  # noqa: ANN401 - untrusted JSON
    """Return the first entry that can have made a dataset known, or a snapshot of it where a digest is given."""
    if digest is None:
        return log.first.get(dataset)
    return log.first_of_snapshot.get(node_id("Snapshot", *dataset, str(digest)))


def _producer(
    each: Values,
    dataset: Identity,
    where: str,
    sealed: set[RunKey | None],
    shown: Shown,
    log: Disclosed,
    compare: Comparison,
) -> None:
    wrote = log.makers.get((dataset, str(each.get("digest"))), set())
    known = {run for run in (*sealed, *wrote) if run in shown.runs}
    producer = each.get("produced_by")
    if producer is None:
        compare.holds(not known, f"{where}: the run that produced it is left out")
        return
    shows = object_in(producer, "produced_by")
    run = shown.run_of(shows.get("job"), shows.get("run"))
    compare.holds(run in known, f"{where}: no entry says that run {brief(shows.get('run'))} produced it")
    if run is not None and run in known:
        compare.same(f"{where} produced_by", producer, {"state": state_of(shown.runs[run])})
        if not shown.is_before_fourth:
            _rows(producer, f"{where} produced_by", str(each.get("dataset")), run, log, compare)


def _rows(producer: Values, where: str, dataset: str, run: RunKey, log: Disclosed, compare: Comparison) -> None:
    """Compare how many rows the run that produced a snapshot wrote with its newest event that counts them."""
    names, asked = log.names(), log.shown_as(dataset)
    outputs = [
        (event, content, node_id("Dataset", *identity_of(content)))
        for event in log.run(run)
        for content in event.outputs
    ]
    wrote = any(names.belongs(name, event.order[0], log.valid_at) == asked for event, _, name in outputs)
    counts = [
        (event.index, rows)
        for event, content, name in outputs
        if wrote and name in names.names(asked)
        if (rows := _count(io_facets_of(content).get("outputStatistics"))) is not None
    ]
    newest = counts[-1:]
    derived = {"rows": newest[0][1] if newest else None, "entries": [index for index, _ in newest]}
    compare.same(where, producer, derived)


def _count(facet: object) -> int | None:
    rows = facet.get("rowCount") if isinstance(facet, dict) else None
    return rows if type(rows) is int and rows >= 0 else None


def derive_separation(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what training and evaluation data share with the manifests of their newest seals."""
    registrations = registrations_of(shown, log)
    separation = shown.context.get("separation")
    if shown.is_before_fourth or not registrations or compare.rests_on_withheld([shown.model, separation]):
        return
    newest = registrations[-1]
    sides = {part: newest.content.get(part, ()) for part in ("trained_on", "evaluated_on")}
    if not all(sides.values()):
        compare.same("separation", shown.context, {"separation": None})
        return
    manifests = {part: [(one, _manifest(one, log)) for one in uses] for part, uses in sides.items()}
    files = {part: {file["digest"] for _, found in held for file in found} for part, held in manifests.items()}
    digests = {one["digest"] for one in sides["trained_on"]}
    both = files["trained_on"] & files["evaluated_on"]
    whole = {_called(one, log) for one in sides["evaluated_on"] if one["digest"] in digests}
    paths = {
        f"{_called(one, log)}: {file.get('path')}"
        for one, found in manifests["evaluated_on"]
        for file in found
        if file["digest"] in both
    }
    unlisted = {_called(one, log) for held in manifests.values() for one, found in held if not found}
    seals = {seal.index for uses in sides.values() for one in uses for seal in _seals(one, log)[-1:]}
    derived = {
        "result": "OVERLAP" if whole or both else "UNKNOWN" if unlisted else "APART",
        "training_files": len(files["trained_on"]),
        "evaluation_files": len(files["evaluated_on"]),
        "overlap": len(both),
        "entries": sorted({newest.index, *seals}),
    }
    found = object_in(separation, "separation")
    compare.same("separation", found, derived, by=sorted(seals))
    compare.alike("separation unlisted", found.get("unlisted") or (), unlisted)
    listed, named = found.get("shared") or (), whole or paths
    compare.holds(
        set(listed) <= named and len(listed) == min(len(named), _MOST_SHARED), "separation: other files are shared"
    )


def _called(use: Values, log: Disclosed) -> str:
    return log.title(identity_of(use["dataset"]))


def _seals(use: Values, log: Disclosed) -> list[Record]:
    return log.of_snapshot("seal_snapshot", identity_of(use["dataset"]), use["digest"])


def _manifest(use: Values, log: Disclosed) -> list[Values]:
    """Return the files that hold something by the newest seal of a snapshot; all that hold nothing are alike."""
    return [file for seal in _seals(use, log)[-1:] for file in seal.content.get("manifest", ()) if file["size"]]


def _decimal(value: float) -> str:
    figure = float(value)
    return str(int(figure)) if figure.is_integer() else format(Decimal(repr(figure)), "f")
