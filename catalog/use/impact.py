"""What a consent reaches: all that was made of what statements are about, its approvals, and where it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.errors import SenderError
from catalog.lineage.model import Direction, LineageEdge
from catalog.reading import Complete, Completeness, Redacted
from catalog.use.closure import BUDGET, Closure, Walks, closure
from catalog.use.loading import Recorded, recorded
from catalog.use.model import UseStatement
from catalog.use.rules import replacing
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot
from graph_schema.nodes import UseStatement as UseStatementNode

ASKED_OF: Final = ("Source", "Dataset", "Snapshot", "UseStatement")


@dataclass(frozen=True, slots=True)
class Touched:
    """A dataset, snapshot, model version, approval or deployment that a consent reaches, and by which path.

    The path ends at `on`, the dataset or model version that it is, is a snapshot of, was approved or runs; `bound_by`
    are the statements that bind it, by name, `replaced_by` the licences that replace others of them on every way there.
    """

    id: str
    on: str
    path: tuple[LineageEdge, ...]
    bound_by: tuple[str, ...]
    replaced_by: tuple[str, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConsentImpact:
    """All that consent reaches: what was said of what was asked about itself, and what that is in, by kind and id."""

    of: str
    statements: tuple[UseStatement, ...]
    touched: tuple[Touched, ...]
    entries: tuple[int, ...]
    completeness: Completeness


def consent_impact(view: View, of: str, date: int | None = None, budget: int = BUDGET) -> ConsentImpact:
    """Return what would be touched, or is, where consent behind a source, dataset, snapshot or statement ends.

    Licences count as they stand at the date, by default the view's own time. What was made of a snapshot is what was
    made of its dataset.

    Raises:
        SenderError: no consent stands behind anything else.
    """
    view = view.remembering
    if label_of(of) not in ASKED_OF:
        raise SenderError(
            "A consent is asked about by a source, a dataset, a snapshot or a use statement; this is none of them.",
            pointer="/of",
            status=422,
        )
    at = view.moment if date is None else date
    begun = _begun(view, of)
    met = closure(view, sorted(begun.roots), Direction.DOWNSTREAM, budget)
    found = recorded(view, met.nodes, None, at)
    statements = _statements(met, found, of)
    data = list(_data(met, Bonds(met, found, statements, at), begun))
    fed = {edge.target for edge in met.edges if edge.how != "alias"}
    touched = [*data, *_snapshots(view, data, begun, fed)]
    touched += [*_approvals(view, touched), *_deployments(view, data)]
    cited = {entry for one in touched for entry in one.entries} | {entry for one in statements for entry in one.cites}
    return ConsentImpact(
        of,
        statements,
        tuple(sorted(touched, key=lambda one: (_ORDER.index(label_of(one.id)), one.id))),
        view.cite(*cited),
        _completeness(met, begun),
    )


def datasets_bound(view: View, stated: Mapping[str, UseStatement], budget: int = BUDGET) -> dict[str, tuple[str, ...]]:
    """Return the datasets that each of these statements binds, as `consent_impact` of each tells, over one walk.

    Each stands by the node under which it is asked about: its own, or the dataset that is declared so.
    """
    if not stated:
        return {}
    view = view.remembering
    roots = bearing_on(view, stated)
    walks = Walks(view, sorted({one for some in roots.values() for one in some}), Direction.DOWNSTREAM, budget)
    found = recorded(view, walks.met, None, view.moment)
    bound = {}
    for id_, statement in stated.items():
        met = walks.of(sorted(roots[id_]))
        bonds = Bonds(met, found, [statement], view.moment)
        bound[id_] = tuple(one for one in met.nodes if label_of(one) == Dataset.__name__ and bonds.of(one)[0])
    return bound


def bearing_on(view: View, ids: Iterable[str]) -> dict[str, set[str]]:
    """Return the datasets that each is about: itself, or those that a source supplies, or that a statement names, or
    that its sources supply.
    """
    ever = view.at(NOW)
    roots = {id_: {id_} if label_of(id_) == Dataset.__name__ else set() for id_ in ids}
    named = sorted(id_ for id_ in roots if label_of(id_) == "UseStatement")
    about = ever.edges(named, ("APPLIES_TO",), "out") if named else ()
    asked = {id_ for id_ in roots if label_of(id_) == "Source"}
    sources = sorted(asked | {edge.target for edge in about if label_of(edge.target) == "Source"})
    supplied: dict[str, set[str]] = defaultdict(set)
    for edge in ever.edges(sources, ("SUPPLIES",), "out") if sources else ():
        supplied[edge.source].add(edge.target)
    for edge in about:
        is_dataset = label_of(edge.target) == Dataset.__name__
        roots[edge.source] |= {edge.target} if is_dataset else supplied.get(edge.target, set())
    for id_ in asked:
        roots[id_] = supplied.get(id_, set())
    return roots


_ORDER: Final = ("Dataset", "Snapshot", "ModelVersion", "Approval", "Deployment")


def _statements(met: Closure, found: Recorded, of: str) -> tuple[UseStatement, ...]:
    """Return what was said under the name that is asked about, or of the very thing, by entry."""
    label = label_of(of)
    ours = {
        one.statement
        for one in found.every
        if one.statement is not None
        and (
            UseStatementNode(one.statement.id).id == of
            if label == "UseStatement"
            else met.stands_for(one.subject) == met.stands_for(of)
        )
    }
    return tuple(sorted(ours, key=lambda one: (one.entry, one.id)))


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where a walk begins: the datasets, with the entries by which each is meant, and which snapshots of them alone."""

    of: str
    roots: Mapping[str, frozenset[int]]
    snapshots: Mapping[str, frozenset[str]]
    """The snapshots that are meant, of each dataset of which not all are."""
    hidden: bool


