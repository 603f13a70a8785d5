"""One ledger, three stores: the same report, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.projection import Projection
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.nodes import ModelVersion
from reports.drawing import FORMS
from reports.kinds import ModelDossier
from reports.verify import verify
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.records import MODEL, RUN, House, event, registration, seal

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
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


def dossier(house: House, store: Store, at: AsOf) -> ModelDossier:
    with store.reading() as reader:
        made = model_dossier(View(reader, at, anchor=Anchor(house.ledger, "1", 0)), house.ledger, VERSION)
    assert made is not None
    return made


def test_every_store_gives_the_same_report_byte_for_byte(house: House, other: Store) -> None:
    projection = Projection(house.ledger, other)
    while projection.step():
        pass
    at = AsOf(valid_at=house.clock.micros())
    expected, got = dossier(house, house.store, at), dossier(house, other, at)
    assert any(run.retried_by for run in expected.runs)
    assert got == expected
    for form in FORMS:
        issued = house.issue_context(expected, form)
        assert house.issue_context(got, form) == issued, form
        assert verify(issued, str(house.ledger.verifiers[0])).ok
