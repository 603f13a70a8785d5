"""What a consent reaches, from records through the graph to the answer."""

from __future__ import annotations

import pytest

from catalog.errors import SenderError
from catalog.reading import AsOf, Complete, Redacted, Rights, Truncated
from catalog.snapshots.rules import manifest_digest
from catalog.use.impact import ConsentImpact, consent_impact
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Deployment, Job, ModelVersion, Snapshot, Source, UseStatement
from graph_schema.times import parse_zoned
from tests.support.counting import Counting
from tests.support.deployments import deployment, ending_deployment
from tests.support.records import (
    CURATED,
    DIGEST,
    MANIFEST,
    MODEL,
    RAW,
    House,
    declaration,
    event,
    place,
    registration,
    request,
    seal,
)
from tests.support.uses import flow, licence, named, permission, withdrawal_of_consent

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
SNAPSHOT_ID = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
VERSION_ID = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
BEFORE = "2026-01-01T00:00:00Z"
DATE = parse_zoned("2026-06-15T00:00:00Z")


def touched(found: ConsentImpact) -> list[str]:
    return [one.id for one in found.touched]


@pytest.fixture
def trained(house: House) -> House:
    """Lend a catalog in which visits were curated, sealed, trained on, and the version was put up for approval."""
    house.send(event(version={"datasetVersion": DIGEST}))
    for record in (permission(valid_from=BEFORE), declaration(permitted_use=None), seal(), registration(), request()):
        house.record(record)
    return house


def test_everything_that_was_made_of_a_dataset_each_with_a_path_and_its_entries(trained: House) -> None:
    found = consent_impact(trained.view(), RAW_ID, DATE)
    assert [label_of(one) for one in touched(found)] == ["Dataset", "Dataset", "Snapshot", "ModelVersion", "Approval"]
    assert {RAW_ID, CURATED_ID, SNAPSHOT_ID, VERSION_ID} <= set(touched(found))
    assert isinstance(found.completeness, Complete)
    for one in found.touched:
        ends = [RAW_ID, *(edge.target for edge in one.path)]
        assert [edge.source for edge in one.path] == ends[:-1]
        assert ends[-1] == one.on
        assert one.bound_by == ("board-1",)
        assert {edge.known_from for edge in one.path} <= set(one.entries) <= set(found.entries)
    assert [one.id for one in found.statements] == ["board-1"]


def test_so_is_where_a_model_version_runs_and_ran(trained: House) -> None:
    trained.record(place())
    ran = trained.record(deployment()).receipt.index
    trained.record(ending_deployment(ran))
    runs = trained.record(deployment(environment="trial")).receipt.index
    found = consent_impact(trained.view(), RAW_ID, DATE)
    last = [one for one in found.touched if label_of(one.id) == "Deployment"]
    assert {one.id for one in last} == {Deployment(str(ran)).id, Deployment(str(runs)).id}
    assert found.touched[-2:] == tuple(last)
    (version,) = (one for one in found.touched if one.id == VERSION_ID)
    assert all((one.on, one.path, one.bound_by) == (VERSION_ID, version.path, version.bound_by) for one in last)
    assert {ran, runs} <= {entry for one in last for entry in one.entries} <= set(found.entries)
    hidden = consent_impact(trained.view(AsOf(known_at=ran - 1)), RAW_ID, DATE)
    assert "Deployment" not in {label_of(one.id) for one in hidden.touched}


@pytest.mark.parametrize("of", [Source("made-up EHR").id, UseStatement("board-1").id])
def test_of_a_source_and_of_a_statement_it_is_what_stands_behind_their_data(trained: House, of: str) -> None:
    assert touched(consent_impact(trained.view(), of, DATE)) == touched(consent_impact(trained.view(), RAW_ID, DATE))


def test_of_a_source_the_entry_that_names_it_is_cited(trained: House) -> None:
    found = consent_impact(trained.view(), Source("made-up EHR").id, DATE)
    supplied = trained.view().edges([RAW_ID], ("SUPPLIES",), "in")
    assert all({edge.entry for edge in supplied} & set(one.entries) for one in found.touched)
    assert found.statements == ()


def test_of_a_snapshot_no_other_of_its_dataset(trained: House) -> None:
    digest = manifest_digest(MANIFEST[:1])
    trained.record(seal(digest=digest, manifest=MANIFEST[:1]))
    apart = Snapshot(CURATED["namespace"], CURATED["name"], digest).id
    found = touched(consent_impact(trained.view(), SNAPSHOT_ID, DATE))
    assert SNAPSHOT_ID in found
    assert apart not in found
    assert apart in touched(consent_impact(trained.view(), CURATED_ID, DATE))


def test_a_withdrawal_is_told_with_its_date(trained: House) -> None:
    entry = trained.record(withdrawal_of_consent(valid_from="2026-05-10T00:00:00Z")).receipt.index
    found = consent_impact(trained.view(), RAW_ID, DATE)
    (statement,) = found.statements
    assert statement.withdrawal is not None
    assert entry in found.entries


def test_what_a_licence_replaces_on_every_way_is_not_bound(house: House) -> None:
    flow(house, 1, "a", "b")
    flow(house, 2, "b", "c")
    flow(house, 3, "a", "d")
    house.record(permission(of={"dataset": named("a")}, valid_from=BEFORE))
    house.record(licence(of={"dataset": named("b")}, valid_from=BEFORE, until="2026-07-01T00:00:00Z"))
    ids = {name: Dataset(**named(name)).id for name in "abcd"}

    def bound(at: int) -> set[str]:
        found = consent_impact(house.view(), ids["a"], at)
        assert {one.id for one in found.touched} == set(ids.values())
        assert all(one.bound_by or one.replaced_by == ("licence-1",) for one in found.touched)
        return {one.id for one in found.touched if one.bound_by}

    assert bound(DATE) == {ids["a"], ids["d"]}
    assert bound(parse_zoned("2026-07-01T00:00:00Z")) == set(ids.values())


def test_where_a_bound_ends_it_it_says_where(house: House) -> None:
    for number, (source, target) in enumerate((("a", "b"), ("b", "c"), ("c", "d")), 1):
        flow(house, number, source, target)
    found = consent_impact(house.view(), Dataset(**named("a")).id, DATE, budget=2)
    assert isinstance(found.completeness, Truncated)
    assert found.completeness.frontier
    assert len(found.touched) == 2


def test_where_rights_hide_something_it_says_so(trained: House) -> None:
    view = trained.view(rights=Rights(namespaces=frozenset({"landing", "models"})))
    found = consent_impact(view, RAW_ID, DATE)
    assert isinstance(found.completeness, Redacted)
    assert CURATED_ID not in repr(found)
    assert VERSION_ID in touched(found)


def test_is_asked_of_nothing_else(house: House) -> None:
    with pytest.raises(SenderError, match="use statement"):
        consent_impact(house.view(), Job("pipeline", "curate").id)


def test_costs_the_same_calls_however_much_was_made_of_it(house: House) -> None:
    counts = []
    for number in range(1, 17):
        flow(house, number, f"d{number}", f"d{number + 1}")
        flow(house, 100 + number, f"d{number}", f"e{number}")
        if number in {2, 16}:
            with house.store.reading() as reader:
                counting = Counting(reader)
                found = consent_impact(View(counting), Dataset(**named("d1")).id, DATE)
                assert len(found.touched) == 2 * number + 1
                counts.append(counting.calls.total())
    assert counts[0] == counts[1] <= 20
