"""What data came from and what came of it: a list, and a picture of the same that one walks, collapses and expands."""

from __future__ import annotations

from collections import Counter
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.lineage_graph import files
from catalog.api.pages.lineage_graph.asked import Asked, Detail, beginnings, read_asked
from catalog.api.pages.lineage_graph.context import LineagePage
from catalog.api.pages.lineage_graph.drawn import drawn
from catalog.api.pages.lineage_graph.flows import flows_of, in_order, named_in
from catalog.api.pages.lineage_graph.marks import Mark, marks_of
from catalog.api.pages.lineage_graph.panel import panel_of
from catalog.api.pages.lineage_graph.walked import walked
from catalog.api.pages.moments import moments_of
from catalog.api.pages.page import Export, Page
from catalog.api.pages.questions import Word, command, point, query
from catalog.assets.queries import existing
from catalog.errors import AskerError
from catalog.findings.choke_points import covered_steps
from catalog.lineage.columns.queries import listed_columns
from catalog.lineage.model import LineageGraph
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.times import format_time

_COLUMNS: Final = 200
"""How many columns are offered to choose from."""


def read(asking: Asking) -> LineagePage:
    """Walk; raises AskerError 404 where there is nothing of this id, SenderError 422 for a grain that it has not."""
    view, asked = asking.view, read_asked(asking)
    found = walked(view, asked)
    graph = found.graph
    links = _links(view, asked, graph)
    of, other = links.get(asked.id), links.get(asked.between)
    if of is None or (asked.between and other is None) or not _there(view, asked):
        raise AskerError(NOT_THERE)
    edges = in_order(graph, links)
    covered = covered_steps(view, graph)
    marks = marks_of(view, asked, found)
    caption = f"Lineage of {of.name}"
    picture = drawn(view, asked, found, links, edges, covered, marks, caption)
    flows = tuple(flows_of(edges, graph, links, covered, marks.edges, picture.within))
    signs = Counter(mark for several in (*picture.marks.values(), *(one.marks for one in flows)) for mark in several)
    change = found.difference
    boxes = () if picture.picture is None else picture.picture.boxes
    keys = {*picture.things, *picture.titles, *(node.id for node in graph.nodes), *(box.key for box in boxes)}
    asked = asked.among(keys)
    return LineagePage(
        title=f"{caption} and {other.name}" if other is not None else caption,
        graphql=_as_graphql(view, asked),
        command=_as_command(view, asked),
        found=graph.completeness,
        subjects=tuple(node.id for node in graph.nodes),
        moments=moments_of(asking, asked.id),
        of=of,
        asked=asked,
        other=other,
        ways=found.ways,
        flows=flows,
        nodes=len(graph.nodes),
        open_nodes=tuple(links[node.id] for node in graph.nodes if node.more and node.id in links),
        in_memory=graph.in_memory,
        drawn=picture,
        beginnings=beginnings(keys),
        marks=marks,
        links=links,
        signs=tuple(mark for mark in Mark if signs[mark]),
        panel=panel_of(asking, asked, graph, picture, flows, links),
        columns=_columns(view, asked),
        came=(0, 0) if change is None else (len(change.nodes.came), len(change.edges.came)),
        went=(0, 0) if change is None else (len(change.nodes.went), len(change.edges.went)),
    )


def _there(view: View, asked: Asked) -> bool:
    """Tell whether what is asked about is there at the time of the page, or was at the earlier point."""
    ids = [one for one in (asked.id, asked.between) if one and label_of(one) != "State"]
    if view.as_of.valid_at == NOW or all(existing(view, ids).get(one) for one in ids):
        return True
    return asked.before is not None and all(existing(view.beside(asked.before), ids).get(one) for one in ids)


