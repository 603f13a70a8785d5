"""Rights hide nodes everywhere at once: what is hidden answers as what is not there, and is only counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.assets.folds import aspects_in_force
from catalog.assets.history import histories
from catalog.assets.queries import datasets
from catalog.lineage.model import Direction, FlowKind, Grain, Walk
from catalog.lineage.queries import lineage
from catalog.reading import EVERYTHING, LATEST, AsOf, Complete, Redacted, Rights, Truncated
from catalog.search.model import Search
from catalog.search.queries import search
from graph_schema.nodes import Approval, Dataset, Job, ModelVersion, Snapshot
from tests.support.queries import about_entries, answers
from tests.support.records import (
    DIGEST,
    MODEL,
    RUN,
    House,
    attestation,
    declaration,
    event,
    registration,
    request,
    run_node,
    seal,
    tag,
    verification,
)

SECRET = "genomics"
HIDDEN = Dataset(SECRET, "variants")
FIRST, BETWEEN, LAST = Dataset("landing", "visits"), HIDDEN, Dataset("curated", "risk")
SECRET_JOB = {"namespace": SECRET, "name": "call-variants"}
SCORE = {"namespace": "pipeline", "name": "score"}
SECRET_RUN = "0190d2e6-0000-7000-8000-0000000000f0"
SECRET_RUN_TOO = "0190d2e6-0000-7000-8000-0000000000f2"
OPEN_RUN = "0190d2e6-0000-7000-8000-0000000000f1"
RIGHTS = Rights(namespaces=frozenset({"landing", "curated", "pipeline", "models"}))
OPEN_RUN_ID = run_node(OPEN_RUN, SCORE).id
ABSENT = Dataset("landing", "never met").id
_OF = {"_producer": "https://example.org/made-up", "_schemaURL": "https://example.org/made-up.json"}
NAMING = {
    "columnLineage": {
        **_OF,
        "fields": {"score": {"inputFields": [{"namespace": SECRET, "name": HIDDEN.name, "field": "gene"}]}},
        "dataset": [{"namespace": SECRET, "name": HIDDEN.name, "field": "gene"}],
    },
    "madeUp_reads": {**_OF, "upstream": [{"namespace": SECRET, "name": HIDDEN.name}], "note": "kept"},
}
"""Facets of what may be seen that name what may not."""
NAMING_OF_RUN = {
    "parent": {**_OF, "job": SECRET_JOB, "run": {"runId": SECRET_RUN}},
    "jobDependencies": {**_OF, "upstream": [{"job": SECRET_JOB, "run": {"runId": SECRET_RUN}}], "downstream": []},
}


def ref(dataset: Dataset) -> dict[str, Any]:
    return {"namespace": dataset.namespace, "name": dataset.name}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(Path(tmp_path_factory.mktemp("rights")))
    made.tell_story(made.act_as("grace", "approver"))
    into = event(run=SECRET_RUN, at="2026-01-02T10:00:00Z")
    into |= {"job": {**SECRET_JOB, "facets": {}}, "inputs": [ref(FIRST)], "outputs": [ref(BETWEEN)]}
    out = event(run=OPEN_RUN, at="2026-01-03T10:00:00Z")
    out |= {
        "job": {**SCORE, "facets": {}},
        "inputs": [ref(BETWEEN)],
        "outputs": [{**ref(LAST), "facets": NAMING}],
    }
    out["run"] |= {"facets": NAMING_OF_RUN}
    made.send(into)
    made.send(out)
    beside = event(run=SECRET_RUN_TOO, at="2026-01-04T10:00:00Z")
    described = {"documentation": {"description": "Scores of made-up visits"}}
    beside |= {
        "job": {**SECRET_JOB, "facets": {}},
        "inputs": [ref(FIRST)],
        "outputs": [{**ref(LAST), "facets": described}],
    }
    made.send(beside)
    made.record(seal(dataset=ref(LAST), run_id=SECRET_RUN_TOO, job=SECRET_JOB))
    made.record(declaration(dataset=ref(HIDDEN), owner="the genomics board"))
    made.record(declaration(dataset=ref(LAST), site="South"))
    made.record(tag(dataset=ref(HIDDEN)))
    made.record(attestation(job=SECRET_JOB, run_id=SECRET_RUN))
    made.record(seal(dataset=ref(HIDDEN), run_id=SECRET_RUN, job=SECRET_JOB))
    made.record(verification(dataset=ref(HIDDEN)))
    named = [{"dataset": ref(HIDDEN), "digest": DIGEST}]
    made.record(registration(version="2", trained_on=named, evaluated_on=named, run_id=OPEN_RUN, job=SCORE))
    made.record(request(subject={"dataset": ref(HIDDEN)}))
    yield made
    made.close()


@pytest.fixture(scope="module")
def everything(house: House) -> list[str]:
    return sorted(row[1] for row in house.store.scan() if row[0] == "node")


@pytest.fixture(scope="module")
def hidden(house: House) -> frozenset[str]:
    asked = {
        Approval(str(each.index)).id
        for each in house.ledger.entries(0, house.ledger.size())
        if each.entry.kind == "record.request_approval" and HIDDEN.id in each.entry.subjects
    }
    return frozenset(asked) | {
        HIDDEN.id,
        Job(**SECRET_JOB).id,
        run_node(SECRET_RUN, SECRET_JOB).id,
        run_node(SECRET_RUN_TOO, SECRET_JOB).id,
        Snapshot(HIDDEN.namespace, HIDDEN.name, DIGEST).id,
    }


def test_what_is_hidden_answers_every_query_as_what_is_not_there(
    house: House, everything: list[str], hidden: frozenset[str]
) -> None:
    assert len(hidden) > 4
    visible = [one for one in everything if one not in hidden]
    asked = answers(house.view(rights=RIGHTS), everything, house.ledger)
    without = answers(house.view(rights=RIGHTS), visible, house.ledger)
    for name, answer in asked.items():
        if isinstance(answer, dict) and "lineage" not in name:
            assert {key: value for key, value in answer.items() if value is not None} == without[name], name
    for direction in Direction:
        walk = Walk((HIDDEN.id,), direction, Grain.DATASET)
        absent = Walk((ABSENT,), direction, Grain.DATASET)
        found, nothing = (lineage(house.view(rights=RIGHTS), each) for each in (walk, absent))
        assert (found.edges, found.completeness) == (nothing.edges, nothing.completeness) == ((), Complete())
        assert [node.depth for node in found.nodes] == [node.depth for node in nothing.nodes]


def test_no_answer_about_what_may_be_seen_names_what_may_not(
    house: House, everything: list[str], hidden: frozenset[str]
) -> None:
    visible = [one for one in everything if one not in hidden]
    for name, answer in answers(house.view(rights=RIGHTS), visible, house.ledger).items():
        text = repr(answer)
        if name in about_entries(house.ledger):
            # The canonical entry is what the proof is about: it names its subjects by their opaque ids.
            text = re.sub(r"entry='[^']*'", "", text)
        assert not [one for one in hidden if one in text], name
        assert SECRET not in text, name
        assert "genomics board" not in text, name


def test_of_facets_that_name_what_is_hidden_the_rest_is_shown_and_who_sees_everything_sees_all(house: House) -> None:
    asked = [(LAST.id, "facet:madeUp_reads"), (OPEN_RUN_ID, "parent"), (OPEN_RUN_ID, "job_dependencies")]

    def shown(rights: Rights) -> list[Any]:
        view = house.view(rights=rights)
        held = aspects_in_force(view, [LAST.id, OPEN_RUN_ID])
        said = histories(view, asked)
        for of, aspect in asked:
            now = held[of].get(aspect)
            assert [one.value for one in said[of, aspect]] == ([] if now is None else [now.value])
        assert rights.unbounded or HIDDEN.id in view.hidden
        return [None if (now := held[of].get(aspect)) is None else now.value for of, aspect in asked]

    naming, parent, dependencies = shown(EVERYTHING)
    assert naming["upstream"]
    assert parent["job"] == SECRET_JOB
    assert dependencies["upstream"]
    bounded = shown(RIGHTS)
    assert bounded == [{**naming, "upstream": []}, None, {**dependencies, "upstream": []}]


def test_what_is_hidden_is_counted_and_what_it_connects_stays_connected(house: House) -> None:
    view = house.view(rights=RIGHTS)
    found = lineage(view, Walk((LAST.id,), Direction.UPSTREAM, depth=5))
    assert {(edge.source, edge.target, edge.how, edge.job, edge.run) for edge in found.edges} == {
        (FIRST.id, LAST.id, FlowKind.HIDDEN, None, None),
        (FIRST.id, LAST.id, FlowKind.RAN, None, None),
    }
    assert {node.id: node.hidden for node in found.nodes} == {FIRST.id: 1, LAST.id: 1}
    assert found.completeness == Redacted(1)
    assert isinstance(view.completeness(found.completeness), Redacted)
    assert view.completeness(Truncated(2, 2)) == Truncated(2, 2, hidden=len(view.hidden))


def test_who_may_see_everything_is_told_of_nothing_hidden(house: House) -> None:
    found = lineage(house.view(), Walk((LAST.id,), Direction.UPSTREAM, depth=5))
    assert {edge.source for edge in found.edges} == {HIDDEN.id, FIRST.id}
    assert found.completeness == Complete()


def test_search_neither_finds_nor_counts_what_is_hidden(house: House) -> None:
    asked = Search(facets=("label", "owner", "phi"))
    every, some = (search(house.view(rights=rights), asked) for rights in (Rights(), RIGHTS))
    assert every.total - some.total == 3  # the dataset, its snapshot, its job
    assert {hit.id for hit in some.hits} == {hit.id for hit in every.hits if SECRET not in repr(hit.node)}
    assert every.facets["owner"]["the genomics board"] == 1
    assert "the genomics board" not in some.facets["owner"]
    assert some.facets["label"]["Dataset"] == every.facets["label"]["Dataset"] - 1


def test_search_goes_through_the_pages_of_what_may_be_seen(house: House) -> None:
    whole = search(house.view(rights=RIGHTS), Search())
    found, after = [], None
    while True:
        page = search(house.view(rights=RIGHTS), Search(first=2, after=after))
        found += [hit.id for hit in page.hits]
        if not page.more:
            break
        after = page.hits[-1].cursor
    assert found == [hit.id for hit in whole.hits]


def test_a_site_hides_what_is_not_known_to_be_held_there_alone(house: House) -> None:
    south = house.view(rights=Rights(sites=frozenset({"South"})))
    assert set(south.nodes([FIRST.id, LAST.id, HIDDEN.id])) == {LAST.id}
    assert set(house.view(rights=Rights(sites=frozenset({"South", "North"}))).nodes([FIRST.id, LAST.id])) == {
        FIRST.id,
        LAST.id,
    }


def test_what_is_in_force_is_so_for_everybody_also_where_who_wrote_it_is_hidden(house: House) -> None:
    for at in (LATEST, AsOf(valid_at=house.clock.micros())):
        every, some = (datasets(house.view(at, rights), [LAST.id])[LAST.id] for rights in (EVERYTHING, RIGHTS))
        assert every.documentation is not None
        assert some.documentation is not None
        assert some.documentation.value == every.documentation.value
        assert (some.documentation.run, some.state) == (None, every.state)
    assert HIDDEN.id not in (house.view(rights=RIGHTS).reach([FIRST.id], "out", 3, 100) or ())


def test_what_is_judged_as_something_else_follows_it(house: House) -> None:
    nothing = house.view(rights=Rights(namespaces=frozenset({"models"})))
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
    assert set(nothing.nodes([version, run_node(RUN).id, FIRST.id])) == {version}
