"""Random facts as records would say them: few nodes and few times, so that everything meets everything."""

from __future__ import annotations

import random
from dataclasses import dataclass

from graph_schema.aspects.models import CodeRef, EnvironmentRef, Metric, Registration
from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import (
    Captures,
    Executed,
    Feeds,
    Generated,
    HasColumn,
    IsAliasOf,
    IsPartOf,
    IsTagged,
    IsVersionOf,
    Produced,
    Produces,
    Read,
    Registered,
    TrainedOn,
    Used,
    Wrote,
)
from graph_schema.facts import Facts, Role
from graph_schema.nodes import Column, Dataset, Job, Model, ModelVersion, PhiTag, Principal, Run, Snapshot

NAMES = (
    "patients",
    "claimsFeed",
    "labs_2024",
    "Ünïcode ﬁle",
    "\U0001f600 scans",
    "\uff5ewide",
    "visits'; DROP",
    'a"b\\c',
    "HTTPNotes",
)
KINDS = ("DIRECT_IDENTIFIER", "CLINICAL_NOTE")
ASPECTS = (
    "schema",
    "owner",
    "documentation",
    "zone",
    "phi_category",
    "source_system",
    "retention",
    "facet:spark.x-y",
    "version",
)
_NAMED = {"namespace": "made-up://0", "name": "patients"}
_UNHEARD_OF = {"namespace": "made-up://9", "name": "nobody said more of it"}
VALUES: dict[str, tuple[object, ...]] = {
    "schema": ({"fields": [{"name": "patientId", "type": "string"}]}, {"fields": [{"name": "visit_date"}] * 40}, {}),
    "owner": ("Testperson Alpha", "Testperson Beta", ""),
    "documentation": ("Made-up visits of nobody", {"description": "a table", "contentType": "text"}),
    "zone": ("TRAINING", "CURATED", "LANDING"),
    "phi_category": (["DIRECT_IDENTIFIER", "CLINICAL_NOTE"], [], ["CLINICAL_NOTE"]),
    "source_system": ({"name": "Test EHR", "kind": "EHR"}, {"name": "Test Lab", "kind": "LAB"}),
    "retention": ({"policy_class": "RESEARCH", "period_days": 30}, {"policy_class": "SCRATCH", "period_days": 1}),
    "facet:spark.x-y": ([1, 2.5, None, True], 7, False, "plain", {"from": [_NAMED, {"of": _UNHEARD_OF}]}, _NAMED),
    "version": ("1", "2"),
}
LAST_TIME = 12
REGISTRATION = Registration(
    artifact_digest="sha256:" + "a" * 64,
    metrics=(Metric("auc", "0.5"),),
    code=CodeRef("https://git.example/made-up", "1"),
    environment=EnvironmentRef("sha256:" + "e" * 64),
    intended_use="Nothing real",
)
"""What is said of a version where only that it is registered matters."""


def run_node(run_id: str) -> Run:
    """Return a run of one made-up job, for where its job does not matter."""
    return Run("made-up", "a job", run_id)


@dataclass(frozen=True)
class World:
    """How many of each there are."""

    datasets: int = 6
    jobs: int = 3
    runs: int = 5
    most: int = 2
    """How many datasets one record reads, and writes, at the most."""

    def dataset(self, chance: random.Random) -> Dataset:
        number = chance.randrange(self.datasets)
        lap = f" {number // len(NAMES)}" if number >= len(NAMES) else ""
        return Dataset(f"made-up://{number % 2}", NAMES[number % len(NAMES)] + lap)

    def some(self, chance: random.Random) -> int:
        return chance.randrange(self.most + 1)

    def job(self, chance: random.Random) -> Job:
        return Job("made-up", f"job{chance.randrange(self.jobs)}")

    def run(self, chance: random.Random) -> Run:
        return run_node(f"00000000-0000-4000-8000-{chance.randrange(self.runs):012d}")


WIDE = World(datasets=30, jobs=2, runs=3, most=60)
"""One in which most records name so much that their flows are joined when read."""

LONG = World(datasets=24, jobs=2, runs=1, most=60)
"""One of a single run that goes on and on, so that its outputs and the times at which they took effect are joined."""


def record(chance: random.Random, entry: int, world: World | None = None) -> Facts:
    """Return the facts of one record, of a kind at random."""
    world = world or World()
    by, authenticated = chance.choice((("emitter", True), ("steward", True), ("local", False)))
    at, tie = chance.randrange(LAST_TIME), f"{chance.randrange(5):016x}"
    builder = FactBuilder(entry, at, tie, RECORD_RANK, by=by, authenticated=authenticated)
    kind = chance.choices((_run_event, _described, _declared, _alias, _registration, _tag), (12, 3, 2, 2, 2, 2))[0]
    kind(chance, builder, world)
    return builder.build()


def history(chance: random.Random, length: int, world: World | None = None) -> list[Facts]:
    """Return the facts of entries 0 to `length` - 1."""
    return [record(chance, entry, world) for entry in range(length)]


def joined(records: list[Facts]) -> Facts:
    """Return the facts of several records as one."""
    return Facts(
        tuple(node for one in records for node in one.nodes),
        tuple(edge for one in records for edge in one.edges),
        tuple(said for one in records for said in one.statements),
    )


def shuffled(chance: random.Random, facts: Facts) -> Facts:
    """Return the same facts in another order."""
    parts = (list(facts.nodes), list(facts.edges), list(facts.statements))
    for part in parts:
        chance.shuffle(part)
    nodes, edges, statements = parts
    return Facts(tuple(nodes), tuple(edges), tuple(statements))


