from __future__ import annotations

import base64

import pytest

from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.releases.queries import model_versions, trained_on, versions_of
from catalog.view import View
from graph_schema.aspects.models import Metric
from graph_schema.nodes import Dataset, Job, Model, ModelVersion, Snapshot
from tests.support.records import CURATED, DIGEST, JOB, MODEL, RUN, House, event, registration, run_node, seal

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(seal())
    return house


def test_a_registration_names_everything_exactly(house: House) -> None:
    index = house.record(registration()).receipt.index
    found = model_versions(View(house.store), [VERSION])[VERSION].registration
    assert found is not None
    assert (found.entry, found.registered_by, found.authenticated) == (index, "local", False)
    assert [(use.snapshot, use.dataset, use.digest) for use in found.trained_on] == [
        (SNAPSHOT, Dataset(**CURATED).id, DIGEST)
    ]
    assert found.code is not None
    assert (found.code.revision, found.code.clean) == ("f" * 40, True)
    assert found.environment is not None
    assert found.environment.description == "CPython 3.11"
    assert found.metrics == (Metric("auroc", "0.75", "test"),)
    assert (found.run, found.job) == (run_node(RUN).id, Job(**JOB).id)


def test_a_figure_is_kept_as_plain_decimal_text(house: House) -> None:
    metrics = [{"name": name, "value": value} for name, value in (("a", 1e-7), ("b", 3), ("c", 0.1), ("d", 12345678.9))]
    house.record(registration(metrics=metrics))
    found = model_versions(View(house.store), [VERSION])[VERSION].registration
    assert found is not None
    assert [metric.value for metric in found.metrics] == ["0.0000001", "3", "0.1", "12345678.9"]


def test_a_snapshot_tells_what_was_trained_on_it_and_a_model_its_versions(house: House) -> None:
    house.record(registration())
    house.record(registration(version="2"))
    second = ModelVersion(MODEL["namespace"], MODEL["name"], "2").id
    assert set(trained_on(View(house.store), [SNAPSHOT])[SNAPSHOT]) == {VERSION, second}
    model = Model(**MODEL).id
    assert versions_of(View(house.store), [model])[model] == (VERSION, second)


def test_a_corrected_registration_stands_beside_the_first_one(house: House) -> None:
    first = house.record(registration()).receipt.index
    house.record(registration(artifact_digest="sha256:" + "9" * 64, evaluated_on=[]))
    record = model_versions(View(house.store), [VERSION])[VERSION]
    assert record.registration is not None
    assert (record.registration.artifact_digest, record.registration.evaluated_on) == ("sha256:" + "9" * 64, ())
    assert [len(each.evaluated_on) for each in record.registrations] == [1, 0]
    before = model_versions(View(house.store, AsOf(known_at=first)), [VERSION])[VERSION]
    assert len(before.registrations) == 1


def test_an_unknown_snapshot_is_refused_with_its_place(house: House) -> None:
    unknown = {"dataset": CURATED, "digest": "sha256:" + "0" * 64}
    with pytest.raises(SenderError, match="seal it first") as caught:
        house.record(registration(evaluated_on=[{"dataset": CURATED, "digest": DIGEST}, unknown]))
    assert caught.value.pointer == "/evaluated_on/1/digest"


def test_a_snapshot_that_only_a_run_named_is_taken_with_a_warning(house: House) -> None:
    run = "0190d2e6-0000-7000-8000-00000000000b"
    house.send(event(at="2026-01-02T00:00:00Z", run=run, version={"datasetVersion": "v7"}))
    accepted = house.record(registration(trained_on=[{"dataset": CURATED, "digest": "v7"}]))
    assert any("not sealed" in warning for warning in accepted.warnings)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"trained_on": []}, "/trained_on"),
        ({"artifact_digest": "sha256:xyz"}, "/artifact_digest"),
        ({"metrics": [{"name": "a", "value": float("inf")}]}, "/metrics/0/value"),
        ({"metrics": [{"name": "a", "value": "1"}]}, "/metrics/0/value"),
        ({"metrics": [{"name": "a", "value": True}]}, "/metrics/0/value"),
        ({"signature": "not base64!"}, "/signature"),
        ({"signature": base64.b64encode(b"[" * 9000).decode()}, "/signature"),
        ({"code": {"repository": "r"}}, "/code/revision"),
        ({"metrics": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]}, "/metrics"),
    ],
)
def test_a_registration_that_is_not_exact_is_refused(house: House, more: dict[str, object], pointer: str) -> None:
    with pytest.raises(SenderError) as caught:
        house.record(registration(**more))
    assert caught.value.pointer == pointer
