"""Where the nodes and edges of a lineage stand: columns from the raw feeds over the zones to the model.

A small layered layout (Sugiyama's: ranks, dummy nodes, median order) in whole points, because the coordinates go into
bytes that must be the same on every machine; a general engine knows no zones and computes in floats. What comes out is
data, for whatever draws it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx

from reports.boxes import labelled
from reports.document import Band, Box, Graph, Key, LabelStyle, Path
from reports.naming import worded
from reports.text import clean

MOST_NODES = 120
_GAP_X, _GAP_Y, _LANE, _TOP, _EDGE = 22, 12, 8, 24, 4
_NARROWEST, _WIDEST = 58, 104
# What a page has room for, upright and turned.
_UPRIGHT, _TURNED = 470, 717
_NO_ZONE = "zone not recorded"
_FEEDS, _MODEL, _FEED, _COLLAPSED = "raw feeds", "model", "raw feed", "collapsed"
_ATTESTED, _NOT_ATTESTED = "attested", "not attested"
_COLUMNS = (
    (_FEEDS,),
    (_NO_ZONE,),
    ("LANDING",),
    ("CURATED",),
    ("FEATURE_STORE",),
    ("TRAINING", "EVALUATION"),
    ("ARTIFACT",),
    (_MODEL,),
)
_ZONES = frozenset(zone for column in _COLUMNS for zone in column)
_SWEEPS = 12
# The root's own inputs and theirs.
_NEAR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertex:
    """A node of a lineage; `kind` is the graph's own word for it."""

    id: str
    name: str
    kind: str
    zone: str | None = None
    deid_state: str | None = None
    attested: bool | None = None
    """None where its state does not say that identifiers are gone."""
    root: bool = False
    raw_feed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Data went from `source` to `target` (node ids): whether that is inferred, and whether it lost identifiers."""

    source: str
    target: str
    inferred: bool = False
    deidentifies: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: the nodes and edges that are left after collapsing, each edge with its number in the table."""

    nodes: tuple[Vertex, ...]
    edges: tuple[tuple[str, str, tuple[int, ...]], ...]
    collapsed: tuple[tuple[str, int], ...]


def lay_out(nodes: tuple[Vertex, ...], edges: tuple[Arrow, ...], caption: str) -> Graph:
    """Return where a lineage's nodes and edges stand; above `MOST_NODES`, what matters, the rest collapsed by zone.

    An edge whose end is not among the nodes is not drawn; the table beside the drawing has it.
    """
    picture = _picture(nodes, edges)
    columns = _columns(picture)
    layers, links = _layers(picture, columns)
    order = _ordered(layers, links)
    used = sorted({columns[node.id] for node in picture.nodes})
    ranks = {column: rank for rank, column in enumerate(used)}
    wide = _column_width(len(used))
    boxes, places, height = _placed(picture, order, wide)
    width = max(1, len(used)) * (wide + _GAP_X) - _GAP_X + 2 * _EDGE
    return Graph(
        caption=caption,
        alt=_alternative(nodes, edges, picture),
        width=width,
        height=height,
        bands=_bands(picture, columns, ranks, wide),
        boxes=boxes,
        paths=_paths(picture, edges, links, places),
        legend=_legend(picture, edges, boxes),
        note=_note(nodes, picture),
        turned=width > _UPRIGHT,
    )


def _column_width(columns: int) -> int:
    """Return how wide a column is: what an upright page has room for, a turned one where they are too many for it."""
    for room in (_UPRIGHT, _TURNED):
        wide = (room - 2 * _EDGE + _GAP_X) // max(1, columns) - _GAP_X
        if wide >= _NARROWEST:
            return min(wide, _WIDEST)
    return _NARROWEST


