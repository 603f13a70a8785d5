"""On which nodes a rule over the whole estate may find something, and what every dataset's record lacks now.

Grounds only propose: a node that has one is looked at by the rules that name it, and no other is. They are added and
never taken away, so that what was known by an earlier entry can be judged too. What a dataset's record lacks is kept
for now alone, exactly where nothing but its own name speaks of it, and marked where more has to be looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from typing import Final, NamedTuple

from catalog.store.indexes.effects import IN_FORCE, Candidate
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import KEY_FIELD
from catalog.store.indexes.run_states import FLOWING
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import MANDATORY
from graph_schema.facts import NOW, Edge, Facts
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Node, Run
from graph_schema.vocabulary.words import TagOrigin
from ingest_hooks.redaction.markers import TOKEN


class Ground(StrEnum):
    """Why a rule may find something on a node."""

    DATASET = "DATASET"
    """It is a dataset."""
    SHARED_RUN_ID = "SHARED_RUN_ID"
    """It is a run, and another job has a run of the same id."""
    TOKEN_IN_NAME = "TOKEN_IN_NAME"  # noqa: S105  no secret
    """A token stands in its name, in the place of an identifier."""
    ATTESTATION = "ATTESTATION"
    """It is an attestation."""
    REGISTRATION = "REGISTRATION"
    """It is a model version that somebody registered."""
    USE_STATEMENT = "USE_STATEMENT"
    """It is a statement of permitted use."""
    SUGGESTION = "SUGGESTION"
    """A rule suggested a label for it."""
    SOURCE = "SOURCE"
    """It is a source that something is recorded of."""
    JUDGED = "JUDGED"
    """It is a finding that somebody acknowledged or accepted."""


GROUND: Final = Table(
    "ground",
    (("ground", Kind.TEXT), ("node", Kind.ID), ("entry", Kind.INTEGER)),
    key=2,
    prefix=2,
    merge=(Merge.LEAST,),
    orders=(("node", "ground"),),
    known="entry",
)

LACKING: Final = Table(
    "lacking",
    (
        ("dataset", Kind.ID),
        ("open", Kind.INTEGER),
        ("missing", Kind.INTEGER),
        ("aspects", Kind.INTEGER),
        ("seen", Kind.INTEGER),
    ),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,) * 4,
    orders=(("open", "dataset"),),
)
"""Of each dataset which mandatory fields its own name lacks now, as bits, and how many aspects it has."""


class Seen(IntFlag):
    """What was ever seen of a dataset."""

    USED = 1
    """A run, a job or a declaration reads or writes it."""
    WRITTEN = 2
    """A run writes it: the run's fold decides whether that took effect."""
    NAMED = 4
    """It has, or had, another name."""
    DROPPED = 8
    """It is said to be dropped, or was once."""
    SUPPLIED = 16
    """A source supplies it."""


class Lacking(NamedTuple):
    """What a dataset's own name lacks now: the mandatory aspects, how many aspects it has, and what was seen of it."""

    dataset: str
    missing: tuple[str, ...]
    aspects: int
    seen: Seen


_USES: Final = frozenset({"READ", "WROTE", "CONSUMES", "PRODUCES", "FEEDS"})
_NAMING: Final = frozenset({"IS_ALIAS_OF", "IS_SAME_AS", "WAS_RENAMED_TO"})
_LOOKED_AT: Final = Seen.NAMED | Seen.DROPPED
_BITS: Final = {aspect: 1 << place for place, aspect in enumerate(MANDATORY)}
_ALL: Final = sum(_BITS.values())


def grounds(
    reader: IndexReader, wanted: Sequence[Ground], ids: Sequence[str] | None = None, known_at: int = NOW
) -> dict[Ground, tuple[str, ...]]:
    """Return the nodes that have each of the grounds, known by then, ascending; of these ids alone where some are
    given.
    """
    if ids is None:
        rows = reader.rows(GROUND, [(ground.value,) for ground in wanted], known_at=known_at)
    else:
        asked = [(one, ground.value) for one in dict.fromkeys(ids) for ground in wanted]
        rows = reader.rows(GROUND, asked, 1, known_at=known_at)
    found: dict[Ground, list[str]] = {ground: [] for ground in wanted}
    for ground, node, _ in rows:
        found[Ground(ground)].append(node)
    return {ground: tuple(sorted(nodes)) for ground, nodes in found.items()}


