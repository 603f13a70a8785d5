"""GraphQL as a user asks it: answers, read points, limits, and how often the store is called."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from catalog.ledger import merkle
from catalog.search.queries import FACETS
from catalog.snapshots.rules import manifest_digest
from catalog.store.deadline import Deadline
from catalog.store.memory import MemoryStore
from catalog.store.protocol import StoreReader
from graph_schema.nodes import Column, Dataset, Job, Snapshot
from tests.support.records import CURATED, DIGEST, RAW, RUN, declaration, event, registration, run_node, tag

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

RAW_COLUMN = {"namespace": RAW["namespace"], "dataset": RAW["name"], "name": "mrn"}
LANDING, VISITS = Dataset(**RAW).id, Dataset(**CURATED).id
LINEAGE = """
query ($input: LineageInput!, $first: Int = 100, $after: String) { lineage(input: $input) { __typename
  ... on LineageGraph { grain
    nodes(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
      nodes { id depth asset { name state labels { phiKind } } } }
    edges { nodes { from to kind confidence validFrom knownFrom job { name } run { runId runState }
      attestations { method } } }
    completeness { __typename ... on Lagging { behind } ... on Truncated { limit reached } }
    readPoint { ledgerIndex ledgerSize ledgerRoot } }
  ... on NotFound { everKnown } ... on InvalidInput { field } ... on Problem { code message } } }