def _picture(nodes: tuple[Vertex, ...], edges: tuple[Arrow, ...]) -> Picture:
    """Keep everything, or the roots, their neighbourhood and the raw feeds as far as `MOST_NODES` allows."""
    known = {node.id for node in nodes}
    drawn = [(number, edge) for number, edge in enumerate(edges, 1) if {edge.source, edge.target} <= known]
    kept = known
    if len(nodes) > MOST_NODES:
        kept = _what_matters(nodes, [edge for _, edge in drawn])
    names = {node.id: node.id if node.id in kept else f"\0{_zone(node)}" for node in nodes}
    counts = Counter(_zone(node) for node in nodes if node.id not in kept)
    gathered = tuple(
        Vertex(id=f"\0{zone}", name=f"{number:,} more", kind=_COLLAPSED, zone=None if zone == _NO_ZONE else zone)
        for zone, number in sorted(counts.items())
    )
    bundles: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, edge in drawn:
        ends = names[edge.source], names[edge.target]
        if ends[0] != ends[1]:
            bundles[ends].append(number)
    return Picture(
        nodes=tuple(node for node in nodes if node.id in kept) + gathered,
        edges=tuple((*ends, tuple(numbers)) for ends, numbers in bundles.items()),
        collapsed=tuple(sorted(counts.items())),
    )


