"""What is asked of columns: lineage between them, the origins of each, and which columns a dataset has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from catalog.assets.folds import aspects_in_force
from catalog.assets.hidden_names import without_hidden
from catalog.assets.model import AspectInForce, StatementSource
from catalog.assets.rules import columns as fields_of
from catalog.errors import SenderError
from catalog.lineage.columns.cautious import Cautious
from catalog.lineage.columns.crisp import ColumnWalked, Crisp
from catalog.lineage.columns.loader import ColumnLoader, Key
from catalog.lineage.columns.model import ColumnOrigin, ListedColumn
from catalog.lineage.columns.reach import reach
from catalog.lineage.columns.rules import derivation
from catalog.lineage.in_memory import TakenOut, take_out
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import ColumnCounts, Direction, FlowScope, Grain, LineageGraph, LineageNode, Walk
from catalog.lineage.redaction import redacted
from catalog.lineage.rules import Contributed, Hop, edge_order
from catalog.lineage.walk import Cut, reasons
from catalog.reading import Complete, Completeness, Redacted, Truncated
from catalog.view import View
from graph_schema.column_lineage import COLUMN_LINEAGE, address, dataset_of
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, ModelVersion, Node, Snapshot

_AHEAD = 4
"""How many times the budget is fetched ahead: what was ever stated holds what is in the data and more."""


def column_lineage(view: View, walk: Walk) -> LineageGraph:
    """Return the graph between columns around the roots: columns, or datasets, snapshots and model versions with all
    their columns.

    Raises:
        SenderError: columns are named of what is no dataset.
    """
    loader = ColumnLoader(LineageLoader(view.unredacted), walk)
    seen = view.visible(walk.roots, counted=False)
    roots, listed = _roots(loader, [root for root in walk.roots if root in seen], walk)
    walked = _walked(loader, walk, roots, listed)
    _without_idle(walked, loader, roots.keys() - listed)
    walked.depths |= dict.fromkeys((root for root in walk.roots if root not in seen), 0)
    keys = {one: key for one in walked.depths if (key := loader.key(one)) is not None}
    memory = TakenOut()
    if not walk.include_in_memory:
        memory = take_out(walked, loader.datasets, {one: key.dataset for one, key in keys.items()})
    hidden = redacted(walked, view, {one: keys[one].dataset for one in walked.depths if one in keys})
    in_memory = len({keys[one].dataset for one in memory.gone})
    return replace(_graph(walked, walk, keys, hidden), in_memory=in_memory, made_elsewhere=memory.fed)


def _roots(loader: ColumnLoader, ids: Sequence[str], walk: Walk) -> tuple[dict[Key, tuple[Hop, ...]], frozenset[Key]]:
    """Return the columns and wholes to begin at, and those of them that are there whether or not a write names them."""
    datasets = loader.datasets
    datasets.load_nodes(ids)
    nodes = {one: node for one in ids if (node := datasets.node(one)) is not None}
    columns = [node for node in nodes.values() if isinstance(node, Column)]
    if walk.columns and (columns or any(label_of(one) == "ModelVersion" for one in nodes)):
        raise SenderError(
            "Columns are named of datasets and snapshots: name the column as root, or the dataset with `columns`.",
            pointer="/columns",
            status=422,
        )
    wholes = _wholes(loader, nodes)
    datasets.load_names(Dataset(node.namespace, node.dataset).id for node in columns)
    at = datasets.valid_at
    hops: dict[Key, set[Hop]] = {}
    for node in columns:
        dataset = datasets.resolve(Dataset(node.namespace, node.dataset).id, at)
        hops.setdefault(loader.column(dataset, node.name, at), set()).add(loader.now(dataset))
    named = {*wholes, *(key.dataset for key in hops)}
    datasets.load_nodes(named)
    fields = _schemas(datasets.view, {one: node for one in named if (node := datasets.node(one)) is not None})
    loader.load(hop for some in wholes.values() for hop in some)
    listed = frozenset(loader.column(one, name, at) for one, some in fields.items() for name in some)
    ever = set() if walk.columns else _ever_named(loader, wholes)
    for one, some in wholes.items():
        named = {address(name) for name in walk.columns}
        if not walk.columns:
            named = {key.name for key in (*listed, *ever) if key.dataset == one and key.name is not None}
            named |= {name for hop in some for name in _named(loader, hop)}
            hops.setdefault(Key(one), set()).update(some)
        for name in named:
            for hop in some:
                hops.setdefault(loader.column(one, name, hop.at), set()).add(hop)
    datasets.load_nodes(key.dataset for key in hops)
    return {key: tuple(sorted(some, key=repr)) for key, some in hops.items()}, listed


def _wholes(loader: ColumnLoader, nodes: Mapping[str, Node]) -> dict[str, set[Hop]]:
    """Return the datasets and model versions that are asked about, a snapshot's as it was when it was written."""
    datasets = loader.datasets
    snapshots = {one: node for one, node in nodes.items() if isinstance(node, Snapshot)}
    datasets.load_generated(snapshots)
    of = {one: Dataset(node.namespace, node.dataset).id for one, node in snapshots.items()}
    plain = [one for one, node in nodes.items() if isinstance(node, Dataset | ModelVersion)]
    datasets.load_names([*plain, *of.values()])
    datasets.load_nodes(name for one in of.values() for name in datasets.names(one))
    found: dict[str, set[Hop]] = {}
    for one in plain:
        dataset = datasets.resolve(one, datasets.valid_at) if label_of(one) == "Dataset" else one
        found.setdefault(dataset, set()).add(loader.now(dataset))
    for one, name in of.items():
        dataset = datasets.resolve(name, datasets.valid_at)
        at = max(loader.found.sources.makers(dataset, snapshots[one].version), default=datasets.valid_at)
        dataset = datasets.resolve(name, at)
        found.setdefault(dataset, set()).add(Hop(dataset, at))
    return found


