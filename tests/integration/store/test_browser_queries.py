"""The five questions of `queries.cypher.md`, asked in the very text that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import neo4j
import pytest

import graph_schema
from catalog.store.neo4j import Neo4jStore
from graph_schema.aspects.labels import Tag
from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Captures, Covers, Executed, IsTagged, Read, TrainedOn, Wrote
from graph_schema.facts import Role
from graph_schema.nodes import Attestation, Dataset, Job, ModelVersion, PhiTag, Run, Snapshot
from tests.support.neo4j_server import Neo4jEndpoint

pytestmark = pytest.mark.neo4j

TEXT = (Path(graph_schema.__file__).parent / "queries.cypher.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^## (.+?)$.*?```cypher\n(.+?)```", TEXT, re.MULTILINE | re.DOTALL)
DAY = 86_400_000_000
START = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000

EHR, CLAIMS, CURATED, TRAINING, NOTES = (
    Dataset("made-up", name) for name in ("ehr/export", "claims/feed", "curated/visits", "training/sepsis", "notes/raw")
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
        run, executed = Run(name), Job("made-up", job)
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
    builder = days.builder(4)
    builder.add_edge(Captures(SNAPSHOT, TRAINING))
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
    assert "Test EHR" in str(feeds[1][2])
    assert [row[:3] for row in jobs] == [["curate", "curated/visits", 3], ["snapshot", "training/sepsis", 1]]
    assert models == [["sepsis", "1"], ["sepsis", "2"]]
    assert [row[:2] for row in failed] == [["curate", "r1"]]
    assert tagged == [["notes/raw", ["CLINICAL_NOTE"], "Testperson Beta"]]


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
    days.apply(builder)
    feeds, jobs = (neo4j_driver.execute_query(query).records for _, query in QUESTIONS[:2])
    assert [row["feed"] for row in feeds] == [dataset.name for dataset in raw]
    assert [(row["job"], row["wrote"]) for row in jobs] == [
        ("snapshot", "training/sepsis"),
        *(("stage", dataset.name) for dataset in staged[:3]),
    ]
    store.close()
