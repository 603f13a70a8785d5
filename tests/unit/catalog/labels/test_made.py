"""What is in a snapshot or a model version is what runs had written that began before it was made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catalog.labels.taint.queries import effective_labels, why_label
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.records import CURATED, DIGEST, MODEL, RAW, House, attestation, event, registration, seal, tag

EARLY = "2025-01-01T00:00:00Z"
OTHER_RUN = "0190d2e6-0000-7000-8000-00000000000b"
DIRECT = "DIRECT_IDENTIFIER"
SNAPSHOT, CURATED_ID = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id, Dataset(**CURATED).id
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
# Clocks of tests stand at 2026-05-28 when it is sealed.
BEGUN_AFTER = [("START", "2026-06-01T13:00:00Z"), ("COMPLETE", "2026-06-01T14:00:00Z")]
BEGUN_BEFORE = [("START", "2026-05-20T13:00:00Z"), ("COMPLETE", "2026-06-01T14:00:00Z")]
BEGINNING_UNKNOWN = [("COMPLETE", "2026-06-01T14:00:00Z")]


def masked(column: str) -> dict[str, Any]:
    transformation = {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}
    origin = {**RAW, "field": column, "transformations": [transformation]}
    return {"columnLineage": {"fields": {"key": {"inputFields": [origin]}}}}


@pytest.fixture
def sealed(house: House) -> House:
    """A snapshot, and a model version trained on it, of data that an attested run wrote."""
    house.send(event("START", "2026-01-01T09:00:00Z", **masked("mrn")))
    house.send(event(**masked("mrn")))
    for column in ("mrn", "ward"):
        house.record(tag(column=column, confidentiality=None, valid_from=EARLY))
    house.record(attestation(valid_from=EARLY), house.act_as("ada", "steward"))
    house.record(seal())
    house.record(registration(run_id=None, job=None))
    house.clock.now += timedelta(days=10).total_seconds()
    return house


def kinds(house: House, of: str) -> list[str]:
    return [one.kind for one in effective_labels(house.view(), [of])[of].labels if one.kind == DIRECT]


@pytest.mark.parametrize("column", ["mrn", "ward"], ids=["by the flow before", "by another flow"])
@pytest.mark.parametrize(
    ("events", "left"),
    [(BEGUN_AFTER, []), (BEGUN_BEFORE, [DIRECT]), (BEGINNING_UNKNOWN, [DIRECT])],
    ids=["begun after", "begun before", "beginning unknown"],
)
def test_what_a_run_wrote_is_in_it_unless_that_began_later(
    sealed: House, events: list[tuple[str, str]], left: list[str], column: str
) -> None:
    assert kinds(sealed, SNAPSHOT) == []
    for kind, at in events:
        sealed.send(event(kind, at, OTHER_RUN, **masked(column)))
    assert kinds(sealed, CURATED_ID) == [DIRECT]
    assert kinds(sealed, SNAPSHOT) == left
    assert bool(why_label(sealed.view(), SNAPSHOT, None, DIRECT).ways) is bool(left)


def test_an_event_that_came_late_of_a_run_that_began_before_counts(sealed: House) -> None:
    sealed.send(event("START", "2026-06-01T13:00:00Z", OTHER_RUN, **masked("ward")))
    assert kinds(sealed, SNAPSHOT) == []
    sealed.send(event("START", "2026-05-20T08:00:00Z", OTHER_RUN, **masked("ward")))
    assert kinds(sealed, SNAPSHOT) == [DIRECT]


@pytest.mark.parametrize(("events", "left"), [(BEGUN_AFTER, []), (BEGUN_BEFORE, [DIRECT])])
def test_a_model_version_holds_what_its_data_held_when_it_was_trained(
    sealed: House, events: list[tuple[str, str]], left: list[str]
) -> None:
    assert kinds(sealed, VERSION) == []
    for kind, at in events:
        sealed.send(event(kind, at, OTHER_RUN, **masked("ward")))
    assert kinds(sealed, VERSION) == left


def test_a_version_registered_before_its_training_holds_what_that_read(sealed: House) -> None:
    """A registration that is dated back takes nothing away: the run that trains it wrote it later."""
    training = "0190d2e6-0000-7000-8000-00000000000c"
    for kind, at in BEGUN_AFTER:
        sealed.send(event(kind, at, OTHER_RUN, **masked("ward")))
    named = {"namespace": MODEL["namespace"], "name": MODEL["name"]}
    facets = {"version": {"datasetVersion": "1"}, "datasetType": {"datasetType": "MODEL"}}
    trained = event("COMPLETE", "2026-06-02T10:00:00Z", training)
    sealed.send({**trained, "inputs": [CURATED], "outputs": [{**named, "facets": facets}]})
    assert kinds(sealed, VERSION) == [DIRECT]
