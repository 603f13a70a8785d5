"""How every dataset's record stands now, as far as rules over the whole estate look at it.

It is exact where nothing but the dataset's own name speaks of it, and marked where more has to be looked at. A rule
that reads it therefore judges few datasets, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from operator import itemgetter
from typing import Any, Final, NamedTuple

from catalog.store.indexes.effects import IN_FORCE, Candidate, Pair, Transition
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import FLOWING
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import DECLARED, MANDATORY, PHI
from graph_schema.facts import ALWAYS, NOW, Edge, Facts, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, Node
from graph_schema.schema_fields import fields_of
from graph_schema.vocabulary.suggestions import Field, suggest
from graph_schema.vocabulary.words import (
    DeidentificationState,
    EncryptionAtRest,
    PhiKind,
    RetentionClass,
    Stance,
    StoragePattern,
)

RECORD_STATE: Final = Table(
    "record_state",
    (
        ("dataset", Kind.ID),
        ("open", Kind.INTEGER),
        ("suggested", Kind.INTEGER),
        ("missing", Kind.INTEGER),
        ("aspects", Kind.INTEGER),
        ("seen", Kind.INTEGER),
        ("written", Kind.INTEGER),
        ("declared", Kind.INTEGER),
        ("classified", Kind.INTEGER),
        ("began", Kind.INTEGER),
        ("unjudged", Kind.INTEGER),
        ("traits", Kind.INTEGER),
        ("retention", Kind.VALUE),
        ("permitted_use", Kind.VALUE),
        ("place", Kind.VALUE),
        ("region", Kind.VALUE),
        ("site", Kind.VALUE),
    ),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,) * 16,
    orders=(("open", "dataset"), ("suggested", "dataset")),
)
"""What is missing of a record stands in it as bits; what never was is at `NOW`, which no time comes after."""


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
    TAGGED = 32
    """Somebody said by record of it, or of one of its columns, that it holds a kind of PHI or does not."""


class Suggested(IntEnum):
    """What became of all that a dataset's schema lets one suppose of PHI."""

    NOTHING = 0
    """It lets one suppose nothing."""
    JUDGED = 1
    """A person judged all of it."""
    WAITING = 2
    """Some of it no person judged, or the dataset has, or had, another name, under which it may be otherwise."""


class Trait(IntFlag):
    """What a dataset's declarations say now that others may contradict."""

    FREE = 1
    """Identifiers are gone from it."""
    IDENTIFYING = 2
    """It holds direct identifiers."""
    WITHOUT_PHI = 4
    """It holds no kind of PHI."""
    ARCHIVED = 8
    """Nothing of it is changed or deleted before its time."""
    SCRATCH = 16
    """It is kept while somebody works with it."""
    PLAIN = 32
    """It is not encrypted where it is stored."""
    KEYED = 64
    """It is encrypted under keys."""


class RecordState(NamedTuple):
    """How a dataset's own name stands now; times are UTC microseconds, `NOW` for what never was.

    `missing` are mandatory aspects, `aspects` how many are in force, `seen` and `traits` bits of `Seen` and `Trait`;
    `written` is when a run first wrote it, `declared` when anything was first declared of it, `classified` when
    somebody first said what PHI it holds, `began` when anything was first said of it, and `unjudged` since when its
    schema is in force, where that suggests what no person judged. `retention` to `site` are what is declared of these,
    as JSON.
    """

    dataset: str
    missing: tuple[str, ...]
    aspects: int
    seen: int
    written: int
    declared: int
    classified: int
    began: int
    unjudged: int
    traits: int
    retention: str | None
    permitted_use: str | None
    place: str | None
    region: str | None
    site: str | None


_USES: Final = frozenset({"READ", "WROTE", "CONSUMES", "PRODUCES", "FEEDS"})
_NAMING: Final = frozenset({"IS_ALIAS_OF", "IS_SAME_AS", "WAS_RENAMED_TO"})
_LOOKED_AT: Final = Seen.NAMED | Seen.DROPPED
_BITS: Final = {aspect: 1 << place for place, aspect in enumerate(MANDATORY)}
_ALL: Final = sum(_BITS.values())
_SETS: Final = tuple(tuple(aspect for aspect, bit in _BITS.items() if bits & bit) for bits in range(_ALL + 1))
_DECLARED: Final = frozenset(DECLARED)
_WITHOUT_IDENTIFIERS: Final = frozenset({DeidentificationState.DE_IDENTIFIED, DeidentificationState.AGGREGATED})


def record_states(reader: IndexReader, ids: Sequence[str] | None = None) -> list[RecordState]:
    """Return every dataset on whose record a rule may find something now, of these where some are given, by id."""
    if ids is None:
        found = reader.rows(RECORD_STATE, [(1,)], 1)
    else:
        found = [row for row in reader.rows(RECORD_STATE, [(one,) for one in ids]) if row[1]]
    return [_record_state(row) for row in sorted(found, key=_BY_ID)]


