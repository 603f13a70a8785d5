"""Which program sends what: events of each producer, those that deviate, and its newest ones, by namespace.

Counts are of what is known now; nothing of them is kept for an earlier entry.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.facts import Facts, Statement
from graph_schema.nodes import Dataset, Job, Node

NEWEST: Final = 32
"""Of each producer and namespace so many of the newest events are known, at most."""

PRODUCER: Final = Table(
    "producer_events",
    (
        ("label", Kind.TEXT),
        ("producer", Kind.TEXT),
        ("namespace", Kind.TEXT),
        ("code", Kind.TEXT),
        ("events", Kind.INTEGER),
        ("entry", Kind.INTEGER),
    ),
    key=4,
    prefix=4,
    merge=(Merge.MOST, Merge.MOST),
)
"""How often a flag was noted, and under no code, how many events there are; the newest entry of them."""

RECENT: Final = Table(
    "producer_recent",
    (
        ("label", Kind.TEXT),
        ("producer", Kind.TEXT),
        ("namespace", Kind.TEXT),
        ("slot", Kind.INTEGER),
        ("entry", Kind.INTEGER),
    ),
    key=4,
    prefix=4,
    merge=(Merge.MOST,),
)
_LABELS: Final = ("Job", "Dataset")


@dataclass(frozen=True, slots=True)
class Produced:
    """What one producer sent of one namespace: of jobs and their runs, or of datasets told of alone."""

    label: str
    producer: str
    namespace: str
    events: int
    newest: int
    flags: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[int, ...] = ()


class _Who(NamedTuple):
    label: str
    producer: str
    namespace: str


def producers(reader: IndexReader) -> list[Produced]:
    """Return what each producer sent, by label, producer and namespace."""
    prefixes = [(label,) for label in _LABELS]
    counts: dict[_Who, dict[str, tuple[int, int]]] = defaultdict(dict)
    for *place, code, events, entry in reader.rows(PRODUCER, prefixes):
        counts[_Who(*place)][code] = events, entry
    recent: dict[_Who, list[int]] = defaultdict(list)
    for *place, _, entry in reader.rows(RECENT, prefixes):
        recent[_Who(*place)].append(entry)
    found = []
    for who, by_code in sorted(counts.items()):
        events, newest = by_code.pop("", (0, -1))
        flags = {code: count for code, (count, _) in sorted(by_code.items())}
        found.append(Produced(*who, events, newest, flags, tuple(sorted(recent[who]))))
    return found


@lru_cache(maxsize=1_024)
def _uri(value: str | None) -> str:
    """Return the producer that a statement names; few are named again and again."""
    return (json.loads(value).get("uri") if value else None) or ""


def _named(facts: Facts) -> dict[str, Node]:
    """Return what may have a producer, by id: of all new nodes only these, since most are columns."""
    return {node.id: node for node, _ in facts.nodes if isinstance(node, Job | Dataset)}


def _who(statements: Iterable[Statement], nodes: Mapping[str, Node]) -> dict[int, _Who]:
    """Return whose event each entry is."""
    found: dict[int, _Who] = {}
    for one in statements:
        if one.aspect == "producer":
            node = nodes.get(one.subject)
            if isinstance(node, Job | Dataset):
                found[one.entry] = _Who(node.label, _uri(one.value), node.namespace)
    return found


def _counted(
    statements: Sequence[Statement], nodes: Mapping[str, Node]
) -> tuple[Counter[Row], dict[Row, int], list[Row]]:
    """Return by (label, producer, namespace, code) how many there are and the newest entry, and the recent rows."""
    whose = _who(statements, nodes)
    counts: Counter[Row] = Counter()
    newest: dict[Row, int] = {}
    recent: dict[Row, int] = {}
    for entry, who in whose.items():
        counts[*who, ""] += 1
        newest[*who, ""] = max(entry, newest.get((*who, ""), -1))
        slot = (*who, entry % NEWEST)
        recent[slot] = max(entry, recent.get(slot, -1))
    for one in statements:
        sender = whose.get(one.entry) if one.aspect == "flags" and one.value else None
        if sender is not None:
            for flag in json.loads(one.value or "{}")["flags"]:
                key = (*sender, flag["code"])
                counts[key] += 1
                newest[key] = max(one.entry, newest.get(key, -1))
    return counts, newest, [(*slot, entry) for slot, entry in recent.items()]


def _changes(counts: Mapping[Row, int], newest: Mapping[Row, int], recent: Sequence[Row]) -> Changes:
    changes = Changes()
    changes.add(PRODUCER, [(*key, count, newest[key]) for key, count in counts.items()])
    changes.add(RECENT, recent)
    return changes


def _derive(work: Work) -> Changes:
    ids = {one.subject for one in work.new.statements if one.aspect == "producer"}
    nodes = _named(work.new)
    missing = ids - nodes.keys()
    if missing:
        nodes |= work.past.nodes(missing)
    counts, newest, recent = _counted(work.new.statements, nodes)
    known = work.past.under(PRODUCER, list(counts)) if counts else {}
    for key, rows in known.items():
        for row in rows:
            counts[key] += row[4]
    return _changes(counts, newest, recent)


def _specification(facts: Facts) -> Changes:
    return _changes(*_counted(facts.statements, _named(facts)))


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:  # noqa: ARG001  it is about none of them
    for one in producers(reader):
        yield one.label, one.producer, one.namespace, one.events, one.newest, tuple(one.flags.items()), one.recent


PRODUCERS: Final = Index("producers", 1, (PRODUCER, RECENT), _derive, _specification, _answers)
