"""Where the nodes and edges of a lineage stand: columns from the raw feeds over the zones to the model.

A small layered layout (Sugiyama's: ranks, dummy nodes, median order) in whole points, because the coordinates go into
bytes that must be the same on every machine; a general engine knows no zones and computes in floats. What comes out is
data, for whatever draws it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import networkx as nx

from reports import growth
from reports.boxes import wrapped
from reports.document import Band, Box, Graph, Path
from reports.edge_numbers import Columns, Line, number_width, placed
from reports.geometry import BELOW, EDGE, GAP_X, GAP_Y, LANE, TOP, Places, Points, around, at_rows
from reports.growth import Fold, Opened
from reports.legend import alternative, legend, note
from reports.vertices import (
    COLLAPSED,
    NO_ZONE,
    Arrow,
    Picture,
    Vertex,
    box_of,
    ranks_of,
    title_of,
    zone_of,
)

MOST_NODES = 120
_NARROWEST, _WIDEST = 58, 104
# What a page has room for, upright and turned.
_UPRIGHT, _TURNED = 470, 717
_SWEEPS = 12
# How far columns may stand from each other so that each number finds a place, and of how many edges that is tried.
_GAPS = (GAP_X, 30, 40, 54, 72, 96)
_MOST_WIDENED = 300
_LEAST_DIGITS = 3
# The root's own inputs and theirs.
_NEAR = 2


def lay_out(
    nodes: tuple[Vertex, ...],
    edges: tuple[Arrow, ...],
    caption: str,
    *,
    whole: bool = False,
    most_of_a_zone: int = MOST_NODES,
    opened: tuple[Opened, ...] = (),
    folds: tuple[Fold, ...] = (),
) -> Graph:
    """Return where a lineage's nodes and edges stand; above `MOST_NODES`, what matters, the rest collapsed by zone,
    unless the `whole` of it is wanted. Of a zone with more nodes than `most_of_a_zone` the rest is collapsed too: on
    paper, which does not scroll, more of them would be too small to read.

    What is `opened` is added to the drawing without it, and what `folds` name is taken out of it: in both, every box
    that was there stays where it was. An edge whose end is not among the nodes is not drawn; the table beside the
    drawing has it.
    """
    later = frozenset(one for step in opened for one in step.nodes)
    first = tuple(node for node in nodes if node.id not in later)
    picture = _picture(first, edges, whole=whole, most_of_a_zone=most_of_a_zone)
    drawing = _drawing(picture)
    if opened or folds:
        drawing, picture = _changed(drawing, picture, nodes, edges, opened, folds)
    left, right = min(drawing.zones, default=EDGE), max(drawing.zones, default=EDGE)
    width = right - left + drawing.wide + 2 * EDGE
    drawn, paths = tuple(drawing.boxes.values()), _paths(picture, edges, drawing)
    top = min([0, *(box.y - TOP for box in drawn)])
    return Graph(
        caption=caption,
        alt=alternative(nodes, edges, picture),
        width=width,
        height=drawing.height - top,
        bands=_bands(nodes, drawing),
        boxes=drawn,
        paths=paths,
        legend=legend(picture, edges, drawn),
        note=note(nodes, picture),
        unnumbered=sum(not path.has_room for path in paths),
        turned=width > _UPRIGHT,
        left=left - EDGE,
        top=top,
    )


def _drawing(picture: Picture) -> growth.Drawing:
    """Return where everything stands: with the narrowest gaps in which all numbers find a place, as far as any do.

    What the numbers are, and what is marked, moves nothing: each is taken to be as wide as any.
    """
    columns = _columns(picture)
    layers, links = _layers(picture, columns)
    order = _ordered(layers, links)
    used = sorted({columns[node.id] for node in picture.nodes})
    widest = "0" * max(_LEAST_DIGITS, len(str(len(picture.edges))))
    if len(picture.edges) > _MOST_WIDENED:
        return _with_gap(picture, order, links, used, 2 * number_width(widest) + _GAPS[0] // 2)
    best, fewest = None, 0
    for gap in _GAPS:
        drawing = _with_gap(picture, order, links, used, gap)
        ports = drawing.ports()
        ends = ((ports[source], ports[target]) for source, target, _ in picture.edges)
        lines = [Line(_points(drawing, *pair), widest) for pair in ends]
        missing = sum(not one.has_room for one in placed(lines, Columns(drawing.wide, gap)))
        if best is None or missing < fewest:
            best, fewest = drawing, missing
        if not missing:
            return drawing
    assert best is not None  # noqa: S101  there is a first gap
    return best


def _with_gap(
    picture: Picture, order: Layers, links: Links, used: Sequence[tuple[int, int]], gap: int
) -> growth.Drawing:
    """Return where everything stands if columns are so far from each other."""
    wide = _column_width(len(used), gap)
    placed, places, height = _placed(picture, order, wide, gap)
    boxes = {box.key: box for box in placed}
    return growth.Drawing(
        boxes=boxes,
        zones={EDGE + place * (wide + gap): zone for place, (zone, _) in enumerate(used)},
        ways={ends: _way(way, places, boxes) for ends, way in links.items()},
        lanes=places,
        wide=wide,
        gap=gap,
        height=height,
    )


def _changed(
    drawing: growth.Drawing,
    picture: Picture,
    nodes: tuple[Vertex, ...],
    edges: tuple[Arrow, ...],
    opened: tuple[Opened, ...],
    folds: tuple[Fold, ...],
) -> tuple[growth.Drawing, Picture]:
    """Return the drawing with what is opened and without what is folded, and what is drawn then."""
    holder = {row: node.id for node in nodes for row, _ in node.rows}
    flows = [(holder.get(edge.source, edge.source), holder.get(edge.target, edge.target)) for edge in edges]
    drawn = {*drawing.boxes, *(one for step in opened for one in step.nodes)}
    hidden = {node.id: zone_of(node) for node in nodes if node.id not in drawn}
    drawing, gone = growth.grown(drawing, nodes, flows, opened, hidden)
    drawing, names, gathered = growth.folded(drawing, {node.id: node for node in nodes}, folds)
    names = {one: f"zone:{zone}" for one, zone in hidden.items() if zone not in gone} | names
    counts = Counter(zone for one, zone in hidden.items() if names.get(one) == f"zone:{zone}")
    taken = {node.id for node in gathered}
    rest = tuple(
        replace(node, name=f"{counts[zone]:,} more")
        for node in picture.nodes
        if node.kind == COLLAPSED and node.id not in taken and counts[zone := node.id.partition(":")[2]]
    )
    boxes = {key: box for key, box in drawing.boxes.items() if not box.collapsed or key in taken}
    for node in rest:
        old = drawing.boxes[node.id]
        boxes[node.id] = replace(box_of(node, drawing.wide, counts[zone_of(node)]), x=old.x, y=old.y)
    kept = tuple(node for node in nodes if node.id in boxes)
    left = tuple(sorted((zone, number) for zone, number in counts.items() if f"zone:{zone}" not in taken))
    return replace(drawing, boxes=boxes), Picture((*kept, *gathered, *rest), _bundles(nodes, edges, names), left)


def _column_width(columns: int, gap: int) -> int:
    """Return how wide a column is: what an upright page has room for, a turned one where they are too many for it."""
    for room in (_UPRIGHT, _TURNED):
        wide = (room - 2 * EDGE + gap) // max(1, columns) - gap
        if wide >= _NARROWEST:
            return min(wide, _WIDEST)
    return _NARROWEST


def _picture(
    nodes: tuple[Vertex, ...], edges: tuple[Arrow, ...], *, whole: bool = False, most_of_a_zone: int = MOST_NODES
) -> Picture:
    """Keep everything, or the roots, their neighbourhood and the raw feeds as far as the bounds allow."""
    port = {row: node.id for node in nodes for row, _ in node.rows}
    known = {node.id for node in nodes}
    kept = known
    tallest = max(Counter(map(zone_of, nodes)).values(), default=0)
    if not whole and (len(nodes) > MOST_NODES or tallest > most_of_a_zone):
        ends = [(port.get(edge.source, edge.source), port.get(edge.target, edge.target)) for edge in edges]
        ranked = _by_worth(nodes, [pair for pair in ends if known.issuperset(pair)])
        kept = _first_of_zones(ranked if len(nodes) <= MOST_NODES else ranked[: MOST_NODES // 2], most_of_a_zone)
    names = {node.id: f"zone:{zone_of(node)}" for node in nodes if node.id not in kept}
    counts = Counter(zone_of(node) for node in nodes if node.id not in kept)
    gathered = tuple(
        Vertex(id=f"zone:{zone}", name=f"{number:,} more", kind=COLLAPSED, zone=None if zone == NO_ZONE else zone)
        for zone, number in sorted(counts.items())
    )
    return Picture(
        nodes=tuple(node for node in nodes if node.id in kept) + gathered,
        edges=_bundles(nodes, edges, names),
        collapsed=tuple(sorted(counts.items())),
    )


def _bundles(
    nodes: tuple[Vertex, ...], edges: tuple[Arrow, ...], names: Mapping[str, str]
) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Return the edges between what is drawn, each with the numbers of all that it stands for.

    `names` gives what a node is drawn as that is not drawn by itself.
    """
    ends = {node.id: names.get(node.id, node.id) for node in nodes}
    ends |= {row: names.get(node.id, row) for node in nodes for row, _ in node.rows}
    holder = {row: node.id for node in nodes for row, _ in node.rows}
    bundles: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, edge in enumerate(edges, 1):
        source, target = ends.get(edge.source), ends.get(edge.target)
        if source is None or target is None or holder.get(source, source) == holder.get(target, target):
            continue
        bundles[source, target].append(number)
    return tuple((*pair, tuple(numbers)) for pair, numbers in bundles.items())