"""


def test_upstream_lineage_names_run_job_and_attested_step(filled: Catalog) -> None:
    graph = filled.data(LINEAGE, input={"of": [VISITS], "direction": "UPSTREAM"})["lineage"]
    assert graph["grain"] == "DATASET"
    assert [(node["id"], node["depth"]) for node in graph["nodes"]["nodes"]] == [(VISITS, 0), (LANDING, 1)]
    assert graph["nodes"]["nodes"][1]["asset"]["labels"] == [{"phiKind": "DIRECT_IDENTIFIER"}]
    edge = graph["edges"]["nodes"][0]
    assert (edge["from"], edge["to"], edge["kind"]) == (LANDING, VISITS, "RAN")
    assert edge["job"] == {"name": "curate"}
    assert edge["run"]["runState"] == "COMPLETE"
    assert edge["validFrom"] == "2026-01-01T10:00:00Z"
    assert edge["attestations"] == [{"method": "EXPERT_DETERMINATION"}]
    assert graph["completeness"] == {"__typename": "Complete"}


def test_an_answer_says_where_it_was_read(filled: Catalog) -> None:
    point = filled.data(LINEAGE, input={"of": [VISITS], "direction": "UPSTREAM"})["lineage"]["readPoint"]
    ledger = filled.service.ledger
    assert point == {
        "ledgerIndex": ledger.size() - 1,
        "ledgerSize": ledger.size(),
        "ledgerRoot": ledger.root().hex(),
    }


def test_an_aspect_in_force_says_whose_word_it_is(catalog: Catalog) -> None:
    read = {**event(documentation={"description": "Made-up visits"})}
    read["inputs"] = [{**RAW, "facets": {"documentation": {"description": "As the reader has it"}}}]
    catalog.event(read)
    catalog.record(declaration())
    catalog.caught_up()
    asked = '{ nodes(ids: [%s]) { ... on Dataset { aspects(names: ["owner", "documentation"]) { aspect source } } } }'
    nodes = catalog.data(asked % ", ".join(f'"{each}"' for each in (LANDING, VISITS)))["nodes"]
    found = [{one["aspect"]: one["source"] for one in node["aspects"]} for node in nodes]
    assert found == [{"owner": "RECORD", "documentation": "READING_RUN"}, {"documentation": "WRITING_RUN"}]


def test_what_an_emitter_says_of_a_job_and_a_failure_has_fields_of_its_own(catalog: Catalog) -> None:
    failed = event("FAIL")
    failed["job"]["facets"] = {
        "jobType": {"processingType": "BATCH", "integration": "SPARK", "jobType": ["of another shape"]},
        "sourceCodeLocation": {"type": "git", "repoUrl": "https://git.example/curate", "version": "c0ffee"},
        "sql": {"query": "select age from visits where age > 17", "dialect": "spark"},
    }
    failed["run"]["facets"] = {"errorMessage": {"message": "disk full", "programmingLanguage": "python"}}
    catalog.event(failed)
    catalog.caught_up()
    query = """query($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Job { sql { query dialect } jobType { processingType integration jobType }
        sourceCodeLocation { type repoUrl version branch } aspects(names: ["job_type"]) { value } }
      ... on Run { error { message programmingLanguage stackTrace } } } }"""
    job, run = catalog.data(query, ids=[Job("pipeline", "curate").id, run_node(RUN).id])["nodes"]
    assert job["sql"] == {"query": "select age from visits where age > ?", "dialect": "spark"}
    assert job["jobType"] == {"processingType": "BATCH", "integration": "SPARK", "jobType": None}
    assert job["aspects"][0]["value"]["jobType"] == ["of another shape"]
    location = {"type": "git", "repoUrl": "https://git.example/curate", "version": "c0ffee", "branch": None}
    assert job["sourceCodeLocation"] == location
    assert run["error"] == {"message": "<redacted:message>", "programmingLanguage": "python", "stackTrace": None}


def test_what_was_not_known_yet_is_not_in_the_answer(filled: Catalog) -> None:
    asked = {"of": [VISITS], "direction": "UPSTREAM", "asOf": {"knownAtIndex": 0}}
    graph = filled.data(LINEAGE, input=asked)["lineage"]
    assert graph["edges"]["nodes"] == []
    assert graph["readPoint"]["ledgerIndex"] == 0
    before = filled.data(LINEAGE, input={**asked, "asOf": {"knownAt": "2000-01-01T00:00:00Z"}})["lineage"]
    assert (before["__typename"], before["everKnown"]) == ("NotFound", True)


def test_a_time_known_is_the_same_as_its_entry(filled: Catalog) -> None:
    entry = filled.service.ledger.entry(1)
    moment = filled.data("{ readPoint(asOf: {knownAtIndex: 1}) { knownAt ledgerIndex } }")["readPoint"]
    assert moment["ledgerIndex"] == 1
    again = filled.data(
        "query($at: DateTime) { readPoint(asOf: {knownAt: $at}) { ledgerIndex } }", at=moment["knownAt"]
    )
    assert again["readPoint"] == {"ledgerIndex": 1}
    assert entry.index == 1


def test_two_ways_to_say_what_was_known_are_one_too_many(filled: Catalog) -> None:
    asked = {"of": [VISITS], "direction": "UPSTREAM", "asOf": {"knownAt": "2026-01-01T00:00:00Z", "knownAtIndex": 1}}
    assert filled.data(LINEAGE, input=asked)["lineage"]["code"] == "INVALID_INPUT"


def test_an_unknown_root_is_not_an_empty_lineage(filled: Catalog) -> None:
    found = filled.data(LINEAGE, input={"of": ["Dataset:unknown"], "direction": "BOTH"})["lineage"]
    assert (found["__typename"], found["everKnown"], found["code"]) == ("NotFound", False, "NOT_FOUND")


@pytest.mark.parametrize(
    "more", [{"depth": 101}, {"depth": -1}, {"budget": 0}, {"budget": 100_000}, {"grain": "RUN"}, {"of": []}]
)
def test_a_walk_out_of_bounds_is_invalid_input(filled: Catalog, more: dict[str, Any]) -> None:
    found = filled.data(LINEAGE, input={"of": [VISITS], "direction": "UPSTREAM", **more})["lineage"]
    assert found["__typename"] == "InvalidInput"


def test_a_budget_truncates_and_says_so(filled: Catalog) -> None:
    graph = filled.data(LINEAGE, input={"of": [VISITS], "direction": "UPSTREAM", "budget": 1})["lineage"]
    assert graph["completeness"] == {"__typename": "Truncated", "limit": 1, "reached": 1}


def test_a_graph_that_is_behind_says_by_how_much(serve: Callable[..., Catalog]) -> None:
    catalog = serve(at_least_seconds=0.05)
    catalog.event(event())
    catalog.caught_up()
    catalog.service.projection.stop()
    catalog.record(declaration())
    late = {"of": [VISITS], "direction": "UPSTREAM", "atLeast": 1}
    assert catalog.data(LINEAGE, input=late)["lineage"]["completeness"] == {"__typename": "Lagging", "behind": 1}
    before = {"of": [VISITS], "direction": "UPSTREAM", "asOf": {"knownAtIndex": 0}}
    assert catalog.data(LINEAGE, input=before)["lineage"]["completeness"] == {"__typename": "Complete"}


def test_at_least_waits_for_the_graph(catalog: Catalog) -> None:
    index = catalog.event(event()).json()["index"]
    asked = {"of": [VISITS], "direction": "UPSTREAM", "atLeast": index}
    assert catalog.data(LINEAGE, input=asked)["lineage"]["__typename"] == "LineageGraph"


def test_pages_go_on_where_they_ended(filled: Catalog) -> None:
    asked = {"of": [VISITS], "direction": "UPSTREAM"}
    page = filled.data(LINEAGE, input=asked, first=1)["lineage"]["nodes"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = filled.data(LINEAGE, input=asked, first=1, after=page["pageInfo"]["endCursor"])["lineage"]["nodes"]
    assert [node["id"] for node in rest["nodes"]] == [LANDING]
    assert rest["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("after", ["", "nonsense", "bm90IGpzb24", "WyJ4IiwxLCJ5Il0"])
def test_what_is_no_cursor_is_invalid_input(filled: Catalog, after: str) -> None:
    answer = filled.ask("query($after: String) { search(after: $after) { totalCount } }", after=after)
    assert answer["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": "after"}


def test_a_cursor_of_another_query_is_invalid_input(filled: Catalog) -> None:
    page = filled.data("{ search(first: 1) { pageInfo { endCursor } } }")["search"]
    query = 'query($after: String) { search(text: "visits", after: $after) { totalCount } }'
    answer = filled.ask(query, after=page["pageInfo"]["endCursor"])
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert "another query" in answer["errors"][0]["message"]


def test_counts_come_before_content(filled: Catalog) -> None:
    query = (
        "query($i: LineageInput!) { lineageCounts(input: $i) { ... on LineageCounts { nodes { kind count } edges } } }"
    )
    counts = filled.data(query, i={"of": [VISITS], "direction": "UPSTREAM"})["lineageCounts"]
    assert counts == {"nodes": [{"kind": "DATASET", "count": 2}], "edges": 1}


def test_a_path_says_why_two_things_are_connected(filled: Catalog) -> None:
    query = (
        "query($a: ID!, $b: ID!) { paths(from: $a, to: $b) { ... on LineagePaths { paths { edges { from to } } } } }"
    )
    found = filled.data(query, a=LANDING, b=VISITS)["paths"]["paths"]
    assert found == [{"edges": [{"from": LANDING, "to": VISITS}]}]
    assert filled.data(query, a=VISITS, b=LANDING)["paths"]["paths"] == []


def test_search_finds_counts_and_shows_gaps(filled: Catalog) -> None:
    query = """{ search(text: "visits", filter: {kinds: [DATASET]}, facets: [ZONE]) { totalCount
      nodes { ... on Dataset { ref { namespace } zone gaps { field } } } facets { facet counts { value count } } } }"""
    found = filled.data(query)["search"]
    assert found["totalCount"] == 2
    by_namespace = {node["ref"]["namespace"]: node for node in found["nodes"]}
    assert by_namespace["landing"]["zone"] == "LANDING"
    assert by_namespace["landing"]["gaps"] == []
    assert {gap["field"] for gap in by_namespace["curated"]["gaps"]} >= {"OWNER", "RETENTION"}
    assert found["facets"] == [{"facet": "ZONE", "counts": [{"value": "LANDING", "count": 1}]}]


def test_codes_come_with_their_system_and_their_meaning(filled: Catalog) -> None:
    query = """query($of: ID!, $visits: ID!) {
      node(id: $of) { ... on Dataset { permittedUse {
        purposes { ...coded } duo { ...coded } refrains { ...coded } obligations { ...coded } } } }
      lineage(input: {of: [$visits], direction: UPSTREAM}) { ... on LineageGraph { edges { nodes {
        attestations { alterations { ...coded } } } } } } }
      fragment coded on Code { system code meaning }"""
    found = filled.data(query, of=LANDING, visits=VISITS)
    used = found["node"]["permittedUse"]
    altered = found["lineage"]["edges"]["nodes"][0]["attestations"][0]["alterations"]
    assert {name: [one["code"] for one in codes] for name, codes in used.items()} == {
        "purposes": ["MLTRAINING"],
        "duo": ["DUO:0000042"],
        "refrains": ["NORELINK"],
        "obligations": ["ENCRYPT"],
    }
    assert [one["code"] for one in altered] == ["MASKED", "PSEUDED"]
    for code in (*altered, *(one for codes in used.values() for one in codes)):
        assert code["system"].startswith("http")
        assert code["meaning"]


def test_every_facet_of_search_is_offered_and_labels_of_phi_are_counted(filled: Catalog) -> None:
    offered = filled.data('{ __type(name: "FacetKind") { enumValues { name } } }')["__type"]["enumValues"]
    assert {one["name"].lower() for one in offered} == set(FACETS)
    filled.record({name: value for name, value in tag().items() if name != "column"})
    filled.caught_up()
    query = """{ search(filter: {facets: [{facet: PHI, values: ["DIRECT_IDENTIFIER"]}]}, facets: [PHI]) {
      nodes { id } facets { facet counts { value count } } } }"""
    found = filled.data(query)["search"]
    assert found["nodes"] == [{"id": LANDING}]
    assert found["facets"] == [{"facet": "PHI", "counts": [{"value": "DIRECT_IDENTIFIER", "count": 1}]}]


def test_a_kind_without_a_type_of_its_own_shows_what_was_in_force_then(filled: Catalog) -> None:
    column = Column(**RAW_COLUMN).id
    for stance in ("ASSERT", "REJECT"):
        filled.record({**tag(column="mrn"), "stance": stance})
        filled.caught_up()
    query = """query($id: ID!, $at: Int) { node(id: $id, asOf: {knownAtIndex: $at}) {
      ... on Column { aspects(names: ["phi.DIRECT_IDENTIFIER"]) { value entry } } } }"""
    last = filled.service.ledger.size() - 1
    for at, stance in ((last - 1, "ASSERT"), (last, "REJECT"), (None, "REJECT")):
        (found,) = filled.data(query, id=column, at=at)["node"]["aspects"]
        assert (found["value"]["stance"], found["entry"]) == (stance, last if at is None else at)


def test_a_snapshot_names_what_was_trained_on_it(filled: Catalog) -> None:
    query = """query($d: Digest!) { snapshot(digest: $d) { ... on Snapshot { of { ref { name } } sealed
      seal { role locked files sizeBytes rows persons period { start end } manifest { nodes { path } } }
      producedBy { runState } trainedModelVersions { version } } } }"""
    found = filled.data(query, d=DIGEST)["snapshot"]
    assert found["of"] == {"ref": {"name": "visits"}}
    assert found["seal"]["role"] == "TRAINING"
    assert found["seal"]["sizeBytes"] == "30"
    assert (found["seal"]["rows"], found["seal"]["persons"]) == ("12", "9")
    assert found["seal"]["period"] == {"start": "2025-01-01", "end": "2025-12-31"}
    assert [file["path"] for file in found["seal"]["manifest"]["nodes"]] == ["part-a.csv", "part-b.csv"]
    assert found["trainedModelVersions"] == [{"version": "1"}]


def test_a_file_beyond_two_gibibytes_is_sealed_and_shown_whole(catalog: Catalog) -> None:
    file = {"path": "images.tar", "size": 3 * 2**30, "digest": "sha256:" + "3" * 64}
    digest = manifest_digest([file])
    mutation = """mutation($r: SealSnapshotInput!) { sealSnapshot(record: $r) { __typename ... on Receipt { kind }
      ... on Problem { message } } }"""
    catalog.event(event())
    catalog.caught_up()
    for size in (file["size"], str(file["size"])):
        record = {"dataset": RAW, "digest": digest, "manifest": [{**file, "size": size}]}
        assert catalog.data(mutation, r=record)["sealSnapshot"] == {"__typename": "Receipt", "kind": "SEAL_SNAPSHOT"}
    sealed = {"kind": "seal_snapshot", "dataset": CURATED, "digest": digest, "manifest": [file]}
    assert catalog.record(sealed).is_success
    catalog.caught_up()
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Snapshot { seal { sizeBytes
      manifest { nodes { path size } } } } } }"""
    ids = [Snapshot(dataset["namespace"], dataset["name"], digest).id for dataset in (RAW, CURATED)]
    size = str(3 * 2**30)
    shown = {"seal": {"sizeBytes": size, "manifest": {"nodes": [{"path": "images.tar", "size": size}]}}}
    assert catalog.data(query, ids=ids)["nodes"] == [shown, shown]


