"""What facts may change of effective labels, and the labels that a follower keeps of what is current.

Labels flow by rules that look at the whole graph, so no row of them follows from facts here: facts only say where the
follower has to look again (`catalog.labels.following`). What it found it keeps in these tables, and takes away there
what it has done, in one transaction each: whoever is killed in between goes on where the tables say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from catalog.store.indexes.column_coverage import COLUMN_COVERAGE, COVERAGE, COVERAGE_INLET, COVERAGE_OUTLET
from catalog.store.indexes.column_flows import COLUMN_FLOW, COLUMN_FLOWS
from catalog.store.indexes.effects import IN_FORCE, Candidate, Transition
from catalog.store.indexes.flows import FLOW, FLOWS, INLET, OUTLET
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.pointers import LISTING, POINTER, POINTERS
from catalog.store.indexes.run_states import FLOWING
from catalog.store.indexes.schemas import SCHEMA, SCHEMAS
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import KEPT_FACET, PHI, aspects_of_facets
from graph_schema.aspects.labels import Attestation, ColumnLineageTrust
from graph_schema.facts import Edge, Facts, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, ModelVersion, Node, Snapshot
from graph_schema.vocabulary.words import TagOrigin

DUE: Final = Table(
    "label_due",
    (
        ("queue", Kind.TEXT),
        ("at", Kind.INTEGER),
        ("node", Kind.ID),
        ("why", Kind.TEXT),
        ("entry", Kind.INTEGER),
    ),
    key=5,
    prefix=5,
)
"""Where to look again, from which time on, 0 for at once: at a node or, by `Why`, at what lies behind it."""

PENDING: Final = Table(
    "label_pending",
    (("queue", Kind.TEXT), ("place", Kind.INTEGER), ("asset", Kind.ID)),
    key=3,
    prefix=3,
)
"""The datasets and model versions to look at: at place 1 what flows into them is read anew, at place 0 followed."""

HELD: Final = Table(
    "label_held",
    (("asset", Kind.ID), ("kind", Kind.TEXT), ("suggested", Kind.INTEGER), ("codes", Kind.VALUE)),
    key=2,
    prefix=1,
    merge=(Merge.NEWEST, Merge.NEWEST),
    orders=(("kind", "asset"),),
)
"""The effective labels of each dataset and model version; no codes where it may be of any letter."""

EQUATION: Final = Table(
    "label_equation",
    (("asset", Kind.ID), ("whole", Kind.ID), ("shape", Kind.TEXT), ("text", Kind.TEXT)),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,) * 3,
)
"""Under what stands for all names of each, all that flows into it; `shape` decides on how others read it."""

READER: Final = Table(
    "label_reader",
    (("source", Kind.ID), ("target", Kind.ID)),
    key=2,
    prefix=1,
)
"""Into which others anything flows of each, both by what stands for all of their names."""

STATE: Final = Table(
    "label_state",
    (("asset", Kind.ID), ("whole", Kind.ID), ("text", Kind.TEXT)),
    key=1,
    prefix=1,
    merge=(Merge.NEWEST,) * 2,
)
"""All labels of each and of its columns, under what stands for all names of it; no row for no label."""

FOLLOWED: Final = Table(
    "label_followed",
    (("follower", Kind.TEXT), ("steps", Kind.INTEGER), ("entry", Kind.INTEGER)),
    key=1,
    prefix=1,
    merge=(Merge.MOST, Merge.MOST),
)
"""How many steps the follower took, and by which entry nothing was left to look at when that was so last."""

WATCHED: Final = Table("label_watched", (("what", Kind.TEXT),), key=1, prefix=1)
"""The jobs of which every run counts, since somebody attested them or tags stand on them, the facets mapped, and the
datasets by which emitters would name models."""

CLAIM: Final = Table("label_claim", (("subject", Kind.ID), ("digest", Kind.TEXT)), key=2, prefix=2)
"""What emitters claimed or rules suggested: they say the same again and again."""

_AT_ONCE: Final = 0
_ANEW: Final = 1
_READERS: Final = "readers"
"""Why: not the node is looked at, but what was ever made of it."""
_IN_FORCE: Final = "in force"
_RAN: Final = "ran"
_EVENT: Final = "event"
_CODE: Final = "source_code_location"
"""Which version of its code a job ran: attestations may be of one alone."""
OF_EVERYTHING: Final = frozenset({"Mapping", "NamespaceRule"})
"""What is said of one of these may change the labels of anything."""
_OF_SCHEMAS: Final = frozenset({"schema", "schema_version"})
_ALWAYS: Final = frozenset({"schema", "tags"})
_NAMING: Final = frozenset({"IS_SAME_AS", "WAS_RENAMED_TO", "TRAINED_ON"})


class LabelsDue(NamedTuple):
    """Where to look again: a node, whether at what was made of it instead, and which row says so."""

    node: str
    readers: bool
    row: Row


class HeldLabel(NamedTuple):
    """A kind of PHI that an asset holds, whether nothing but suggestions says so, and its (system, code) pairs."""

    asset: str
    kind: str
    suggested: bool
    codes: tuple[tuple[str, str], ...]
    """None where it may be of any letter."""

    @property
    def row(self) -> Row:
        """Return the row that keeps it."""
        return self.asset, self.kind, int(self.suggested), _text(self.codes)


@lru_cache(maxsize=1_000)
def _text(codes: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(codes)


class LabelEquation(NamedTuple):
    """What flows into an asset: as text, under what stands for all of its names."""

    asset: str
    whole: str
    shape: str
    text: str

    @property
    def row(self) -> Row:
        """Return the row that keeps it."""
        return tuple(self)


class LabelState(NamedTuple):
    """All labels of an asset and all its columns: as text, under what stands for all of its names."""

    asset: str
    whole: str
    text: str

    @property
    def row(self) -> Row:
        """Return the row that keeps it."""
        return tuple(self)


class LabelsPending(NamedTuple):
    """An asset to look at, and whether what flows into it is to be read anew."""

    asset: str
    anew: bool

    @property
    def row(self) -> Row:
        """Return the row that says so."""
        return "", _ANEW if self.anew else _AT_ONCE, self.asset


def labels_due(reader: IndexReader, at: int, count: int) -> list[LabelsDue]:
    """Return so many of the places to look at again by a time, in microseconds UTC."""
    rows = reader.newest(DUE, [(("",), at)], count)
    return [LabelsDue(row[2], row[3] == _READERS, row) for row in rows]


def labels_pending(reader: IndexReader, count: int) -> list[LabelsPending]:
    """Return so many of the assets to look at: all of them such that are to be read anew, as long as there are any."""
    rows = reader.newest(PENDING, [(("",), _ANEW)], count)
    found = [LabelsPending(row[2], row[1] == _ANEW) for row in rows]
    return [one for one in found if one.anew] or found


def label_equations(reader: IndexReader, ids: Sequence[str]) -> dict[str, LabelEquation]:
    """Return what is kept of what flows into the assets; one without any is absent."""
    rows = reader.rows(EQUATION, [(one,) for one in dict.fromkeys(ids)]) if ids else []
    return {row[0]: LabelEquation(*row) for row in rows}


def label_readers(reader: IndexReader, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return each of the assets with each other into which anything of it flows, as it is kept."""
    rows = reader.rows(READER, [(one,) for one in dict.fromkeys(ids)]) if ids else []
    return [(row[0], row[1]) for row in rows]


