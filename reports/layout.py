"""Where the nodes and edges of a lineage stand: columns from the raw feeds over the zones to the model.

A small layered layout (Sugiyama's: ranks, dummy nodes, median order) in whole points, because the coordinates go into
bytes that must be the same on every machine; a general engine knows no zones and computes in floats. What comes out is
data, for whatever draws it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from reports.document import Band, Box, Graph, Path
from reports.text import clean

MOST_NODES = 120
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _LANE, _TOP, _EDGE = 104, 38, 24, 12, 8, 24, 4
_NO_ZONE = "zone not recorded"
_FEEDS, _MODEL = "raw feeds", "model"
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
_LINE, _DETAIL = 20, 26
# A digest's first letters tell two of them apart in a drawing; the table has the rest.
_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertex:
    """A node of a lineage; `kind` is the graph's own word for it."""

    id: str
    name: str
    kind: str
    zone: str | None = None
    deid_state: str | None = None
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
    boxes, places, height = _placed(picture, order)
    used = sorted({columns[node.id] for node in picture.nodes})
    ranks = {column: rank for rank, column in enumerate(used)}
    bands = _bands(picture, columns, ranks)
    width = max(1, len(used)) * (_WIDTH + _GAP_X) - _GAP_X + 2 * _EDGE
    return Graph(
        caption=caption,
        alt=_alternative(nodes, edges, picture),
        width=width,
        height=height,
        bands=bands,
        boxes=boxes,
        paths=_paths(picture, edges, links, places),
        note=_note(nodes, picture),
    )


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
        Vertex(id=f"\0{zone}", name=f"{number:,} more", kind="collapsed", zone=None if zone == _NO_ZONE else zone)
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


def _placed(picture: Picture, order: Layers) -> tuple[tuple[Box, ...], dict[str, tuple[int, int, int]], int]:
    """Return the boxes, the place (left, middle, width) of every node and dummy, and the drawing's height."""
    known = {node.id: node for node in picture.nodes}
    tall = {name: _HEIGHT if name in known else _LANE for layer in order for name in layer}
    heights = [sum(tall[name] + _GAP_Y for name in layer) - _GAP_Y for layer in order]
    height = max(heights, default=_HEIGHT)
    boxes: list[Box] = []
    places: dict[str, tuple[int, int, int]] = {}
    for rank, layer in enumerate(order):
        x = _EDGE + rank * (_WIDTH + _GAP_X)
        y = _TOP + (height - heights[rank]) // 2
        for name in layer:
            places[name] = (x, y + tall[name] // 2, _WIDTH)
            if name in known:
                boxes.append(_box(known[name], x, y))
            y += tall[name] + _GAP_Y
    return tuple(boxes), places, height + _TOP + _EDGE


def _box(node: Vertex, x: int, y: int) -> Box:
    gathered = node.kind == "collapsed"
    detail = "collapsed" if gathered else " · ".join(part for part in (node.kind, node.deid_state) if part)
    return Box(
        x=x,
        y=y,
        width=_WIDTH,
        height=_HEIGHT,
        lines=_lines(_DIGEST.sub(r"\1…", clean(node.name))),
        detail=_shortened(clean(detail), _DETAIL),
        root=node.root,
        collapsed=gathered,
    )


def _lines(name: str) -> tuple[str, ...]:
    """Return a name in at most two lines: of a path its end first, as much as fits, because people look for that."""
    if len(name) <= _LINE:
        return (name,)
    cuts = [at for at, letter in enumerate(name) if letter == "/" and 0 < len(name) - at - 1 <= _LINE]
    if cuts:
        return name[cuts[0] + 1 :], _shortened(name[: cuts[0]], _DETAIL)
    at = next((at for at in range(_LINE, _LINE // 2, -1) if name[at - 1] in "_.:@- "), _LINE)
    return name[:at], _shortened(name[at:], _DETAIL)


def _shortened(text: str, most: int) -> str:
    """Keep both ends: names that people must tell apart often differ in the last letters."""
    return text if len(text) <= most else f"{text[: most // 2 - 1]}…{text[-(most - most // 2) :]}"


def _bands(
    picture: Picture, columns: dict[str, tuple[int, int]], ranks: dict[tuple[int, int], int]
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
        x = _EDGE + first * (_WIDTH + _GAP_X)
        bands.append(Band(x=x, width=(last - first) * (_WIDTH + _GAP_X) + _WIDTH, title=title))
    return tuple(bands)


def _paths(
    picture: Picture, edges: tuple[Arrow, ...], links: Links, places: dict[str, tuple[int, int, int]]
) -> tuple[Path, ...]:
    paths = []
    for source, target, numbers in picture.edges:
        way = links[source, target]
        points = [(places[source][0] + _WIDTH, places[source][1])]
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