def _without_idle(walked: ColumnWalked, loader: ColumnLoader, roots: Iterable[Key]) -> None:
    """Take out the columns of a root dataset that are no longer there, and of which the walk found nothing."""
    ends = walked.more.union(*({edge.source, edge.target} for edge in walked.edges))
    asked = {key.dataset for key in roots if key.name is None}
    for key in roots:
        if key.name is not None and key.dataset in asked and (identifier := loader.id(key)) not in ends:
            walked.depths.pop(identifier, None)


def _ever_named(loader: ColumnLoader, datasets: Iterable[str]) -> set[Key]:
    """Return the columns of which anything was ever said: what was made of them may be in the data still."""
    view = loader.datasets.view
    names = sorted({name for one in datasets if label_of(one) == "Dataset" for name in loader.datasets.names(one)})
    edges = view.edges(names, ("HAS_COLUMN",), "out") if names else []
    loader.datasets.load_nodes(edge.target for edge in edges)
    at = loader.datasets.valid_at
    nodes = {edge.target: loader.datasets.node(edge.target) for edge in edges}
    named = {(edge.source, node.name) for edge in edges if isinstance(node := nodes[edge.target], Column)}
    read = loader.datasets.mapped
    named |= {(one.target, one.column) for one in read.flows(names, "in") if one.column is not None}
    named |= {
        (one.source.id, one.source_column) for one in read.flows(names, "out") if one.column and one.source_column
    }
    return {loader.column(loader.datasets.resolve(one, at), name, at) for one, name in named}


def _named(loader: ColumnLoader, hop: Hop) -> set[str]:
    """Return the columns that the writes in force name."""
    statement = (loader.stated(one, hop) for one in loader.contributed(hop))
    return {name for one in statement if one is not None for name in one.lineage.fields}


def _walked(
    loader: ColumnLoader, walk: Walk, roots: Mapping[Key, tuple[Hop, ...]], listed: frozenset[Key]
) -> ColumnWalked:
    if walk.direction is not Direction.BOTH:
        return _one_way(loader, walk, roots, listed)
    walked = _one_way(loader, replace(walk, direction=Direction.UPSTREAM), roots, listed)
    left = max(walk.budget - len(walked.depths) + len(roots), len(roots))
    walked.join(_one_way(loader, replace(walk, direction=Direction.DOWNSTREAM, budget=left), roots, listed))
    return walked


def _one_way(
    loader: ColumnLoader, walk: Walk, roots: Mapping[Key, tuple[Hop, ...]], listed: frozenset[Key]
) -> ColumnWalked:
    ahead = reach(loader, roots, walk.direction, walk.depth + 1, walk.budget * _AHEAD)
    if walk.flows is FlowScope.EVER_STATED:
        cautious = Cautious(loader, walk)
        if ahead.whole:
            cautious.prefetch(ahead.keys)
        return cautious.walked(map(loader.id, roots))
    if ahead.whole:
        loader.prefetch({key.dataset for key in ahead.keys.values()})
    crisp = Crisp(loader, walk, listed)
    if walk.direction is Direction.UPSTREAM:
        return crisp.upstream(roots)
    walked = crisp.downstream(roots, ahead.keys)
    walked.leave(Cut.NODES, int(not ahead.whole))
    return walked