def test_a_model_version_names_everything_it_was_made_of(filled: Catalog) -> None:
    query = """{ modelVersion(model: {namespace: "models", name: "readmission"}, version: "1") { ... on ModelVersion {
      name trainedOn { digest }
      registration { artifactDigest metrics { name value } code { revision clean } run { runState }
        subjectSplit { apart reason entries } }
      approvals { approvalState approvalKind digests { of } } } } }"""
    found = filled.data(query)["modelVersion"]
    assert found["name"] == "readmission@1"
    assert found["trainedOn"] == [{"digest": DIGEST}]
    assert found["registration"]["metrics"] == [{"name": "auroc", "value": "0.75"}]
    both = {"apart": False, "reason": "A snapshot was both trained and evaluated on.", "entries": []}
    assert found["registration"]["subjectSplit"] == both
    assert found["approvals"][0]["approvalState"] == "REQUESTED"


def test_an_approval_of_what_has_become_something_else_is_invalidated(filled: Catalog) -> None:
    query = """query($s: [ApprovalState!]!) { approvals(filter: {states: $s}) { nodes {
      approvalState decidingEntry explanation subject { __typename } } } }"""
    assert filled.data(query, s=["INVALIDATED"])["approvals"]["nodes"] == []
    index = filled.record(registration(artifact_digest="sha256:" + "9" * 64)).json()["index"]
    filled.caught_up()
    (found,) = filled.data(query, s=["INVALIDATED"])["approvals"]["nodes"]
    assert found["decidingEntry"] == index
    assert found["explanation"] == "the version was registered anew, with other digests"
    assert found["subject"] == {"__typename": "ModelVersion"}


