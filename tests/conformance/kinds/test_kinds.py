"""Every kind of record has all that a kind needs: each test walks the table."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from catalog.access.permissions import TABLE, Permission
from catalog.kinds import KINDS, OPEN, Kind
from catalog.ledger.entry import check_names
from catalog.projection.entry_facts import project
from catalog.record_redaction import CLOSED, NAMES, PEOPLE, TEXTS
from catalog.reporting.records import ReportIssued
from graph_schema.registry import check_facts
from tests.support.records import House, principal

EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def bodies(house: House, kind: Kind[Any]) -> list[dict[str, Any]]:
    stored = house.ledger.entries(0, house.ledger.size())
    return [orjson.loads(each.body) for each in stored if each.entry.kind == kind.in_ledger and each.body is not None]


@EVERY
def test_a_kind_is_named_like_its_record(kind: Kind[Any]) -> None:
    assert re.sub(r"(?<!^)(?=[A-Z])", "_", kind.record.__name__).lower() == kind.name
    check_names(kind.in_ledger, "a", "c", ())


@EVERY
def test_a_kind_is_described_and_so_are_its_parts(kind: Kind[Any]) -> None:
    for model in parts_of(kind.record):
        assert model.__doc__ is not None
        assert model.__doc__ != BaseModel.__doc__
    for function in (kind.subjects, kind.project):
        assert inspect.getdoc(function)


@EVERY
def test_a_kind_refuses_what_it_does_not_know(kind: Kind[Any]) -> None:
    for model in parts_of(kind.record):
        assert model.model_config.get("extra") == "forbid"
        assert model.model_config.get("frozen") is True


@EVERY
def test_some_role_may_write_a_kind(kind: Kind[Any]) -> None:
    permission = Permission.READ if kind.name in {"report_issued", "gate_evaluated"} else Permission(kind.name)
    assert any(permission in permissions for permissions in TABLE.values())


@EVERY
def test_a_record_of_a_kind_becomes_facts_that_the_registry_knows(story: House, kind: Kind[Any]) -> None:
    stored = [each for each in story.ledger.entries(0, story.ledger.size()) if each.entry.kind == kind.in_ledger]
    assert stored
    for each in stored:
        if each.body is None:
            continue
        facts = project(each)
        if kind.record is ReportIssued:
            # That a report was issued changes nothing of what reports say.
            assert not facts
            continue
        assert facts.nodes
        assert facts.statements or facts.edges
        check_facts(facts)
        assert set(each.entry.subjects) <= {node.id for node, _ in facts.nodes}


@EVERY
def test_a_record_reads_back_as_it_was_written(story: House, kind: Kind[Any]) -> None:
    for body in bodies(story, kind):
        record = kind.record.replay(body["record"])
        assert record.fields() == body["record"]
        assert kind.record.read(body["record"]) == record


@EVERY
def test_every_text_of_a_record_has_its_place_among_those_searched(story: House, kind: Kind[Any]) -> None:
    if not kind.searched:
        assert not kind.open
        return
    known = NAMES | PEOPLE | TEXTS | CLOSED
    assert {key for body in bodies(story, kind) for key in keys_of_texts(body["record"])} <= known
    for model in parts_of(kind.record):
        assert {name for name, field in model.model_fields.items() if holds_text(field)} <= known


def test_what_can_be_sent_is_what_the_story_sends(story: House) -> None:
    assert {kind.name for kind in KINDS.values() if bodies(story, kind)} == set(KINDS)
    written = {"decide_access", "gate_evaluated", "issue_key", "report_issued", "restore_ledger"}
    assert set(KINDS) - set(OPEN) == written


def test_nothing_of_the_story_was_quarantined(story: House) -> None:
    assert story.view().quarantined() == []


def test_no_set_of_texts_overlaps_another() -> None:
    sets = [NAMES, PEOPLE, TEXTS, CLOSED]
    assert sum(map(len, sets)) == len(frozenset().union(*sets))


def test_principals_are_defined_before_they_are_given_keys(story: House) -> None:
    kinds = [each.entry.kind for each in story.ledger.entries(0, 2)]
    assert kinds == ["record.define_principal", "record.issue_key"]
    assert principal("x")["kind"] in KINDS


def test_only_the_table_names_the_records() -> None:
    for path in sorted(Path(inspect.getfile(Kind)).parent.glob("*/records.py")):
        for name in re.findall(r'name: ClassVar\[str\] = "(\w+)"', path.read_text("utf-8")):
            assert name in KINDS


def parts_of(model: type[BaseModel]) -> set[type[BaseModel]]:
    found = {model}
    for field in model.model_fields.values():
        for part in classes_in(field.annotation):
            if part not in found:
                found |= parts_of(part)
    return found


def classes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from classes_in(inner)


def holds_text(field: Any) -> bool:
    return re.search(r"\bstr\b", str(field.annotation)) is not None


def keys_of_texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from keys_of_texts(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from keys_of_texts(part, key)
    elif isinstance(value, str):
        yield key
