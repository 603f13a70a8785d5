"""Laws of reading and projecting: nothing crashes but by a refusal, and a projection sees one event alone."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from graph_schema.aspects import ASPECTS, Facet, aspect_of
from graph_schema.facts import Facts
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.event import read_event
from ingest_hooks.openlineage.facets import EFFECTS
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.part_memo import PartMemo
from ingest_hooks.openlineage.wire import JSON, parse
from ingest_hooks.redaction import redact

NAMED = {aspect.shape.name for aspect in ASPECTS if isinstance(aspect.shape, Facet)}

KEYS = st.one_of(
    st.sampled_from(
        sorted(
            {name for _, name in EFFECTS} | NAMED | {
                "namespace", "name", "field", "fields", "inputFields", "transformations", "type", "masking", "kind",
                "identifiers", "datasetVersion", "digest", "tags", "codes", "run", "runId", "job", "root", "inputs",
                "entries", "dataset", "_deleted", "version", "repoUrl", "previousIdentifier", "emissionPattern",
            }
        )
    ),
    st.text(max_size=6),
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.sampled_from(
        ["DATASET", "RENAME", "MODEL", "INDIRECT", "a", "lake", "2026-03-01T10:00:00Z", "DIRECT_IDENTIFIER"]
    ),
    st.text(max_size=6),
)
ANY_JSON: st.SearchStrategy[JSON] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
FACETS = st.dictionaries(KEYS, ANY_JSON, max_size=4)
NAMES = st.sampled_from(["a", "b", "c"])
DATASETS = st.lists(
    st.fixed_dictionaries(
        {"namespace": st.just("lake"), "name": NAMES, "facets": FACETS},
        optional={"inputFacets": FACETS, "outputFacets": FACETS},
    ),
    max_size=3,
)
JOBS = st.fixed_dictionaries({"namespace": st.just("demo"), "name": NAMES, "facets": FACETS})
EVENTS: st.SearchStrategy[JSON] = st.one_of(
    st.fixed_dictionaries(
        {"run": st.fixed_dictionaries({"runId": NAMES, "facets": FACETS}), "job": JOBS, "eventTime": SCALARS},
        optional={
            "inputs": DATASETS,
            "outputs": DATASETS,
            "eventType": st.sampled_from(["START", "complete", "x", None]),
        },
    ),
    st.fixed_dictionaries({"job": JOBS}, optional={"inputs": DATASETS, "outputs": DATASETS, "eventTime": SCALARS}),
    st.fixed_dictionaries({"dataset": st.fixed_dictionaries({"namespace": NAMES, "name": NAMES, "facets": FACETS})}),
)


def project(event: JSON, entry: int = 0, memo: PartMemo | None = None) -> Facts:
    return project_event(event, tie="t", recorded_at=10**15, entry=entry, memo=memo)


def parts(facts: Facts) -> tuple[tuple[object, ...], ...]:
    return facts.nodes, facts.edges, facts.statements


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(Unreadable):
        read_event(parse(body).value)


@given(ANY_JSON)
def test_any_json_survives_the_wire_or_is_bent_once_and_for_all(value: JSON) -> None:
    once = parse(json.dumps(value).encode()).value
    assert parse(json.dumps(once).encode()).value == once


@given(ANY_JSON)
def test_any_json_is_an_event_or_refused(value: JSON) -> None:
    with suppress(Unreadable):
        project(value)


@given(EVENTS)
def test_every_event_projects_to_known_aspects_and_whole_edges(event: JSON) -> None:
    facts = project(event)
    known = {node.id for node, _ in facts.nodes}
    assert all(aspect_of(statement.aspect) is not None and statement.subject in known for statement in facts.statements)
    assert all(edge.source in known and edge.target in known for edge in facts.edges)
    assert all(statement.valid_from <= 10**15 for statement in facts.statements)


@given(EVENTS)
def test_projecting_is_a_function_and_only_the_entry_depends_on_arrival(event: JSON) -> None:
    first, later = project(event), project(event, entry=7)
    assert first == project(event)
    assert [edge._replace(entry=0) for edge in later.edges] == list(first.edges)
    assert [statement._replace(entry=0) for statement in later.statements] == list(first.statements)


@given(st.lists(EVENTS, min_size=1, max_size=3), st.integers(200, 4_000))
def test_what_is_remembered_of_earlier_events_changes_nothing(events: list[JSON], most: int) -> None:
    for memo in (PartMemo(), PartMemo(most)):
        for entry, event in enumerate([*events, *map(_of_another_run, events), *events]):
            remembered, alone = project(event, entry, memo).whole, project(event, entry)
            for some, same in zip(parts(remembered), parts(alone), strict=True):
                assert len(some) == len(same)
                assert set(some) == set(same)


def _of_another_run(event: JSON) -> JSON:
    """Return the event as a later run of the job would send it: the same of its ends, another time and type."""
    assert isinstance(event, dict)
    if not isinstance(event.get("run"), dict):
        return event
    return {**event, "run": {"runId": "another"}, "eventType": "COMPLETE", "eventTime": "2026-03-02T10:00:00Z"}


@given(EVENTS)
def test_what_can_be_read_can_be_read_after_redaction(event: JSON) -> None:
    redacted = redact(event, token_key=b"k")
    assert type(read_event(redacted.value)) is type(read_event(event))
    project_event(redacted.value, tie="t", recorded_at=10**15, entry=0, redactions=redacted.redactions)