def test_evidence_proves_each_entry(filled: Catalog) -> None:
    query = """query($id: ID!) { evidence(for: $id) { ... on Evidence { total ledgerSize ledgerRoot
      entries { index kind statements leaf entry proof } completeness { __typename } } } }"""
    found = filled.data(query, id=VISITS)["evidence"]
    assert found["total"] == len(found["entries"]) == 2
    for entry in found["entries"]:
        leaf = hashlib.sha256(b"\x00" + entry["entry"].encode()).digest()
        assert leaf.hex() == entry["leaf"]
        path = [bytes.fromhex(part) for part in entry["proof"]]
        root = bytes.fromhex(found["ledgerRoot"])
        assert merkle.verify_inclusion(entry["index"], found["ledgerSize"], leaf, path, root)


def test_a_mutation_answers_with_a_receipt_that_proves_itself(catalog: Catalog) -> None:
    mutation = """mutation($r: DeclareDatasetInput!) { declareDataset(record: $r) { __typename
      ... on Receipt { index leaf ledgerSize ledgerRoot inclusionProof subjects } } }"""
    record = {"dataset": RAW, "owner": "cardiology", "sourceSystem": {"name": "made-up EHR", "kind": "EHR"}}
    found = catalog.data(mutation, r=record)["declareDataset"]
    path = [bytes.fromhex(part) for part in found["inclusionProof"]]
    assert merkle.verify_inclusion(
        found["index"], found["ledgerSize"], bytes.fromhex(found["leaf"]), path, bytes.fromhex(found["ledgerRoot"])
    )
    catalog.caught_up()
    owner = catalog.data("query($id: ID!) { node(id: $id) { ... on Dataset { owner } } }", id=found["subjects"][0])
    assert owner == {"node": {"owner": "cardiology"}}