def _graph(
    walked: ColumnWalked, walk: Walk, keys: Mapping[str, Key], hidden: Mapping[str, frozenset[str]]
) -> LineageGraph:
    nodes = tuple(
        LineageNode(
            one,
            depth,
            one in walked.more,
            keys[one].dataset if one in keys and label_of(one) == "Column" else None,
            hidden=len(hidden.get(one, ())),
            column=keys[one].name if one in keys else None,
            unstated=one in walked.stopped,
        )
        for one, depth in sorted(walked.depths.items(), key=lambda item: (item[1], item[0]))
    )
    concealed = len(frozenset().union(*hidden.values())) if hidden else 0
    completeness: Completeness = Redacted(concealed) if concealed else Complete()
    cut = walked.cut + Counter({Cut.UNSTATED: len(walked.unstated)})
    if cut:
        frontier = tuple(sorted(walked.more | (walked.stopped & walked.depths.keys())))
        completeness = Truncated(walk.budget, len(nodes), frontier, concealed, reasons=reasons(cut))
    roots = tuple(sorted(node.id for node in nodes if node.depth == 0))
    counts = ColumnCounts(walked.collapsed, len(walked.unstated))
    edges = tuple(sorted(walked.edges, key=edge_order))
    return LineageGraph(roots, Grain.COLUMN, nodes, edges, completeness, counts)


def schemas(view: View, datasets: Sequence[str]) -> dict[str, dict[str, ListedColumn]]:
    """Return the fields of the schema in force of each dataset, by address."""
    return _schemas(view, {one: known.node for one, known in view.nodes(datasets).items()})


def _schemas(view: View, nodes: Mapping[str, Node]) -> dict[str, dict[str, ListedColumn]]:
    wanted = sorted(one for one, node in nodes.items() if isinstance(node, Dataset))
    held = aspects_in_force(view, wanted, aspects=("schema",)) if wanted else {}
    found: dict[str, dict[str, ListedColumn]] = {}
    for one, aspects in held.items():
        node = nodes[one]
        if isinstance(node, Dataset) and "schema" in aspects:
            fields = fields_of(node.namespace, node.name, aspects["schema"].value)
            found[one] = {
                each.name: ListedColumn(
                    each.id, each.name, each.type, each.description, each.ordinal, ghost=False, dataset=one
                )
                for each in fields
            }
    return found


def listed_columns(view: View, datasets: Sequence[str]) -> dict[str, tuple[ListedColumn, ...]]:
    """Return the columns of each dataset: the fields of its schema in force, then ghosts by address.

    A ghost is what only column lineage names: of a write in force, or of whoever read it, unless an earlier write made
    it and the one in force does not. Origins are those of every write in force, for each job its own.
    """
    loader = ColumnLoader(LineageLoader(view.unredacted), Walk((), Direction.UPSTREAM))
    known = {one: each.node for one, each in view.nodes(datasets).items() if isinstance(each.node, Dataset)}
    hops = _asked(loader, known)
    loader.load(hops.values())
    loader.datasets.load_nodes(known)
    fields = _schemas(view, known)
    read = _read_columns(view, loader, list(known))
    found: dict[str, tuple[ListedColumn, ...]] = {}
    shown = _Shown(loader, view)
    shown.prepare(hops.values())
    at = loader.datasets.valid_at
    for one, node in known.items():
        columns = {
            name: column
            for name, column in fields.get(one, {}).items()
            if loader.column(hops[one].dataset, name, at).name == name
        }
        ghosts = (_named(loader, hops[one]) | read[one]) - columns.keys()
        for name in sorted(ghosts):
            identifier = Column(node.namespace, node.name, name).id
            columns[name] = ListedColumn(identifier, name, None, None, len(columns) + 1, ghost=True, dataset=one)
        found[one] = tuple(replace(column, origins=shown.origins(hops[one], name)) for name, column in columns.items())
    return found


def _asked(loader: ColumnLoader, datasets: Iterable[str]) -> dict[str, Hop]:
    """Return the question what is in force on each dataset, by whatever name it is asked for."""
    loader.datasets.load_names(datasets)
    return {one: loader.now(loader.datasets.resolve(one, loader.datasets.valid_at)) for one in datasets}