def held_labels(reader: IndexReader, ids: Sequence[str]) -> list[HeldLabel]:
    """Return the labels kept of the assets, by asset and kind."""
    rows = reader.rows(HELD, [(one,) for one in dict.fromkeys(ids)]) if ids else []
    return sorted(
        HeldLabel(asset, kind, bool(suggested), tuple((one[0], one[1]) for one in json.loads(codes)))
        for asset, kind, suggested, codes in rows
    )


def label_states(reader: IndexReader, ids: Sequence[str]) -> dict[str, LabelState]:
    """Return all labels kept of the assets and of their columns; one without any is absent."""
    rows = reader.rows(STATE, [(one,) for one in dict.fromkeys(ids)]) if ids else []
    return {row[0]: LabelState(*row) for row in rows}


def assets_labelled(reader: IndexReader, kinds: Sequence[str]) -> frozenset[str]:
    """Return the assets of which any of the kinds is kept."""
    return frozenset(reader.ends(HELD, [(kind,) for kind in dict.fromkeys(kinds)], "asset", 1))


class LabelsFollowed(NamedTuple):
    """How many steps the follower took, and by which entry nothing was left to look at when that was so last, -1 for
    none.
    """

    steps: int = 0
    entry: int = -1

    @property
    def row(self) -> Row:
        """Return the row that says so."""
        return _FOLLOWER, *self


def labels_followed(reader: IndexReader) -> LabelsFollowed:
    """Return how far the follower is."""
    rows = reader.rows(FOLLOWED, [(_FOLLOWER,)])
    return LabelsFollowed(*rows[0][1:]) if rows else LabelsFollowed()


