"""What data came from and what came of it: a list, and a picture of the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Export, Page
from catalog.api.pages.questions import Word, command, query
from catalog.assets.folds import aspects_in_force
from catalog.errors import AskerError
from catalog.lineage.model import Confidence, FlowScope, Grain, LineageEdge, LineageGraph, Walk
from catalog.lineage.model import Direction as Walked
from catalog.lineage.queries import lineage
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.times import format_time
from reports.document import Graph
from reports.layout import Arrow, Vertex, lay_out

ROWS: Final = 40
"""How many flows are listed on one page."""
_BUDGET: Final = 2_000
_DEPTH: Final = 3
_MOST_DEPTH: Final = 100
_ROOTS: Final = ("Dataset", "Snapshot", "ModelVersion", "Run", "Column")
_DRAWN: Final = 2_000
_ASPECTS: Final = ("zone", "deidentification_state")
_INFERRED: Final = frozenset({Confidence.INFERRED, Confidence.START_UNKNOWN})


class Direction(StrEnum):
    """Which way to walk."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


class Detail(StrEnum):
    """What the nodes are."""

    OWN = "OWN"
    DATASET = "DATASET"
    SNAPSHOT = "SNAPSHOT"
    RUN = "RUN"
    COLUMN = "COLUMN"


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow of data, under the number that the picture gives it."""

    number: int
    source: Link
    target: Link
    edge: LineageEdge
    job: Link | None
    run: Link | None
    steps: int
    """How many steps its nearer end is from what was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineagePage(Context):
    """What the page of a lineage shows."""

    of: Link
    direction: Direction
    detail: Detail
    depth: int
    ever: bool
    flows: tuple[Flow, ...]
    """All of them, by their numbers."""
    begin: int
    """How many the page passes over."""
    nodes: int
    open_nodes: tuple[Link, ...]
    """Where the walk stopped with more behind."""
    in_memory: int
    picture: Graph | None
    rows: int = ROWS

    @property
    def shown(self) -> tuple[Flow, ...]:
        """Return the flows of this page."""
        return self.flows[self.begin : self.begin + ROWS]

    @property
    def after(self) -> int | None:
        """Return how many the next page passes over, None on the last."""
        return self.begin + ROWS if self.begin + ROWS < len(self.flows) else None


def read(asking: Asking) -> LineagePage:
    """Walk; raises AskerError 404 where there is nothing of this id, SenderError 422 for a grain that it has not."""
    view, root = asking.view, asking.identifier(_ROOTS)
    direction = asking.member("direction", Direction, Direction.BOTH)
    detail = asking.member("grain", Detail, Detail.OWN)
    depth = asking.number("depth", _DEPTH, 1, _MOST_DEPTH)
    ever = asking.text("flows") == "ever"
    found = lineage(
        view,
        Walk(
            (root,),
            Walked(direction.value),
            None if detail is Detail.OWN else Grain(detail.value),
            depth,
            FlowScope.EVER_STATED if ever else FlowScope.CURRENT,
            budget=_BUDGET,
        ),
    )
    links = _links(view, root, found)
    of = links.get(root)
    if of is None:
        raise AskerError(NOT_THERE)
    flows = tuple(_flows(found, links))
    return LineagePage(
        title=f"Lineage of {of.name}",
        graphql=query(
            "lineage",
            {
                "input": {
                    "of": [root],
                    "direction": Word(direction.value),
                    "grain": None if detail is Detail.OWN else Word(detail.value),
                    "depth": depth,
                    "flows": Word("EVER_STATED") if ever else None,
                }
            },
            "{\n    ... on LineageGraph { edges { nodes { from to } } }\n  }",
            view.as_of,
        ),
        command=command(
            "lineage",
            root,
            "--direction",
            direction.value.lower(),
            "--depth",
            str(depth),
            *([] if detail is Detail.OWN else ["--grain", detail.value.lower()]),
            *(["--ever-stated"] if ever else []),
            as_of=view.as_of,
        ),
        found=found.completeness,
        subjects=tuple(node.id for node in found.nodes),
        of=of,
        direction=direction,
        detail=detail,
        depth=depth,
        ever=ever,
        flows=flows,
        begin=asking.number("after", 0, 0, _BUDGET * ROWS),
        nodes=len(found.nodes),
        open_nodes=tuple(links[node.id] for node in found.nodes if node.more and node.id in links),
        in_memory=found.in_memory,
        picture=_picture(view, found, links, flows) if flows and len(found.nodes) <= _DRAWN else None,
    )


