"""What is added to a drawing and taken out of it, so that everything that was there stays where it was.

A node that comes later stands in the column of its zone, in the free place that is nearest to what it is joined with;
where it needs a column of its own, that is added at the left or right end. What is taken out leaves its place free.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reports.document import Box
from reports.geometry import BELOW, EDGE, GAP_Y, LANE, Places, Points, straight
from reports.vertices import COLLAPSED, Vertex, box_of, ranks_of, zone_of

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is added to a drawing: nodes that were met later, or all of a zone that had been collapsed by itself."""

    nodes: frozenset[str] = frozenset()
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Nodes that are drawn as one box: one that stands for all of them, or that of another node, whose id is `key`."""

    key: str
    title: str
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What stands where: boxes by their keys, the rank of the zone of each column by its left edge, ways by ends."""

    boxes: Mapping[str, Box]
    zones: Mapping[int, int]
    ways: Mapping[tuple[str, str], Points]
    lanes: Places
    wide: int
    gap: int
    """How far one column stands from the next."""
    height: int

    def ports(self) -> dict[str, tuple[str, int | None]]:
        """Return by the id of a box or row what an edge to it leads to: the box, and the row's height."""
        found: dict[str, tuple[str, int | None]] = {key: (key, None) for key in self.boxes}
        return found | {row.node: (box.key, box.y + row.y - 2) for box in self.boxes.values() for row in box.rows}

    def way(self, source: str, target: str) -> Points:
        """Return the points of an edge: those that were laid for it, or straight from box to box."""
        known = self.ways.get((source, target))
        if known is not None:
            return known
        return straight(self.boxes[source], self.boxes[target])


