"""What the page of a lineage shows, and its files too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.kinds import Link
from catalog.api.pages.lineage_graph.asked import Asked, By
from catalog.api.pages.lineage_graph.drawn import MOST_DRAWN, Drawn
from catalog.api.pages.lineage_graph.flows import Flow
from catalog.api.pages.lineage_graph.marks import MEANINGS, OF_EDGES, SIGNS, Mark, Marks
from catalog.api.pages.lineage_graph.panel import Panel
from catalog.api.pages.page import Context
from catalog.api.pages.words import counted
from catalog.lineage.model import Grain
from catalog.lineage.queries import EVER_STATED_GRAINS, starts_at
from graph_schema.identity import label_of
from graph_schema.vocabulary.words import PhiKind
from reports.document import Box, Path
from reports.layout import MOST_NODES

ROWS: Final = 25
"""How many flows are listed on one page."""
_MUCH: Final = 400
"""So many boxes and edges have their text laid out at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A word that the form offers: what the address says, and what it is called."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The edges of the picture between the same two boxes that look alike: one line of several stretches.

    A picture of columns has fifteen edges between two boxes, and each element of a page costs more than what it draws.
    """

    boxes: tuple[int, int]
    """The places of its ends among the boxes."""
    rows: tuple[tuple[int | None, int | None], ...]
    """By stretch, the places of its ends among the rows of those, None for the box as a whole."""
    paths: tuple[Path, ...]
    marks: tuple[Mark, ...]

    @property
    def dashed(self) -> bool:
        """Whether its edges are inferred."""
        return self.paths[0].dashed

    @property
    def strong(self) -> bool:
        """Whether attestations cover its edges."""
        return self.paths[0].strong

    @property
    def ports(self) -> str:
        """Return the rows as an attribute has them, by stretch; nothing where none of it begins or ends at a row."""
        if all(row == (None, None) for row in self.rows):
            return ""
        return " ".join(",".join("" if one is None else str(one) for one in row) for row in self.rows)


DIRECTIONS: Final = (
    Choice("both", "both ways"),
    Choice("upstream", "what it came from"),
    Choice("downstream", "what came of it"),
)
GRAINS: Final = (
    Choice("own", "as it is"),
    Choice("dataset", "datasets"),
    Choice("snapshot", "exact states"),
    Choice("run", "runs"),
    Choice("column", "columns"),
)
COLLAPSING: Final = tuple(
    Choice(by.value.lower(), title)
    for by, title in ((By.NOTHING, "nothing"), (By.ZONE, "zone"), (By.SITE, "site"), (By.JOB, "job"))
)
LABELS: Final = tuple(Choice(kind.value.lower(), kind.value.replace("_", " ").lower()) for kind in PhiKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineagePage(Context):
    """What the page of a lineage shows."""

    of: Link
    asked: Asked
    other: Link | None
    """The other end, where only the ways between the two are shown."""
    ways: int | None
    """How many ways those are."""
    flows: tuple[Flow, ...]
    """All of them, by their numbers."""
    nodes: int
    open_nodes: tuple[Link, ...]
    """Where the walk stopped with more behind."""
    in_memory: int
    drawn: Drawn
    marks: Marks
    beginnings: Mapping[str, str]
    """By which beginning of its key the picture names each thing."""
    links: Mapping[str, Link]
    """Of all that the lineage names."""
    signs: tuple[Mark, ...]
    """The marks that are on anything shown."""
    panel: Panel | None
    columns: tuple[str, ...]
    """The columns of what is asked about, to choose from."""
    went: tuple[int, int]
    """How many nodes and edges went since the earlier point."""
    came: tuple[int, int]
    rows: int = ROWS
    directions: tuple[Choice, ...] = DIRECTIONS
    collapsing: tuple[Choice, ...] = COLLAPSING
    labels: tuple[Choice, ...] = LABELS
    most_drawn: int = MOST_DRAWN
    most_at_first: int = MOST_NODES

    @property
    def sign_of(self) -> Mapping[Mark, str]:
        """Return the shape of each mark."""
        return SIGNS

    @property
    def meaning_of(self) -> Mapping[Mark, str]:
        """Return what each mark means of a box."""
        return MEANINGS

    @property
    def meaning_of_edges(self) -> Mapping[Mark, str]:
        """Return what each mark means of a flow."""
        return OF_EDGES

    @property
    def grains(self) -> tuple[Choice, ...]:
        """Return the grains at which lineage starts at what is asked about."""
        kind = label_of(self.asked.id)
        return tuple(one for one in GRAINS if one.value == "own" or kind in starts_at(Grain(one.value.upper())))

    @property
    def may_be_ever(self) -> bool:
        """Whether there are flows ever stated of what is asked about."""
        return any(label_of(self.asked.id) in starts_at(grain) for grain in EVER_STATED_GRAINS)

    @property
    def listed(self) -> tuple[Flow, ...]:
        """Return the flows that the picture draws, or would: those inside one collapsed box are counted alone."""
        return tuple(one for one in self.flows if not one.inside)

    @property
    def shown(self) -> tuple[Flow, ...]:
        """Return the flows of this page."""
        return self.listed[self.asked.begin : self.asked.begin + ROWS]

    @property
    def after(self) -> int | None:
        """Return how many the next page passes over, None on the last."""
        end = self.asked.begin + ROWS
        return end if end < len(self.listed) else None

    @property
    def inside(self) -> int:
        """Return how many flows lie inside of collapsed boxes."""
        return len(self.flows) - len(self.listed)

    @property
    def undrawn(self) -> int:
        """Return how many flows are listed of which both ends are one box: a dataset as a whole, and a column of it."""
        return sum(one.boxes[0] == one.boxes[1] for one in self.listed)

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the forms in which this is taken along: those of the picture where there is one."""
        return ("csv", "json") if self.drawn.picture is None else ("csv", "json", "svg", "png")

    def without(self, key: str) -> Mapping[str, object]:
        """Return how an address changes in which this is no longer collapsed."""
        return self.asked.expanded(key)

    @property
    def counts(self) -> Mapping[Mark, str]:
        """Return by mark how many boxes and flows have it."""
        boxes = Counter(mark for several in self.drawn.marks.values() for mark in several)
        flows = Counter(mark for one in self.listed for mark in one.marks)
        return {
            mark: " and ".join(
                counted(several[mark], *words)
                for several, words in ((boxes, ("box", "boxes")), (flows, ("flow", "flows")))
                if several[mark]
            )
            for mark in self.signs
        }

    def marks_of(self, path: Path) -> tuple[Mark, ...]:
        """Return the marks of all flows that an edge of the picture stands for."""
        if not self.signs:
            return ()
        several = {mark for number in path.numbers for mark in self.flows[number - 1].marks}
        return tuple(mark for mark in self.signs if mark in several)

    @property
    def has_much(self) -> bool:
        """Whether the picture holds so much that its text waits until one looks at it."""
        graph = self.drawn.picture
        return graph is not None and len(graph.boxes) + len(graph.paths) > _MUCH

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """Return the edges of the picture, bundled."""
        graph = self.drawn.picture
        if graph is None:
            return ()
        ports: dict[str, tuple[int, int | None]] = {box.key: (place, None) for place, box in enumerate(graph.boxes)}
        for place, box in enumerate(graph.boxes):
            ports |= {row.node: (place, number) for number, row in enumerate(box.rows)}
        found: defaultdict[tuple[int, int, bool, bool, tuple[Mark, ...]], list[Path]] = defaultdict(list)
        for path in graph.paths:
            marks = self.marks_of(path)
            found[ports[path.source][0], ports[path.target][0], path.dashed, path.strong, marks].append(path)
        return tuple(
            Bundle(
                (source, target),
                tuple((ports[path.source][1], ports[path.target][1]) for path in paths),
                tuple(paths),
                marks,
            )
            for (source, target, _, _, marks), paths in found.items()
        )

    def heads_of(self, bundles: Iterable[Bundle]) -> Mapping[str, tuple[Path, ...]]:
        """Return the edges of the picture by the classes of their heads: one element draws all that look alike."""
        found: defaultdict[str, list[Path]] = defaultdict(list)
        for one in bundles:
            marks = (mark.value.lower() for mark in one.marks)
            found[" ".join(("head", *(("strong",) if one.strong else ()), *marks))] += one.paths
        return {look: tuple(found[look]) for look in sorted(found)}

    @property
    def words_of_boxes(self) -> Mapping[str, str]:
        """Return what is read out of each box: what it is, how far, by whom it was written, and how it is marked."""
        boxes = () if self.drawn.picture is None else self.drawn.picture.boxes
        return {box.key: ", ".join(self._words(box)) for box in boxes}

    def _words(self, box: Box) -> Iterator[str]:
        # What one sees is what one hears first (WCAG 2.2, 2.5.3).
        seen = [*(label.text for label in box.labels), *(row.text for row in box.rows)]
        yield " ".join([*seen, f"+{box.holds:,}"] if box.holds and not box.collapsed else seen)
        thing = self.drawn.things.get(box.key)
        if thing is not None:
            yield "what is asked about" if thing.root else f"step {thing.steps} of {self.drawn.deepest}"
            if thing.written_by:
                more = f" and {len(thing.written_by) - 1} more" if len(thing.written_by) > 1 else ""
                yield f"written by {thing.written_by[0].name}{more}"
            if box.holds:
                yield f"{box.holds:,} collapsed behind it"
            if thing.more:
                yield "more behind it"
        yield from (self.meaning_of[mark] for mark in self.drawn.marks.get(box.key, ()))