def _what_matters(nodes: tuple[Vertex, ...], edges: list[Arrow]) -> set[str]:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.id for node in nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in edges)
    roots = [node.id for node in nodes if node.root] or [nodes[-1].id]
    distance = nx.multi_source_dijkstra_path_length(graph, set(roots))
    far = len(nodes)

    def worth(node: Vertex) -> tuple[bool, bool, int, str]:
        away = int(distance.get(node.id, far))
        return away > _NEAR, not node.raw_feed, away, node.id

    return {node.id for node in sorted(nodes, key=worth)[: MOST_NODES // 2]}


def _zone(node: Vertex) -> str:
    """Return the column's name: the model's own, the raw feeds' for what nothing fed, else the recorded zone's."""
    if node.kind == "ModelVersion":
        return _MODEL
    if node.raw_feed and node.zone in {None, "LANDING"}:
        return _FEEDS
    return node.zone if node.zone in _ZONES and node.zone else _NO_ZONE


def _columns(picture: Picture) -> dict[str, tuple[int, int]]:
    """Give each node its zone's column, and within it the length of the longest way to it inside that zone."""
    zones = {node.id: next(i for i, column in enumerate(_COLUMNS) if _zone(node) in column) for node in picture.nodes}
    inside: nx.DiGraph[str] = nx.DiGraph()
    inside.add_nodes_from(zones)
    inside.add_edges_from((a, b) for a, b, _ in picture.edges if zones[a] == zones[b])
    parts = nx.condensation(inside)
    depth: dict[int, int] = {}
    for part in nx.topological_sort(parts):
        depth[part] = max((depth[before] + 1 for before in parts.predecessors(part)), default=0)
    return {member: (zones[member], depth[part]) for part in parts.nodes for member in parts.nodes[part]["members"]}


Layers = list[list[str]]
Links = dict[tuple[str, str], list[str]]


def _layers(picture: Picture, columns: dict[str, tuple[int, int]]) -> tuple[Layers, Links]:
    """Give each rank its nodes, and a dummy for every edge that passes through."""
    ranks = {column: rank for rank, column in enumerate(sorted(set(columns.values())))}
    layers: Layers = [[] for _ in ranks]
    for node in picture.nodes:
        layers[ranks[columns[node.id]]].append(node.id)
    links: Links = {}
    for source, target, _ in picture.edges:
        first, last = ranks[columns[source]], ranks[columns[target]]
        step = 1 if last >= first else -1
        way = [source]
        for rank in range(first + step, last, step):
            dummy = f"\0\0{source}\0{target}\0{rank}"
            layers[rank].append(dummy)
            way.append(dummy)
        links[source, target] = [*way, target]
    return layers, links


def _ordered(layers: Layers, links: Links) -> Layers:
    """Sweep forth and back, each rank sorted by the mean place of its neighbours, and keep the fewest crossings."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    after: defaultdict[str, list[str]] = defaultdict(list)
    rank_of = {name: rank for rank, layer in enumerate(layers) for name in layer}
    for way in links.values():
        for one, other in pairwise(way):
            low, high = sorted((one, other), key=lambda name: rank_of[name])
            after[low].append(high)
            before[high].append(low)
    best, fewest = layers, _crossings(layers, after)
    current = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS):
        neighbours, span = (
            (before, range(1, len(current))) if sweep % 2 == 0 else (after, range(len(current) - 2, -1, -1))
        )
        for rank in span:
            fixed = current[rank - 1 if sweep % 2 == 0 else rank + 1]
            place = {name: index for index, name in enumerate(fixed)}
            current[rank] = _by_neighbours(current[rank], neighbours, place)
        crossings = _crossings(current, after)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in current], crossings
    return best


def _by_neighbours(layer: list[str], neighbours: dict[str, list[str]], place: dict[str, int]) -> list[str]:
    def wish(item: tuple[int, str]) -> tuple[int, int]:
        index, name = item
        near = [place[other] for other in neighbours[name] if other in place]
        # In thousandths, as whole numbers: a float's last digit must not decide an order.
        return (1000 * sum(near) // len(near) if near else 1000 * index, index)

    return [name for _, name in sorted(enumerate(layer), key=wish)]


def _crossings(layers: Layers, after: dict[str, list[str]]) -> int:
    total = 0
    for left, right in pairwise(layers):
        place = {name: index for index, name in enumerate(right)}
        ends = [
            place[target]
            for name in left
            for target in sorted(after[name], key=lambda t: place.get(t, 0))
            if target in place
        ]
        total += sum(1 for i, end in enumerate(ends) for other in ends[:i] if other > end)
    return total


def _placed(picture: Picture, order: Layers, wide: int) -> tuple[tuple[Box, ...], dict[str, tuple[int, int, int]], int]:
    """Return the boxes, the place (left, middle, width) of every node and dummy, and the drawing's height."""
    known = {node.id: _box(node, wide) for node in picture.nodes}
    tall = {name: known[name].height if name in known else _LANE for layer in order for name in layer}
    heights = [sum(tall[name] + _GAP_Y for name in layer) - _GAP_Y for layer in order]
    height = max(heights, default=_LANE)
    boxes: list[Box] = []
    places: dict[str, tuple[int, int, int]] = {}
    for rank, layer in enumerate(order):
        x = _EDGE + rank * (wide + _GAP_X)
        y = _TOP + (height - heights[rank]) // 2
        for name in layer:
            places[name] = (x, y + tall[name] // 2, wide)
            if name in known:
                boxes.append(replace(known[name], x=x, y=y))
            y += tall[name] + _GAP_Y
    return tuple(boxes), places, height + _TOP + _EDGE


def _box(node: Vertex, wide: int) -> Box:
    labels = labelled(node.name, tuple(_details(node)), wide)
    gathered = node.kind == _COLLAPSED
    name = "" if gathered else node.id
    return Box(0, 0, wide, labels.height, labels.lines, root=node.root, collapsed=gathered, node=name)


def _details(node: Vertex) -> Iterator[tuple[LabelStyle, str]]:
    yield "detail", _noun(node.kind)
    if node.raw_feed:
        yield "detail", _FEED
    if node.deid_state:
        yield "detail", clean(_state(node.deid_state))
    if node.attested is not None:
        yield ("detail", _ATTESTED) if node.attested else ("doubt", _NOT_ATTESTED)


def _state(declared: str) -> str:
    return declared if declared == "RAW" else worded(declared)


def _noun(kind: str) -> str:
    """Return a node's kind in words: ModelVersion, model version."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in clean(kind)).strip()


def _bands(
    picture: Picture, columns: dict[str, tuple[int, int]], ranks: dict[tuple[int, int], int], wide: int
) -> tuple[Band, ...]:
    titles: defaultdict[int, set[str]] = defaultdict(set)
    spans: defaultdict[int, set[int]] = defaultdict(set)
    for node in picture.nodes:
        zone, _ = columns[node.id]
        titles[zone].add(_zone(node))
        spans[zone].add(ranks[columns[node.id]])
    bands = []
    for zone in sorted(spans):
        first, last = min(spans[zone]), max(spans[zone])
        title = " and ".join(name for name in _COLUMNS[zone] if name in titles[zone]).replace("_", " ").lower()
        x = _EDGE + first * (wide + _GAP_X)
        bands.append(Band(x=x, width=(last - first) * (wide + _GAP_X) + wide, title=title))
    return tuple(bands)


def _paths(
    picture: Picture, edges: tuple[Arrow, ...], links: Links, places: dict[str, tuple[int, int, int]]
) -> tuple[Path, ...]:
    paths = []
    for source, target, numbers in picture.edges:
        way = links[source, target]
        left, middle, width = places[source]
        points = [(left + width, middle)]
        for dummy in way[1:-1]:
            left, middle, width = places[dummy]
            points += [(left, middle), (left + width, middle)]
        points.append((places[target][0], places[target][1]))
        shown = [edges[number - 1] for number in numbers]
        paths.append(
            Path(
                points=tuple(points),
                number=str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}+",
                at=((points[-2][0] + points[-1][0]) // 2, (points[-2][1] + points[-1][1]) // 2),
                dashed=all(edge.inferred for edge in shown),
                strong=any(edge.deidentifies for edge in shown),
            )
        )
    return tuple(paths)


_KINDS = {
    "Snapshot": "one exact state of a dataset, named by its digest",
    "State": "what a run took or left of a dataset, without an exact version",
    "Dataset": "a dataset of which no state is recorded",
    "ModelVersion": "a model version, named by its registration",
}
_STATES = {
    "RAW": "as it came, with identifiers",
    "DE_IDENTIFIED": "without identifiers",
    "PSEUDONYMIZED": "identifiers were replaced by pseudonyms: who keeps the key can undo it",
    "AGGREGATED": "figures on groups of people",
    "UNKNOWN": "nobody has said how far identifiers are gone",
}


def _legend(picture: Picture, edges: tuple[Arrow, ...], boxes: tuple[Box, ...]) -> tuple[Key, ...]:
    """Return what each thing that this drawing shows means, and nothing that it does not show."""
    drawn = [edges[number - 1] for _, _, numbers in picture.edges for number in numbers]
    kinds = {node.kind for node in picture.nodes}
    states = {node.deid_state for node in picture.nodes}
    attested = {node.attested for node in picture.nodes}
    texts = [label.text for box in boxes for label in box.labels]
    keys = [
        Key("root", "", "what this report is of") if any(node.root for node in picture.nodes) else None,
        *(Key("word", _noun(kind), meaning) if kind in kinds else None for kind, meaning in _KINDS.items()),
        Key("word", _FEED, "nothing recorded flows into it: the recorded history begins there")
        if any(node.raw_feed for node in picture.nodes)
        else None,
        *(
            Key("word", _state(state), f"{meaning}, as its owner declared") if state in states else None
            for state, meaning in _STATES.items()
        ),
        Key("word", _ATTESTED, "attestations in force cover every step that wrote it") if True in attested else None,
        Key("word", _NOT_ATTESTED, "declared alone: no attestation in force covers every step that wrote it")
        if False in attested
        else None,
        Key("edge", "", "data went from one to the other, by the table's line of that number") if drawn else None,
        Key("dashed", "", "inferred: no record states the exact version") if any(e.inferred for e in drawn) else None,
        Key("strong", "", "an attestation of de-identification in force covers it")
        if any(edge.deidentifies for edge in drawn)
        else None,
        Key("collapsed", "", "several that are not drawn one by one") if picture.collapsed else None,
        Key("word", "…", "a digest's first digits, or a name too long for its box; the table has the whole")
        if any("…" in text for text in texts)
        else None,
    ]
    return tuple(key for key in keys if key is not None)


def _note(nodes: tuple[Vertex, ...], picture: Picture) -> str | None:
    if not picture.collapsed:
        return None
    rest = ", ".join(f"{number:,} in {zone.replace('_', ' ').lower()}" for zone, number in picture.collapsed)
    drawn = len(nodes) - sum(number for _, number in picture.collapsed)
    return f"The lineage has {len(nodes):,} nodes. {drawn} that matter most are drawn; collapsed by zone: {rest}."


def _alternative(nodes: tuple[Vertex, ...], edges: tuple[Arrow, ...], picture: Picture) -> str:
    names = {node.id: clean(node.name) for node in nodes}
    zones = Counter(_zone(node).replace("_", " ").lower() for node in nodes)
    by_zone = ", ".join(f"{number:,} in {zone}" for zone, number in sorted(zones.items()))
    if not nodes:
        return "No lineage is recorded."
    flows = [
        f"{names[edge.source]} to {names[edge.target]}" for edge in edges if {edge.source, edge.target} <= names.keys()
    ]
    most = 12
    listed = "; ".join(flows[:most]) + (f"; and {len(flows) - most:,} more" if len(flows) > most else "")
    collapsed = " Part of it is collapsed by zone." if picture.collapsed else ""
    return f"Lineage of {len(nodes):,} nodes ({by_zone}) and {len(edges):,} edges: {listed or 'no edges'}.{collapsed}"
