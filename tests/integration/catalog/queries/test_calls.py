"""One store call a level, never one a node: however wide a question is, it costs the same calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from catalog.approvals.queries import approvals_of, inbox
from catalog.assets.queries import datasets, jobs, runs
from catalog.labels.queries import attestations, labels
from catalog.lineage.model import Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.releases.queries import model_versions, trained_on, versions_of
from catalog.reporting.model_dossier import model_dossier
from catalog.snapshots.queries import snapshots, snapshots_of
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset, ModelVersion
from tests.support.columns import column_lineage, ran
from tests.support.columns import dataset as dataset_id
from tests.support.columns import told as columns_told
from tests.support.counting import Counting
from tests.support.records import MODEL, RAW, House, declaration, event, registration, request, seal, tag

WIDE = 12


@pytest.fixture
def house(house: House) -> House:
    for number in range(WIDE):
        run = f"0190d2e6-0000-7000-8000-{number:012d}"
        wide = event(run=run, at=f"2026-01-{number + 1:02d}T10:00:00Z")
        wide["outputs"][0]["name"] = wide["inputs"][0]["name"] = f"visits-{number}"
        wide["job"]["name"] = f"curate-{number}"
        house.send(wide)
        dataset = {"namespace": "curated", "name": f"visits-{number}"}
        house.record(declaration(dataset=dataset))
        house.record(tag(dataset=dataset))
        house.record(seal(dataset=dataset, run_id=run))
        named = [{"dataset": dataset, "digest": seal()["digest"]}]
        house.record(registration(version=str(number), trained_on=named, evaluated_on=named, run_id=run))
        house.record(request(subject={"model_version": {"model": MODEL, "version": str(number)}}))
    return house


READS: Mapping[str, tuple[str, Callable[[View, Sequence[str]], Any]]] = {
    "datasets": ("Dataset", datasets),
    "jobs": ("Job", jobs),
    "runs": ("Run", runs),
    "snapshots": ("Snapshot", snapshots),
    "snapshots of": ("Dataset", snapshots_of),
    "labels": ("Dataset", labels),
    "attestations": ("Job", attestations),
    "model versions": ("ModelVersion", model_versions),
    "versions of": ("Model", versions_of),
    "trained on": ("Snapshot", trained_on),
}


@pytest.mark.parametrize("name", READS)
def test_a_wide_question_costs_as_many_calls_as_a_narrow_one(house: House, name: str) -> None:
    label, read = READS[name]
    ids = [row[1] for row in house.store.scan() if row[0] == "node" and row[1].startswith(f"{label}:")]
    assert ids
    narrow, wide = Counting(house.store), Counting(house.store)
    read(View(narrow), ids[:1])
    read(View(wide), ids)
    # Of the one thing nothing more may be to be looked up than is kept; of one among many there may be.
    assert wide.calls - narrow.calls <= Counter(edges=1)
    assert wide.calls.total() <= 12


def test_each_further_approval_of_a_subject_costs_few_calls_more(house: House) -> None:
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "0").id
    alone = Counting(house.store)
    assert len(approvals_of(View(alone), [version])[version]) == 1
    for kind in ("GOVERNANCE", "SAFETY", "SITE"):
        asked = request(subject={"model_version": {"model": MODEL, "version": "0"}}, approval_kind=kind)
        house.record(asked)
    several = Counting(house.store)
    assert len(approvals_of(View(several), [version])[version]) == 4
    # What was known when each was asked for, and came to be known otherwise since, is asked for once more.
    assert several.calls.total() - alone.calls.total() <= 3 * 4


def test_an_inbox_judges_no_request_that_its_owner_has_nothing_to_do_with(house: House) -> None:
    stranger, owner = Counting(house.store), Counting(house.store)
    assert inbox(View(stranger), "a stranger") == ()
    inbox(View(owner), "local")
    assert stranger.calls.total() <= 8 < owner.calls.total()


@pytest.mark.parametrize("jobs", [1, WIDE])
def test_a_step_of_what_is_connected_costs_as_many_calls_however_many_jobs_it_meets(house: House, jobs: int) -> None:
    for number in range(jobs):
        shared = event(run=f"0190d2e6-0000-7000-9000-{number:012d}")
        shared["job"]["name"], shared["outputs"] = f"reads {number}", []
        house.send(shared)
    counting = Counting(house.store)
    found = lineage(View(counting), Walk((Dataset(**RAW).id,), Direction.CONNECTED, depth=0))
    assert sum(node.id.startswith("Job:") for node in found.nodes) == jobs
    assert counting.calls["uses"] == 3  # of the root, of its jobs, and whether there is more behind
    assert counting.calls.total() <= 9


def test_a_dossier_costs_a_bounded_number_of_calls(house: House) -> None:
    counting = Counting(house.store)
    view = View(counting, anchor=Anchor(house.ledger, "1", house.clock.micros()))
    assert model_dossier(view, house.ledger, ModelVersion(MODEL["namespace"], MODEL["name"], "3").id)
    # Several capabilities look at the same things: each is asked for once, whatever points they look at.
    assert counting.calls.total() <= 150


@pytest.mark.parametrize("direction", [Direction.UPSTREAM, Direction.DOWNSTREAM])
@pytest.mark.parametrize("flows", FlowScope)
def test_a_level_of_columns_costs_as_many_calls_however_many_columns_it_has(
    direction: Direction, flows: FlowScope
) -> None:
    counted = []
    for width in (2, 40):
        facets = [column_lineage({f"c{n}": [f"layer{depth}.c{n}"] for n in range(width)}) for depth in range(3)]
        store = columns_told(
            *(
                ran(f"job {depth}", [f"layer{depth}"], {f"layer{depth + 1}": facet}, f"2026-01-0{depth + 1}T10:00:00Z")
                for depth, facet in enumerate(facets)
            )
        )
        counting = Counting(store)
        root = dataset_id("layer3" if direction is Direction.UPSTREAM else "layer0")
        graph = lineage(View(counting), Walk((root,), direction, Grain.COLUMN, 10, flows))
        assert len(graph.edges) == 3 * width
        counted.append(counting.calls)
    assert counted[0] == counted[1]
    assert max(counted[1].values()) <= 6 + counted[1]["checkpoint"]


@pytest.mark.parametrize("flows", FlowScope)
@pytest.mark.parametrize("direction", [Direction.UPSTREAM, Direction.DOWNSTREAM])
def test_columns_cost_as_many_calls_however_many_levels_there_are(direction: Direction, flows: FlowScope) -> None:
    counted = []
    for depth in (5, 20):
        store = columns_told(
            *(
                ran(
                    f"job {number}",
                    [f"layer{number}"],
                    {f"layer{number + 1}": column_lineage({"c": [f"layer{number}.c"]})},
                )
                for number in range(depth)
            )
        )
        counting = Counting(store)
        root = dataset_id(f"layer{depth}" if direction is Direction.UPSTREAM else "layer0")
        assert len(lineage(View(counting), Walk((root,), direction, Grain.COLUMN, 30, flows)).edges) == depth
        counted.append(counting.calls)
    assert counted[0] == counted[1]