def test_a_mutation_that_is_refused_is_data(catalog: Catalog) -> None:
    mutation = """mutation { requestApproval(record: {subject: {dataset: {namespace: "n", name: "unseen"}},
      approvalKind: IRB, useCase: "study", reason: "asked"}) { __typename ... on InvalidInput { field message } } }"""
    found = catalog.data(mutation)["requestApproval"]
    assert found["__typename"] == "InvalidInput"
    assert found["field"].startswith("/subject")


def test_a_node_of_no_known_id_is_null(filled: Catalog) -> None:
    job = Job("pipeline", "curate").id
    found = filled.data("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=[job, "Job:nope", "nonsense"])
    assert found["nodes"] == [{"__typename": "Job", "id": job}, None, None]


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        (b'{"query": "{ __typename }"}', "text/plain", 400),
        (b"{", "application/json", 400),
        (b'{"query": 5}', "application/json", 400),
        (b'{"query": "{ __typename }", "variables": []}', "application/json", 200),
        (b'{"query": "{ __typename }", "variables": [1]}', "application/json", 400),
        (b'{"query": "' + b"x" * 300_000 + b'"}', "application/json", 413),
    ],
)
def test_a_request_that_is_no_question_is_refused(catalog: Catalog, content: bytes, media: str, status: int) -> None:
    answer = catalog.client.post("/graphql", content=content, headers={"Content-Type": media})
    assert answer.status_code == status


