"""The side panel: what is known of the box or the edge that was chosen, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.label_list import LabelList, label_list
from catalog.api.pages.lineage_graph.asked import Asked
from catalog.api.pages.lineage_graph.drawn import Drawn, Thing
from catalog.api.pages.lineage_graph.flows import Flow
from catalog.api.pages.lineage_graph.folding import has_behind
from catalog.api.pages.lineage_graph.walked import box_key
from catalog.api.pages.page import Several
from catalog.labels.taint.queries import effective_labels
from catalog.lineage.columns.queries import listed_columns
from catalog.lineage.model import LineageGraph
from graph_schema.identity import label_of
from reports.vertices import in_words

_MOST = 30
_LABELLED = frozenset({"Dataset", "ModelVersion", "Snapshot"})
_ROOTED = frozenset({"Dataset", "Snapshot", "ModelVersion", "Run"})


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done with what was chosen: what the link is called, and what the address says then."""

    title: str
    address: Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What is shown of what was chosen: a thing, several in one box, or the flows between two boxes."""

    title: str
    thing: Thing | None = None
    members: Several | None = None
    """Links to what one box stands for."""
    labels: LabelList | None = None
    names: Mapping[str, Link]
    """Of what the labels came through."""
    columns: Several | None = None
    """The names of a dataset's columns."""
    arriving: Several | None = None
    leaving: Several | None = None
    flows: Several | None = None
    """Those of the chosen edge."""
    steps: tuple[Step, ...] = ()


def panel_of(
    asking: Asking, asked: Asked, graph: LineageGraph, found: Drawn, flows: Sequence[Flow], links: Mapping[str, Link]
) -> Panel | None:
    """Return the panel, None where nothing was chosen or what was chosen is not there."""
    box_of = {node.id: box_key(node, graph.grain) for node in graph.nodes}
    box_of = {one: found.within.get(key, key) for one, key in box_of.items()}
    if asked.edge:
        return _of_edge(asking, asked, found, flows, box_of)
    thing = found.things.get(asked.node)
    if thing is not None and thing.key not in found.within:
        return _of_thing(asking, asked, thing, graph, flows, box_of)
    members = [links[one] for fold in found.collapsed if fold.key == asked.node for one in fold.nodes if one in links]
    if not members:
        return None
    return Panel(
        title=found.titles[asked.node],
        members=Several.of(
            asking, "members", sorted(members, key=lambda one: (one.name, one.id)), lambda one: one.id, _MOST
        ),
        names={},
        steps=(Step("Expand", asked.with_opened(asked.node)),),
    )


def _of_edge(
    asking: Asking, asked: Asked, found: Drawn, flows: Sequence[Flow], box_of: Mapping[str, str]
) -> Panel | None:
    source, _, target = asked.edge.partition(",")
    ends = {source, target}
    between = tuple(
        one
        for one in flows
        if (one.edge.source, one.edge.target) == (source, target)
        or (box_of.get(one.edge.source), box_of.get(one.edge.target)) == (source, target)
    )
    if not between or len(ends) == 1:
        return None
    names = [_called(one, found, between[0]) for one in (source, target)]
    return Panel(
        title=f"{names[0]} to {names[1]}",
        flows=Several.of(asking, "between", between, lambda one: one.number, _MOST),
        names={},
    )


def _called(key: str, found: Drawn, flow: Flow) -> str:
    if key in found.things:
        return found.things[key].link.name
    return found.titles.get(key, flow.source.name if key == flow.edge.source else flow.target.name)


def _of_thing(
    asking: Asking, asked: Asked, thing: Thing, graph: LineageGraph, flows: Sequence[Flow], box_of: Mapping[str, str]
) -> Panel:
    view = asking.view
    roots = {box_of[one] for one in graph.roots if one in box_of}
    can_collapse = has_behind(thing.key, (flow.boxes for flow in flows), roots)
    found = effective_labels(view, [thing.key]).get(thing.key) if thing.kind in _LABELLED else None
    labels = label_list(asking, found)
    columns = listed_columns(view, [thing.key]).get(thing.key, ()) if thing.kind == "Dataset" else ()
    return Panel(
        title=thing.link.name,
        thing=thing,
        labels=labels,
        names=links_to(view, () if labels is None else labels.named),
        columns=Several.of(asking, "columns", tuple(one.name for one in columns), str, _MOST),
        arriving=_at(asking, "arriving", [one for one in flows if box_of.get(one.edge.target) == thing.key]),
        leaving=_at(asking, "leaving", [one for one in flows if box_of.get(one.edge.source) == thing.key]),
        steps=tuple(_steps(asked, thing, can_collapse=can_collapse)),
    )


def _at(asking: Asking, name: str, flows: Sequence[Flow]) -> Several:
    return Several.of(asking, name, flows, lambda one: one.number, _MOST)


def _steps(asked: Asked, thing: Thing, *, can_collapse: bool) -> Iterator[Step]:
    key, grouping = thing.key, thing.grouping
    # Neither the ways between two nor what changed is a walk that could go on from here.
    walks = not asked.between and asked.before is None
    if key in asked.folded:
        yield Step("Expand what lies behind it", asked.with_opened(key))
    elif walks and key in asked.opened:
        left = tuple(one for one in asked.opened if one != key)
        yield Step("Take back what it was expanded by", asked.pairs(open=left))
    elif walks and thing.more:
        yield Step("Expand: one step more from here", asked.with_opened(key))
    if not thing.root:
        if can_collapse and key not in asked.folded:
            yield Step("Collapse what lies behind it", asked.with_folded(key))
        yield Step(f"Collapse its zone, {in_words(grouping.zone)}", asked.with_folded(f"zone:{grouping.zone}"))
        yield Step(
            f"Collapse its site, {grouping.site}" if grouping.site else "Collapse what has no site",
            asked.with_folded(f"site:{grouping.site}"),
        )
        if grouping.job:
            yield Step(f"Collapse what {thing.written_by[0].name} writes", asked.with_folded(f"job:{grouping.job}"))
        if label_of(key) in _ROOTED and not asked.between and label_of(asked.id) in _ROOTED:
            yield Step("Only the ways between it and what is asked about", _between(asked, key))
        if label_of(key) in _ROOTED:
            yield Step("The lineage of this", asked.pairs(id=key, **_anew()))


def _between(asked: Asked, key: str) -> list[tuple[str, object]]:
    return asked.pairs(**{**_anew(), "between": key, "depth": None})


def _anew() -> dict[str, object]:
    """Return what an address says no more that is about something else."""
    return dict.fromkeys(("column", "fold", "open", "between", "since", "node", "edge"))