def _first_of_zones(ranked: Sequence[Vertex], most: int) -> set[str]:
    """Return the first of each zone, one place left for what is collapsed."""
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for node in ranked:
        zones[zone_of(node)].append(node.id)
    return {one for ids in zones.values() for one in (ids if len(ids) <= most else ids[: most - 1])}


def _by_worth(nodes: tuple[Vertex, ...], edges: list[tuple[str, str]]) -> list[Vertex]:
    """Return the nodes, what matters most first: the roots, what is near them, the raw feeds, the nearer ones."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.id for node in nodes)
    graph.add_edges_from(edges)
    roots = [node.id for node in nodes if node.root] or [nodes[-1].id]
    distance = nx.multi_source_dijkstra_path_length(graph, set(roots))
    far = len(nodes)

    def worth(node: Vertex) -> tuple[bool, bool, bool, int, str]:
        away = int(distance.get(node.id, far))
        return not node.root, away > _NEAR, not node.raw_feed, away, node.id

    return sorted(nodes, key=worth)


def _between(picture: Picture) -> tuple[tuple[str, str], ...]:
    """Return which nodes are joined, each pair once."""
    holder = {row: node.id for node in picture.nodes for row, _ in node.rows}
    return tuple(dict.fromkeys((holder.get(a, a), holder.get(b, b)) for a, b, _ in picture.edges))


def _columns(picture: Picture) -> dict[str, tuple[int, int]]:
    """Give each node its zone's column, and within it the length of the longest way to it inside that zone."""
    pairs = _between(picture)
    zones = ranks_of(picture.nodes, pairs)
    inside: nx.DiGraph[str] = nx.DiGraph()
    inside.add_nodes_from(zones)
    inside.add_edges_from((a, b) for a, b in pairs if zones[a] == zones[b])
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
    for source, target in _between(picture):
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
    """Return how many pairs of edges cross: of the places that edges end at, those that stand in the wrong order."""
    total = 0
    for left, right in pairwise(layers):
        place = {name: index for index, name in enumerate(right)}
        before: list[int] = []
        for name in left:
            for end in sorted(place[target] for target in after[name] if target in place):
                total += len(before) - bisect_right(before, end)
                insort(before, end)
    return total


