"""The five questions of `docs/graph.md`, asked in the very text that stands there.

Of the example pipeline, which lands, curates and trains twice, they get what lineage answers for each of its snapshots.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import neo4j
import pytest

from catalog.labels.queries import labels
from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import lineage
from catalog.projection.rebuilding import rebuild
from catalog.store.neo4j import Neo4jStore
from examples.clinical_pipeline import PRINCIPALS, run_pipeline
from graph_schema.aspects.labels import Tag
from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Captures, Covers, Executed, Generated, IsTagged, Read, TrainedOn, Used, Wrote
from graph_schema.facts import Role
from graph_schema.nodes import Attestation, Dataset, Job, ModelVersion, PhiTag, Run, Snapshot
from tests.support.capture_server import capture_server
from tests.support.documents import document
from tests.support.facts import run_node
from tests.support.neo4j_server import Neo4jEndpoint
from tests.support.records import House
from tests.support.sockets import Reach, reach

pytestmark = pytest.mark.neo4j

QUESTIONS = re.findall(r"^### ([^\n]+)\n\n```cypher\n(.+?)```", document("docs/graph.md"), re.MULTILINE | re.DOTALL)
TRAINED = "training/readmission"
DAY = 86_400_000_000
START = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000

EHR, CLAIMS, LATER, CURATED, TRAINING, NOTES = (
    Dataset("made-up", name)
    for name in ("ehr/export", "claims/feed", "later/feed", "curated/visits", "training/sepsis", "notes/raw")
)
SNAPSHOT = Snapshot("made-up", "training/sepsis", "v1")


class Pipeline:
    """Some days of a made-up hospital."""

    def __init__(self, store: Neo4jStore) -> None:
        self.store = store
        self.entry = 0

    def builder(
        self, day: float, rank: int = RECORD_RANK, run: Run | None = None, job: Job | None = None
    ) -> FactBuilder:
        at = START + int(day * DAY)
        return FactBuilder(self.entry, at, f"{self.entry:016x}", rank, run.id if run else None, job.id if job else None)

    def apply(self, builder: FactBuilder) -> None:
        self.store.apply(builder.build(), self.entry)
        self.entry += 1

    def run(self, name: str, job: str, end: str, day: float, reads: list[Dataset], writes: list[Dataset]) -> None:
        run, executed = run_node(name), Job("made-up", job)
        for type_, at in (("START", day), (end, day + 0.1)):
            builder = self.builder(at, RANK[type_], run, executed)
            builder.add_statement(run, "event", {"type": type_})
            builder.add_edge(Executed(run, executed))
            for dataset in reads:
                builder.add_edge(Read(run, dataset))
            for dataset in writes:
                builder.add_edge(Wrote(run, dataset))
                builder.add_statement(dataset, "schema", {"fields": [{"name": "age", "type": "int"}]}, Role.OUT)
            self.apply(builder)

    def declare(self, dataset: Dataset, **aspects: object) -> None:
        builder = self.builder(0)
        for aspect, value in aspects.items():
            builder.add_statement(dataset, aspect, value)
        self.apply(builder)

    def tag(self, dataset: Dataset) -> None:
        builder = self.builder(0)
        builder.add_edge(IsTagged(dataset, PhiTag("CLINICAL_NOTE")), {"stance": "ASSERT"})
        builder.add_statement(dataset, "phi.CLINICAL_NOTE", Tag("ASSERT", "ASSERTED"))
        self.apply(builder)


@pytest.fixture
def asked(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> Iterator[dict[str, list[list[object]]]]:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    days = Pipeline(store)
    days.declare(EHR, source_system={"name": "Test EHR", "kind": "EHR"}, zone="LANDING")
    days.declare(TRAINING, zone="TRAINING", owner="Testperson Alpha")
    days.declare(NOTES, zone="TRAINING", owner="Testperson Beta")
    days.run("r0", "curate", "FAIL", -9, [EHR, CLAIMS], [CURATED])
    days.run("r1", "curate", "FAIL", 1, [EHR, CLAIMS], [CURATED])
    days.run("r2", "curate", "COMPLETE", 2, [EHR, CLAIMS], [CURATED])
    days.run("r3", "snapshot", "COMPLETE", 3, [CURATED], [TRAINING])
    days.tag(TRAINING)
    days.tag(NOTES)
    days.run("r4", "curate", "COMPLETE", 5, [EHR, LATER], [CURATED])
    days.run("r5", "snapshot", "FAIL", 6, [CURATED], [TRAINING])
    builder = days.builder(4)
    builder.add_edge(Captures(SNAPSHOT, TRAINING))
    builder.add_edge(Generated(run_node("r3"), SNAPSHOT))
    for version in ("2", "1"):
        builder.add_edge(TrainedOn(ModelVersion("made-up", "sepsis", version), SNAPSHOT), {"dataset": TRAINING.id})
    builder.add_edge(Covers(Attestation("12"), Job("made-up", "snapshot")))
    days.apply(builder)
    yield {
        title: [list(row.values()) for row in neo4j_driver.execute_query(query).records] for title, query in QUESTIONS
    }
    store.close()


def test_each_question_gets_the_answer_that_a_person_expects(asked: dict[str, list[list[object]]]) -> None:
    feeds, jobs, models, failed, tagged = asked.values()
    assert [row[1] for row in feeds] == ["claims/feed", "ehr/export"]
    assert [row[2] for row in feeds] == [None, "Test EHR"]
    assert [row[1:3] for row in jobs] == [["curate", "r2"], ["snapshot", "r3"]]
    assert [row[1:] for row in models] == [["sepsis", "1"], ["sepsis", "2"]]
    assert [row[:2] for row in failed] == [["snapshot", "r5"], ["curate", "r1"]]
    assert tagged == [["notes/raw", "Testperson Beta", "notes/raw", ["CLINICAL_NOTE"]]]


def test_an_arrow_between_a_run_and_a_dataset_is_drawn_once(
    asked: dict[str, list[list[object]]], neo4j_driver: neo4j.Driver
) -> None:
    drawn = neo4j_driver.execute_query(
        "MATCH (r:Run {run_id: 'r2'})-[e:READ|WROTE]->(d) RETURN type(e) AS said, d.name AS name ORDER BY said, name"
    ).records
    assert [tuple(row.values()) for row in drawn] == [
        ("READ", "claims/feed"),
        ("READ", "ehr/export"),
        ("WROTE", "curated/visits"),
    ]
    assert len(asked) == 5


def test_what_a_run_of_many_inputs_and_outputs_made_of_its_feeds_is_found_by_the_same_text(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> None:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    days = Pipeline(store)
    raw = [Dataset("made-up", f"raw/{number:02}") for number in range(30)]
    staged = [Dataset("made-up", f"staged/{number:02}") for number in range(30)]
    days.run("r1", "stage", "COMPLETE", 1, raw, staged)
    days.run("r2", "snapshot", "COMPLETE", 2, staged[:3], [TRAINING])
    builder = days.builder(4)
    builder.add_edge(Captures(SNAPSHOT, TRAINING))
    builder.add_edge(Generated(run_node("r2"), SNAPSHOT))
    days.apply(builder)
    feeds, jobs = (neo4j_driver.execute_query(query).records for _, query in QUESTIONS[:2])
    assert [row["feed"] for row in feeds] == [dataset.name for dataset in raw]
    assert [(row["job"], row["run"]) for row in jobs] == [("stage", "r1"), ("snapshot", "r2")]
    store.close()


def test_a_run_that_names_what_it_read_is_followed_there_and_not_to_what_was_newest(
    neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> None:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    days = Pipeline(store)
    days.run("old", "curate", "COMPLETE", 1, [EHR], [CURATED])
    days.run("new", "curate", "COMPLETE", 2, [CLAIMS], [CURATED])
    days.run("maker", "snapshot", "COMPLETE", 3, [CURATED], [TRAINING])
    first = Snapshot("made-up", CURATED.name, "1")
    builder = days.builder(4)
    for edge in (
        Captures(SNAPSHOT, TRAINING),
        Captures(first, CURATED),
        Generated(run_node("maker"), SNAPSHOT),
        Generated(run_node("old"), first),
        Used(run_node("maker"), first),
    ):
        builder.add_edge(edge)
    days.apply(builder)
    feeds, jobs = (neo4j_driver.execute_query(query).records for _, query in QUESTIONS[:2])
    assert [row["feed"] for row in feeds] == [EHR.name]
    assert [row["run"] for row in jobs] == ["old", "maker"]
    store.close()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The catalog that the example pipeline told all it does, but for the approvals."""
    folder = tmp_path_factory.mktemp("example")
    house = House(folder)
    with reach(Reach.LOOPBACK), capture_server() as server:
        run_pipeline(server.url, folder / "work", {one.key: f"key-of-{one.key}" for one in PRINCIPALS}, lambda _: None)
    for request in server.requests:
        if request.path == "/api/v1/lineage":
            house.send(request.json)
        elif request.path == "/api/v1/records" and "approval" not in request.json["kind"]:
            house.record(request.json)
    house.keys.close()
    return house


