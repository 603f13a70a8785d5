"""From a View to what the rules about a model version's training and evaluation data are held to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from catalog.assets.naming import names_of
from catalog.findings.estate.model import VersionCase
from catalog.releases import queries as releases
from catalog.releases.model import Registration
from catalog.snapshots import queries as snapshots
from catalog.snapshots.model import SnapshotRecord
from catalog.view import View
from graph_schema.nodes import Dataset, Snapshot

_MOST: Final = 10_000
"""So many snapshots are looked at."""


def version_cases(view: View, ids: Sequence[str]) -> dict[str, VersionCase]:
    """Return the newest registrations of model versions, with the snapshots that they name and what these are made of.

    A registration that names no data of one of the two is left out.
    """
    newest = {id_: found[-1] for id_, found in releases.registrations(view, ids).items() if found}
    both = {id_: one for id_, one in newest.items() if one.trained_on and one.evaluated_on}
    uses = {use.snapshot for one in both.values() for use in (*one.trained_on, *one.evaluated_on)}
    known = snapshots.snapshots(view, sorted(uses)) if uses else {}
    return cases_of(view, both, known)


def cases_of(
    view: View, registered: Mapping[str, Registration], known: Mapping[str, SnapshotRecord]
) -> dict[str, VersionCase]:
    """Return the same of registrations that are read already, with the snapshots that they name."""
    uses = {use for one in registered.values() for use in (*one.trained_on, *one.evaluated_on)}
    made_of = _made_of(view, {use.snapshot for use in uses})
    behind = {one for some in made_of.values() for one in some}
    nodes = view.nodes(sorted(behind)) if behind else {}
    of = {
        id_: Dataset(each.node.namespace, each.node.dataset).id
        for id_, each in nodes.items()
        if isinstance(each.node, Snapshot)
    }
    names = names_of(view, {*(use.dataset for use in uses), *of.values()})
    return {id_: VersionCase(one, known, names, made_of, of) for id_, one in registered.items()}


def _made_of(view: View, begin: Collection[str]) -> dict[str, dict[str, frozenset[int]]]:
    """Return by snapshot those that the runs used that generated it, with the entries that say so, over any steps."""
    found: dict[str, dict[str, frozenset[int]]] = {}
    front = set(begin)
    while front and len(found) < _MOST:
        generated = view.edges(sorted(front), ("GENERATED",), "in")
        used: dict[str, list[tuple[str, int]]] = defaultdict(list)
        runs = sorted({edge.source for edge in generated})
        for edge in view.edges(runs, ("USED",), "out") if runs else ():
            used[edge.source].append((edge.target, edge.entry))
        of: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for edge in generated:
            for snapshot, entry in used[edge.source]:
                if snapshot != edge.target:
                    of[edge.target][snapshot] |= {edge.entry, entry}
        found |= {one: {each: frozenset(entries) for each, entries in of[one].items()} for one in front}
        front = {each for some in of.values() for each in some} - found.keys()
    return found
