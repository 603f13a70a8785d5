"""Snapshots as they were at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalog.assets.folds import DROPPED, newest_writes
from catalog.names.loading import Names
from catalog.snapshots.model import Seal, SnapshotRecord, Tombstone, Verification, Written
from catalog.snapshots.rules import state_of
from catalog.store.protocol import Query
from catalog.view import View
from graph_schema.aspects import name_of_use
from graph_schema.aspects import snapshots as aspects
from graph_schema.bitemporal import RunFold
from graph_schema.facts import Role, Statement
from graph_schema.nodes import Dataset, Node, Snapshot

SEVERAL = 50
"""How many snapshots are shown of those that a few digits may mean."""


@dataclass(slots=True)
class _Stated:
    seals: list[Statement] = field(default_factory=list)
    verifications: list[Statement] = field(default_factory=list)
    tombstones: list[Statement] = field(default_factory=list)
    produced_by: set[str] = field(default_factory=set)
    used_by: set[str] = field(default_factory=set)
    entries: set[int] = field(default_factory=set)


def snapshots(view: View, ids: Sequence[str]) -> dict[str, SnapshotRecord]:
    """Return those of the snapshots that were known by then."""
    return _snapshots(view, ids, Names(view, renamed=True))


def _captured(names: Names, datasets: Sequence[str]) -> dict[str, set[str]]:
    """Return the snapshots of each dataset."""
    found: dict[str, set[str]] = {dataset: set() for dataset in datasets}
    for edge in names.edges(datasets, ("CAPTURES",), "in") if datasets else ():
        found[edge.target].add(edge.source)
    return found


def _snapshots(
    view: View, ids: Sequence[str], names: Names, captured: Mapping[str, set[str]] | None = None
) -> dict[str, SnapshotRecord]:
    """Return the records of snapshots; `captured` is what is known already of which datasets have which."""
    known = {id_: each for id_, each in view.nodes(ids).items() if isinstance(each.node, Snapshot)}
    if not known:
        return {}
    dataset_of = {
        id_: Dataset(each.node.namespace, each.node.dataset).id
        for id_, each in known.items()
        if isinstance(each.node, Snapshot)
    }
    names.load(dataset_of.values())
    shown = names.shown(sorted(set(dataset_of.values())))
    dataset_of = {id_: shown[dataset] for id_, dataset in dataset_of.items()}
    datasets = sorted(set(dataset_of.values()))
    siblings = dict(captured or {})
    siblings |= _captured(names, [dataset for dataset in datasets if dataset not in siblings])
    everyone = sorted(set(known).union(*(siblings[dataset] for dataset in datasets)))
    stated = _stated(view, everyone)
    folds = view.runs({run for each in stated.values() for run in each.produced_by})
    others = [id_ for id_ in everyone if id_ not in known]
    nodes = {**known, **(view.nodes(others) if others else {})}
    made = {id_: _made_at(each.node, stated[id_], folds) for id_, each in nodes.items()}
    last, _ = newest_writes(view, datasets, names)
    dropped = {dataset: one.at for dataset, one in last.items() if one.mode == DROPPED}
    found = {}
    for id_, each in known.items():
        if not isinstance(each.node, Snapshot):
            continue
        dataset = dataset_of[id_]
        mine = made[id_]
        newer = mine is not None and any((made.get(other) or mine) > mine for other in siblings[dataset])
        record = _snapshot(each.node, dataset, each.entry, stated[id_], newer=newer, dropped_at=dropped.get(dataset))
        found[id_] = replace(record, made_at=mine)
    return found


def snapshots_of(view: View, datasets: Sequence[str]) -> dict[str, tuple[SnapshotRecord, ...]]:
    """Return the snapshots of each dataset, the one first known first; a dataset without any is absent."""
    names = Names(view, renamed=True)
    of = _captured(names, datasets)
    found = _snapshots(view, sorted(set().union(*of.values())), names, of)
    return {
        dataset: tuple(
            sorted((found[one] for one in some if one in found), key=lambda each: (each.first_entry, each.id))
        )
        for dataset, some in of.items()
        if some
    }


def verifications(view: View, ids: Sequence[str]) -> dict[str, tuple[str, tuple[Verification, ...]]]:
    """Return the digest of each snapshot that was known by then, and its verifications from the oldest on."""
    known = view.nodes(ids) if ids else {}
    found: dict[str, list[Statement]] = {id_: [] for id_ in known}
    for statement in view.statements(list(known), ("verification",)):
        if statement.value is not None:
            found[statement.subject].append(statement)
    return {
        id_: (known[id_].node.title, tuple(_verification(each) for each in sorted(of, key=lambda each: each.order)))
        for id_, of in found.items()
    }


def rows_written(view: View, datasets: Sequence[str]) -> dict[str, dict[str, Written]]:
    """Return for each dataset how many rows its runs say that they wrote, each by its newest event that counts them."""
    names = Names(view, renamed=True)
    wrote = {(edge.target, edge.source) for edge in names.edges(datasets, ("WROTE",), "in")}
    uses: dict[str, list[str]] = defaultdict(list)
    for dataset in dict.fromkeys(datasets):
        for name in names.names(dataset):
            uses[name_of_use(Role.OUT, "output_statistics", name)].append(dataset)
    newest: dict[tuple[str, str], Statement] = {}
    for each in view.statements(sorted({run for _, run in wrote}), tuple(uses)):
        if _rows(each) is None:
            continue
        for dataset in uses[each.aspect]:
            held = newest.get((dataset, each.subject))
            if (dataset, each.subject) in wrote and (held is None or held.order < each.order):
                newest[dataset, each.subject] = each
    found: dict[str, dict[str, Written]] = {}
    for (dataset, run), each in newest.items():
        found.setdefault(dataset, {})[run] = Written(_rows(each) or 0, each.entry)
    return found


def _rows(statement: Statement) -> int | None:
    """Return the facet's rowCount; whatever else an emitter put there counts nothing."""
    facet = statement.data
    rows = facet.get("rowCount") if isinstance(facet, dict) else None
    return rows if type(rows) is int and rows >= 0 else None


