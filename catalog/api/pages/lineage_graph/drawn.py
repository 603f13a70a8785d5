"""The picture of a lineage: where everything stands, by the layout that reports have too, and what each box is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.api.pages.kinds import Link
from catalog.api.pages.lineage_graph.asked import Asked
from catalog.api.pages.lineage_graph.folding import Collapsed, Grouping, collapsed, titled
from catalog.api.pages.lineage_graph.marks import Mark, Marks, attested_nodes
from catalog.api.pages.lineage_graph.walked import Found, box_key, dataset_of
from catalog.assets.folds import aspects_in_force
from catalog.assets.queries import runs as runs_of
from catalog.lineage.choke_points import JobRun, step_of
from catalog.lineage.model import Confidence, Direction, Grain, LineageEdge, LineageNode
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from graph_schema.vocabulary.words import DeidentificationState
from reports.document import Graph
from reports.growth import Fold
from reports.layout import lay_out
from reports.vertices import Arrow, Vertex, zone_of

MOST_DRAWN: Final = 2_000
"""So many boxes are drawn at the most; the list has all."""
_ASPECTS: Final = ("zone", "deidentification_state", "site")
_INFERRED: Final = frozenset({Confidence.INFERRED, Confidence.START_UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is known of a box that is a node: what it is called in lists and whole, and what it can be collapsed by."""

    key: str
    link: Link
    name: str
    kind: str
    grouping: Grouping
    deid_state: str | None
    attested: bool | None
    raw_feed: bool
    root: bool
    steps: int
    """How many steps it is from what is asked about."""
    more: bool
    """Whether the walk stopped here with more behind."""
    hidden: int
    written_by: tuple[Link, ...]
    """The jobs whose runs wrote it, by name."""
    columns: tuple[LineageNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The picture, what its boxes are, what is collapsed, and what is not drawn at all."""

    picture: Graph | None
    things: Mapping[str, Thing]
    collapsed: tuple[Collapsed, ...]
    titles: Mapping[str, str]
    """What boxes that stand for several are called, by key."""
    within: Mapping[str, str]
    """By the id of a node that was collapsed as the address asks: the key of the box that stands for it."""
    marks: Mapping[str, tuple[Mark, ...]]
    """By the key of a box."""
    deepest: int


def drawn(
    view: View,
    asked: Asked,
    found: Found,
    links: Mapping[str, Link],
    flows: Sequence[LineageEdge],
    covered: frozenset[JobRun],
    marks: Marks,
    caption: str,
) -> Drawn:
    """Return the picture; `flows` are the edges in the order of their numbers, `covered` the attested steps."""
    graph = found.graph
    things = _things(view, found, links, covered)
    box_of = {node.id: box_key(node, graph.grain) for node in graph.nodes}
    inner = (edge for edge in flows if edge.source in box_of and edge.target in box_of)
    pairs = [(box_of[edge.source], box_of[edge.target]) for edge in inner]
    roots = {box_of[one] for one in graph.roots if one in box_of}
    folds = collapsed(
        {key: thing.grouping for key, thing in things.items()}, pairs, roots, asked.by, asked.folded, asked.opened
    )
    titles = {one.key: titled(one, lambda job: links[job].name if job in links else job) for one in folds}
    within = {one: fold.key for fold in folds for one in fold.nodes}
    shown = len(things) - len(within)
    picture = None
    if flows and things and (not asked.whole or shown <= MOST_DRAWN):
        picture = lay_out(
            tuple(_vertex(thing) for thing in things.values()),
            tuple(_arrow(edge, covered, marks.edges.get(edge, frozenset())) for edge in flows),
            caption,
            whole=asked.whole,
            opened=found.opened,
            folds=tuple(Fold(key=one.key, title=titles[one.key], nodes=one.nodes) for one in folds),
        )
    return Drawn(
        picture=picture,
        things=things,
        collapsed=folds,
        titles=titles,
        within=within,
        marks=_marks(marks.nodes, box_of, within),
        deepest=max((thing.steps for thing in things.values()), default=0),
    )


def _marks(
    marked: Mapping[str, frozenset[Mark]], box_of: Mapping[str, str], within: Mapping[str, str]
) -> dict[str, tuple[Mark, ...]]:
    """Return the marks of boxes: a box that stands for several has those of each of them."""
    found: defaultdict[str, set[Mark]] = defaultdict(set)
    for one, several in marked.items():
        key = box_of.get(one)
        if key is not None:
            found[within.get(key, key)] |= several
    return {key: tuple(mark for mark in Mark if mark in several) for key, several in found.items()}


def _arrow(edge: LineageEdge, covered: frozenset[JobRun], marks: frozenset[Mark]) -> Arrow:
    return Arrow(
        source=edge.source,
        target=edge.target,
        inferred=edge.confidence in _INFERRED,
        deidentifies=step_of(edge) in covered,
        marks=tuple(marks),
    )


def _vertex(thing: Thing) -> Vertex:
    state = thing.deid_state
    cleared = state is not None and DeidentificationState(state).is_cleared
    return Vertex(
        id=thing.key,
        name=thing.name,
        kind=thing.kind,
        zone=thing.grouping.zone or None,
        deid_state=state,
        attested=thing.attested if cleared else None,
        root=thing.root,
        raw_feed=thing.raw_feed,
        rows=tuple((one.id, one.column or "") for one in thing.columns),
    )


def _things(view: View, found: Found, links: Mapping[str, Link], covered: frozenset[JobRun]) -> dict[str, Thing]:
    """Return what is known of each box, in the order of the walk."""
    graph = found.graph
    several: defaultdict[str, list[LineageNode]] = defaultdict(list)
    for node in graph.nodes:
        several[box_key(node, graph.grain)].append(node)
    writers = _writers(view, found, links)
    datasets = _datasets(view, several, graph.grain)
    held = aspects_in_force(view, sorted(set(datasets.values())), aspects=_ASPECTS)
    names = _names(view, several, datasets)
    attested = attested_nodes(graph, covered)
    # Where no walk went upstream nothing is known of what there may be behind.
    sources = graph.sources if found.ways is None and found.walk.direction is not Direction.DOWNSTREAM else frozenset()
    things = {}
    for key, nodes in several.items():
        link = links.get(key)
        if link is None:
            continue
        aspects: dict[str, Any] = {name: stated.value for name, stated in held.get(datasets.get(key, ""), {}).items()}
        ids = {node.id for node in nodes}
        by = tuple(writers.get(key, ()))
        plain = Vertex(id=key, name="", kind=label_of(key), zone=aspects.get("zone"), raw_feed=ids <= sources)
        things[key] = Thing(
            key=key,
            link=link,
            name=names.get(key, link.name),
            kind=label_of(key),
            grouping=Grouping(zone_of(plain), aspects.get("site") or "", by[0].id if len(by) == 1 else ""),
            deid_state=aspects.get("deidentification_state"),
            attested=bool(ids & attested),
            raw_feed=plain.raw_feed,
            root=bool(ids & set(graph.roots)),
            steps=min(node.depth for node in nodes),
            more=any(node.more for node in nodes),
            hidden=sum(node.hidden for node in nodes),
            written_by=by,
            columns=_columns(nodes) if graph.grain is Grain.COLUMN else (),
        )
    return things


def _columns(nodes: Iterable[LineageNode]) -> tuple[LineageNode, ...]:
    return tuple(sorted((one for one in nodes if one.column is not None), key=lambda one: one.column or ""))


def _writers(view: View, found: Found, links: Mapping[str, Link]) -> dict[str, list[Link]]:
    """Return the jobs that wrote each box, by name; of a run the job that it is a run of."""
    graph = found.graph
    box_of = {node.id: box_key(node, graph.grain) for node in graph.nodes}
    jobs: defaultdict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        if edge.job and edge.target in box_of:
            jobs[box_of[edge.target]].add(edge.job)
    if graph.grain is Grain.RUN:
        records = runs_of(view, [node.id for node in graph.nodes if label_of(node.id) == "Run"])
        jobs |= {one: {record.job} for one, record in records.items() if record.job}
    return {
        key: sorted((links[job] for job in several if job in links), key=lambda link: (link.name, link.id))
        for key, several in jobs.items()
    }


def _datasets(view: View, keys: Mapping[str, Sequence[LineageNode]], grain: Grain) -> dict[str, str]:
    """Return the dataset that each box is, or is a state of."""
    found = {}
    for key, nodes in keys.items():
        label = label_of(key)
        if label == "Dataset":
            found[key] = key
        elif grain is not Grain.COLUMN and nodes[0].dataset is not None:
            found[key] = nodes[0].dataset
    snapshots = [key for key in keys if label_of(key) == "Snapshot" and key not in found]
    return found | {one: dataset_of(known.node) for one, known in view.nodes(snapshots).items()}


def _names(view: View, keys: Iterable[str], datasets: Mapping[str, str]) -> dict[str, str]:
    """Return the names that pictures show, those that reports have: where something lies, and what it is called."""
    known = view.nodes(sorted({*datasets.values(), *keys}))
    found = {}
    for key in keys:
        node = known[key].node if key in known else None
        of = known.get(datasets.get(key, ""))
        if isinstance(node, ModelVersion):
            found[key] = f"{node.model} {node.version}"
        elif isinstance(node, Snapshot):
            found[key] = f"{node.namespace}/{node.dataset}"
        elif of is not None and isinstance(of.node, Dataset):
            found[key] = f"{of.node.namespace}/{of.node.name}"
    return found
