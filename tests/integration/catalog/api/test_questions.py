"""What people come with, each in one query: raw feeds, jobs and runs, versions, and what was noted of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graph_schema.nodes import Dataset, Job, Model, ModelVersion, Snapshot
from tests.support.records import (
    CURATED,
    DIGEST,
    JOB,
    MODEL,
    RAW,
    RUN,
    declaration,
    event,
    registration,
    run_node,
    seal,
)

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

LANDING, VISITS = Dataset(**RAW).id, Dataset(**CURATED).id
BEFORE, SINCE = "2025-12-31T00:00:00Z", "2026-01-01T12:00:00Z"
OTHER = {"namespace": "mirror", "name": "visits"}


def run_id(number: int) -> str:
    return f"0190d2e6-0000-7000-8000-{number:012x}"


def test_the_raw_feeds_of_a_snapshot_come_with_the_snapshot(filled: Catalog) -> None:
    query = """query($d: Digest!) { snapshot(digest: $d) { ... on Snapshot { feeds {
      nodes { totalCount nodes { __typename name ... on Dataset { id } } }
      completeness { __typename } readPoint { ledgerIndex } } } } }"""
    feeds = filled.data(query, d=DIGEST)["snapshot"]["feeds"]
    assert feeds["nodes"] == {"totalCount": 1, "nodes": [{"__typename": "Dataset", "name": RAW["name"], "id": LANDING}]}
    assert feeds["completeness"] == {"__typename": "Complete"}
    assert feeds["readPoint"] == {"ledgerIndex": filled.service.ledger.size() - 1}


def test_feeds_that_a_budget_cut_off_are_said_to_be_no_whole_answer(filled: Catalog) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Asset { feeds(budget: 1) {
      nodes { totalCount } completeness { __typename } } } } }"""
    feeds = filled.data(query, id=VISITS)["node"]["feeds"]
    assert feeds == {"nodes": {"totalCount": 0}, "completeness": {"__typename": "Truncated"}}


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("UPSTREAM", {LANDING: True, VISITS: False}),
        ("BOTH", {LANDING: True, VISITS: False}),
        ("DOWNSTREAM", {LANDING: None, VISITS: None}),
    ],
)
def test_lineage_says_which_nodes_are_raw_feeds(
    filled: Catalog, direction: str, expected: dict[str, bool | None]
) -> None:
    query = """query($input: LineageInput!) { lineage(input: $input) { ... on LineageGraph {
      nodes { nodes { id isSource } } } } }"""
    root = LANDING if direction == "DOWNSTREAM" else VISITS
    walk = {"of": [root], "direction": direction, "grain": "DATASET", "depth": 1}
    nodes = filled.data(query, input=walk)["lineage"]["nodes"]["nodes"]
    assert {node["id"]: node["isSource"] for node in nodes if node["id"] in expected} == expected


def test_what_is_connected_comes_whole_with_its_jobs(filled: Catalog) -> None:
    query = """query($input: LineageInput!) { lineage(input: $input) { ... on LineageGraph { grain ids
      nodes { nodes { id kind depth isSource node { ... on Job { name } } } }
      edges { nodes { from to kind job { id } } } completeness { __typename } } } }"""
    found = filled.data(query, input={"of": [VISITS], "direction": "CONNECTED", "depth": 1})["lineage"]
    job = Job(**JOB).id
    assert {VISITS, LANDING, job} <= set(found["ids"]) == {node["id"] for node in found["nodes"]["nodes"]}
    assert [
        (node["kind"], node["depth"], node["isSource"]) for node in found["nodes"]["nodes"] if node["id"] == job
    ] == [("JOB", 1, None)]
    drawn = {(edge["from"], edge["to"], edge["kind"], edge["job"]["id"]) for edge in found["edges"]["nodes"]}
    assert {(LANDING, job, "READ", job), (job, VISITS, "WROTE", job)} <= drawn
    assert (found["grain"], found["completeness"]) == ("DATASET", {"__typename": "Complete"})


