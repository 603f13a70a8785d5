"""Every event of the real emitters' corpus, where it lies beside the checkout, and always a few made-up ones."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import orjson
import pytest

from graph_schema.aspects import aspect_of
from graph_schema.facts import Facts
from ingest_hooks.openlineage.event import read_event
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.wire import JSON, parse
from ingest_hooks.redaction import redact

HERE = Path(__file__).parent
SHARED = HERE.parents[2].parent / "shared"
KEY = b"a site's key for tests"
RECEIVED = 2**52

FILES = [HERE / "made_up.jsonl", *sorted((SHARED / "corpus").rglob("*.jsonl"))]
EXAMPLES = sorted([*(HERE / "examples").rglob("*.json"), *(SHARED / "spec/openlineage/examples").rglob("*.json")])


@cache
def events(file: Path) -> tuple[bytes, ...]:
    return tuple(line for line in file.read_bytes().splitlines() if line.strip())


def stored(body: bytes) -> bytes:
    return orjson.dumps(redact(parse(body).value, token_key=KEY).value, option=orjson.OPT_SORT_KEYS)


def project(body: bytes, entry: int) -> Facts:
    return project_event(orjson.loads(body), tie=str(hash(body)), recorded_at=RECEIVED, entry=entry)


def without_entries(facts: Facts) -> set[object]:
    """What is said, apart from when it became known."""
    found: set[object] = {node.id for node, _ in facts.nodes}
    found |= {(e.kind, e.source, e.target, e.value, e.run, e.job, e.valid_from, e.rank, e.tie) for e in facts.edges}
    found |= {
        (s.subject, s.aspect, s.value, s.role, s.run, s.job, s.valid_from, s.rank, s.tie) for s in facts.statements
    }
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_event_is_read_redacted_and_projected(file: Path) -> None:
    assert events(file)
    for body in events(file):
        wire = parse(body)
        redacted = redact(wire.value, token_key=KEY)
        assert type(read_event(redacted.value)) is type(read_event(wire.value))
        facts = project_event(redacted.value, tie="t", recorded_at=RECEIVED, entry=0, redactions=redacted.redactions)
        known = {node.id for node, _ in facts.nodes}
        assert all(aspect_of(said.aspect) is not None and said.subject in known for said in facts.statements)
        assert all({edge.source, edge.target} <= known for edge in facts.edges)
        assert facts.edges or facts.statements


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_order_and_repetition_gives_the_same_facts(file: Path) -> None:
    bodies = [stored(body) for body in events(file)]
    shuffled = [*bodies, *bodies]
    random.Random(7).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    straight = [without_entries(project(body, entry)) for entry, body in enumerate(bodies)]
    mixed = [without_entries(project(body, entry)) for entry, body in enumerate(shuffled)]
    assert set().union(*straight) == set().union(*mixed)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_was_redacted_once_stays_as_it_is(file: Path) -> None:
    for body in events(file):
        once = redact(parse(body).value, token_key=KEY)
        again = redact(once.value, token_key=KEY)
        assert (again.value, again.redactions, again.findings) == (once.value, (), ())


def test_nothing_made_up_that_stands_for_a_patient_is_stored() -> None:
    for body in events(FILES[0]):
        redacted = redact(parse(body).value, token_key=KEY)
        facts = project_event(redacted.value, tie="t", recorded_at=RECEIVED, entry=0, redactions=redacted.redactions)
        text = json.dumps(redacted.value) + repr(redacted) + repr(facts)
        assert "48213977" not in text
        assert "Testperson" not in text


def in_an_event(name: str, facet: JSON) -> JSON:
    """An event that carries one facet in every place where facets can stand."""
    facets: JSON = {name: facet}
    dataset: JSON = {"namespace": "n", "name": "d", "facets": facets, "inputFacets": facets}
    return {
        "eventTime": "2026-03-01T10:00:00Z",
        "eventType": "COMPLETE",
        "run": {"runId": "018f4a3e-0000-7000-8000-000000000001", "facets": facets},
        "job": {"namespace": "n", "name": "j", "facets": facets},
        "inputs": [dataset],
        "outputs": [dataset],
    }


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_example_of_the_standard_is_taken(file: Path) -> None:
    value = orjson.loads(file.read_bytes())
    candidates = [value] if "eventTime" in value else [in_an_event(name, facet) for name, facet in value.items()]
    assert candidates
    for event in candidates:
        redacted = redact(parse(orjson.dumps(event)).value, token_key=KEY)
        assert redact(redacted.value, token_key=KEY).value == redacted.value
        assert project_event(redacted.value, tie="t", recorded_at=RECEIVED, entry=0).edges
