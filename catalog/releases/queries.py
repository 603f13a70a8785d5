"""Model versions as they were at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from catalog.assets.folds import DROPPED, last_writes
from catalog.assets.model import StatementSource
from catalog.assets.rules import state
from catalog.releases.model import ModelVersionRecord, Registration, SnapshotUse, VersionStatement
from catalog.store.protocol import KnownNode
from catalog.view import View
from graph_schema import nodes
from graph_schema.aspects import models as aspects
from graph_schema.facts import Edge, Statement

USED_BY_VERSIONS: Final = ("TRAINED_ON", "EVALUATED_ON")
"""By which edges a registration names the snapshots that a version was made of."""
_BY_RUNS = frozenset({"WROTE", "READ"})


def model_versions(view: View, ids: Sequence[str]) -> dict[str, ModelVersionRecord]:
    """Return those of the model versions that were known by then, with their registrations."""
    known = view.nodes(ids)
    wanted = [id_ for id_, each in known.items() if isinstance(each.node, nodes.ModelVersion)]
    if not wanted:
        return {}
    registered = registrations(view, wanted)
    used = {use.dataset for use in view.uses(wanted) if use.how in _BY_RUNS}
    last, _ = last_writes(view, sorted(used))
    found = {}
    for id_ in wanted:
        node = known[id_].node
        if not isinstance(node, nodes.ModelVersion):
            continue
        found[id_] = ModelVersionRecord(
            id=id_,
            namespace=node.namespace,
            model=node.model,
            version=node.version,
            first_entry=known[id_].entry,
            registration=registered[id_][-1] if registered[id_] else None,
            registrations=registered[id_],
            state=state(
                described=bool(registered[id_]),
                touched=id_ in used,
                written=id_ in last,
                dropped=last.get(id_) == DROPPED,
            ),
        )
    return found


def registrations(view: View, versions: Sequence[str]) -> dict[str, tuple[Registration, ...]]:
    """Return the registrations of each model version, from the oldest to the newest."""
    statements: dict[str, list[Statement]] = defaultdict(list)
    for each in view.statements(versions, ("registration",)):
        if each.value is not None:
            statements[each.subject].append(each)
    edges: dict[tuple[str, int], list[Edge]] = defaultdict(list)
    for edge in view.edges(versions, USED_BY_VERSIONS, "out"):
        edges[edge.source, edge.entry].append(edge)
    named = sorted({edge.target for several in edges.values() for edge in several})
    snapshots = view.nodes(named) if named else {}
    return {
        id_: tuple(
            _registration(each, edges[id_, each.entry], snapshots)
            for each in sorted(statements[id_], key=lambda each: each.order)
        )
        for id_ in versions
    }


def version_statements(view: View, versions: Sequence[str]) -> dict[str, tuple[VersionStatement, ...]]:
    """Return who stated each model version, by entry: registrations and runs that wrote it, and runs that read it where
    nothing else does. Of a run's events the first that counts is named.
    """
    found: dict[str, list[VersionStatement]] = {
        id_: [
            VersionStatement(
                StatementSource.RECORD,
                one.registered_by,
                one.authenticated,
                one.entry,
                one.registered_at,
                one.run,
                one.job,
            )
            for one in several
        ]
        for id_, several in registrations(view, versions).items()
    }
    _add_runs(view, found, list(versions), "WROTE", StatementSource.WRITING_RUN)
    _add_runs(view, found, [id_ for id_ in versions if not found[id_]], "READ", StatementSource.READING_RUN)
    return {id_: tuple(sorted(several, key=lambda one: (one.entry, one.run or ""))) for id_, several in found.items()}


def _add_runs(
    view: View, found: dict[str, list[VersionStatement]], versions: Sequence[str], kind: str, source: StatementSource
) -> None:
    first: dict[tuple[str, str, str], Edge] = {}
    for edge in view.edges(versions, (kind,), "in") if versions else ():
        held = first.setdefault((edge.target, edge.source, edge.by), edge)
        if edge.entry < held.entry:
            first[edge.target, edge.source, edge.by] = edge
    for edge in first.values():
        found[edge.target].append(
            VersionStatement(source, edge.by, edge.authenticated, edge.entry, edge.valid_from, edge.source, edge.job)
        )


def versions_of(view: View, models: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of each model's versions, the one first known first; a model without any is absent."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for edge in view.edges(models, ("IS_VERSION_OF",), "in"):
        found[edge.target].append((edge.entry, edge.source))
    return {
        model: tuple(dict.fromkeys(id_ for _, id_ in sorted(found[model])))
        for model in dict.fromkeys(models)
        if model in found
    }


def trained_on(view: View, snapshots: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the model versions trained on each snapshot, ascending; one without any is absent."""
    found: dict[str, set[str]] = defaultdict(set)
    for edge in view.edges(snapshots, ("TRAINED_ON",), "in"):
        found[edge.target].add(edge.source)
    return {id_: tuple(sorted(found[id_])) for id_ in dict.fromkeys(snapshots) if id_ in found}


def _registration(statement: Statement, edges: Sequence[Edge], snapshots: Mapping[str, KnownNode]) -> Registration:
    return Registration(
        **aspects.Registration.from_json(statement.data).members(),
        entry=statement.entry,
        registered_by=statement.by,
        authenticated=statement.authenticated,
        registered_at=statement.valid_from,
        trained_on=_uses(edges, "TRAINED_ON", snapshots),
        evaluated_on=_uses(edges, "EVALUATED_ON", snapshots),
        run=statement.run,
        job=statement.job,
    )


def _uses(edges: Sequence[Edge], kind: str, snapshots: Mapping[str, KnownNode]) -> tuple[SnapshotUse, ...]:
    return tuple(
        sorted(
            SnapshotUse(edge.target, edge.data["dataset"], snapshots[edge.target].node.title)
            for edge in edges
            if edge.kind == kind
        )
    )