def test_what_happened_along_an_edge_is_said_with_its_reason(catalog: Catalog) -> None:
    copied = event(lineward_operation={"operation": "COPY"})
    catalog.event(copied)
    catalog.caught_up()
    query = """query($input: LineageInput!) { lineage(input: $input) { ... on LineageGraph {
      edges { nodes { operation { kind reason entries } } } copies { from to } } } }"""
    found = catalog.data(query, input={"of": [VISITS], "direction": "UPSTREAM"})["lineage"]
    (edge,) = found["edges"]["nodes"]
    assert (edge["operation"]["kind"], edge["operation"]["reason"]) == ("COPY", "STATED")
    assert found["copies"] == [{"from": LANDING, "to": VISITS}]


def test_where_data_enters_comes_in_pages_with_counts(filled: Catalog) -> None:
    query = """query($after: String) { borders(side: INGRESS) { ... on Borders { byNamespace { value count }
      points(first: 1, after: $after) { totalCount nodes { name reason dataset { id } } pageInfo { endCursor } }
      completeness { __typename } readPoint { ledgerIndex } } } }"""
    found = filled.data(query)["borders"]
    assert LANDING in [one["dataset"]["id"] for one in found["points"]["nodes"]]
    assert sum(one["count"] for one in found["byNamespace"]) == found["points"]["totalCount"]
    after = found["points"]["pageInfo"]["endCursor"]
    assert filled.data(query, after=after)["borders"]["points"]["nodes"] != found["points"]["nodes"]


def test_the_lineage_of_an_asset_is_the_lineage_asked_for_by_its_id(filled: Catalog) -> None:
    edges = "edges { nodes { from to job { name } run { runId } attestations { method } } }"
    query = f"""query($id: ID!, $input: LineageInput!) {{
      node(id: $id) {{ ... on Asset {{ lineage(depth: 3) {{ grain {edges} }} }} }}
      lineage(input: $input) {{ ... on LineageGraph {{ grain {edges} }} }} }}"""
    found = filled.data(query, id=VISITS, input={"of": [VISITS], "direction": "UPSTREAM", "depth": 3})
    assert found["node"]["lineage"] == found["lineage"]
    assert found["lineage"]["edges"]["nodes"]


def test_a_walk_below_an_asset_costs_what_a_walk_costs(filled: Catalog) -> None:
    query = """{ search(first: 500) { nodes { ... on Asset { feeds { completeness { __typename } } } } } }"""
    (error,) = filled.ask(query)["errors"]
    assert error["extensions"]["reached"] > 500 * 2000 / 10


def test_a_job_a_run_and_a_model_are_found_by_their_names(filled: Catalog) -> None:
    query = """query($job: QualifiedNameInput!, $run: String!, $model: QualifiedNameInput!) {
      job(ref: $job) { ... on Job { name ref { namespace } runs { totalCount nodes { runId } } } }
      run(runId: $run) { ... on Run { runState job { name } } }
      model(ref: $model) { ... on Model { name versions { nodes { version } } } } }"""
    found = filled.data(query, job=JOB, run=RUN, model=MODEL)
    assert found["job"] == {
        "name": "curate",
        "ref": {"namespace": "pipeline"},
        "runs": {"totalCount": 1, "nodes": [{"runId": RUN}]},
    }
    assert found["run"] == {"runState": "COMPLETE", "job": {"name": "curate"}}
    assert found["model"] == {"name": "readmission", "versions": {"nodes": [{"version": "1"}]}}


def test_what_has_no_such_name_is_not_found(filled: Catalog) -> None:
    query = """{ job(ref: {namespace: "pipeline", name: "no such"}) { ...absent }
      run(runId: "0190d2e6-0000-7000-8000-0000000000ff") { ...absent }
      model(ref: {namespace: "models", name: "no such"}) { ...absent } }
      fragment absent on NotFound { code everKnown message }"""
    for name, found in filled.data(query).items():
        assert (found["code"], found["everKnown"]) == ("NOT_FOUND", False)
        assert f"no {name} of this name" in found["message"]