def _begun(view: View, of: str) -> _Begun:
    ever = view.at(NOW)
    label = label_of(of)
    if label == "Dataset":
        return _Begun(of, {of: frozenset()}, {}, hidden=False)
    if label == "Snapshot":
        node = view.nodes([of])[of].node if view.visible([of], counted=False) else None
        if not isinstance(node, Snapshot):
            return _Begun(of, {}, {}, hidden=False)
        dataset = Dataset(node.namespace, node.dataset).id
        return _Begun(of, {dataset: frozenset()}, {dataset: frozenset({of})}, hidden=False)
    kind = "SUPPLIES" if label == "Source" else "APPLIES_TO"
    edges = ever.edges([of], (kind,), "out")
    hidden = len(edges) < len(ever.unredacted.edges([of], (kind,), "out"))
    roots: dict[str, set[int]] = defaultdict(set)
    snapshots: dict[str, set[str] | None] = {}
    for edge in edges:
        if label_of(edge.target) == "Dataset":
            roots[edge.target].add(edge.entry)
            only = edge.data.get("snapshot") if label == "UseStatement" else None
            held = snapshots.setdefault(edge.target, set())
            if only is None or held is None:
                snapshots[edge.target] = None
            else:
                held.add(only)
    sources = [edge for edge in edges if label_of(edge.target) == "Source"]
    for edge in ever.edges(sorted({one.target for one in sources}), ("SUPPLIES",), "out") if sources else ():
        roots[edge.target] |= {edge.entry, *(one.entry for one in sources if one.target == edge.source)}
        snapshots[edge.target] = None
    return _Begun(
        of,
        {one: frozenset(entries) for one, entries in roots.items()},
        {one: frozenset(some) for one, some in snapshots.items() if some is not None},
        hidden,
    )


class Bonds:
    """Which statements bind what, and which licences replace others of them on every way there."""

    def __init__(self, met: Closure, found: Recorded, statements: Iterable[UseStatement], at: int) -> None:
        licences = {one.licence for one in found.licences if one.licence is not None}
        self._reached: list[tuple[str, frozenset[str], tuple[str, ...]]] = []
        for statement in statements:
            able = {one.id for one in replacing(statement, licences, at)}
            on = [one.on for one in found.licences if one.licence is not None and one.licence.id in able]
            self._reached.append((statement.id, met.around(on), tuple(sorted(able))))

    def of(self, node: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the statements that bind a node, and of the licences that replace the others."""
        bound = tuple(sorted({name for name, reached, _ in self._reached if node in reached}))
        by = {licence for _, reached, able in self._reached if node not in reached for licence in able}
        return bound, tuple(sorted(by))


def _data(met: Closure, bonds: Bonds, begun: _Begun) -> Iterable[Touched]:
    for node in met.nodes:
        path = met.path(node)
        first = path[0].source if path else node
        entries = {edge.known_from for edge in path} | begun.roots.get(first, frozenset())
        yield Touched(node, node, path, *bonds.of(node), tuple(sorted(entries)))


def _linked(view: View, touched: Collection[Touched], kind: str) -> Iterable[tuple[str, Touched, int]]:
    """Yield what stands by such an edge to something that is touched: which, to what, and by which entry."""
    by_id = {one.id: one for one in touched}
    for edge in view.at(NOW).edges(sorted(by_id), (kind,), "in") if by_id else ():
        yield edge.source, by_id[edge.target], edge.entry


def _snapshots(view: View, data: Sequence[Touched], begun: _Begun, fed: Collection[str]) -> Iterable[Touched]:
    """Yield the snapshots of what is touched; of a dataset of which one is meant that one, unless data comes back."""
    datasets = [one for one in data if label_of(one.id) == "Dataset"]
    for id_, one, entry in _linked(view, datasets, "CAPTURES"):
        if one.id in fed or id_ in begun.snapshots.get(one.id, {id_}):
            yield replace(one, id=id_, entries=tuple(sorted({*one.entries, entry})))


def _approvals(view: View, touched: Sequence[Touched]) -> Iterable[Touched]:
    """Yield the approvals of what is touched, each once, by what lies nearest."""
    nearest: dict[str, Touched] = {}
    for id_, one, entry in _linked(view, touched, "CONCERNS"):
        found = replace(one, id=id_, entries=tuple(sorted({*one.entries, entry})))
        held = nearest.get(id_)
        if held is None or (len(found.path), found.on) < (len(held.path), held.on):
            nearest[id_] = found
    yield from nearest.values()


def _deployments(view: View, data: Sequence[Touched]) -> Iterable[Touched]:
    """Yield the deployments of the model versions that are touched, those that have ended too."""
    versions = [one for one in data if label_of(one.id) == "ModelVersion"]
    for id_, one, entry in _linked(view, versions, "DEPLOYS"):
        yield replace(one, id=id_, entries=tuple(sorted({*one.entries, entry})))


def _completeness(met: Closure, begun: _Begun) -> Completeness:
    if met.truncated is not None:
        return met.truncated
    return Redacted(1) if met.hidden or begun.hidden else Complete()
