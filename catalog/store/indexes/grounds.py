"""On which nodes a rule over the whole estate may find something.

Grounds only propose: a node that has one is looked at by the rules that name it, and no other is. They are added and
never taken away, so that what was known by an earlier entry can be judged too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import KEY_FIELD
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import DECLARED, PHI
from graph_schema.facts import NOW, Facts, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Node, Run
from graph_schema.vocabulary import hl7, systems
from graph_schema.vocabulary.deidentification import unknown_in
from graph_schema.vocabulary.words import DeidentificationState, RetentionClass, StoragePattern
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
    PERMITTED_USE = "PERMITTED_USE"
    """It is a dataset, a source or a statement by which it is recorded, or once was, what data may be used for."""
    SCHEMA = "SCHEMA"
    """It is a dataset that had a schema."""
    CONSENT = "CONSENT"
    """It is a statement of permitted use that rests on a consent, or once did."""
    KEY = "KEY"
    """It is an encryption key."""
    CACHE = "CACHE"
    """It is a dataset that is, or was, kept as scratch or on the machines of one site alone."""
    CODED = "CODED"
    """It is a dataset that is, or was, declared to be without identifiers, or with codes in their place."""
    CODE_KEY = "CODE_KEY"
    """It is a dataset that is, or was, declared as the key of codes in others."""
    UNKNOWN_CODE = "UNKNOWN_CODE"
    """It is a dataset or column with a label, an attestation, or a run with a claim that it removed identifiers, that
    names a code or a word which means nothing.
    """
    ANONYMITY = "ANONYMITY"
    """It is a dataset that was measured to be k-anonymous or l-diverse."""
    LIMIT = "LIMIT"
    """It is a statement of permitted use, or a source, that says where data may be, or once did."""
    LOCK = "LOCK"
    """It is a snapshot that somebody sealed with a lock."""
    RUNS_AT = "RUNS_AT"
    """It is a job that is declared to run at a place."""
    SOURCE = "SOURCE"
    """It is a source that something is recorded of."""
    EMERGENCY = "EMERGENCY"
    """It is a principal that broke the glass."""
    IN_USE = "IN_USE"
    """It is a model version that was released or deployed."""
    RETIRED = "RETIRED"
    """It is a model version that is retired."""
    OBJECTION = "OBJECTION"
    """It is a job, a dataset or a principal of which something was let in that policies object to."""
    DECLARED_BY_SEVERAL = "DECLARED_BY_SEVERAL"
    """It is a dataset of which several principals declared one aspect."""
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


def grounds(
    reader: IndexReader, wanted: Sequence[Ground], ids: Sequence[str] | None = None, known_at: int = NOW
) -> dict[Ground, tuple[str, ...]]:
    """Return the nodes that have each of the grounds, known by then, ascending; of these ids alone where some are
    given.
    """
    if ids is None:
        rows = reader.rows(GROUND, [(ground.value,) for ground in wanted], known_at=known_at)
    elif len(wanted) <= FEW:
        asked = [(one, ground.value) for one in dict.fromkeys(ids) for ground in wanted]
        rows = reader.rows(GROUND, asked, 1, known_at=known_at)
    else:
        # A node has two or three of them: all that it has are found at once.
        rows = reader.rows(GROUND, [(one,) for one in dict.fromkeys(ids)], 1, known_at=known_at)
    found: dict[str, list[str]] = {ground.value: [] for ground in wanted}
    for ground, node, _ in rows:
        if ground in found:
            found[ground].append(node)
    return {ground: tuple(sorted(found[ground.value])) for ground in wanted}


FEW: Final = 3
"""So many grounds of a node are asked for one by one."""


def _derive(work: Work) -> Changes:
    changes = Changes()
    changes.add(GROUND, list(_plain(work.new)))
    _derive_run_ids(work, changes)
    declared = _declared(work.new.statements)
    for statement in work.past.history(declared.keys()) if declared else ():
        declared[statement[:2]].append(statement)
    changes.add(GROUND, _first(_by_several(declared)))
    return changes


def _declared(statements: Iterable[Statement]) -> dict[tuple[str, str], list[Statement]]:
    """Return what records declare of datasets, by dataset and aspect."""
    found: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        if statement.aspect in _DECLARED and label_of(statement.subject) == "Dataset":
            found[statement[:2]].append(statement)
    return found


def _by_several(declared: Mapping[tuple[str, str], Sequence[Statement]]) -> Iterator[Row]:
    """Yield the datasets of which several principals declared one aspect, from when the second did."""
    for (dataset, _), some in declared.items():
        first = min(some, key=lambda one: one.entry).by
        second = min((one.entry for one in some if one.by != first), default=None)
        if second is not None:
            yield Ground.DECLARED_BY_SEVERAL.value, dataset, second


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
    for edge in facts.edges:
        if edge.kind == "DEPLOYS":
            yield Ground.IN_USE.value, edge.target, edge.entry
        if edge.kind == "IS_TAGGED" and _means_nothing(edge.data):
            yield Ground.UNKNOWN_CODE.value, edge.source, edge.entry
    yield from _of_statements(facts.statements)


def _of_statements(statements: Iterable[Statement]) -> Iterator[Row]:
    for statement in statements:
        if statement.aspect.startswith(PHI) and statement.value is not None and _means_nothing(statement.data):
            yield Ground.UNKNOWN_CODE.value, statement.subject, statement.entry
        recorded = statement.data if statement.aspect in _DEIDENTIFYING else None
        if isinstance(recorded, dict) and any(unknown_in(recorded)):
            yield Ground.UNKNOWN_CODE.value, statement.subject, statement.entry
        for ground in _of_statement(statement):
            yield ground.value, statement.subject, statement.entry
        if statement.aspect == "code_key" and statement.value is not None:
            yield from ((Ground.CODED.value, one, statement.entry) for one in statement.data["of"])
        if statement.aspect in _OF_USE and statement.value is not None:
            yield Ground.PERMITTED_USE.value, statement.subject, statement.entry
        if label_of(statement.subject) == "Source":
            yield Ground.SOURCE.value, statement.subject, statement.entry


_OF_USE: Final = frozenset({"permitted_use", "permitted_places", "use_statement"})
_DEIDENTIFYING: Final = frozenset({"attestation", "facet:lineward_deidentification"})


def _of_statement(statement: Statement) -> Iterator[Ground]:
    aspect = statement.aspect
    if aspect in _OF_ASPECT:
        yield _OF_ASPECT[aspect]
    elif aspect in _BY_VALUE and statement.value is not None and label_of(statement.subject) in _ABOUT:
        for ground, holds in _BY_VALUE[aspect]:
            if holds(statement.data):
                yield ground


def _means_nothing(tag: Mapping[str, Any]) -> bool:
    """Tell whether any code of a tag is none of its system, or no longer."""
    level = tag.get("confidentiality")
    codes = [(one["system"], one["code"]) for one in tag.get("codes") or ()]
    codes += [] if level is None else [(hl7.CONFIDENTIALITY, level)]
    return any(systems.why_unknown(system, code) is not None for system, code in codes)


def _limits(value: Mapping[str, Any]) -> bool:
    return value.get("places") is not None or any(term.get("code") == _GS for term in value.get("terms") or ())


_DECLARED: Final = frozenset(DECLARED)
_GS: Final = "DUO:0000022"
_CODED: Final = frozenset({DeidentificationState.DE_IDENTIFIED, DeidentificationState.PSEUDONYMIZED})
_ABOUT: Final = frozenset({"Dataset", "Snapshot", "UseStatement"})
_BY_VALUE: Final[Mapping[str, tuple[tuple[Ground, Callable[[Any], bool]], ...]]] = {
    "deidentification_state": ((Ground.CODED, lambda value: value in _CODED),),
    "seal": ((Ground.LOCK, lambda value: value["locked"]),),
    "storage_pattern": ((Ground.CACHE, lambda value: value == StoragePattern.FEDERATED_LOCAL),),
    "retention": ((Ground.CACHE, lambda value: value.get("policy_class") == RetentionClass.SCRATCH),),
    "use_statement": ((Ground.CONSENT, lambda value: value.get("consent") is not None), (Ground.LIMIT, _limits)),
}
_OF_ASPECT: Final = {
    "code_key": Ground.CODE_KEY,
    "anonymity": Ground.ANONYMITY,
    "registration": Ground.REGISTRATION,
    "schema": Ground.SCHEMA,
    "consent_withdrawal": Ground.CONSENT,
    "permitted_places": Ground.LIMIT,
    "runs_at": Ground.RUNS_AT,
    "emergency_access": Ground.EMERGENCY,
    "release": Ground.IN_USE,
    "retirement": Ground.RETIRED,
    "policy_objection": Ground.OBJECTION,
}
_OF_LABEL: Final = {
    "EncryptionKey": Ground.KEY,
    "Dataset": Ground.DATASET,
    "Finding": Ground.JUDGED,
    "Attestation": Ground.ATTESTATION,
    "UseStatement": Ground.USE_STATEMENT,
}


def _holds_token(node: Node) -> bool:
    """Tell whether a token stands in what the node is called; a rule ground_of whether in its own name."""
    return node.label in _CALLED and any(TOKEN.search(part) for part in node.key)


_CALLED: Final = frozenset({"Column", "Dataset", "Job", "Model", "Source"})


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    changes.add(GROUND, _first(_plain(facts)))
    changes.add(GROUND, list(_shared(_runs(facts.nodes))))
    changes.add(GROUND, _first(_by_several(_declared(facts.statements))))
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
    yield from sorted(reader.rows(GROUND, [(one,) for one in dict.fromkeys(ids)], 1))


GROUNDS: Final = Index("grounds", 10, (GROUND,), _derive, _specification, _answers, uses=("keys",))