def _placed(picture: Picture, order: Layers, wide: int, gap: int) -> tuple[tuple[Box, ...], Places, int]:
    """Return the boxes, the place (left, middle, width) of every node and dummy, and the drawing's height."""
    held = {f"zone:{zone}": number for zone, number in picture.collapsed}
    known = {node.id: box_of(node, wide, held.get(node.id, 0)) for node in picture.nodes}
    tall = {name: known[name].height if name in known else LANE for layer in order for name in layer}
    heights = [sum(tall[name] + GAP_Y for name in layer) - GAP_Y for layer in order]
    height = max(heights, default=LANE)
    boxes: list[Box] = []
    places: Places = {}
    for rank, layer in enumerate(order):
        x = EDGE + rank * (wide + gap)
        y = TOP + (height - heights[rank]) // 2
        for name in layer:
            places[name] = (x, y + tall[name] // 2, wide)
            if name in known:
                boxes.append(replace(known[name], x=x, y=y))
            y += tall[name] + GAP_Y
    return tuple(boxes), places, height + TOP + BELOW


def _bands(nodes: tuple[Vertex, ...], drawing: growth.Drawing) -> tuple[Band, ...]:
    """Return the zones from left to right: each stretch of columns beside one another is a band."""
    there = {zone_of(node) for node in nodes}
    stretches: list[tuple[int, int, int]] = []
    for x, zone in sorted(drawing.zones.items()):
        if stretches and stretches[-1][0] == zone:
            stretches[-1] = (zone, stretches[-1][1], x)
        else:
            stretches.append((zone, x, x))
    bands = []
    for zone, first, last in stretches:
        width, title = last - first + drawing.wide, title_of(zone, there)
        bands.append(Band(first, width, wrapped(title, width, "zone")))
    return tuple(bands)


def _way(way: list[str], places: Places, boxes: Mapping[str, Box]) -> Points:
    """Return the points of an edge from the middle of one box's right side to that of the other's left side."""
    left, middle, width = places[way[0]]
    if places[way[-1]][0] <= left:
        lanes = (places[dummy] for dummy in way[1:-1])
        between = tuple((x, y) for begin, y, across in lanes for x in (begin + across, begin))
        return around(boxes[way[0]], boxes[way[-1]], between)
    points = [(left + width, middle)]
    for dummy in way[1:-1]:
        left, middle, width = places[dummy]
        points += [(left, middle), (left + width, middle)]
    return (*points, places[way[-1]][:2])


def _points(drawing: growth.Drawing, source: tuple[str, int | None], target: tuple[str, int | None]) -> Points:
    """Return the points of an edge from one port to another."""
    return at_rows(drawing.way(source[0], target[0]), source[1], target[1])


def _look(shown: Sequence[Arrow]) -> tuple[tuple[bool, bool], frozenset[str]]:
    """Return whether an edge is dashed, whether it is strong, and its marks: those of all that it stands for."""
    if len(shown) == 1:
        return (shown[0].inferred, shown[0].deidentifies), frozenset(shown[0].marks)
    dashed, strong = all(edge.inferred for edge in shown), any(edge.deidentifies for edge in shown)
    return (dashed, strong), frozenset(mark for edge in shown for mark in edge.marks)


def _paths(picture: Picture, edges: tuple[Arrow, ...], drawing: growth.Drawing) -> tuple[Path, ...]:
    """Return the edges; of several between two boxes that look alike the first alone has the marks of all."""
    ports = drawing.ports()
    lines, alike = list[Line](), set[tuple[object, ...]]()
    looks: list[tuple[bool, bool]] = []
    for source, target, numbers in picture.edges:
        look, marks = _look([edges[number - 1] for number in numbers])
        key = ports[source][0], ports[target][0], look, marks
        points = _points(drawing, ports[source], ports[target])
        number = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}+"
        lines.append(Line(points, number, 0 if key in alike else len(marks)))
        looks.append(look)
        alike.add(key)
    found = zip(picture.edges, lines, looks, placed(lines, Columns(drawing.wide, drawing.gap)), strict=True)
    return tuple(
        Path(
            points=line.points,
            number=line.number,
            at=place.at,
            dashed=dashed,
            strong=strong,
            source=source,
            target=target,
            numbers=numbers,
            has_room=place.has_room,
            signs=place.signs,
        )
        for (source, target, numbers), line, (dashed, strong), place in found
    )