def datasets_suggested(reader: IndexReader, states: Collection[Suggested]) -> list[str]:
    """Return the datasets whose suggestions stand in one of these ways now, as far as their own names tell, ascending;
    what joins names by a rule is not looked at.
    """
    return sorted(reader.ends(RECORD_STATE, [(int(one),) for one in sorted(states)], "dataset", 2))


_BY_ID: Final = itemgetter(0)


def _record_state(row: Row) -> RecordState:
    dataset, _, _, missing, *rest = row
    return RecordState(dataset, _SETS[missing], *rest)


def contradicts(traits: int, seen: int) -> bool:
    """Tell whether what is said may not all be so at once."""
    return bool(traits) and _CONTRADICTORY[bool(seen & _TAGGED)][traits]


_TAGGED: Final = int(Seen.TAGGED)
_PAIRS: Final = tuple(
    map(int, (Trait.FREE | Trait.IDENTIFYING, Trait.ARCHIVED | Trait.SCRATCH, Trait.PLAIN | Trait.KEYED))
)
_CONTRADICTORY: Final = tuple(
    tuple(
        any(traits & both == both for both in _PAIRS) or (tagged and bool(traits & (Trait.FREE | Trait.WITHOUT_PHI)))
        for traits in range(128)
    )
    for tagged in (False, True)
)


def _traits_of(aspect: str, value: Any) -> Trait:  # noqa: ANN401  any aspect's
    """Return what a value in force says, as traits."""
    if aspect == "deidentification_state":
        return Trait.FREE if value in _WITHOUT_IDENTIFIERS else Trait(0)
    if aspect == "phi_category":
        held = frozenset(value if isinstance(value, list) else ())
        return Trait.IDENTIFYING if PhiKind.DIRECT_IDENTIFIER in held else Trait(0) if held else Trait.WITHOUT_PHI
    if aspect == "storage_pattern":
        return Trait.ARCHIVED if value == StoragePattern.IMMUTABLE_ARCHIVE else Trait(0)
    if aspect == "encryption_keys":
        return Trait.KEYED if value else Trait(0)
    member, sought, traits = _MEMBERS[aspect]
    return traits if isinstance(value, dict) and value.get(member) == sought else Trait(0)


_MEMBERS: Final = {
    "retention": ("policy_class", RetentionClass.SCRATCH, Trait.SCRATCH),
    "encryption": ("at_rest", EncryptionAtRest.NONE, Trait.PLAIN),
}
_KEPT: Final = ("retention", "permitted_use", "place", "region", "site")
_WITH_TRAITS: Final = frozenset(
    {"deidentification_state", "phi_category", "storage_pattern", "encryption_keys", *_MEMBERS}
)


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
    written: int = NOW
    declared: int = NOW
    classified: int = NOW
    began: int = NOW
    unjudged: int | None = None
    suggested: Suggested | None = None
    traits: int = 0
    lost_traits: int = 0
    kept: dict[str, str | None] = field(default_factory=dict)
    """The values that stand in the row, where they changed."""

    def hold(self, statement: Statement) -> None:
        """Note that an aspect is in force."""
        aspect = statement.aspect
        if aspect == "was_dropped":
            self.seen |= Seen.DROPPED
            return
        self.aspects += 1
        self.gone |= _BITS.get(aspect, 0)
        if aspect in _WITH_TRAITS:
            self.traits |= _traits_of(aspect, statement.data)
        if aspect in _KEPT:
            self.kept[aspect] = statement.value

    def lose(self, statement: Statement) -> None:
        """Note that an aspect is no longer in force."""
        aspect = statement.aspect
        if aspect == "was_dropped":
            self.unseen |= Seen.DROPPED
            return
        self.aspects -= 1
        self.come |= _BITS.get(aspect, 0)
        if aspect in _WITH_TRAITS:
            self.lost_traits |= _traits_of(aspect, statement.data)
        if aspect in _KEPT:
            self.kept[aspect] = None

    def move(self, before: Statement | None, now: Statement | None) -> None:
        """Note what is in force of an aspect, and what was."""
        if before is not None:
            self.lose(before)
        if now is not None:
            self.hold(now)

    def state(self, statement: Statement) -> None:
        """Note since when something is said of the dataset."""
        at = statement.valid_from
        if at != ALWAYS:
            self.began = min(self.began, at)
        if statement.value is not None and statement.aspect in _DECLARED:
            self.declared = min(self.declared, at)
            if statement.aspect == "phi_category":
                self.classified = min(self.classified, at)

    def tag(self, at: int) -> None:
        """Note since when a person's record says of it what PHI it holds."""
        self.seen |= Seen.TAGGED
        self.classified = min(self.classified, at)

    def use(self, edge: Edge) -> None:
        """Note that it is read or written."""
        self.seen |= Seen.USED
        if edge.kind == "WROTE":
            self.seen |= Seen.WRITTEN
            self.written = min(self.written, edge.valid_from)
            if edge.valid_from != ALWAYS:
                self.began = min(self.began, edge.valid_from)