def _links(view: View, asked: Asked, graph: LineageGraph) -> dict[str, Link]:
    """Return the links to all that the answer names; a state goes by its dataset's name, a column with it."""
    states = {node.id: node.dataset for node in graph.nodes if node.dataset and label_of(node.id) == "State"}
    ids = {*named_in(graph), asked.id, *([asked.between] if asked.between else [])}
    links = {} if asked.before is None else links_to(view.beside(asked.before), ids)
    links |= links_to(view, ids)
    links |= {state: Link.to(state, links[dataset].name) for state, dataset in states.items() if dataset in links}
    for node in graph.nodes:
        if label_of(node.id) == "Column" and node.dataset in links:
            # A column that only a schema names is no node of its own.
            name = node.column if node.column is not None else links[node.id].name
            of = links[node.dataset]
            links[node.id] = Link(of.page, of.id, f"{of.name}.{name}", "Column")
    return links


def _columns(view: View, asked: Asked) -> tuple[str, ...]:
    if asked.detail is not Detail.COLUMN or label_of(asked.id) != "Dataset":
        return ()
    every = [one.name for one in listed_columns(view, [asked.id]).get(asked.id, ())]
    return tuple(dict.fromkeys((*asked.columns, *every[:_COLUMNS])))


def _as_graphql(view: View, asked: Asked) -> str:
    """Return the question that GraphQL is asked for the same."""
    grain = None if asked.detail is Detail.OWN else Word(asked.detail.value)
    flows = Word("EVER_STATED") if asked.ever else None
    edges = "edges { from to }"
    if asked.between:
        ends = {"from": asked.between, "to": asked.id, "grain": grain, "flows": flows, "depth": asked.depth}
        return query("paths", ends, f"{{\n    ... on LineagePaths {{ paths {{ {edges} }} }}\n  }}", view.as_of)
    direction = Word(asked.direction.value)
    if asked.before is not None:
        points = {"from": point(asked.before) or {}, "to": point(view.as_of)}
        how = {"direction": direction, "depth": asked.depth, "grain": grain, "flows": flows}
        part = "{ nodes { id name } edges { from to } labels { name phiKind } }"
        return query(
            "lineageDiff",
            {"of": [asked.id], **points, **how},
            f"{{\n    ... on LineageDiff {{ came {part} went {part} }}\n  }}",
        )
    given = {
        "of": [asked.id],
        "direction": direction,
        "grain": grain,
        "depth": asked.depth,
        "flows": flows,
        "columns": list(asked.columns) if asked.columns and grain == "COLUMN" else None,
        "asOf": point(view.as_of),
    }
    selection = "{\n    ... on LineageGraph { edges { nodes { from to } } }\n  }"
    return query("lineage", {"input": given}, selection)


def _as_command(view: View, asked: Asked) -> str:
    """Return the command that asks for the same."""
    grain = [] if asked.detail is Detail.OWN else ["--grain", asked.detail.value.lower()]
    depth = ["--depth", str(asked.depth)]
    if asked.between:
        return command("paths", asked.between, asked.id, *depth, *grain, as_of=view.as_of)
    direction = ["--direction", asked.direction.value.lower()]
    if asked.before is not None:
        known = asked.before.known_at
        since = (
            ["--from-known-at-index", str(known)]
            if known not in {NOW, view.as_of.known_at}
            else ["--from-valid-at", format_time(asked.before.valid_at)]
        )
        return command("diff", asked.id, *since, *direction, *depth, as_of=view.as_of)
    ever = ["--ever-stated"] if asked.ever else []
    if asked.columns and asked.detail is Detail.COLUMN:
        grain = [part for name in asked.columns for part in ("--column", name)]
    return command("lineage", asked.id, *direction, *depth, *grain, *ever, as_of=view.as_of)


PAGE = Page(
    "lineage",
    "Lineage",
    LineagePage,
    read,
    (
        "id",
        "direction",
        "grain",
        "depth",
        "flows",
        "column",
        "draw",
        "by",
        "fold",
        "open",
        "between",
        "since",
        "mark",
        "label",
        "node",
        "edge",
        "after",
        "behind",
        "moments",
    ),
    exports={
        "csv": Export("text/csv; charset=utf-8", files.as_csv),
        "json": Export("application/json", files.as_json),
        "svg": Export("image/svg+xml", files.as_svg),
        "png": Export("image/png", files.as_png),
    },
)