def with_digest(view: View, digest: str) -> tuple[str, ...]:
    """Return the ids of the snapshots with exactly this digest or version, ascending; several datasets may share it."""
    return view.lookup("Snapshot", "version", (digest,))


def with_prefix(view: View, digits: str) -> tuple[str, ...]:
    """Return the ids of the snapshots whose SHA-256 digest begins with these hex digits, ascending; of now alone.

    Where more than `SEVERAL` do, that many of them.
    """
    prefix = f"sha256:{digits.lower()}"
    page = view.find(Query(labels=("Snapshot",), text=digits.lower(), first=SEVERAL))
    return tuple(sorted(hit.id for hit in page.hits if hit.node.title.startswith(prefix)))


def _stated(view: View, ids: Sequence[str]) -> dict[str, _Stated]:
    found: dict[str, _Stated] = {id_: _Stated() for id_ in ids}
    for statement in view.statements(ids, ("seal", "verification", "tombstone")):
        if statement.value is not None:
            of = found[statement.subject]
            about = {"seal": of.seals, "verification": of.verifications, "tombstone": of.tombstones}
            about[statement.aspect].append(statement)
            of.entries.add(statement.entry)
    for edge in view.edges(ids, ("GENERATED", "USED"), "in"):
        of = found[edge.target]
        (of.produced_by if edge.kind == "GENERATED" else of.used_by).add(edge.source)
        of.entries.add(edge.entry)
    return found


def _made_at(node: Node, stated: _Stated, folds: Mapping[str, RunFold | None]) -> int | None:
    """Return when the dataset was last put into this state: by a run that completed, else by the newest seal."""
    version = node.version if isinstance(node, Snapshot) else ""
    made = [_left_at(fold, version) for run in stated.produced_by if (fold := folds.get(run))]
    return max((at for at in made if at is not None), default=None) or max(
        (seal.valid_from for seal in stated.seals), default=None
    )


def _left_at(fold: RunFold, version: str) -> int | None:
    """Return when a run left the version, or, where a seal names the run, what it left without one."""
    at = fold.made(version)
    return fold.effective_at[-1] if at is None and fold.effective_at else at


def _snapshot(
    node: Snapshot, dataset: str, entry: int, stated: _Stated, *, newer: bool, dropped_at: int | None
) -> SnapshotRecord:
    seals = tuple(_seal(each) for each in sorted(stated.seals, key=lambda each: each.order))
    verifications = tuple(_verification(each) for each in sorted(stated.verifications, key=lambda each: each.order))
    newest = verifications[-1] if verifications else None
    sealed = max((each.order for each in stated.seals), default=None)
    deleted = [each for each in stated.tombstones if sealed is None or each.order > sealed]
    gone = min(deleted, key=lambda each: each.order, default=None)
    return SnapshotRecord(
        id=node.id,
        dataset=dataset,
        namespace=node.namespace,
        name=node.dataset,
        digest=node.version,
        judged=state_of(
            verified=None if newest is None else (newest.result, newest.verified_at, newest.entry),
            tombstoned=None if gone is None else (gone.valid_from, gone.entry),
            dropped_at=dropped_at,
            newer=newer,
        ),
        first_entry=entry,
        seal=seals[-1] if seals else None,
        seals=seals,
        verification=newest,
        verifications=verifications,
        tombstone=None if gone is None else _tombstone(gone),
        produced_by=tuple(sorted(stated.produced_by)),
        used_by=tuple(sorted(stated.used_by)),
        entries=tuple(sorted(stated.entries)),
    )


def _seal(statement: Statement) -> Seal:
    return Seal(
        **aspects.Seal.from_json(statement.data).members(),
        entry=statement.entry,
        sealed_by=statement.by,
        sealed_at=statement.valid_from,
        run=statement.run,
        authenticated=statement.authenticated,
    )


def _verification(statement: Statement) -> Verification:
    return Verification(
        **aspects.Verification.from_json(statement.data).members(),
        entry=statement.entry,
        verified_by=statement.by,
        verified_at=statement.valid_from,
        authenticated=statement.authenticated,
    )


def _tombstone(statement: Statement) -> Tombstone:
    return Tombstone(
        **aspects.Tombstone.from_json(statement.data).members(),
        entry=statement.entry,
        tombstoned_by=statement.by,
        deleted_at=statement.valid_from,
    )