def _run_event(  # noqa: C901  # one random choice after the other
    chance: random.Random, builder: FactBuilder, world: World
) -> None:
    type_ = chance.choice((*RANK, "RUNNING", "COMPLETE", "COMPLETE"))
    run, job = world.run(chance), world.job(chance)
    builder.rank = RANK[type_]
    builder.run, builder.job = run.id, job.id
    event: dict[str, object] = {"type": type_}
    if chance.random() < 0.15:
        event["window"] = True
    if chance.random() < 0.15:
        event["processing"] = "STREAMING"
    builder.add_statement(run, "event", event)
    builder.add_edge(Executed(run, job))
    for _ in range(world.some(chance)):
        dataset = world.dataset(chance)
        version = chance.choice((None, None, "v1"))
        builder.add_edge(Read(run, dataset), {"version": version} if version else None)
        if version:
            snapshot = Snapshot(dataset.namespace, dataset.name, version)
            builder.add_edge(Used(run, snapshot))
            builder.add_edge(Captures(snapshot, dataset))
        _say(chance, builder, dataset, Role.IN)
    for _ in range(world.some(chance)):
        dataset = world.dataset(chance)
        value: dict[str, object] = {}
        if chance.random() < 0.3:
            value["mode"] = chance.choice(("OVERWRITE", "RENAME"))
            if value["mode"] == "RENAME":
                value["renamed_from"] = builder.add_node(world.dataset(chance))
        builder.add_edge(Wrote(run, dataset), value)
        if chance.random() < 0.3:
            builder.add_edge(Generated(run, Snapshot(dataset.namespace, dataset.name, "v1")))
        for _ in range(chance.randrange(3)):
            _say(chance, builder, dataset, Role.OUT)
    if chance.random() < 0.2:
        builder.add_edge(IsPartOf(run, world.run(chance)))


def _say(chance: random.Random, builder: FactBuilder, dataset: Dataset, role: Role) -> None:
    aspect = chance.choice(ASPECTS)
    value = None if chance.random() < 0.15 else chance.choice(VALUES[aspect])
    builder.add_statement(dataset, aspect, value, role)


def _described(chance: random.Random, builder: FactBuilder, world: World) -> None:
    for _ in range(chance.randrange(1, 4)):
        _say(chance, builder, world.dataset(chance), Role.OWN)


def _declared(chance: random.Random, builder: FactBuilder, world: World) -> None:
    job = world.job(chance)
    outputs = [world.dataset(chance) for _ in range(world.some(chance))]
    for dataset in outputs:
        builder.add_edge(Produces(job, dataset))
    inputs = (
        None if chance.random() < 0.3 else [builder.add_node(world.dataset(chance)) for _ in range(world.some(chance))]
    )
    named = [builder.add_node(world.dataset(chance)) for _ in range(chance.randrange(2))]
    fed = [{"output": dataset.id, "sources": named, "by": "lineage"} for dataset in outputs[:1] if named]
    declared = {"inputs": inputs, "outputs": [dataset.id for dataset in outputs], "fed": fed, "named": named}
    builder.add_statement(job, "io", declared)
    if chance.random() < 0.3:
        aspect = chance.choice(("lineage_sources", "column_lineage_sources"))
        fed_here = world.dataset(chance)
        for _ in named:
            builder.add_edge(Feeds(world.dataset(chance), fed_here))
        builder.add_statement(fed_here, aspect, named if chance.random() < 0.8 else None)


def _alias(chance: random.Random, builder: FactBuilder, world: World) -> None:
    if chance.random() < 0.5:
        builder.job = builder.add_node(world.job(chance))
    carrier, others = world.dataset(chance), [world.dataset(chance) for _ in range(chance.randrange(3))]
    if chance.random() < 0.3:
        builder.add_edge(IsAliasOf(world.dataset(chance), carrier), {"ended": True})
        return
    for other in others:
        builder.add_edge(IsAliasOf(other, carrier))
    identifiers = [{"namespace": one.namespace, "name": one.name, "type": "TABLE"} for one in others]
    builder.add_statement(carrier, "symlinks", {"identifiers": identifiers} if chance.random() < 0.8 else None)


def _registration(chance: random.Random, builder: FactBuilder, world: World) -> None:
    version = ModelVersion("made-up", "sepsis", str(chance.randrange(2)))
    if chance.random() < 0.6:
        builder.run = world.run(chance).id
        builder.add_edge(Produced(world.run(chance), version))
    if chance.random() < 0.5:
        builder.job = builder.add_node(world.job(chance))
    dataset = world.dataset(chance)
    builder.add_edge(
        TrainedOn(version, Snapshot(dataset.namespace, dataset.name, "v1")), {"dataset": builder.add_node(dataset)}
    )
    builder.add_edge(IsVersionOf(version, Model("made-up", "sepsis")))
    builder.add_edge(Registered(Principal("Testperson Alpha"), version))
    builder.add_statement(version, "registration", REGISTRATION)


def _tag(chance: random.Random, builder: FactBuilder, world: World) -> None:
    dataset = world.dataset(chance)
    kind = chance.choice(KINDS)
    value: dict[str, object] = {
        "stance": chance.choice(("ASSERT", "CONFIRM", "REJECT")),
        "codes": [],
        "origin": "ASSERTED",
    }
    subject: Dataset | Column = dataset
    if chance.random() < 0.4:
        subject = Column(dataset.namespace, dataset.name, "patientId")
        builder.add_edge(HasColumn(dataset, subject))
    if chance.random() < 0.3:
        builder.add_edge(IsTagged(subject, PhiTag(kind)), value | {"stance": "ASSERT", "origin": "CLAIMED"})
        return
    builder.add_edge(IsTagged(subject, PhiTag(kind)), value)
    builder.add_statement(subject, f"phi.{kind}", value)