def _links(view: View, root: str, found: LineageGraph) -> dict[str, Link]:
    """Return the links to all that the answer names; a state goes by its dataset's name."""
    states = {node.id: node.dataset for node in found.nodes if node.dataset and label_of(node.id) == "State"}
    named = {one for edge in found.edges for one in (edge.job, edge.run) if one}
    ids = {node.id for node in found.nodes} | set(states.values()) | named | {root}
    links = links_to(view, ids)
    return links | {state: Link.to(state, links[dataset].name) for state, dataset in states.items() if dataset in links}


def _flows(found: LineageGraph, links: Mapping[str, Link]) -> Iterator[Flow]:
    depths = {node.id: node.depth for node in found.nodes}

    def from_the_root(edge: LineageEdge) -> tuple[int, str, str, int]:
        steps = min(depths.get(edge.source, 0), depths.get(edge.target, 0))
        names = (links[one].name if one in links else one for one in (edge.source, edge.target))
        return steps, *names, edge.valid_from  # type: ignore[return-value]  # two names

    for number, edge in enumerate(sorted(found.edges, key=from_the_root), 1):
        yield Flow(
            number,
            links.get(edge.source, _unnamed(edge.source)),
            links.get(edge.target, _unnamed(edge.target)),
            edge,
            links.get(edge.job or ""),
            links.get(edge.run or ""),
            min(depths.get(edge.source, 0), depths.get(edge.target, 0)),
        )


def _unnamed(identifier: str) -> Link:
    return Link(None, identifier, "hidden", label_of(identifier))


def _picture(view: View, found: LineageGraph, links: Mapping[str, Link], flows: tuple[Flow, ...]) -> Graph:
    """Return where the nodes and edges stand, by the layout that reports have too."""
    datasets = {node.id: node.dataset or node.id for node in found.nodes}
    held = aspects_in_force(view, sorted(set(datasets.values())), aspects=_ASPECTS)
    held_of: dict[str, dict[str, Any]] = {
        one: {name: stated.value for name, stated in aspects.items()} for one, aspects in held.items()
    }
    sources = found.sources
    return lay_out(
        tuple(
            Vertex(
                id=node.id,
                name=links[node.id].name,
                kind=label_of(node.id),
                zone=held_of.get(datasets[node.id], {}).get("zone"),
                deid_state=held_of.get(datasets[node.id], {}).get("deidentification_state"),
                root=node.id in found.roots,
                raw_feed=node.id in sources,
            )
            for node in found.nodes
            if node.id in links
        ),
        tuple(
            Arrow(source=one.edge.source, target=one.edge.target, inferred=one.edge.confidence in _INFERRED)
            for one in flows
        ),
        f"Lineage of {links[found.roots[0]].name}" if found.roots and found.roots[0] in links else "Lineage",
    )


def _as_csv(page: LineagePage) -> str:
    """Return the flows as CSV (RFC 4180); what a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("number", "from", "to", "how", "confidence", "job", "run", "valid_from", "entry"))
    for one in page.flows:
        row = (
            one.source.name,
            one.target.name,
            one.edge.how,
            one.edge.confidence.value,
            one.job.name if one.job else "",
            one.run.name if one.run else "",
            format_time(one.edge.valid_from),
        )
        writer.writerow((one.number, *map(_plain, row), one.edge.known_from))
    return text.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _as_json(page: LineagePage) -> str:
    return orjson.dumps([_json(one) for one in page.flows]).decode()


def _json(one: Flow) -> dict[str, Any]:
    return {
        "number": one.number,
        "from": {"id": one.source.id, "name": one.source.name},
        "to": {"id": one.target.id, "name": one.target.name},
        "how": one.edge.how,
        "confidence": one.edge.confidence.value,
        "job": one.job.name if one.job else None,
        "run": one.run.name if one.run else None,
        "validFrom": format_time(one.edge.valid_from),
        "entry": one.edge.known_from,
    }


PAGE = Page(
    "lineage",
    "Lineage",
    LineagePage,
    read,
    ("id", "direction", "grain", "depth", "flows", "after"),
    exports={
        "csv": Export("text/csv; charset=utf-8", _as_csv),
        "json": Export("application/json", _as_json),
        "svg": Export("image/svg+xml", None),
    },
)