def test_the_explorer_comes_from_our_own_files_alone(catalog: Catalog) -> None:
    page = catalog.client.get("/graphql")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in page.text.replace("http-equiv", "")
    for name in ("graphiql.min.js", "react.min.js", "react-dom.min.js", "graphiql.min.css", "graphiql.js"):
        assert f"explorer/{name}" in page.text
        assert catalog.client.get(f"/explorer/{name}").status_code == 200
    assert catalog.client.get("/explorer/licences").status_code == 404


class CountingStore(MemoryStore):
    """Counts what is asked of one reading."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with super().reading(deadline) as reader:
            # What follows the ledger and the graph beside the questions asks for itself, whenever it comes to it.
            beside = threading.current_thread().name in {"projection", "labels"}
            yield reader if beside else Counted(reader, self.calls)


class Counted:
    remote = False

    def __init__(self, reader: StoreReader, calls: Counter[str]) -> None:
        self._reader = reader
        self._calls = calls

    def __getattr__(self, verb: str) -> Any:
        self._calls[verb] += 1
        return getattr(self._reader, verb)


WIDE = """query($of: [ID!]!) { lineage(input: {of: $of, direction: UPSTREAM}) { ... on LineageGraph {
  nodes { nodes { asset { name labels { phiKind } ... on Dataset { owner columns { totalCount } } } } }
  edges { nodes { job { name attestations { method } } run { runState } attestations { method } } } } } }"""


def fan(width: int) -> dict[str, Any]:
    inputs = [{"namespace": "feeds", "name": f"feed-{number}"} for number in range(width)]
    return {**event(), "inputs": inputs}


def test_the_store_is_called_for_each_level_and_never_for_each_node(
    serve: Callable[..., Catalog], tmp_path: Path
) -> None:
    counted: list[Counter[str]] = []
    for width in (2, 40):
        store = CountingStore()
        catalog = serve(store=store)
        catalog.event(fan(width))
        catalog.caught_up()
        catalog.labels_kept()
        store.calls.clear()
        found = catalog.data(WIDE, of=[VISITS])["lineage"]
        assert len(found["nodes"]["nodes"]) == width + 1
        counted.append(Counter(store.calls))
    assert counted[0] == counted[1]
    assert sum(counted[1].values()) <= 41


NAMES = """query($of: [ID!]!) { lineage(input: {of: $of, direction: UPSTREAM}) { ... on LineageGraph {
  nodes { nodes { node { ... on Dataset { ref { namespace name } } } } }
  edges { nodes { job { name } run { runId } } } } } }"""


def test_names_of_an_answer_are_read_without_what_is_in_force(serve: Callable[..., Catalog]) -> None:
    store = CountingStore()
    catalog = serve(store=store)
    catalog.event(fan(40))
    catalog.caught_up()
    store.calls.clear()
    found = catalog.data(NAMES, of=[VISITS])["lineage"]
    assert found["edges"]["nodes"][0]["job"]["name"]
    assert store.calls["in_force"] == store.calls["uses"] == 0
    assert store.calls["nodes"] <= 4  # of the root, of all datasets, of the jobs and of the runs
