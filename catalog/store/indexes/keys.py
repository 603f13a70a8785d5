"""Nodes by one field of their key, or by what follows from it, compared whole: search finds words, and only so many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from catalog.store.indexes.facet_keys import LABELS, carrying
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.facts import NOW, Facts
from graph_schema.loose_names import folded, undated
from graph_schema.nodes import Dataset, Model, Node


def _undated(node: Node) -> str | None:
    """Return the name without dates, None where it is the same as `folded`: that row is there already."""
    name = undated(node.title)
    return None if name == folded(node.title) else name


def _dataset_of(node: Node) -> str | None:
    """Return the dataset that has the name of a model: an emitter may call the model so."""
    return Dataset(node.namespace, node.name).id if isinstance(node, Model) else None


EVERY: Final = "every"
"""The field, the same in all of them, by which nodes of a label that are few are looked up together."""

FIELDS: Final[Mapping[str, Mapping[str, Callable[[Node], str | None]]]] = {
    "Run": {"run_id": lambda node: node.title},
    "Snapshot": {"version": lambda node: node.title},
    "Dataset": {"folded": lambda node: folded(node.title), "undated": _undated},
    "Model": {"dataset": _dataset_of},
    **{
        label: {EVERY: lambda _: ""}
        for label in (
            "Approval",
            "Attestation",
            "EncryptionKey",
            "Mapping",
            "NamespaceRule",
            "Place",
            "PolicySet",
            "Principal",
            "Project",
            "Protocol",
            "SigningKey",
            "Source",
        )
    },
}
"""The fields by which nodes of a label are looked up: each takes a row a node that has it.

A dataset has the loosest forms of its name (`graph_schema.loose_names`), so that names that a rule joins are found.
"""

EMPTY: Final[Mapping[str, tuple[str, ...]]] = {"Run": ("job",)}
"""The fields by which nodes are looked up where they hold nothing: few do, and the others take no row."""

LOOKED_UP: Final = tuple(
    (label, field) for label in sorted({*FIELDS, *EMPTY}) for field in (*FIELDS.get(label, ()), *EMPTY.get(label, ()))
)
"""All of these as (label, field)."""

CARRIES: Final = "facet"
"""What is looked up by the facets that it had, which are no part of a key."""

KEY_FIELD: Final = Table(
    "key_field",
    (
        ("label", Kind.TEXT),
        ("field", Kind.TEXT),
        ("value", Kind.TEXT),
        ("node", Kind.ID),
        ("entry", Kind.INTEGER),
    ),
    key=4,
    prefix=4,
    merge=(Merge.LEAST,),
    known="entry",
)


def lookup(reader: IndexReader, label: str, field: str, values: Sequence[str], known_at: int = NOW) -> list[str]:
    """Return the ids of the nodes known by then that have one of these values in the field, ascending.

    By `facet`, those that ever had one of these facets; of runs, the jobs. Raises LookupError for a field by which
    nodes of the label are not looked up.
    """
    if field == CARRIES and label in LABELS:
        return carrying(reader, label, values, known_at)
    if field not in FIELDS.get(label, {}) and (field not in EMPTY.get(label, ()) or any(values)):
        raise LookupError(f"{label} is not looked up by {field}")
    asked = [(label, field, value) for value in dict.fromkeys(values)]
    return sorted(row[3] for row in reader.rows(KEY_FIELD, asked, known_at=known_at))


def looked_up_by(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the fields by which a node is looked up, each with its value."""
    for field, value_of in FIELDS.get(node.label, {}).items():
        if (value := value_of(node)) is not None:
            yield field, value
    for field in EMPTY.get(node.label, ()):
        if not getattr(node, field):
            yield field, ""


def _rows(nodes: Iterable[tuple[Node, int]]) -> Iterator[Row]:
    for node, entry in nodes:
        for field, value in looked_up_by(node):
            yield node.label, field, value, node.id, entry


def _derive(work: Work) -> Changes:
    changes = Changes()
    changes.add(KEY_FIELD, list(_rows(work.new.nodes)))
    return changes


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    changes.add(KEY_FIELD, list(_rows(facts.nodes)))
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    asked = frozenset(ids)
    for label, fields in FIELDS.items():
        every = (*fields, *EMPTY.get(label, ()))
        found = (row for field in every for row in reader.rows(KEY_FIELD, [(label, field)]))
        yield from sorted(row for row in found if row[3] in asked)


KEYS: Final = Index("keys", 10, (KEY_FIELD,), _derive, _specification, _answers)
