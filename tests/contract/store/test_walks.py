"""Walks over what no index of flows keeps are the same on every store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.lineage.model import Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.projection.batches import gather
from catalog.projection.entry_facts import LedgerFacts
from catalog.search.model import Search
from catalog.search.queries import search
from catalog.store.protocol import Store
from catalog.view import View
from graph_schema.nodes import Dataset
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, facet_mapping, flow_mapping

RAW, CLEAN, UNHEARD_OF = (Dataset("lake", name).id for name in ("raw", "clean", "unheard of"))


@pytest.fixture
def told(store: Store, tmp_path: Path) -> Iterator[Store]:
    house = House(tmp_path / "house")
    origin = [dataset("raw", field="mrn", column="id"), dataset("unheard of")]
    privacy = {"columns": [{"name": "id", "class": "SECRET"}]}
    facets = {"acme_origin": {"from": origin}, "acme_privacy": privacy, "schema": {"fields": [{"name": "id"}]}}
    house.send(run_event(minute=1, job_name="load", outputs=[dataset("raw")]))
    house.send(run_event(minute=2, outputs=[dataset("clean", facets=facets)]))
    house.record(flow_mapping())
    house.record(facet_mapping())
    for batch in gather(house.ledger.entries(0, house.ledger.size()), facts_of=LedgerFacts(house.ledger).of):
        store.apply(batch.facts, house.ledger.size() - 1, batch.quarantined)
    yield store
    house.close()


@pytest.mark.parametrize("flows", FlowScope)
@pytest.mark.parametrize("grain", [Grain.DATASET, Grain.COLUMN])
def test_what_a_mapping_reads_in_a_facet_is_walked(told: Store, grain: Grain, flows: FlowScope) -> None:
    for root, direction in ((CLEAN, Direction.UPSTREAM), (RAW, Direction.DOWNSTREAM)):
        found = lineage(View(told), Walk((root,), direction, grain, flows=flows))
        assert {edge.mapping for edge in found.edges} == {"origin"}
    ends = lineage(View(told), Walk((UNHEARD_OF,), Direction.DOWNSTREAM, flows=flows))
    assert {node.id for node in ends.nodes} == {UNHEARD_OF, CLEAN}


def test_what_a_mapping_reads_in_a_facet_is_connected(told: Store) -> None:
    for root in (RAW, CLEAN, UNHEARD_OF):
        found = lineage(View(told), Walk((root,), Direction.CONNECTED))
        assert {RAW, CLEAN, UNHEARD_OF} <= {node.id for node in found.nodes}


def test_what_a_mapping_claims_of_phi_is_found_by(told: Store) -> None:
    page = search(View(told), Search(filters={"phi": ("DIRECT_IDENTIFIER",)}, facets=("phi",)))
    assert [hit.id for hit in page.hits] == [CLEAN]
    assert page.facets == {"phi": {"DIRECT_IDENTIFIER": 1}}


def test_halves_of_a_stream_join_however_they_spell_their_parent_once_it_says_that_it_streams(
    store: Store, tmp_path: Path
) -> None:
    def part(run: str, parent: Json | None, **more: Any) -> Json:
        job = {"jobType": {"processingType": "STREAMING", "integration": "MADE_UP"}}
        facets = {} if parent is None else {"parent": {"run": {"runId": "p"}, **parent}}
        return run_event("START", run_id=run, run=facets, job=job, job_name=f"job of {run}", **more)

    house = House(tmp_path / "house")
    house.send(part("one", {}, inputs=[dataset("topic")]))
    house.send(part("two", {"job": {"namespace": "elsewhere", "name": "PIPE"}}, outputs=[dataset("sink")]))
    house.send(part("p", None))
    topic, sink = Dataset("lake", "topic").id, Dataset("lake", "sink").id
    for entry in range(house.ledger.size()):
        for batch in gather(house.ledger.entries(entry, 1), facts_of=LedgerFacts(house.ledger).of):
            store.apply(batch.facts, entry, batch.quarantined)
        for root, way in ((sink, Direction.UPSTREAM), (topic, Direction.DOWNSTREAM)):
            for flows in FlowScope:
                found = lineage(View(store), Walk((root,), way, flows=flows))
                assert {(edge.source, edge.target) for edge in found.edges} == (
                    {(topic, sink)} if entry == 2 else set()
                )
    house.close()
