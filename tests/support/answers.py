"""Every verb of a store asked of everything it may hold: what two stores that were told the same must agree on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.store.indexes.uses import READS, WRITES
from catalog.store.protocol import Direction, Query, StoreReader
from graph_schema.facts import NOW, Facts
from graph_schema.registry import TYPES

DIRECTIONS: tuple[Direction, ...] = ("out", "in")
QUERIES = (
    Query(("Dataset",), facets=("zone", "owner", "phi", "label", "source_system"), first=3),
    Query(("Dataset", "Column"), facets=("phi", "phi_category"), first=2, after=(0, "labs_2024", "Dataset:zzz")),
    Query(("Dataset",), text="patient", first=50),
    Query(("Dataset",), text="Ünïcode fi", first=50),
    Query(("Dataset", "Job"), text="atient laim TES", first=50),
    Query(("Dataset",), text="unicode FILE", first=50),
    Query(("Dataset",), text="claimsFeed", first=50),
    Query(("Dataset",), text="claims feed", first=1, after=(0, "claimsFeed", "Dataset:zzz")),
    Query(("Snapshot", "Run", "Model", "ModelVersion"), text="abcdef01", facets=("label",), first=50),
    Query(("Dataset",), text="a", first=50),
    Query(("Dataset",), text="ehr test", facets=("zone",), first=50),
    Query(("Dataset", "Job", "Run", "ModelVersion"), text="made", facets=("label",), first=50),
    Query(("Dataset",), filters={"zone": ("TRAINING", "CURATED")}, has=("phi",), first=50),
    Query(("Dataset",), filters={"phi": ("CLINICAL_NOTE",), "label": ("Dataset", "Job")}, first=50),
    Query(("Dataset",), missing=("owner", "phi"), facets=("zone",), first=50),
    Query(("Dataset", "Column"), has=("schema",), missing=("zone",), first=50),
    Query((), first=5),
    Query(("Dataset",), missing=("label",), first=5),
)


def ids_of(facts: Facts) -> list[str]:
    """Return every id that the facts mention, sorted, and one that they do not."""
    found = {node.id for node, _ in facts.nodes}
    found |= {end for edge in facts.edges for end in (edge.source, edge.target)}
    found |= {said.subject for said in facts.statements}
    return [*sorted(found), "Dataset:aaaaaaaaaaaaaaaaaaaaaaaaaa"]


def answers(read: StoreReader, ids: Sequence[str], points: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return the answer of every verb at every (valid_at, known_at), by a name that says the question."""
    found: dict[str, Any] = {
        "checkpoint": read.checkpoint(),
        "in force": read.in_force(ids),
        "quarantined": read.quarantined(),
    }
    told = read.runs(ids)
    for number, query in enumerate(QUERIES):
        page = read.find(query)
        found[f"find {number}"] = (
            [
                (hit.rank, hit.id, hit.node, hit.entry, sorted(hit.current.items()), sorted(hit.facets))
                for hit in page.hits
            ],
            page.total,
            [(facet, list(values.items())) for facet, values in page.facets.items()],
            page.more,
        )
    found["edges both"] = read.edges(ids[::2], TYPES, "both")
    for direction in DIRECTIONS:
        found[f"edges {direction}"] = read.edges(ids, TYPES, direction)
        found[f"few edges {direction}"] = read.edges(ids[:5], ("READ", "CAPTURES"), direction)
    for valid_at, known_at in points:
        at = f"at {valid_at}, {known_at}"
        found[f"nodes {at}"] = list(read.nodes(ids, known_at).items())
        found[f"edges {at}"] = read.edges(ids, ("WROTE", "IS_TAGGED"), "in", valid_at, known_at)
        found[f"statements {at}"] = read.statements(ids, None, valid_at, known_at)
        found[f"events {at}"] = read.statements(ids, ("event", "phi.CLINICAL_NOTE"), valid_at, known_at)
        found[f"runs {at}"] = {run: told[run].at(valid_at, min(known_at, read.checkpoint())) for run in sorted(told)}
    return found | flowing(read, ids, points) | contributing(read, ids, points)


def contributing(read: StoreReader, ids: Sequence[str], points: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return the candidates for what put each id into its state, of each job and of all together."""
    found: dict[str, Any] = {}
    for valid_at, known_at in points:
        for newest in (1, 2, 99):
            for by_job in (True, False):
                asks = [(identifier, valid_at) for identifier in ids if not identifier.startswith("Run")]
                asks += [(identifier, 5) for identifier in ids]
                some = read.contributions(asks, known_at, newest, by_job=by_job)
                # By which of the lists it was found is no answer: of a run whose outputs are kept apart it is by all.
                found[f"contributions {newest} {by_job} at {valid_at}, {known_at}"] = [
                    one._replace(in_place=False, apart=True) for one in some
                ]
    return found


def flowing(read: StoreReader, ids: Sequence[str], points: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Return what the store says of flows, of all ids and of a few, whole and within a limit."""
    found: dict[str, Any] = {}
    for valid_at, known_at in points:
        for direction in DIRECTIONS:
            at = f"{direction} at {valid_at}, {known_at}"
            found[f"flows {at}"] = read.flows(ids, direction, valid_at, known_at)
            found[f"flows of some {at}"] = read.flows(ids[::3], direction, valid_at, known_at)
            for limit in (0, 7, 200):
                found[f"flows within {limit} {at}"] = read.flows(ids, direction, valid_at, known_at, limit)
            found[f"uses {at}"] = read.uses(ids, valid_at, known_at)
            found[f"used {at}"] = read.used((*READS, *WRITES)[::2], valid_at, known_at)
            found[f"pointers {at}"] = read.pointers(ids, valid_at, known_at)
            found[f"listings {at}"] = read.listings(ids, valid_at, known_at)
            found[f"neighbours {at}"] = read.neighbours(ids[::4], direction, valid_at, known_at)
    return found


def everything(upto: int) -> list[tuple[int, int]]:
    """Return points in time worth asking at, for times from 0 to 12 and this many entries."""
    return [(NOW, NOW), (5, NOW), (NOW, upto // 2), (7, upto // 3), (-1, NOW)]
