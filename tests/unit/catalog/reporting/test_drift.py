"""What the dossier of a dataset shows of what changed between its snapshots, and what its verifier holds that to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.reading import AsOf
from catalog.reporting.dataset_dossier import dataset_dossier
from graph_schema.nodes import Dataset
from reports.kinds import DatasetDossier
from reports.parts.drift import CountDrift, FieldDrift
from reports.standalone import verify_lineward
from tests.support.records import CURATED, RAW, House, event, seal, tag
from tests.support.uses import permission

DATASET = Dataset(**CURATED).id
BETWEEN = "2026-01-15T10:00:00Z"


def written(house: House, number: int, *fields: str, nulls: int = 1, rows: int = 10) -> None:
    """Let a run write a state, count its columns, and seal it."""
    run, version = f"0190d2e6-0000-7000-8000-{number:012}", f"{number:064x}"
    counts = {"rowCount": rows, "columnMetrics": {name: {"nullCount": nulls} for name in fields}}
    sent = event(
        at=f"2026-{number:02}-01T10:00:00Z",
        run=run,
        version={"datasetVersion": f"sha256:{version}"},
        schema={"fields": [{"name": name, "type": "text"} for name in fields]},
    )
    sent["outputs"][0]["outputFacets"] = {"dataQualityMetrics": counts, "outputStatistics": {"rowCount": rows}}
    house.send(sent)


def dossier(house: House) -> DatasetDossier:
    found = dataset_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, DATASET)
    assert found is not None
    return found


@pytest.fixture
def told(house: House) -> House:
    written(house, 1, "ward", "age", nulls=1, rows=10)
    written(house, 2, "ward", "sex", nulls=4, rows=12)
    house.record(tag(dataset=CURATED, column="ward", valid_from=BETWEEN))
    house.record(permission("board-1", of={"dataset": RAW}, terms=[{"code": "NRES"}], valid_from=BETWEEN))
    return house


def test_schema_rows_counts_labels_and_use_are_shown_with_what_they_rest_on(told: House) -> None:
    (found,) = dossier(told).drifts
    assert (found.before[-1], found.after[-1], found.rows_before, found.rows_after) == ("1", "2", 10, 12)
    assert found.fields == (
        FieldDrift(field="age", before="text"),
        FieldDrift(field="sex", after="text"),
    )
    assert found.columns == (CountDrift(column="ward", what="nulls", before=1, after=4),)
    assert {(one.came, one.field, one.phi_kind) for one in found.labels} >= {(True, "ward", "DIRECT_IDENTIFIER")}
    assert [(one.came, one.about) for one in found.uses] == [(True, "landing/visits")]
    assert (found.uncompared, found.not_shown) == ((), 0)
    assert found.entries


def test_of_the_newest_states_alone_it_is_shown_and_the_rest_is_counted(told: House) -> None:
    for number in range(3, 8):
        written(told, number, "ward", "sex")
    found = dossier(told)
    assert [one.after[-1] for one in found.drifts] == ["7", "6", "5", "4"]
    assert all(one.before == other.after for one, other in zip(found.drifts, found.drifts[1:], strict=False))


def test_nothing_is_shown_of_fewer_than_two_states(house: House) -> None:
    written(house, 1, "ward")
    assert dossier(house).drifts == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": "sha256:" + "9" * 64},
        {"rows_after": 99},
        {"fields": (FieldDrift(field="ward", before="text", after="text"),)},
    ],
)
def test_what_is_genuine_verifies_and_what_the_snapshots_contradict_is_found(
    told: House, wrong: dict[str, Any]
) -> None:
    told.record(seal())
    genuine = dossier(told)
    key = str(told.ledger.verifiers[0])
    assert verify_lineward.verify(told.issue_context(genuine, "json"), key).ok
    forged = replace(genuine, drifts=(replace(genuine.drifts[0], **wrong), *genuine.drifts[1:]))
    found = verify_lineward.verify(told.issue_context(forged, "json"), key)
    assert [one.name for one in found.checks if one.status == "FAIL"] == ["derived: what changed in it"]
