"""The nodes and edges that a layout places, the zone that each node stands in, and the box that it is drawn as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reports.boxes import fitted, labelled
from reports.document import Box, LabelStyle, Port
from reports.naming import worded
from reports.text import clean

NO_ZONE: Final = "zone not recorded"
FEEDS: Final = "raw feeds"
MODEL: Final = "model"
FEED: Final = "raw feed"
COLLAPSED: Final = "collapsed"
"""The kind of a node that stands for several."""
ATTESTED, NOT_ATTESTED = "attested", "not attested"
ZONES: Final = (
    (FEEDS,),
    (NO_ZONE,),
    ("LANDING",),
    ("CURATED",),
    ("FEATURE_STORE",),
    ("TRAINING", "EVALUATION"),
    ("ARTIFACT",),
    (MODEL,),
)
"""From left to right: which zones stand in one column."""
_RANKS = {zone: 2 * place for place, several in enumerate(ZONES) for zone in several}
_ROW, _ABOVE, _BELOW = 8, 4, 3


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
    rows: tuple[tuple[str, str], ...] = ()
    """The ids and names of its columns, at which edges may begin and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Data went from `source` to `target` (ids of nodes or columns): whether that is inferred, and lost identifiers."""

    source: str
    target: str
    inferred: bool = False
    deidentifies: bool = False
    marks: tuple[str, ...] = ()
    """What is marked of it: each has its place beside the number."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: the nodes and edges that are left after collapsing, each edge with its number in the table."""

    nodes: tuple[Vertex, ...]
    edges: tuple[tuple[str, str, tuple[int, ...]], ...]
    """From and to the ids of nodes, or of columns of theirs."""
    collapsed: tuple[tuple[str, int], ...]
    """By zone, how many are not drawn by themselves."""


def zone_of(node: Vertex) -> str:
    """Return the column's name: the model's own, the raw feeds' for what nothing fed, else the recorded zone's."""
    if node.kind == "ModelVersion":
        return MODEL
    if node.raw_feed and node.zone in {None, "LANDING"}:
        return FEEDS
    return node.zone if node.zone in _RANKS and node.zone else NO_ZONE


def ranks_of(nodes: Sequence[Vertex], flows: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """Return by id which nodes stand before which others: twice the place of their zone among `ZONES`.

    What has no zone stands right behind the last zone that it is made of, so that data goes from left to right to it
    as well; `flows` are the edges between the nodes.
    """
    ranks = {node.id: _RANKS[zone_of(node)] for node in nodes}
    unplaced = {one for one, rank in ranks.items() if rank == _RANKS[NO_ZONE]}
    after: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in flows:
        if target in unplaced and source in ranks:
            after[source].append(target)
    for one in sorted(ranks.keys() - unplaced, key=lambda one: (-ranks[one], one)):
        behind = max(ranks[one] + 1, _RANKS[NO_ZONE])
        front = [one]
        while front:
            for other in after[front.pop()]:
                if other in unplaced:
                    unplaced.discard(other)
                    ranks[other] = behind
                    front.append(other)
    return ranks


def title_of(rank: int, zones: Collection[str]) -> str:
    """Return what is written above the columns of a rank, of the zones that there are."""
    several = (NO_ZONE,) if rank % 2 else ZONES[rank // 2]
    return " and ".join(in_words(zone) for zone in several if zone in zones)


def in_words(zone: str) -> str:
    """Return the name of a zone as it is drawn."""
    return zone.replace("_", " ").lower()


def box_of(node: Vertex, wide: int, holds: int = 0) -> Box:
    """Return the box of a node, its upper left corner at 0."""
    gathered = node.kind == COLLAPSED
    # What stands for several is called by words, in which a job's name may lie somewhere.
    labels = labelled(node.name, tuple(_details(node)), wide, parted=not gathered)
    name = "" if gathered else node.id
    box = Box(0, 0, wide, labels.height, labels.lines, node.root, gathered, node=name, key=node.id, holds=holds)
    if not node.rows:
        return box
    first = labels.height + _ABOVE
    rows = tuple(Port(one, fitted(text, wide), first + place * _ROW) for place, (one, text) in enumerate(node.rows))
    return replace(box, rows=rows, height=rows[-1].y + _BELOW)


def _details(node: Vertex) -> Iterator[tuple[LabelStyle, str]]:
    yield "detail", noun(node.kind)
    if node.raw_feed:
        yield "detail", FEED
    if node.deid_state:
        yield "detail", clean(state(node.deid_state))
    if node.attested is not None:
        yield ("detail", ATTESTED) if node.attested else ("doubt", NOT_ATTESTED)


def state(declared: str) -> str:
    """Return a state of de-identification in words."""
    return declared if declared == "RAW" else worded(declared)


def noun(kind: str) -> str:
    """Return a node's kind in words: ModelVersion, model version."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in clean(kind)).strip()