_FOLLOWER: Final = "labels"


_Rows = Mapping[str, Sequence[Row]]


def _of_indexes(put: _Rows) -> Iterator[Row]:
    """Yield where to look because of what is new of flows and names."""
    for source, target, _, how, entry, _ in put.get(FLOW.name, ()):
        yield _due(target, entry)
        if how == "renamed":
            yield _due(source, entry)
    for table in (OUTLET, COLUMN_FLOW, COVERAGE, COVERAGE_OUTLET, SCHEMA):
        target, entry = table.place(_TARGETS.get(table.name, "target")), table.place("entry")
        yield from (_due(row[target], row[entry]) for row in put.get(table.name, ()))
    for table in (INLET, COVERAGE_INLET):
        source, entry = table.place("source"), table.place("entry")
        yield from (_due(row[source], row[entry], _READERS) for row in put.get(table.name, ()))
    yield from _of_names(put)


_TARGETS: Final = {COLUMN_FLOW.name: "target_dataset", SCHEMA.name: "dataset"}


def _of_names(put: _Rows) -> Iterator[Row]:
    for source, target, _, _, entry, *_ in put.get(POINTER.name, ()):
        yield _due(source, entry)
        yield _due(target, entry)
    for carrier, _, _, entry, _, names in put.get(LISTING.name, ()):
        for one in (carrier, *json.loads(names or "[]")):
            yield _due(one, entry)


def _due(node: str, entry: int, why: str = "", at: int = _AT_ONCE) -> Row:
    return "", at, node, why, entry


def _of_facts(facts: Facts, watched: Collection[str]) -> Iterator[Row]:
    """Yield where to look because of single facts; those of nodes are of nodes that are named for the first time."""
    for node, entry in facts.nodes:
        if isinstance(node, Column):
            yield _due(Dataset(node.namespace, node.dataset).id, entry)
        elif (model := _model_named(node)) is not None and model in watched:
            yield _due(model, entry)
    for edge in facts.edges:
        if edge.kind in _NAMING:
            yield _due(edge.source, edge.entry)
            yield _due(edge.target, edge.entry)
        elif edge.kind in FLOWING and edge.job in watched:
            yield _due(edge.job or "", edge.entry, _RAN)
    for statement in facts.statements:
        if statement.aspect == _CODE and statement.subject in watched:
            yield _due(statement.subject, statement.entry, _RAN)
        elif statement.aspect == _EVENT and statement.job in watched:
            yield _due(statement.job or "", statement.entry, _RAN)
        yield from _of_statement(statement)


def _of_statement(one: Statement) -> Iterator[Row]:
    if one.aspect.startswith(PHI) or label_of(one.subject) in OF_EVERYTHING or one.aspect == "attestation_end":
        yield _due(one.subject, one.entry)
    elif one.aspect == "attestation":
        yield _due(one.subject, one.entry)
        if one.value is not None and (until := Attestation.from_json(one.data).until) is not None:
            yield _due(one.subject, one.entry, "ends", until)
    elif one.aspect == "column_lineage_trust":
        yield _due(one.subject, one.entry)
        if one.value is not None and (until := ColumnLineageTrust.from_json(one.data).until) is not None:
            yield _due(one.subject, one.entry, "ends", until)
    elif one.job is None and one.aspect in _OF_SCHEMAS:
        yield _due(one.subject, one.entry)


def _of_transitions(now: Iterable[Statement], watched: Collection[str]) -> Iterator[Row]:
    """Yield where to look because something else is in force now."""
    for one in now:
        if one.aspect in _ALWAYS or one.aspect in watched:
            yield _due(one.subject, one.entry, _IN_FORCE)


def _watching(statements: Iterable[Statement]) -> Iterator[str]:
    """Yield the jobs of which from now on every run counts, and the aspects that mappings read."""
    for one in statements:
        if one.aspect == "attestation" and one.value is not None:
            yield from (job for job in (Attestation.from_json(one.data).job,) if job is not None)
        elif one.aspect == "tags" and label_of(one.subject) in {"Job", "Run"}:
            yield from (job for job in (one.subject, one.job) if job and label_of(job) == "Job")
        elif one.aspect == "facet_mapping" and one.value is not None:
            yield from _aspects_of(one.data["facet"])


def _aspects_of(facet: str) -> Iterator[str]:
    """Yield the aspects under which a facet is stated."""
    for label in ("Dataset", "Job", "Run"):
        yield aspects_of_facets(label).get(facet, KEPT_FACET + facet)


