"""From a View to what the lock of evaluation data is held to: what was trained on it, and what became of it, since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from catalog.assets.folds import LastWrite, newest_writes
from catalog.assets.model import AssetState
from catalog.assets.naming import names_of
from catalog.findings.estate.model import Change, LockCase, Start
from catalog.names.loading import Names
from catalog.releases.queries import registrations
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.queries import snapshots, snapshots_of
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import ModelVersion
from graph_schema.vocabulary.words import SnapshotRole
from reports.naming import worded


def lock_cases(view: View, ids: Sequence[str]) -> dict[str, LockCase]:
    """Return the locked evaluation snapshots: those sealed as such, and those that a registration measured on."""
    held = {id_: one for id_, one in snapshots(view, ids).items() if any(seal.locked for seal in one.seals)}
    measured = {edge.target for edge in view.edges(sorted(held), ("EVALUATED_ON",), "in")} if held else set()
    locked = {
        id_: one
        for id_, one in held.items()
        if id_ in measured or any(seal.role == SnapshotRole.EVALUATION for seal in one.seals)
    }
    if not locked:
        return {}
    datasets = sorted({one.dataset for one in locked.values()})
    names = Names(view, renamed=True)
    states = snapshots_of(view, datasets)
    last, _ = newest_writes(view, datasets, names)
    trained = _trained(view, locked, names)
    called = names_of(view, datasets) | _versions(view, {each.version for some in trained.values() for each in some})
    found = {}
    for id_, one in locked.items():
        lock = _locked(one)
        others = [each for each in states.get(one.dataset, ()) if each.id != id_]
        name = f"the locked evaluation snapshot of {called.get(one.dataset, one.dataset)}"
        found[id_] = LockCase(
            name,
            lock,
            [
                (called.get(each.version, each.version), Start(each.at, each.entries[-1]), each.entries)
                for each in trained.get(id_, ())
                if each.at >= lock.since
            ],
            list(_changed(one, lock, others, last.get(one.dataset))),
            any(_is_locked_after(each, lock.since) for each in others),
        )
    return found


def _versions(view: View, ids: Collection[str]) -> dict[str, str]:
    """Return what the model versions are called."""
    nodes = view.nodes(sorted(ids)) if ids else {}
    return {
        id_: f"{known.node.model} {known.node.version}"
        for id_, known in nodes.items()
        if isinstance(known.node, ModelVersion)
    }


def _locked(one: SnapshotRecord) -> Start:
    first = next(seal for seal in one.seals if seal.locked)
    return Start(first.sealed_at, first.entry)


def _is_locked_after(one: SnapshotRecord, since: int) -> bool:
    return any(seal.locked and seal.sealed_at > since for seal in one.seals)


def _changed(
    one: SnapshotRecord, lock: Start, others: Sequence[SnapshotRecord], last: LastWrite | None
) -> Iterator[Change]:
    """Yield what became of a locked state and of its dataset since."""
    if one.state is AssetState.BYTES_GONE and one.verification is not None:
        text = (
            f"Its bytes are not as they were locked: the newest verification found {worded(one.verification.result)}."
        )
        yield Change(text, one.verification.verified_at, (one.verification.entry,))
    if one.tombstone is not None:
        yield Change("Its bytes were deleted.", one.tombstone.deleted_at, (one.tombstone.entry,))
    open_ = [seal for seal in one.seals if not seal.locked and seal.sealed_at > lock.since]
    if open_:
        yield Change("It was sealed anew without a lock.", open_[0].sealed_at, (open_[0].entry,))
    made = [each for each in others if each.made_at is not None and each.made_at > lock.since]
    for each in made:
        text = "Its dataset was put into another state, which nobody locked."
        entries = (each.seal.entry,) if each.seal is not None else each.entries or (each.first_entry,)
        yield Change(text, each.made_at or lock.since, entries)
    if last is not None and last.at > lock.since and last.at not in {one.made_at, *(each.made_at for each in made)}:
        yield Change("Its dataset was written to.", last.at, (last.entry,))


class _Training(NamedTuple):
    """That a model version was trained on a snapshot."""

    at: int
    version: str
    entries: tuple[int, ...]


def _trained(view: View, locked: Mapping[str, SnapshotRecord], names: Names) -> dict[str, list[_Training]]:
    """Return by locked snapshot what was trained on it: by a registration, or by a run that read it and made a version
    which is not registered as measured on it.
    """
    named = view.edges(sorted(locked), ("TRAINED_ON",), "in")
    reads = _reads(view, locked, names)
    runs = sorted({run for some in reads.values() for run, _, _ in some})
    made: dict[str, dict[str, int]] = defaultdict(dict)
    for edge in view.edges(runs, ("PRODUCED", "WROTE"), "out") if runs else ():
        if label_of(edge.target) == ModelVersion.__name__:
            made[edge.source].setdefault(edge.target, edge.entry)
    versions = sorted({version for some in made.values() for version in some})
    newest = {id_: some[-1] for id_, some in registrations(view, versions).items() if some} if versions else {}
    found: dict[str, set[_Training]] = defaultdict(set)
    for edge in named:
        found[edge.target].add(_Training(edge.valid_from, edge.source, (edge.entry,)))
    for id_, some in reads.items():
        for run, at, entry in some:
            for version, by in made[run].items():
                one = newest.get(version)
                if one is None or id_ not in {use.snapshot for use in (*one.evaluated_on, *one.trained_on)}:
                    found[id_].add(_Training(at, version, tuple(sorted({entry, by}))))
    return {id_: sorted(some) for id_, some in found.items()}


def _reads(view: View, locked: Mapping[str, SnapshotRecord], names: Names) -> dict[str, list[tuple[str, int, int]]]:
    """Return by locked snapshot the runs that read it, each when and by which entry: by the state that they name, else
    by the dataset.
    """
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for edge in view.edges(sorted(locked), ("USED",), "in"):
        found[edge.target].append((edge.source, edge.valid_from, edge.entry))
    of: dict[str, list[str]] = defaultdict(list)
    for id_, one in locked.items():
        of[one.dataset].append(id_)
    read = names.edges(sorted(of), ("READ",), "in")
    exact = _of_a_state(view, {edge.source for edge in read}, of)
    for edge in read:
        if (edge.source, edge.target) not in exact:
            for id_ in of[edge.target]:
                found[id_].append((edge.source, edge.valid_from, edge.entry))
    return found


def _of_a_state(view: View, runs: Collection[str], datasets: Collection[str]) -> set[tuple[str, str]]:
    """Return which runs name the state of which dataset that they read."""
    used = view.edges(sorted(runs), ("USED",), "out") if runs else []
    states = snapshots(view, sorted({edge.target for edge in used})) if used else {}
    return {
        (edge.source, states[edge.target].dataset)
        for edge in used
        if edge.target in states and states[edge.target].dataset in datasets
    }
