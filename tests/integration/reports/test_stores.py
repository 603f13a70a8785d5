"""One ledger, three stores: the same report, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.projection.follower import Projection
from catalog.reading import AsOf
from catalog.reporting.contexts import CONTEXTS
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset, ModelVersion
from reports.context import Context
from reports.drawing import FORMS
from reports.kinds import ModelDossier
from reports.verify import verify
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.records import CURATED, MODEL, RUN, House, event, registration, seal

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
OTHERS = {
    "dataset_dossier": Dataset(CURATED["namespace"], CURATED["name"]).id,
    "approvals": VERSION,
    "approvals_period": "Period:2020-01-01..2099-01-01",
}
FAILED = "0190d2e6-0000-7000-8000-0000000000ff"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.send(event("START", "2025-12-31T09:00:00Z", FAILED))
    made.send(event("FAIL", "2025-12-31T10:00:00Z", FAILED))
    made.tell_story(made.act_as("grace", "approver"))
    made.record(seal(run_id=RUN))
    made.record(registration(run_id=RUN))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store: Store
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "graph.db")
    else:
        endpoint: Neo4jEndpoint = request.getfixturevalue("neo4j_endpoint")
        store = Neo4jStore(request.getfixturevalue("neo4j_uri"), endpoint.user, endpoint.password)
    yield store
    store.close()


def read(house: House, store: Store, at: AsOf, report: str, of: str) -> Context:
    with store.reading() as reader:
        made = CONTEXTS[report](View(reader, at, anchor=Anchor(house.ledger, "1", 0)), house.ledger, of, None)
    assert made is not None
    return made


def dossier(house: House, store: Store, at: AsOf) -> ModelDossier:
    made = read(house, store, at, "model_dossier", VERSION)
    assert isinstance(made, ModelDossier)
    return made


def test_every_store_gives_the_same_report_byte_for_byte(house: House, other: Store) -> None:
    projection = Projection(house.ledger, other)
    while projection.step():
        pass
    at = AsOf(valid_at=house.clock.micros())
    expected, got = dossier(house, house.store, at), dossier(house, other, at)
    assert any(run.retried_by for run in expected.runs)
    assert got == expected
    for report, of in OTHERS.items():
        assert read(house, other, at, report, of) == read(house, house.store, at, report, of), report
    for form in FORMS:
        issued = house.issue_context(expected, form)
        assert house.issue_context(got, form) == issued, form
        assert verify(issued, str(house.ledger.verifiers[0])).ok