def test_the_runs_of_a_job_come_newest_first_page_by_page(catalog: Catalog) -> None:
    for number in range(5):
        catalog.event(event(at=f"2026-01-0{number + 1}T10:00:00Z", run=run_id(number)))
    catalog.caught_up()
    query = """query($job: QualifiedNameInput!, $after: String, $at: DateTime) {
      job(ref: $job, asOf: {validAt: $at}) { ... on Job { runs(first: 2, after: $after) {
        totalCount nodes { runId } pageInfo { hasNextPage endCursor } } } } }"""
    seen: list[str] = []
    after = None
    while True:
        page = catalog.data(query, job=JOB, after=after)["job"]["runs"]
        assert page["totalCount"] == 5
        seen += [run["runId"] for run in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [run_id(number) for number in (4, 3, 2, 1, 0)]
    then = catalog.data(query, job=JOB, at="2026-01-02T12:00:00Z")["job"]["runs"]
    assert (then["totalCount"], [run["runId"] for run in then["nodes"]]) == (2, [run_id(1), run_id(0)])


def test_a_run_names_the_runs_that_it_started(catalog: Catalog) -> None:
    parent = {"parent": {"run": {"runId": RUN}, "job": {**JOB, "name": "nightly"}}}
    for number in (1, 2):
        child = event(run=run_id(number))
        child["run"]["facets"] = parent
        catalog.event(child)
    catalog.caught_up()
    query = """query($run: String!) { run(runId: $run) { ... on Run {
      children { totalCount nodes { runId parent { runId } } } } } }"""
    children = catalog.data(query, run=RUN)["run"]["children"]
    assert children["totalCount"] == 2
    assert children["nodes"] == [{"runId": run_id(number), "parent": {"runId": RUN}} for number in (2, 1)]


def test_the_versions_of_a_model_come_newest_first(filled: Catalog) -> None:
    for version in ("2", "3"):
        filled.record(registration(version=version))
        filled.caught_up()
    query = """query($id: ID!, $after: String) { node(id: $id) { ... on Model {
      versions(first: 2, after: $after) { totalCount nodes { version } pageInfo { endCursor } } } } }"""
    model = Model(**MODEL).id
    page = filled.data(query, id=model)["node"]["versions"]
    assert (page["totalCount"], [one["version"] for one in page["nodes"]]) == (3, ["3", "2"])
    filled.record(registration(version="4"))
    filled.caught_up()
    rest = filled.data(query, id=model, after=page["pageInfo"]["endCursor"])["node"]["versions"]
    assert (rest["totalCount"], [one["version"] for one in rest["nodes"]]) == (4, ["1"])


def test_what_was_noted_of_an_event_stands_beside_what_it_said(catalog: Catalog) -> None:
    catalog.event(event("COMPLETE", "2026-01-01T10:00:00Z"))
    odd = event("FAIL", "2026-01-01T11:00:00Z")
    odd["run"]["facets"] = {"errorMessage": {"message": "of Testperson Alpha", "programmingLanguage": "python"}}
    odd["eventTime"] = "2026-01-01T11:00:00"
    index = catalog.event(odd).json()["index"]
    catalog.caught_up()
    query = """query($id: ID!) {
      node(id: $id) { ... on Run { flags { entry pointer code } redactions { entry pointer rule } } }
      evidence(for: $id) { ... on Evidence { entries { index flags { entry pointer code }
        redactions { entry pointer rule } } } } }"""
    found = catalog.data(query, id=run_node(RUN).id)
    run = found["node"]
    assert {(one["entry"], one["pointer"]) for one in run["flags"]} == {(index, "/eventTime")}
    assert {(one["entry"], one["pointer"]) for one in run["redactions"]} == {
        (index, "/run/facets/errorMessage/message")
    }
    first, second = found["evidence"]["entries"]
    assert (first["flags"], first["redactions"]) == ([], [])
    assert (second["flags"], second["redactions"]) == (run["flags"], run["redactions"])


def sealed_twice(catalog: Catalog) -> None:
    mirrored = event(run=run_id(1))
    mirrored["outputs"] = [{**OTHER, "facets": {}}]
    catalog.event(mirrored)
    catalog.caught_up()
    assert catalog.record(seal(dataset=OTHER)).status_code == 201
    catalog.caught_up()


SNAPSHOT = """query($d: Digest!, $of: QualifiedNameInput) { snapshot(digest: $d, dataset: $of) { __typename
  ... on Snapshot { id } ... on AmbiguousSnapshot { code message candidates { id } }
  ... on NotFound { everKnown } } }"""


@pytest.mark.parametrize("length", [8, 9, 40, 64])
@pytest.mark.parametrize("spelled", ["sha256:{}", "{}"])
def test_a_snapshot_is_found_by_the_first_digits_of_its_digest(filled: Catalog, length: int, spelled: str) -> None:
    digits = DIGEST.removeprefix("sha256:")[:length]
    snapshot = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
    for given in (digits, digits.upper()):
        found = filled.data(SNAPSHOT, d=spelled.format(given))["snapshot"]
        assert found == {"__typename": "Snapshot", "id": snapshot}


@pytest.mark.parametrize("digest", [DIGEST[:14], DIGEST[7:14], "sha256:" + "0" * 8, DIGEST[:30] + "g", "no digest", ""])
def test_what_is_the_beginning_of_no_digest_is_not_found(filled: Catalog, digest: str) -> None:
    found = filled.data(SNAPSHOT, d=digest)["snapshot"]
    assert found == {"__typename": "NotFound", "everKnown": False}


@pytest.mark.parametrize("digest", [DIGEST, DIGEST[:20]])
def test_a_digest_of_several_datasets_names_them_all(filled: Catalog, digest: str) -> None:
    sealed_twice(filled)
    found = filled.data(SNAPSHOT, d=digest)["snapshot"]
    ids = [Snapshot(of["namespace"], of["name"], DIGEST).id for of in (CURATED, OTHER)]
    assert (found["__typename"], found["code"]) == ("AmbiguousSnapshot", "INVALID_INPUT")
    assert [one["id"] for one in found["candidates"]] == ids
    assert found["message"] == (
        "Several datasets have a snapshot of this digest: of curated/visits, mirror/visits. Say which by `dataset`."
    )
    for of, expected in zip((CURATED, OTHER), ids, strict=True):
        assert filled.data(SNAPSHOT, d=digest, of=of)["snapshot"] == {"__typename": "Snapshot", "id": expected}
    assert filled.data(SNAPSHOT, d=digest, of=RAW)["snapshot"]["__typename"] == "NotFound"


def test_before_it_began_a_thing_is_not_found_and_known_to_be_there_later(filled: Catalog) -> None:
    query = """query($at: DateTime, $dataset: QualifiedNameInput!, $d: Digest!, $model: QualifiedNameInput!,
      $job: QualifiedNameInput!, $run: String!) {
      dataset(ref: $dataset, asOf: {validAt: $at}) { __typename ...absent }
      snapshot(digest: $d, asOf: {validAt: $at}) { __typename ...absent }
      job(ref: $job, asOf: {validAt: $at}) { __typename ...absent }
      run(runId: $run, asOf: {validAt: $at}) { __typename ...absent }
      modelVersion(model: $model, version: "1", asOf: {validAt: $at}) { __typename ...absent } }
      fragment absent on NotFound { everKnown }"""
    named: dict[str, Any] = {"dataset": CURATED, "d": DIGEST, "model": MODEL, "job": JOB, "run": RUN}
    before = filled.data(query, at=BEFORE, **named)
    assert set(map(str, before.values())) == {str({"__typename": "NotFound", "everKnown": True})}
    # The version was registered long after, and so was not there yet.
    since = filled.data(query, at=SINCE, **named)
    assert {name: one["__typename"] for name, one in since.items()} == {
        "dataset": "Dataset",
        "snapshot": "Snapshot",
        "job": "Job",
        "run": "Run",
        "modelVersion": "NotFound",
    }
    now = filled.data(query, at=None, **named)
    assert now["modelVersion"] == {"__typename": "ModelVersion"}


def test_ids_and_lineage_of_what_was_not_there_yet_are_not_found_either(filled: Catalog) -> None:
    query = """query($at: DateTime, $of: ID!, $version: ID!) {
      node(id: $of, asOf: {validAt: $at}) { id }
      nodes(ids: [$of, $version], asOf: {validAt: $at}) { id }
      lineage(input: {of: [$of], direction: UPSTREAM, asOf: {validAt: $at}}) {
        __typename ... on NotFound { everKnown } } }"""
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
    assert filled.data(query, of=VISITS, version=version, at=BEFORE) == {
        "node": None,
        "nodes": [None, None],
        "lineage": {"__typename": "NotFound", "everKnown": True},
    }
    since = filled.data(query, of=VISITS, version=version, at=SINCE)
    assert since["nodes"] == [{"id": VISITS}, None]
    assert since["lineage"]["__typename"] == "LineageGraph"


def test_a_dataset_that_is_only_declared_begins_when_the_declaration_holds(catalog: Catalog) -> None:
    assert catalog.record(declaration(valid_from="2026-01-01T00:00:00Z")).is_success
    catalog.caught_up()
    query = """query($ref: QualifiedNameInput!, $at: DateTime) { dataset(ref: $ref, asOf: {validAt: $at}) {
      __typename ... on Dataset { owner state } ... on NotFound { everKnown } } }"""
    assert catalog.data(query, ref=RAW, at=BEFORE)["dataset"] == {"__typename": "NotFound", "everKnown": True}
    then = catalog.data(query, ref=RAW, at=SINCE)["dataset"]
    assert then == {"__typename": "Dataset", "owner": "cardiology", "state": "DECLARED"}


def test_names_and_refs_are_had_of_whatever_has_them_by_one_interface(filled: Catalog) -> None:
    query = """{ search(filter: {kinds: [DATASET, JOB, SNAPSHOT]}) { nodes { ... on Named { name ref { name } } } } }"""
    found = {node["name"] for node in filled.data(query)["search"]["nodes"]}
    assert {"visits", "curate"} <= found


def test_a_run_id_of_several_jobs_is_answered_with_all_of_them_until_the_job_is_said(catalog: Catalog) -> None:
    query = """query($run: String!, $job: QualifiedNameInput) { run(runId: $run, job: $job) { __typename
      ... on Run { runState job { name } }
      ... on AmbiguousRun { code message candidates { runId runState job { name } } } } }"""
    jobs = {"COMPLETE": "curate", "FAIL": "join", "ABORT": "score"}
    for kind, name in jobs.items():
        sent = event(kind)
        sent["job"]["name"] = name
        catalog.event(sent)
    catalog.caught_up()
    several = catalog.data(query, run=RUN)["run"]
    assert (several["__typename"], several["code"]) == ("AmbiguousRun", "INVALID_INPUT")
    assert several["message"].startswith(
        "Several jobs ran under this run id: pipeline/curate, pipeline/join, pipeline/score."
    )
    assert [(one["runState"], one["job"]["name"]) for one in several["candidates"]] == list(jobs.items())
    for kind, name in jobs.items():
        one = catalog.data(query, run=RUN, job={**JOB, "name": name})["run"]
        assert one == {"__typename": "Run", "runState": kind, "job": {"name": name}}
    none = catalog.data(query, run=RUN, job={**JOB, "name": "no such"})["run"]
    assert none == {"__typename": "NotFound"}
    found = catalog.data("query($text: String!) { search(text: $text) { totalCount } }", text=RUN[:13])
    assert found["search"]["totalCount"] == len(jobs)