class _Places:
    """The stretches of each column that something stands in, or ever stood."""

    def __init__(self, drawing: Drawing) -> None:
        self._taken: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for box in drawing.boxes.values():
            self.take(box)
        for name, (x, middle, _) in drawing.lanes.items():
            if name not in drawing.boxes:
                insort(self._taken[x], (middle - LANE // 2, middle + LANE // 2))

    def take(self, box: Box) -> None:
        insort(self._taken[box.x], (box.y, box.y + box.height))

    def leave(self, box: Box) -> None:
        self._taken[box.x].remove((box.y, box.y + box.height))

    def free(self, x: int, middle: int, height: int) -> int:
        """Return where a box of this height begins that lies as near as can be to a middle."""
        taken = self._taken[x]
        wanted = down = up = middle - height // 2
        for top, bottom in taken:
            if bottom + GAP_Y > down and top < down + height + GAP_Y:
                down = bottom + GAP_Y
        for top, bottom in reversed(taken):
            if bottom + GAP_Y > up and top < up + height + GAP_Y:
                up = top - GAP_Y - height
        return down if down - wanted <= wanted - up else up


def grown(
    drawing: Drawing,
    nodes: Sequence[Vertex],
    flows: Pairs,
    opened: Sequence[Opened],
    collapsed: Mapping[str, str],
) -> tuple[Drawing, frozenset[str]]:
    """Return a drawing with what is opened, one after the other, and the zones of which all is drawn now.

    `flows` are the edges between nodes, `collapsed` the zones of nodes that are drawn as their zone's box alone.
    """
    places = _Places(drawing)
    boxes, zones = dict(drawing.boxes), dict(drawing.zones)
    near = _neighbours(flows)
    by_id = {node.id: node for node in nodes}
    gone = set()
    later = [one for step in opened for one in step.nodes]
    for step in opened:
        later = later[len(step.nodes) :]
        unmet = frozenset(later) - step.nodes - boxes.keys()
        # What comes later must not move what is there: so it does not say where something without a zone stands.
        ranks = ranks_of([node for node in nodes if node.id not in unmet], flows)
        names = [node.id for node in nodes if node.id in step.nodes and node.id not in boxes]
        if step.zone is not None:
            names = [one for one, zone in collapsed.items() if zone == step.zone and one not in boxes]
            boxes.pop(f"zone:{step.zone}", None)
            gone.add(step.zone)
        for name in _outwards(names, boxes, near):
            node = by_id[name]
            x = _column(ranks[name], boxes, zones, near[name], drawing.wide + drawing.gap)
            box = box_of(node, drawing.wide)
            beside = [boxes[one] for several in near[name] for one in several if one in boxes]
            middles = [one.y + one.height // 2 for one in beside] or [drawing.height // 2]
            box = replace(box, x=x, y=places.free(x, sum(middles) // len(middles), box.height))
            boxes[name] = box
            places.take(box)
    return _with(drawing, boxes, zones), frozenset(gone)


def folded(
    drawing: Drawing, nodes: Mapping[str, Vertex], folds: Sequence[Fold]
) -> tuple[Drawing, dict[str, str], tuple[Vertex, ...]]:
    """Return a drawing without what is folded, what each folded node is drawn as, and the nodes that stand for several.

    A fold of which nothing is drawn changes nothing.
    """
    places = _Places(drawing)
    boxes = dict(drawing.boxes)
    names: dict[str, str] = {}
    gathered = []
    for fold in folds:
        members = [one for one in fold.nodes if one in boxes and one not in names and one != fold.key]
        if fold.key in nodes:
            if fold.key not in boxes or not fold.nodes:
                continue
            boxes[fold.key] = replace(boxes[fold.key], holds=len(fold.nodes))
        elif members or fold.key in boxes:
            stood = sorted((boxes[one] for one in {*members, fold.key} if one in boxes), key=lambda box: (box.x, box.y))
            for old in stood:
                places.leave(old)
            zones = {zone_of(nodes[one]) for one in fold.nodes if one in nodes}
            zone = zones.pop() if len(zones) == 1 else None
            group = Vertex(id=fold.key, name=fold.title, kind=COLLAPSED, zone=zone)
            box = box_of(group, drawing.wide, len(fold.nodes))
            first = stood[0]
            y = places.free(first.x, first.y + box.height // 2, box.height)
            for old in stood:
                places.take(old)
            boxes[fold.key] = replace(box, x=first.x, y=y)
            places.take(boxes[fold.key])
            gathered.append(group)
        else:
            continue
        for one in members:
            del boxes[one]
        names |= {one: fold.key for one in fold.nodes if one != fold.key and one not in names}
    return _with(drawing, boxes, drawing.zones), names, tuple(gathered)


def _with(drawing: Drawing, boxes: Mapping[str, Box], zones: Mapping[int, int]) -> Drawing:
    """Return a drawing of these boxes; its columns and height are never less than they were."""
    height = max([drawing.height, *(box.y + box.height + BELOW for box in boxes.values())])
    ordered = dict(sorted(boxes.items(), key=lambda item: (item[1].x, item[1].y, item[0])))
    return replace(drawing, boxes=ordered, zones=zones, height=height)


Near = Mapping[str, tuple[list[str], list[str]]]
"""By node: what it is made of, and what is made of it."""


def _neighbours(flows: Pairs) -> Near:
    found: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for source, target in dict.fromkeys(flows):
        if source != target:
            found[target][0].append(source)
            found[source][1].append(target)
    return found


def _outwards(names: Sequence[str], boxes: Collection[str], near: Near) -> Iterator[str]:
    """Yield the nodes so that each comes after one that it is joined with, as far as there is one."""
    waiting = dict.fromkeys(names)
    front = [one for one in names if any(other in boxes for several in near[one] for other in several)]
    while waiting:
        front = [one for one in dict.fromkeys(front) if one in waiting] or [next(iter(waiting))]
        for one in front:
            del waiting[one]
            yield one
        front = [other for one in front for several in near[one] for other in several if other in waiting]


def _column(
    zone: int, boxes: Mapping[str, Box], zones: dict[int, int], near: tuple[list[str], list[str]], step: int
) -> int:
    """Return the left edge of a node's column, which is added to the zones where there is none that fits."""
    before = max((boxes[one].x for one in near[0] if one in boxes), default=None)
    after = min((boxes[one].x for one in near[1] if one in boxes), default=None)
    first, last = min(zones, default=EDGE), max(zones, default=EDGE - step)
    own = sorted(x for x, rank in zones.items() if rank == zone)
    fitting = [x for x in own if (before is None or x > before) and (after is None or x < after)]
    if fitting:
        return fitting[-1] if after is not None else fitting[0]
    if own:
        if after == own[0] == first:
            zones[first - step] = zone
            return first - step
        if before == own[-1] == last:
            zones[last + step] = zone
            return last + step
        return own[0] if after is not None else own[-1]
    left = bool(zones) and (zone < min(zones.values()) or (zone < max(zones.values()) and after is not None))
    x = first - step if left else last + step
    zones[x] = zone
    return x