def _read_columns(view: View, loader: ColumnLoader, datasets: Sequence[str]) -> dict[str, set[str]]:
    """Return the columns of each dataset that something derives from and that no write ever named, under any name."""
    names = {one: loader.datasets.names(one) for one in datasets}
    every = sorted({name for some in names.values() for name in some})
    edges = view.edges(every, ("HAS_COLUMN",), "out") if every else []
    columns = sorted({edge.target for edge in edges})
    if not columns:
        return {one: set() for one in datasets}
    whole, nodes = view.unredacted, view.nodes(columns)
    sources = {flow.source for flow in whole.column_flows(columns, "out")}
    written = {flow.target for flow in whole.column_flows(columns, "in")} if sources else set()
    of: dict[str, list[str]] = {name: [] for name in every}
    for edge in edges:
        of[edge.source].append(edge.target)
    at = loader.datasets.valid_at

    def called(one: str, among: Collection[str]) -> set[str | None]:
        titles = [nodes[each].node.title for name in names[one] for each in of[name] if each in among]
        dataset = loader.datasets.resolve(one, at)
        return {loader.column(dataset, title, at).name for title in titles}

    return {one: {name for name in called(one, sources) - called(one, written) if name} for one in datasets}


class _Shown:
    """The origins of columns, without what rights hide."""

    def __init__(self, loader: ColumnLoader, view: View) -> None:
        self._loader = loader
        self._view = view
        self._seen: frozenset[str] = frozenset()

    def prepare(self, hops: Iterable[Hop]) -> None:
        """Judge in one go whatever the origins of columns there name."""
        wanted: set[str] = set()
        datasets: dict[str, Dataset] = {}
        for hop in hops:
            for one in self._loader.contributed(hop):
                statement = self._loader.stated(one)
                wanted |= {each for each in (one.job, one.run) if each}
                for origin in statement.lineage.expanded().origins() if statement is not None else ():
                    dataset = dataset_of(origin.source)
                    datasets[self._loader.where(one, dataset)[0].dataset] = dataset
        self._loader.load_ids(Key(one, "") for one in datasets)
        self._seen = self._view.visible({*wanted, *datasets})

    def origins(self, hop: Hop, name: str) -> tuple[ColumnOrigin, ...]:
        """Return what the column derives from by each write in force; what reaches the whole dataset among it."""
        found: dict[ColumnOrigin, None] = {}
        for one in self._loader.contributed(hop):
            statement = self._loader.stated(one, hop)
            if statement is None:
                continue
            lineage = statement.lineage.expanded()
            some = [(origin, False) for origin in lineage.fields.get(name, ())]
            for origin, whole in (*some, *((origin, True) for origin in lineage.wide)):
                source, _ = self._loader.where(one, dataset_of(origin.source))
                if source.dataset not in self._seen:
                    continue
                key = Key(source.dataset)
                if isinstance(origin.source, Column):
                    key = self._loader.column(source.dataset, origin.source.name, source.at)
                found[
                    ColumnOrigin(
                        self._loader.id(key),
                        source.dataset,
                        key.name,
                        derivation(origin, statement.facet, whole=whole),
                        one.job if one.job in self._seen else None,
                        one.run if one.run in self._seen else None,
                        one.at,
                        statement.entry,
                    )
                ] = None
        return tuple(found)


def column_lineage_in_force(view: View, datasets: Sequence[str]) -> dict[str, tuple[AspectInForce[object], ...]]:
    """Return the columnLineage in force of each dataset: for each job that of its own write, newest first."""
    loader = ColumnLoader(LineageLoader(view.unredacted), Walk((), Direction.UPSTREAM))
    known = [one for one, each in view.nodes(datasets).items() if isinstance(each.node, Dataset)]
    hops = _asked(loader, known)
    loader.load(hops.values())
    held = {one: loader.contributed(hop) for one, hop in hops.items()}
    seen = view.visible({each.run for some in held.values() for each in some if each.run})
    facets = {one: _facets(loader, some, seen) for one, some in held.items()}
    values = iter(without_hidden(view, (each.value for some in facets.values() for each in some)))
    named = {one: [replace(each, value=next(values)) for each in some] for one, some in facets.items()}
    return {one: found for one, some in named.items() if (found := tuple(each for each in some if each.value))}


def _facets(
    loader: ColumnLoader, contributed: Iterable[Contributed], seen: frozenset[str]
) -> tuple[AspectInForce[object], ...]:
    found: dict[tuple[str, str | None], AspectInForce[object]] = {}
    for one in contributed:
        statement = loader.facet(one, COLUMN_LINEAGE)
        if statement is None or statement.value is None:
            continue
        source = StatementSource.WRITING_RUN if statement.by is not None and one.run else StatementSource.OWN_EVENT
        run = one.run if one.run in seen and source is StatementSource.WRITING_RUN else None
        since = max(one.at, statement.valid_from) if run or one.run else statement.valid_from
        found[statement.dataset, statement.by] = AspectInForce(statement.parsed, source, statement.entry, since, run)
    return tuple(sorted(found.values(), key=lambda one: (-one.since, one.entry)))
