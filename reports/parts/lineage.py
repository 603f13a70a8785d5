"""The lineage from the raw feeds to the subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Strict
from reports.document import (
    Block,
    Column,
    Graph,
    Line,
    Text,
    cell,
    cites,
    faint,
    mark,
    missing,
    plain,
    table,
    words,
)
from reports.layout import lay_out
from reports.naming import counted, gathered, worded
from reports.parts.runs import Runs, numbers
from reports.phrases import number_of, unattested, unfinished
from reports.section import Frame, Part
from reports.vertices import Arrow, Vertex

_HOW = {
    "RAN": "by a run",
    "DECLARED": "declared by an event",
    "REGISTERED": "named by the registration",
    "EVALUATED": "evaluated on it, by the registration",
    "RENAMED": "renamed",
    "ALIAS": "another name of the same data",
    "MAPPED": "in a facet, as the site's mapping reads it",
    "VERSION": "a version of the model",
    "THROUGH": "through data in memory alone",
    "HIDDEN": "through what rights hide",
}
# More than the first are named by the table alone, but for so many as the second.
_MOST_FEEDS, _SOME_FEEDS = 12, 5
# How many boxes of a zone, one above the other, can still be read on a page.
_MOST_OF_A_ZONE = 14
_NOT_STATED = {
    "INFERRED": "exact version not stated",
    "START_UNKNOWN": "neither exact version nor start stated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageNode(Strict):
    """A node of the lineage from the raw feeds to the model version; `kind` is the graph's own word for it."""

    id: str
    name: str
    kind: str
    zone: str | None = None
    """Declared of its dataset when the version was registered."""
    deid_state: str | None = None
    """Declared of its dataset when the version was registered."""
    attested: bool | None = None
    """Whether attestations cover every step that wrote it; None where it is not declared to be without identifiers."""
    from_attested: bool = False
    """Whether it is not attested itself and was made of attested data alone, all of it declared like it."""
    deid_state_since: str | None = None
    """What the state was declared to be since the registration, where that is another one."""
    labels: tuple[str, ...] = ()
    """Kinds of PHI on its dataset when the version was registered."""
    root: bool = False
    """Whether it is the subject."""
    raw_feed: bool = False
    """Whether nothing flows into it: the recorded history begins there."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEdge(Strict):
    """Data went from `source` to `target` (node ids): by which job and run, and how sure that is."""

    source: str
    target: str
    kind: str
    """How it is known: what ran, was registered, or was declared."""
    job: str | None = None
    run: str | None = None
    """The id that its sender gave it."""
    run_state: str | None = None
    attempt: bool = False
    """Whether its run put nothing there: it failed or was aborted."""
    confidence: str | None = None
    """STATED or INFERRED."""
    deidentifies: bool = False
    """Whether an attestation covers it: what its job or run did."""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lineage(Runs):
    """The lineage of a subject, and the runs that its edges name."""

    nodes: tuple[LineageNode, ...] = ()
    """From the subject on, by their distance from it."""
    edges: tuple[LineageEdge, ...] = ()
    """From the raw feeds on; the drawing and the table number them in this order."""


def blocks(context: Lineage, frame: Frame) -> Iterator[Block]:
    """Draw the lineage, and show every edge."""
    if not context.nodes:
        yield Text(words(plain("Lineage:"), missing()))
        return
    nodes = {node.id: node for node in context.nodes}
    names = {node.id: node.name for node in context.nodes}
    feeds = sorted(node.name for node in context.nodes if node.raw_feed)
    if feeds:
        named = gathered(feeds, len(feeds) if len(feeds) <= _MOST_FEEDS else _SOME_FEEDS)
        rest = "" if len(feeds) <= _MOST_FEEDS else " The table below marks all of them."
        yield Text(plain(f"{counted(len(feeds), 'raw feed')}, where the recorded history begins: {named}.{rest}"))
    noun = frame.subject.noun
    through = noun == "dataset"
    yield _drawing(context, f"From the raw feeds to the {noun}{', and what was made of it' if through else ''}")
    known = numbers(context)
    rows = [
        (
            cell(plain(str(number))),
            cell(plain(names.get(edge.source, edge.source)), _feed(nodes.get(edge.source), len(feeds))),
            cell(plain(names.get(edge.target, edge.target)), *_state(nodes.get(edge.target))),
            cell(
                words(
                    plain(edge.job) if edge.job else (),
                    number_of(edge.run, known, edge.job),
                    *unfinished(edge.run_state),
                )
            ),
            cell(
                words(
                    *_known(edge),
                    mark("de-identifies", "good") if edge.deidentifies else (),
                    cites(edge.entries),
                ),
            ),
        )
        for number, edge in enumerate(context.edges, 1)
    ]
    yield table(
        "Every edge of the lineage, numbered as in the drawing; R and a number name a run of section "
        f"{frame.number('runs')}",
        (Column("No.", 3), Column("From", 14), Column("To", 14), Column("Job and run", 19), Column("How known", 10)),
        rows,
    )


def _feed(node: LineageNode | None, feeds: int) -> Line:
    """Return the mark of a raw feed, where they are too many for a sentence to name."""
    return mark("raw feed", "none") if node and node.raw_feed and feeds > _MOST_FEEDS else ()


def _state(node: LineageNode | None) -> Iterator[Line]:
    """Yield a state that somebody has to attest, whether it is attested, and what was declared since."""
    if node is None:
        return
    if node.deid_state and node.attested is not None:
        yield words(faint(f"declared {worded(node.deid_state)}"), unattested(node))
    if node.deid_state_since:
        yield words(mark("changed since the registration", "warn"), plain(worded(node.deid_state_since)))


def _known(edge: LineageEdge) -> Iterator[Line]:
    """Yield how an edge is known, and that a run's exact version is not where nothing names it."""
    if edge.kind == "RAN" and edge.confidence == "STATED":
        yield plain("by a run, stated")
        return
    yield plain(_HOW.get(edge.kind, edge.kind))
    if edge.confidence in _NOT_STATED:
        yield mark(_NOT_STATED[edge.confidence], "warn")


def _drawing(context: Lineage, caption: str) -> Graph:
    return lay_out(
        tuple(
            Vertex(
                id=node.id,
                name=node.name,
                kind=node.kind,
                zone=node.zone,
                deid_state=node.deid_state,
                attested=node.attested,
                root=node.root,
                raw_feed=node.raw_feed,
            )
            for node in context.nodes
        ),
        tuple(
            Arrow(
                source=edge.source,
                target=edge.target,
                inferred=edge.confidence == "INFERRED",
                deidentifies=edge.deidentifies,
            )
            for edge in context.edges
        ),
        caption,
        most_of_a_zone=_MOST_OF_A_ZONE,
    )


PART = Part(blocks)