def _model_named(node: Node) -> str | None:
    """Return the dataset by which emitters would name the model of a version, or that a snapshot is of, by id.

    A registered version is a dataset once runs name that version of it, whichever comes first.
    """
    if isinstance(node, ModelVersion):
        return Dataset(node.namespace, node.model).id
    return Dataset(node.namespace, node.dataset).id if isinstance(node, Snapshot) else None


def _models(facts: Facts) -> Iterator[str]:
    """Yield the datasets by which emitters would name the models of versions that are new."""
    for node, _ in facts.nodes:
        if isinstance(node, ModelVersion):
            yield Dataset(node.namespace, node.model).id


def _claims(edges: Iterable[Edge]) -> Iterator[tuple[Row, int]]:
    """Yield what emitters claim and rules suggest, with the entry."""
    for edge in edges:
        if edge.kind == "IS_TAGGED" and edge.data.get("origin") != TagOrigin.ASSERTED:
            digest = blake2b(f"{edge.target} {edge.value}".encode(), digest_size=12).hexdigest()
            yield (edge.source, digest), edge.entry


def _derive(work: Work) -> Changes:
    changes = Changes()
    new, past = work.new, work.past
    claims: dict[Row, int] = {}
    for claim, entry in _claims(new.edges):
        claims[claim] = min(entry, claims.get(claim, entry))
    for claim, rows in past.under(CLAIM, claims).items() if claims else ():
        if not rows:
            changes.add(CLAIM, [claim])
            changes.add(DUE, [_due(claim[0], claims[claim])])
    now = [one for change in work.transitions if (one := _changed(change)) is not None]
    asked = {edge.job for edge in new.edges if edge.kind in FLOWING and edge.job} | {one.aspect for one in now}
    asked |= {one.subject for one in new.statements if one.aspect == _CODE}
    asked |= {one.job for one in new.statements if one.aspect == _EVENT and one.job}
    asked |= {model for node, _ in new.nodes if (model := _model_named(node)) is not None}
    begun = {*_watching(new.statements), *_models(new)}
    known = past.under(WATCHED, [(one,) for one in sorted(asked | begun)]) if asked or begun else {}
    held = {what for (what,), rows in known.items() if rows}
    changes.add(WATCHED, [(one,) for one in sorted(begun - held)])
    watched = held | begun
    for name in _BUILT_ON:
        changes.add(DUE, list(dict.fromkeys(_of_indexes(work.derived[name].put))))
    changes.add(DUE, list(dict.fromkeys((*_of_facts(new, watched), *_of_transitions(now, watched)))))
    return changes


_SOURCES: Final = (FLOWS, COLUMN_FLOWS, COLUMN_COVERAGE, POINTERS, SCHEMAS)
_BUILT_ON: Final = tuple(index.name for index in _SOURCES)


def _changed(change: Transition) -> Statement | None:
    """Return what is in force now, or was, where something else is or nothing any more."""
    before, now = change
    if before is not None and now is not None and before.statement.value == now.statement.value:
        return None
    either = now or before
    return None if either is None else either.statement


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    claims: dict[Row, int] = {}
    for claim, entry in _claims(facts.edges):
        claims[claim] = min(entry, claims.get(claim, entry))
    watched = frozenset((*_watching(facts.statements), *_models(facts)))
    due = [_due(subject, entry) for (subject, _), entry in claims.items()]
    for index in _SOURCES:
        due += _of_indexes(index.specification(facts).put)
    due += _of_facts(facts, watched)
    rows = IN_FORCE_NOW.specification(facts).put.get(IN_FORCE.name, ())
    due += _of_transitions((Candidate.of(row).statement for row in rows), watched)
    changes.add(CLAIM, list(claims))
    changes.add(WATCHED, [(one,) for one in sorted(watched)])
    changes.add(DUE, list(dict.fromkeys(due)))
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    """Yield which nodes are looked at again; by which entries is not the same where a batch is cut otherwise."""
    rows = reader.rows(DUE, [("", _AT_ONCE, one) for one in dict.fromkeys(ids)])
    yield from sorted({(row[2], row[3]) for row in rows if row[3] not in {_IN_FORCE, _RAN}})
    yield from sorted(reader.rows(CLAIM, [(one,) for one in dict.fromkeys(ids)]))


LABEL_WORK: Final = Index(
    "label_work",
    6,
    (DUE, PENDING, HELD, EQUATION, READER, STATE, FOLLOWED, WATCHED, CLAIM),
    _derive,
    _specification,
    _answers,
    uses=("runs", "in_force", *_BUILT_ON),
)
