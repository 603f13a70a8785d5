from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    attestation,
    declaration,
    facet_mapping,
    principal,
    tag,
    tag_mapping,
)

EVENTS = Path(__file__).parents[1] / "openlineage" / "made_up.jsonl"
EARLY = "2026-01-05T00:00:00Z"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A catalog that took every kind of record, each of their fields, and events with all that events can say."""
    house = House(tmp_path_factory.mktemp("story"))
    approver = house.act_as("grace", "approver")
    house.tell_story(approver)
    for dated in (declaration, tag, attestation, facet_mapping, tag_mapping):
        house.record(dated(valid_from=EARLY))
    house.record(attestation(schema_version="1.2.0"))
    house.restore()
    house.record({"kind": "revoke_key", "key_id": approver.key_id, "principal": "grace", "force": True})
    house.record({**principal("grace", "approver"), "force": True})
    context = model_dossier(house.view(), house.ledger, ModelVersion(MODEL["namespace"], MODEL["name"], "1").id)
    assert context is not None
    house.issue_context(context, "json")
    for node in (Snapshot(CURATED["namespace"], CURATED["name"], DIGEST), Dataset(RAW["namespace"], RAW["name"])):
        asked = approvals_record(house.view(), house.ledger, node.id)
        assert asked is not None
        house.issue_context(asked, "json")
    for line in EVENTS.read_text().splitlines():
        house.send_bytes(line.encode())
    yield house
    house.close()
