"""The one order of every list that a store answers, and the rows of text by which two stores are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.store.protocol import KnownNode, Quarantined, Standing
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Facts, Statement
from graph_schema.folding import Contribution, Flow
from graph_schema.nodes import Node

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """The statement in force for one aspect of one node, and the time since when."""

    subject: str
    aspect: str
    value: str
    at: int
    entry: int


def edge_order(edge: Edge) -> tuple[str | int, ...]:
    """Return what `hop` and `aliases` sort by; run, job and who said it only make it total."""
    return (
        edge.kind,
        edge.source,
        edge.target,
        edge.valid_from,
        edge.rank,
        edge.tie,
        edge.entry,
        edge.value,
        edge.run or "",
        edge.job or "",
        edge.by,
        edge.authenticated,
    )


def statement_order(said: Statement) -> tuple[str | int, ...]:
    """Return what `statements` sorts by; what follows the value only makes it total, an ending comes first."""
    return (
        said.subject,
        said.aspect,
        said.valid_from,
        said.rank,
        said.tie,
        said.entry,
        said.role,
        said.value or "",
        said.run or "",
        said.job or "",
        said.by,
        said.authenticated,
    )


def flow_order(flow: Flow) -> tuple[str | int, ...]:
    """Return what `flows` sorts by."""
    return flow.source, flow.target, flow.job or "", flow.how, flow.valid_from, flow.entry


def one_each(found: Iterable[Flow]) -> list[Flow]:
    """Return of each (source, target, job, how) the flow with the earliest (valid_from, entry), in order."""
    first: dict[tuple[str, str, str | None, str], Flow] = {}
    for flow in sorted(found, key=flow_order):
        first.setdefault((flow.source, flow.target, flow.job, flow.how), flow)
    return list(first.values())


def flows_within(
    limit: int, ids: Iterable[str], degrees: Mapping[str, int], fetch: Callable[[list[str]], list[Flow]]
) -> list[Flow]:
    """Return the flows of the first ids, ascending, that have more than `limit` together, or of all.

    `degrees` are never less than the flows that `fetch` returns; little more than the limit is ever fetched.
    """
    asked = sorted(set(ids))
    if sum(degrees.get(identifier, 0) for identifier in asked) <= limit:
        return fetch(asked)
    found: dict[Flow, None] = {}
    place = 0
    while place < len(asked) and len(found) <= limit:
        room, begin = limit - len(found), place
        while place < len(asked) and (place == begin or degrees.get(asked[place], 0) <= room):
            room -= degrees.get(asked[place], 0)
            place += 1
        found.update(dict.fromkeys(fetch(asked[begin:place])))
    return sorted(found, key=flow_order)


def standing_order(standing: Standing) -> tuple[str, str]:
    """Return what `in_force` sorts by."""
    return standing.said.subject, standing.said.aspect


def newest_first(found: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions by (at, run, tie) descending; job and how only make it total."""
    return sorted(found, key=lambda one: (*one.order, one.job or "", one.how), reverse=True)


def by_target_and_job(found: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions as `contributions` answers them: (target, job, at desc, run desc, tie desc)."""
    return sorted(newest_first(found), key=lambda one: (one.target, one.job or ""))


def newest_of(
    asks: Iterable[tuple[str, int]], found: Iterable[Contribution], newest: int, *, by_job: bool
) -> list[Contribution]:
    """Return what `contributions` answers, out of candidates among which are all of those."""
    best: dict[Contribution, Contribution] = {}
    for one in found:
        key = one._replace(entry=-1, replaces=False)
        held = best.get(key, one)
        best[key] = one._replace(entry=min(one.entry, held.entry), replaces=one.replaces or held.replaces)
    to: dict[str, list[Contribution]] = {}
    for one in newest_first(best.values()):
        to.setdefault(one.target, []).append(one)
    chosen: dict[Contribution, None] = {}
    for target, at in dict.fromkeys(asks):
        seen = [one for one in to.get(target, ()) if one.at <= at]
        groups: dict[str | None, list[Contribution]] = {}
        for one in seen:
            groups.setdefault(one.job if by_job else None, []).append(one)
        replacing = [one for one in seen if one.replaces] if by_job else []
        for group in (*groups.values(), replacing):
            chosen.update(dict.fromkeys(group[:newest]))
    return by_target_and_job(chosen)


def unseen(facts: Facts, checkpoint: int, upto: int) -> Facts:
    """Return the facts of entries above the checkpoint, each once, each node with the first entry that named it.

    Structural edges keep their first entry too. Entries come in ledger order, so what lies at or below the checkpoint
    is there already.
    """
    nodes: dict[Node, int] = {}
    for node, entry in facts.nodes:
        if entry > checkpoint and entry < nodes.get(node, entry + 1):
            nodes[node] = entry
    edges = tuple(dict.fromkeys(edge for edge in facts.edges if edge.entry > checkpoint))
    statements = tuple(dict.fromkeys(said for said in facts.statements if said.entry > checkpoint))
    newest = max(
        max(nodes.values(), default=upto),
        max((edge.entry for edge in edges), default=upto),
        max((said.entry for said in statements), default=upto),
    )
    if newest > upto:
        msg = f"facts of entry {newest} cannot be applied up to {upto}"
        raise ValueError(msg)
    return Facts(tuple(nodes.items()), edges, statements)


def rows(
    nodes: Iterable[tuple[str, KnownNode]],
    edges: Iterable[Edge],
    statements: Iterable[Statement],
    current: Iterable[InForce],
    quarantined: Iterable[Quarantined],
) -> Iterator[Row]:
    """Yield what `scan` yields, from parts that are each in their own order."""
    for identifier, known in nodes:
        yield "node", identifier, canonical_text(list(known.node.key)), str(known.entry)
    for edge in edges:
        yield "edge", *_texts(edge_order(edge))
    for said in statements:
        yield "statement", *_texts(statement_order(said)), "ended" if said.value is None else "said"
    for held in current:
        yield "current", *_texts((held.subject, held.aspect, held.value, held.at, held.entry))
    for refused in quarantined:
        yield "quarantined", str(refused.entry), refused.kind, canonical_text(list(refused.subjects)), refused.reason


def _texts(parts: tuple[str | int, ...]) -> Iterator[str]:
    return (str(part) for part in parts)