@pytest.fixture
def graph(
    example: House, neo4j_uri: str, neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver
) -> Iterator[neo4j.Driver]:
    store = Neo4jStore(neo4j_uri, neo4j_endpoint.user, neo4j_endpoint.password)
    rebuild(example.ledger, store)
    yield neo4j_driver
    store.close()


def test_of_each_training_snapshot_of_the_example_they_get_what_lineage_answers(
    example: House, graph: neo4j.Driver
) -> None:
    view = example.view()
    known = {one: view.nodes([one])[one].node for one in view.all_of("Snapshot")}
    trained = {one: node for one, node in known.items() if isinstance(node, Snapshot) and node.dataset == TRAINED}
    assert len(trained) == 2
    every: list[set[str]] = []
    for identifier, snapshot in trained.items():
        answer = lineage(view, Walk((identifier,), Direction.UPSTREAM, depth=50))
        runs = {str(view.nodes([edge.run])[edge.run].node.title) for edge in answer.edges if edge.run}
        made = {edge.target for edge in answer.edges}
        first = [known[one.id] for one in answer.nodes if one.id not in made]
        feeds, jobs, models = (
            graph.execute_query(query.replace("training/sepsis", TRAINED).replace("'v1'", f"'{snapshot.version}'"))
            for _, query in QUESTIONS[:3]
        )
        assert {row["run"] for row in jobs.records} == runs
        assert len(jobs.records) == len(runs)
        assert [(row["namespace"], row["feed"]) for row in feeds.records] == sorted({node.key[:2] for node in first})
        assert all(row["source_system"] for row in feeds.records)
        assert len(models.records) == 1
        every.append(runs)
    assert every[0].isdisjoint(every[1])


def test_of_the_example_the_tags_are_found_that_the_second_and_unattested_run_let_through(
    example: House, graph: neo4j.Driver
) -> None:
    (attestation,) = graph.execute_query("MATCH (:Attestation)-[:COVERS]->(r:Run) RETURN r.run_id AS run").records
    (row,) = graph.execute_query(
        "MATCH (r:Run)-[:EXECUTED]->(j:Job)<-[:EXECUTED]-(:Run {run_id: $run}) RETURN r.run_id AS run",
        run=attestation["run"],
    ).records
    assert row["run"] != attestation["run"]
    found = graph.execute_query(QUESTIONS[4][1]).records
    view = example.view()
    tagged = {
        (known.node.title, tuple(sorted({one.kind for one in several if one.present})))
        for dataset, several in labels(view, view.all_of("Dataset")).items()
        for known in (view.nodes([dataset])[dataset],)
    }
    sources = {name for name, _ in tagged}
    assert {row["dataset"] for row in found} == {TRAINED}
    assert {(row["tagged"], tuple(row["phi"])) for row in found} <= tagged
    assert {row["tagged"] for row in found} == sources & {"Patient", "Encounter", "Observation", "professional-claims"}
    assert len(found) == 4
