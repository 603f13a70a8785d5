"""What the product publishes is written by it: each field of a record, and each kind of node, edge and aspect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import orjson
import pytest

from catalog.findings.rules import Severity
from catalog.kinds import KINDS, Kind
from catalog.ledger.protocol import StoredEntry
from catalog.projection.batches import gather
from catalog.projection.entry_facts import LedgerFacts, UnprojectableError, project, tie_of
from catalog.reporting.records import ReportIssued
from catalog.safe_use.model import Outcome
from catalog.use.model import OrganizationKind
from graph_schema.aspects import ASPECTS
from graph_schema.facts import Facts
from graph_schema.identity import label_of
from graph_schema.registry import LABELS, TYPES
from graph_schema.vocabulary import words
from tests.support.records import House

Path = tuple[str | int, ...]

IN_THE_RECORD_ALONE = {
    "declare_dataset.policy_label": "what it says stands beside it, as state and permitted use",
    "define_principal.force": "it says how the record was taken, nothing about the principal",
    "end_place.reason": "why a place ended is read in the entry that ended it",
    "end_project.reason": "why a project ended is read in the entry that ended it",
    "end_protocol.reason": "why a protocol ended is read in the entry that ended it",
    "end_source.reason": "why a source ended is read in the entry that ended it",
    "end_anonymity_claim.reason": "why a claim ended is read in the entry that ended it",
    "end_code_key.reason": "why a key ended is read in the entry that ended it",
    "end_column_lineage_trust.reason": "why a trust ended is read in the entry that ended it",
    "end_key.reason": "why a key ended is read in the entry that ended it",
    "end_operator.reason": "why somebody runs models no longer is read in the entry that ended it",
    "end_namespace_rule.reason": "why a rule ended is read in the entry that ended it",
    "revoke_key.force": "it says how the record was taken, nothing about the key",
}
PROJECTED = [kind for kind in KINDS.values() if kind.record is not ReportIssued]


def stored_of(house: House, kind: Kind[Any]) -> list[StoredEntry]:
    stored = house.ledger.entries(0, house.ledger.size())
    return [each for each in stored if each.entry.kind == kind.in_ledger and each.body is not None]


def facts_as_text(stored: StoredEntry) -> str:
    """What an entry says, apart from its tie, which any other body changes."""
    return repr(project(stored)).replace(tie_of(stored.body or b""), "")


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*path, number))
    else:
        yield path, value


def others(value: Any) -> Iterator[Any]:
    """Yield values in place of another: one of them is such as the field takes."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
    else:
        for vocabulary in (*vars(words).values(), Severity, Outcome, OrganizationKind):
            if isinstance(vocabulary, type) and issubclass(vocabulary, StrEnum) and value in {*vocabulary}:
                yield from (member.value for member in vocabulary if member != value)
        yield value.replace("29", "28", 1)
        yield re.sub(r"\.\d{6}Z", ".000000Z", value)
        yield re.sub(r"2026-01-05", "2026-01-04", value)
        yield re.sub(r"2025-(\d\d)-\d\d", r"2025-\1-15", value)
        yield value[:-1] + ("a" if value[-1] != "a" else "b")
        yield "NOTHING"


def changed(body: dict[str, Any], path: Path, value: Any) -> bytes:
    copy = orjson.loads(orjson.dumps(body))
    at = copy["record"]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return orjson.dumps(copy)


def is_projected(stored: StoredEntry, body: dict[str, Any], path: Path, value: Any) -> bool:
    """Whether another value at this place of the record makes other facts."""
    before = facts_as_text(stored)
    for other in others(value):
        if other == value:
            continue
        try:
            return facts_as_text(replace(stored, body=changed(body, path, other))) != before
        except UnprojectableError:
            continue
    raise AssertionError(f"{path}: nothing else is taken in place of {value!r}")


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_story_gives_every_field_of_a_kind(story: House, kind: Kind[Any]) -> None:
    given = {name for stored in stored_of(story, kind) for name in orjson.loads(stored.body or b"")["record"]}
    assert given == set(kind.record.model_fields)


@pytest.mark.parametrize("kind", PROJECTED, ids=lambda kind: kind.name)
def test_every_part_of_a_record_is_projected(story: House, kind: Kind[Any]) -> None:
    forgotten = {
        f"{kind.name}.{path[0]}"
        for stored in stored_of(story, kind)
        for body in [orjson.loads(stored.body or b"")]
        for path, value in leaves(body["record"])
        if not is_projected(stored, body, path, value)
    }
    assert forgotten == {name for name in IN_THE_RECORD_ALONE if name.startswith(f"{kind.name}.")}


@pytest.fixture(scope="module")
def written(story: House) -> list[Facts]:
    stored = story.ledger.entries(0, story.ledger.size())
    return [batch.facts.whole for each in stored for batch in gather([each], facts_of=LedgerFacts(story.ledger).of)]


def test_every_kind_of_node_is_written(written: list[Facts]) -> None:
    assert {type(node).__name__ for facts in written for node, _ in facts.nodes} == set(LABELS)


def test_every_kind_of_edge_is_written(written: list[Facts]) -> None:
    assert {edge.kind for facts in written for edge in facts.edges} == set(TYPES)


def test_every_aspect_is_said_of_every_label_that_it_names(written: list[Facts]) -> None:
    said = {(label_of(each.subject), each.aspect) for facts in written for each in facts.statements}
    assert {(label, aspect.name) for aspect in ASPECTS for label in aspect.of} - said == set()