def lacking(reader: IndexReader) -> list[Lacking]:
    """Return every dataset whose record may lack something now, by id."""
    rows = reader.rows(LACKING, [(1,)], 1)
    return sorted(Lacking(row[0], _aspects(row[2]), row[3], Seen(row[4])) for row in rows)


def _aspects(missing: int) -> tuple[str, ...]:
    return _SETS[missing]


_SETS: Final = tuple(tuple(aspect for aspect, bit in _BITS.items() if bits & bit) for bits in range(_ALL + 1))


@dataclass(slots=True)
class _Change:
    """What new facts change of one dataset."""

    gone: int = 0
    """The mandatory fields that it now has, as bits."""
    come: int = 0
    """Those that it no longer has."""
    aspects: int = 0
    seen: int = 0
    unseen: int = 0

    def hold(self, aspect: str) -> None:
        """Note that an aspect is in force."""
        if aspect == "was_dropped":
            self.seen |= Seen.DROPPED
            return
        self.aspects += 1
        self.gone |= _BITS.get(aspect, 0)

    def lose(self, aspect: str) -> None:
        """Note that an aspect is no longer in force."""
        if aspect == "was_dropped":
            self.unseen |= Seen.DROPPED
            return
        self.aspects -= 1
        self.come |= _BITS.get(aspect, 0)


def _seen(edges: Iterable[Edge], changes: dict[str, _Change]) -> None:
    for edge in edges:
        if edge.kind in _USES:
            if label_of(edge.target) == "Dataset":
                changes[edge.target].seen |= Seen.USED | (Seen.WRITTEN if edge.kind == "WROTE" else 0)
        elif edge.kind == "SUPPLIES":
            changes[edge.target].seen |= Seen.SUPPLIED
        elif edge.kind in _NAMING:
            changes[edge.source].seen |= Seen.NAMED
            changes[edge.target].seen |= Seen.NAMED


def _row(dataset: str, before: Row | None, change: _Change) -> Row:
    _, _, missing, aspects, seen = before or (dataset, 1, _ALL, 0, 0)
    missing = (missing | change.come) & ~change.gone
    aspects += change.aspects
    seen = (seen & ~change.unseen) | change.seen
    is_open = missing or not aspects or not seen & Seen.USED or seen & _LOOKED_AT
    return dataset, int(bool(is_open)), missing, aspects, int(seen)


def _derive(work: Work) -> Changes:
    changes = Changes()
    changes.add(GROUND, list(_plain(work.new)))
    _derive_run_ids(work, changes)
    found: dict[str, _Change] = defaultdict(_Change)
    for node, _ in work.new.nodes:
        if isinstance(node, Dataset):
            found[node.id]
    ran = (edge for edges in work.runs.fresh.values() for edge in edges)
    _seen((*ran, *(edge for edge in work.new.edges if edge.kind not in FLOWING)), found)
    for before, now in work.transitions:
        either = now or before
        if either is None or label_of(either.statement.subject) != "Dataset":
            continue
        was, is_now = _is_stated(before), _is_stated(now)
        if is_now and not was:
            found[either.statement.subject].hold(either.statement.aspect)
        elif was and not is_now:
            found[either.statement.subject].lose(either.statement.aspect)
    known = work.past.under(LACKING, [(dataset,) for dataset in found]) if found else {}
    for dataset, change in found.items():
        rows = known[dataset,]
        row = _row(dataset, rows[0] if rows else None, change)
        if not rows or row != tuple(rows[0]):
            changes.add(LACKING, [row])
    return changes


def _is_stated(held: Candidate | None) -> bool:
    return held is not None and held.statement.value is not None