def _seen(edges: Iterable[Edge], changes: dict[str, _Change]) -> None:
    for edge in edges:
        if edge.kind in _USES:
            if label_of(edge.target) == "Dataset":
                changes[edge.target].use(edge)
        elif edge.kind == "SUPPLIES":
            changes[edge.target].seen |= Seen.SUPPLIED
        elif edge.kind in _NAMING:
            changes[edge.source].seen |= Seen.NAMED
            changes[edge.target].seen |= Seen.NAMED


def _state(statements: Iterable[Statement], nodes: Mapping[str, Node], changes: dict[str, _Change]) -> None:
    for statement in statements:
        label = label_of(statement.subject)
        if label == "Dataset":
            changes[statement.subject].state(statement)
        if statement.value is not None and statement.aspect.startswith(PHI):
            dataset = statement.subject if label == "Dataset" else _dataset_of(nodes.get(statement.subject))
            if dataset is not None:
                changes[dataset].tag(statement.valid_from)


def _dataset_of(node: Node | None) -> str | None:
    return Dataset(node.namespace, node.dataset).id if isinstance(node, Column) else None


def _row(dataset: str, before: Row | None, change: _Change) -> Row:
    row = before or (dataset, 1, 0, _ALL, 0, 0, NOW, NOW, NOW, NOW, NOW, 0, None, None, None, None, None)
    _, _, suggested, missing, aspects, seen, written, declared, classified, began, unjudged, traits, *kept = row
    missing = (missing | change.come) & ~change.gone
    aspects += change.aspects
    seen = (seen & ~change.unseen) | change.seen
    traits = (traits & ~change.lost_traits) | change.traits
    written, declared = min(written, change.written), min(declared, change.declared)
    classified, began = min(classified, change.classified), min(began, change.began)
    unjudged = unjudged if change.unjudged is None else change.unjudged
    suggested = suggested if change.suggested is None else change.suggested
    if seen & Seen.NAMED:
        suggested = Suggested.WAITING
    kept = [change.kept.get(aspect, value) for aspect, value in zip(_KEPT, kept, strict=True)]
    is_open = (
        missing
        or not aspects
        or not seen & Seen.USED
        or seen & _LOOKED_AT
        or written < NOW == max(declared, classified)
        or unjudged != NOW
        or any(kept)
        or contradicts(traits, seen)
    )
    times = written, declared, classified, began, unjudged
    return dataset, int(bool(is_open)), int(suggested), missing, aspects, int(seen), *times, int(traits), *kept


def _derive(work: Work) -> Changes:
    changes = Changes()
    nodes = _Nodes(work)
    found: dict[str, _Change] = defaultdict(_Change)
    for node, _ in work.new.nodes:
        if isinstance(node, Dataset):
            found[node.id]
    ran = (edge for edges in work.runs.fresh.values() for edge in edges)
    _seen((*ran, *(edge for edge in work.new.edges if edge.kind not in FLOWING)), found)
    tagged = [one for one in work.new.statements if one.aspect.startswith(PHI)]
    _state(work.new.statements, nodes.of({one.subject for one in tagged}), found)
    for before, now in work.transitions:
        was, is_now = _stated(before), _stated(now)
        either = is_now or was
        if either is not None and label_of(either.subject) == "Dataset":
            found[either.subject].move(was, is_now)
    for dataset, (suggested, since) in _unjudged(work, nodes).items():
        found[dataset].suggested, found[dataset].unjudged = suggested, since
    known = work.past.under(RECORD_STATE, [(dataset,) for dataset in found]) if found else {}
    for dataset, change in found.items():
        rows = known[dataset,]
        row = _row(dataset, rows[0] if rows else None, change)
        if not rows or row != tuple(rows[0]):
            changes.add(RECORD_STATE, [row])
    return changes


def _stated(held: Candidate | None) -> Statement | None:
    return held.statement if held is not None and held.statement.value is not None else None


class _Nodes:
    """The nodes of new facts and of those before."""

    def __init__(self, work: Work) -> None:
        self._past = work.past
        self._new = {node.id: node for node, _ in work.new.nodes}

    def of(self, ids: Collection[str]) -> dict[str, Node]:
        """Return those of the nodes that are known."""
        found = {one: self._new[one] for one in ids if one in self._new}
        missing = [one for one in ids if one not in found]
        return {**found, **self._past.nodes(missing)} if missing else found


