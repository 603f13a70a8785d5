"""The labels that are kept of what is current are the fixed point, whatever happened, in whichever order and slices."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.labels.taint import kept
from catalog.labels.taint.equations import Apart, Equation, Values, key_of
from catalog.labels.taint.fixpoint import taint
from catalog.labels.taint.following import LabelFollower
from catalog.labels.taint.loading import load
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns, flowing_in, why_label
from catalog.labels.taint.walking import DEPTH
from catalog.projection.entry_facts import facts_of
from catalog.reading import Complete
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset, ModelVersion
from tests.property.catalog.labels.test_effective import (
    COLUMNS,
    DATASETS,
    EARLY,
    EVENTS,
    KEYS,
    SCORES,
    TAGS,
    lineage,
    scoring,
)
from tests.support.facts import joined
from tests.support.kept_labels import KINDS, current_labels
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.records import (
    JOB,
    MODEL,
    RAW,
    RUN,
    House,
    attestation,
    ending_trust,
    event,
    facet_mapping,
    flow_mapping,
    joining,
    naming_rule,
    principal,
    registration,
    tag,
    tag_mapping,
    trust,
    withdrawal,
)

AGAIN = "0190d2e6-0000-7000-8000-00000000000d"
DIRECT = "DIRECT_IDENTIFIER"
LINKED = {"namespace": "x", "name": "y"}
ORIGIN: dict[str, Any] = {"from": [{"column": "ward", "of": {**RAW, "field": "never_named"}}]}
BACK = lineage("mrn", SCORES, "score", "INDIRECT")
MASKED = lineage("key", RAW, "mrn", "DIRECT")
MASKED["columnLineage"]["fields"]["key"]["inputFields"][0]["transformations"][0]["masking"] = True
CLASSED: dict[str, Any] = {"acme_privacy": {"columns": [{"name": "ward", "class": "secret"}]}}
LEVELS: dict[str, Any] = {"tags": {"tags": [{"key": "data_level", "value": "3"}]}}
SENT: dict[str, dict[str, Any]] = {
    **EVENTS,
    "masks": event(at="2026-01-04T10:00:00Z", **MASKED),
    "masks again": event(at="2026-01-05T10:00:00Z", run=AGAIN, **MASKED),
    "has a schema": event(at="2026-01-05T11:00:00Z", run=AGAIN, schema={"fields": [{"name": "patient_mrn"}]}),
    "had a schema": event("OTHER", "2025-12-31T11:00:00Z", schema={"fields": [{"name": "birth_date"}]}),
    "is classed": event(at="2026-01-06T10:00:00Z", run=AGAIN, **CLASSED),
    "has tags": event(at="2026-01-06T11:00:00Z", run=AGAIN, **LEVELS),
    "tags its job": {**event(at="2026-01-07T10:00:00Z", run=AGAIN), "job": {**JOB, "facets": LEVELS}},
    "masks by other code": {
        **event(at="2026-01-09T10:00:00Z", run=AGAIN, **MASKED),
        "job": {**JOB, "facets": {"sourceCodeLocation": {"type": "git", "url": "x", "version": "v2"}}},
    },
    "says its code": {
        **event("OTHER", "2026-01-01T09:50:00Z"),
        "inputs": [],
        "outputs": [],
        "job": {**JOB, "facets": {"sourceCodeLocation": {"type": "git", "url": "x", "version": "v1"}}},
    },
    "feeds back": {**scoring(), "inputs": [SCORES], "outputs": [RAW]},
    "feeds back by columns": {**scoring(), "inputs": [SCORES], "outputs": [{**RAW, "facets": BACK}]},
    "takes a structure": event(at="2026-01-08T10:00:00Z", run=AGAIN, **lineage("key", RAW, "card", "DIRECT")),
    "takes a column": event(at="2026-01-08T11:00:00Z", run=AGAIN, **lineage("key", RAW, "mrn", "DIRECT")),
    "reads the model in a version": {
        **scoring(),
        "inputs": [{**MODEL, "facets": {"version": {"datasetVersion": registration()["version"]}}}],
    },
    "comes from a column": event(at="2026-01-08T12:00:00Z", run=AGAIN, acme_origin=ORIGIN),
}
RECORDS: dict[str, dict[str, Any]] = {
    **TAGS,
    "of a member": tag(column="card.number", valid_from=EARLY),
    "of the whole raw": tag(column=None, phi_kind="CLINICAL_NOTE", codes=[], valid_from=EARLY),
    "rejected in the whole": tag(column="mrn", phi_kind="CLINICAL_NOTE", codes=[], stance="REJECT"),
    "whole rejected": tag(dataset=KEYS, column=None, stance="REJECT"),
    "flows mapped": flow_mapping(valid_from=EARLY, value="/of"),
    "of another name": tag(dataset=LINKED, column=None),
    "rejected": tag(stance="REJECT"),
    "attested": attestation(valid_from=EARLY),
    "attested of every run": attestation(run_id=None, indirect=True, valid_from=EARLY),
    "attested of one code": attestation(run_id=None, job_version="v1", indirect=True, valid_from=EARLY),
    "registered": registration(run_id=RUN, job=JOB),
    "attested of the model": attestation(
        job=None,
        run_id=None,
        model_version={"model": MODEL, "version": registration()["version"]},
        valid_from=EARLY,
    ),
    "column lineage trusted": trust(valid_from=EARLY),
    "trusted from a day on": trust(valid_from="2026-01-03T00:00:00Z"),
    "trust ended": ending_trust(valid_from="2026-01-04T00:00:00Z"),
    "stitched": joining(RAW, LINKED),
    "parted": {**joining(RAW, LINKED), "kind": "unstitch_datasets"},
    "letters fold": naming_rule(letters="LOWER", valid_from=EARLY),
    "facets mapped": facet_mapping(valid_from=EARLY),
    "tags mapped": tag_mapping(valid_from=EARLY),
    "mapping withdrawn": withdrawal(),
}
HAPPENED = st.lists(st.sampled_from(sorted({**SENT, **RECORDS})), min_size=1, max_size=12)
ASSETS = [
    *DATASETS,
    Dataset(MODEL["namespace"], MODEL["name"]).id,
    Dataset(LINKED["namespace"], LINKED["name"]).id,
    ModelVersion(MODEL["namespace"], MODEL["name"], registration()["version"]).id,
]


def told(house: House, happened: Iterable[str]) -> list[Facts]:
    """Return what each of these says, each an entry."""
    house.record(principal("ada", "steward"))
    for name in happened:
        if name in SENT:
            house.send(SENT[name])
        else:
            house.append(RECORDS[name], "ada")
    return [facts_of(house.ledger.entry(one)) for one in range(house.ledger.size())]


def follow(store: Store, *, slices: int = 2, most: int = 1_000) -> None:
    follower = LabelFollower(store, slice_=slices)
    for _ in range(most):
        if not follower.step():
            return


def hold_to_the_fixed_point(store: Store) -> None:
    view = View(store)
    judged = effective_labels(view, ASSETS)
    expected = {one: {label.kind for label in found.labels} for one, found in judged.items() if found.labels}
    current = current_labels(view, ASSETS)
    assert current.completeness == Complete()
    assert {one: set(kinds) for one, kinds in current.kinds.items()} == expected
    for kind in KINDS:
        assert view.assets_labelled([kind]) == {one for one, kinds in expected.items() if kind in kinds}
    for one in view.held_labels(ASSETS):
        (label,) = (label for label in judged[one.asset].labels if label.kind == one.kind)
        assert one.codes == tuple((code.system, code.code) for code in label.codes)


def hold_to_the_rules(store: Store) -> None:
    """Hold what is kept of every place to the fixed point of all that lies behind, steps included."""
    view, values = View(store), Values()
    for asset in ASSETS:
        sources = load(view, [asset])
        whole = sources.groups.of(asset)
        found = taint(sources.seeds, sources.flows, sources.covering, judged=sources.judged)
        expected = {
            key_of(place): {mark: found.steps[place, mark] for mark in marks}
            for place, marks in found.marks.items()
            if place.node == whole
        }
        held = store.label_states([whole]).get(whole)
        state = values.state(held.text if held else "")
        places = {key: dict(values.marks(number)) for key, number in state.places.items() if key != "T"}
        equation = store.label_equations([whole]).get(whole)
        apart = Apart.of(Equation.of(equation.text) if equation else None)
        for key in expected.keys() - places.keys():  # of which only what reads it knows
            places[key] = dict(values.marks(values.of_unknown(state, key[1:], apart)))
        assert places == expected


def hold_to_all_that_lies_behind(store: Store, facts: list[Facts]) -> None:
    """Hold answers out of what is kept to those of a store of the same facts that nobody followed."""
    other = MemoryStore()
    other.apply(joined(facts), len(facts) - 1)
    followed, judged = View(store), View(other)
    columns = [(one, name) for one in ASSETS for name in COLUMNS]
    assert followed.labels_lagging() is None
    labels = effective_labels(judged, ASSETS)
    assert judged.labels_lagging() is not None or not any(held.labels or held.cleared for held in labels.values())
    assert effective_labels(followed, ASSETS) == labels
    assert effective_labels_of_columns(followed, columns) == effective_labels_of_columns(judged, columns)
    for one, held in labels.items():
        for column, kind in ((None, held.labels[0].kind), ("key", DIRECT)) if held.labels else ():
            assert why_label(followed, one, column, kind) == why_label(judged, one, column, kind)


def written(store: Store, facts: list[Facts], batches: list[int], follows: list[bool]) -> None:
    """Write the entries in batches of these sizes; the follower works a little in between, or not at all."""
    start = place = 0
    while start < len(facts):
        size = batches[place % len(batches)]
        part = facts[start : start + size]
        store.apply(joined(part), min(start + size, len(facts)) - 1)
        if follows[place % len(follows)]:
            follow(store, most=1 + place % 3)
        start, place = start + size, place + 1
    follow(store)


@pytest.mark.parametrize("make", [lambda _: MemoryStore(), SqliteStore], ids=["memory", "sqlite"])
@given(HAPPENED, st.lists(st.integers(1, 3), min_size=1, max_size=4), st.lists(st.booleans(), min_size=1, max_size=4))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=20)
def test_what_is_kept_is_the_fixed_point(
    make: Callable[[Path], Store], happened: list[str], batches: list[int], follows: list[bool]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        store = make(Path(folder) / "graph.db")
        facts = told(house, happened)
        written(store, facts, batches, follows)
        hold_to_the_fixed_point(store)
        hold_to_the_rules(store)
        hold_to_all_that_lies_behind(store, facts)
        store.close()
        house.close()


@given(HAPPENED, st.integers(0, 12), st.sampled_from([(), ((DEPTH, 2), (1, 3)), ((DEPTH, 500),)]))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=10)
def test_why_a_label_is_there_is_the_same_of_what_is_kept_and_of_all_that_lies_behind(
    happened: list[str], steps: int, ahead: tuple[tuple[int, int], ...]
) -> None:
    """However far the follower is, and however little of what lies behind is fetched at once."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_AHEAD", ahead)
        house = House(Path(folder))
        facts = told(house, happened)
        followed, plain = MemoryStore(), MemoryStore()
        for store in (followed, plain):
            store.apply(joined(facts), len(facts) - 1)
        follow(followed, most=steps)
        rule = View(plain)
        expected = {
            (asset, column, label.kind): why_label(rule, asset, column, label.kind)
            for asset, held in effective_labels(rule, ASSETS).items()
            for label in held.labels
            for column in (None, *COLUMNS)
        }
        assert {ask: why_label(View(followed), *ask) for ask in expected} == expected
        follow(followed)
        assert View(followed).labels_lagging() is None
        assert {ask: why_label(View(followed), *ask) for ask in expected} == expected
        wholes = [ask for ask in expected if ask[1] is None]
        assert [flowing_in(View(followed), *ask) for ask in wholes] == [flowing_in(rule, *ask) for ask in wholes]
        house.close()


@pytest.mark.neo4j
def test_so_it_is_in_neo4j(neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311  made-up histories, nothing secret
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    try:
        for number in range(2):
            folder = tmp_path / str(number)
            folder.mkdir()
            house = House(folder)
            store.clear()
            happened = chance.sample(sorted({**SENT, **RECORDS}), 8)
            written(store, told(house, happened), [1, 2, 3], [True, False])
            hold_to_the_fixed_point(store)
            house.close()
    finally:
        store.close()


@pytest.mark.parametrize(
    "happened",
    [
        ("reads the model in a version", "starts", "completes", "of the whole raw", "registered"),
        ("starts", "completes", "of the whole raw", "registered", "reads the model in a version"),
    ],
    ids=["known first", "registered first"],
)
def test_what_a_registered_version_gives_on_is_kept_whichever_came_first(
    tmp_path: Path, happened: Sequence[str]
) -> None:
    house, store = House(tmp_path), MemoryStore()
    facts = told(house, happened)
    written(store, facts, [1], [True])
    assert current_labels(View(store), [Dataset(**SCORES).id]).kinds
    hold_to_the_fixed_point(store)
    hold_to_all_that_lies_behind(store, facts)
    house.close()