def _derive_run_ids(work: Work, changes: Changes) -> None:
    new = _runs(work.new.nodes)
    asked = {("Run", "run_id", run_id): of for run_id, of in new.items()}
    for key, rows in (work.past.under(KEY_FIELD, asked) if asked else {}).items():
        for row in rows:
            asked[key].setdefault(row[3], row[4])
    changes.add(GROUND, list(_shared(new)))


def _runs(nodes: Iterable[tuple[Node, int]]) -> dict[str, dict[str, int]]:
    """Return the runs by run id, each with the first entry that names it."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for node, entry in nodes:
        if isinstance(node, Run):
            of = found[node.run_id]
            of[node.id] = min(entry, of.get(node.id, entry))
    return found


def _shared(runs: Mapping[str, Mapping[str, int]]) -> Iterator[Row]:
    """Yield the runs of each id that several have, from when two were known."""
    for of in runs.values():
        if len(of) > 1:
            second = sorted(of.values())[1]
            for run, entry in of.items():
                yield Ground.SHARED_RUN_ID.value, run, max(entry, second)


def _plain(facts: Facts) -> Iterator[Row]:
    """Yield the grounds that a fact alone gives."""
    for node, entry in facts.nodes:
        ground = _OF_LABEL.get(node.label)
        if ground is not None:
            yield ground.value, node.id, entry
        if _holds_token(node):
            yield Ground.TOKEN_IN_NAME.value, node.id, entry
    for statement in facts.statements:
        if statement.aspect == "registration":
            yield Ground.REGISTRATION.value, statement.subject, statement.entry
        elif label_of(statement.subject) == "Source":
            yield Ground.SOURCE.value, statement.subject, statement.entry
    for edge in facts.edges:
        if edge.kind == "IS_TAGGED" and edge.data.get("origin") == TagOrigin.SUGGESTED:
            yield Ground.SUGGESTION.value, edge.source, edge.entry


_OF_LABEL: Final = {
    "Dataset": Ground.DATASET,
    "Finding": Ground.JUDGED,
    "Attestation": Ground.ATTESTATION,
    "UseStatement": Ground.USE_STATEMENT,
}


def _holds_token(node: Node) -> bool:
    """Tell whether a token stands in what the node is called; a rule tells whether in its own name."""
    return node.label in _CALLED and any(TOKEN.search(part) for part in node.key)


_CALLED: Final = frozenset({"Column", "Dataset", "Job", "Model", "Source"})


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    changes.add(GROUND, _first(_plain(facts)))
    changes.add(GROUND, list(_shared(_runs(facts.nodes))))
    found: dict[str, _Change] = defaultdict(_Change)
    for node, _ in facts.nodes:
        if isinstance(node, Dataset):
            found[node.id]
    _seen(facts.edges, found)
    for row in IN_FORCE_NOW.specification(facts).put.get(IN_FORCE.name, ()):
        held = Candidate.of(row)
        if held.statement.value is not None and label_of(held.statement.subject) == "Dataset":
            found[held.statement.subject].hold(held.statement.aspect)
    changes.add(LACKING, [_row(dataset, None, change) for dataset, change in found.items()])
    return changes


def _first(rows: Iterable[Row]) -> Collection[Row]:
    found: dict[Row, Row] = {}
    for row in rows:
        before = found.get(row[:2])
        if before is None or row[2] < before[2]:
            found[row[:2]] = row
    return list(found.values())


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from grounds(reader, list(Ground), ids).items()
    asked = frozenset(ids)
    yield from (one for one in lacking(reader) if one.dataset in asked)
    yield from sorted(reader.rows(GROUND, [(one,) for one in dict.fromkeys(ids)], 1))
    yield from sorted(reader.rows(LACKING, [(one,) for one in dict.fromkeys(ids)]))


GROUNDS: Final = Index(
    "grounds", 2, (GROUND, LACKING), _derive, _specification, _answers, uses=("runs", "in_force", "keys")
)