def _unjudged(work: Work, nodes: _Nodes) -> dict[str, tuple[Suggested, int]]:
    """Return what became of suggestions, and since when one stands that no person judged, of each dataset where that
    may have changed.
    """
    touched = _touched(work.transitions, nodes)
    if not touched:
        return {}
    now: dict[Pair, Candidate | None] = {}
    for before, after in work.transitions:
        either = after or before
        if either is not None:
            now[either.statement[:2]] = after

    def in_force(pairs: Collection[Pair]) -> dict[Pair, Candidate | None]:
        asked = [pair for pair in pairs if pair not in now]
        past = work.past.under(IN_FORCE, asked) if asked else {}
        kept = {pair: Candidate.of(rows[0]) if rows else None for pair, rows in past.items()}
        return {pair: now[pair] if pair in now else kept.get(pair) for pair in pairs}

    return _waiting(touched, nodes.of(touched), in_force)


def _touched(transitions: Iterable[Transition], nodes: _Nodes) -> list[str]:
    datasets: dict[str, None] = {}
    columns: dict[str, None] = {}
    for before, now in transitions:
        either = now or before
        if either is None:
            continue
        subject, aspect = either.statement[:2]
        label = label_of(subject)
        if aspect == "schema" and label == "Dataset":
            datasets[subject] = None
        elif label == "Column" and aspect.startswith(PHI):
            columns[subject] = None
    for node in nodes.of(columns).values() if columns else ():
        dataset = _dataset_of(node)
        if dataset is not None:
            datasets[dataset] = None
    return list(datasets)


def _waiting(datasets: Collection[str], nodes: Mapping[str, Node], in_force: Any) -> dict[str, tuple[Suggested, int]]:  # noqa: ANN401  a function
    """Return what became of the suggestions, and since when one waits for a person, `NOW` where none does."""
    schemas = in_force([(dataset, "schema") for dataset in datasets])
    suggested: dict[str, list[tuple[Pair, str | None]]] = {}
    for dataset in datasets:
        held, node = schemas[dataset, "schema"], nodes.get(dataset)
        if _stated(held) is not None and isinstance(node, Dataset):
            types = fields_of(held.statement.data)
            fields = tuple(Field(name, kind) for name, kind in types.items())
            suggested[dataset] = [
                ((Column(node.namespace, node.name, field).id, f"{PHI}{row.kind.value}"), types[field])
                for field, row in suggest(node.name, fields)
            ]
    judged = in_force([pair for some in suggested.values() for pair, _ in some])
    found = dict.fromkeys(datasets, (Suggested.NOTHING, NOW))
    for dataset, some in suggested.items():
        if some:
            found[dataset] = Suggested.JUDGED, NOW
        if any(not _is_judged(_stated(judged[pair]), kind) for pair, kind in some):
            found[dataset] = Suggested.WAITING, schemas[dataset, "schema"].order[0]
    return found


def _is_judged(statement: Statement | None, kind: str | None) -> bool:
    """Tell whether a person judged a suggestion about a column of this type: not where another type was rejected."""
    if statement is None:
        return False
    value = statement.data
    then = value.get("field_type")
    return bool(value.get("stance") != Stance.REJECT or then is None or kind is None or then == kind)


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    nodes = {node.id: node for node, _ in facts.nodes}
    found: dict[str, _Change] = defaultdict(_Change)
    for node in nodes.values():
        if isinstance(node, Dataset):
            found[node.id]
    _seen(facts.edges, found)
    _state(facts.statements, nodes, found)
    held = {row[:2]: Candidate.of(row) for row in IN_FORCE_NOW.specification(facts).put.get(IN_FORCE.name, ())}
    for one in held.values():
        statement = _stated(one)
        if statement is not None and label_of(statement.subject) == "Dataset":
            found[statement.subject].hold(statement)
    waiting = _waiting(list(found), nodes, lambda pairs: {pair: held.get(pair) for pair in pairs})
    for dataset, (suggested, since) in waiting.items():
        found[dataset].suggested, found[dataset].unjudged = suggested, since
    changes.add(RECORD_STATE, [_row(dataset, None, change) for dataset, change in found.items()])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    asked = frozenset(ids)
    yield from (one for one in record_states(reader) if one.dataset in asked)
    yield from sorted(reader.rows(RECORD_STATE, [(one,) for one in dict.fromkeys(ids)]))
    for state in Suggested:
        yield state, *(one for one in datasets_suggested(reader, [state]) if one in asked)


RECORD_STATES: Final = Index(
    "record_states", 5, (RECORD_STATE,), _derive, _specification, _answers, uses=("runs", "in_force")
)
