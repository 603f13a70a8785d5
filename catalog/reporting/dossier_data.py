"""Everything that a model provenance dossier is made from: a handful of reads of one view for the whole of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.access.model import Powers
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of
from catalog.assets import queries as assets
from catalog.assets.hierarchy import of_same_id
from catalog.assets.model import AspectInForce, DatasetRecord, JobRecord, RunRecord
from catalog.assets.naming import full_name
from catalog.assets.retries import retried
from catalog.assets.schemas import SchemaStep, schema_changes
from catalog.assets.sources import declaration_entries
from catalog.findings.estate.model import EstateFinding, Key
from catalog.findings.model import Basis
from catalog.findings.queries import findings_on
from catalog.labels import queries as labels
from catalog.labels.model import Attestation, Label, Step
from catalog.labels.suggestions import Suggestion
from catalog.lineage.model import Confidence, Direction, Grain, LineageEdge, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.names.model import OtherName
from catalog.names.queries import deciding_entries, other_names, shown_names
from catalog.releases.model import ModelVersionRecord, Registration
from catalog.snapshots.model import SnapshotRecord, Written
from catalog.snapshots.queries import rows_written, snapshots
from catalog.store.protocol import Quarantined
from catalog.use.answers import PermittedUse
from catalog.use.queries import permitted_use
from catalog.view import View
from graph_schema.aspects.declarations import KeyUse
from graph_schema.identity import label_of, split_state_id
from graph_schema.nodes import EncryptionKey, UseStatement
from graph_schema.vocabulary.words import DeidentificationState

BUDGET = 5000
"""Nodes at which the walk to the raw feeds ends."""

EVALUATED = "evaluated"
"""How an edge is known by which a version was measured on a snapshot."""

_DEPTH = 100
_FAILED = frozenset({"FAIL", "ABORT"})


@dataclass(frozen=True, slots=True)
class Attempts:
    """The runs behind a version, and those that failed on the way to it."""

    runs: Mapping[str, RunRecord]
    failed: frozenset[str]
    """The runs that failed or were aborted on the way or since, and so contributed nothing."""
    retries: Mapping[str, str]
    """A failed run to the run of the same job that completed afterwards and is on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierData:
    """What was read of a model version and of all that it rests on."""

    view: View
    version: ModelVersionRecord
    registration: Registration
    graph: LineageGraph
    called: Mapping[str, str]
    """By every name that the lineage met, the one that stands for the dataset."""
    names: Mapping[str, tuple[OtherName, ...]]
    """The other names of the datasets: what is said under these counts too."""
    named_by: Mapping[str, frozenset[int]]
    """The entries on which it rests which names are one, now and when the version was registered; of a dataset that
    never had another name there are none.
    """
    datasets: Mapping[str, DatasetRecord]
    """By the names of the datasets."""
    registered: Mapping[str, DatasetRecord]
    """Those that were known when the version was registered, as they were declared then."""
    declaration_entries: Mapping[str, Sequence[int]]
    """By dataset: what is declared of it rests on these, then and now."""
    jobs: Mapping[str, JobRecord]
    attempts: Attempts
    same_id: Mapping[str, tuple[RunRecord, ...]]
    """By run: the runs of other jobs under its id."""
    snapshots: Mapping[str, SnapshotRecord]
    written: Mapping[str, Mapping[str, Written]]
    """How many rows the runs wrote, by the datasets whose states the version names, and by run."""
    labels: Mapping[str, tuple[Label, ...]]
    """As people and emitters said, by dataset."""
    registered_labels: Mapping[str, tuple[Label, ...]]
    """The labels as they were when the version was registered."""
    suggestions: Mapping[str, tuple[Suggestion, ...]]
    """What the schema in force lets one suppose and nobody judged, by dataset."""
    attestations: Mapping[str, tuple[Attestation, ...]]
    """By job."""
    steps: Mapping[str, tuple[Step, ...]]
    """By node of the lineage: what put it into its state."""
    approvals: Sequence[Approval]
    """Of the version and of every snapshot and dataset that it rests on, in the order of their requests."""
    schema_changes: Mapping[str, Sequence[SchemaStep]]
    """By dataset, up to the registration: what came later did not make this version."""
    estate: Sequence[EstateFinding]
    """What the rules over the estate find on all of this, and the version's own rules do not."""
    permitted: PermittedUse
    """What the version may be used for, at the read point."""
    quarantined: Sequence[Quarantined]

    @classmethod
    def read(cls, view: View, version: ModelVersionRecord, registration: Registration) -> DossierData:
        """Read what a registered version rests on."""
        registration = _called(view, registration)
        evaluated = {use.snapshot for use in registration.evaluated_on}
        roots = (version.id, *sorted(evaluated))
        walk = Walk(roots, Direction.UPSTREAM, Grain.SNAPSHOT, _DEPTH, include_attempts=True, budget=BUDGET)
        graph = _measured(lineage(view, walk), version.id, registration)
        uses = (*registration.trained_on, *registration.evaluated_on)
        states = {node.id for node in graph.nodes if label_of(node.id) == "Snapshot"}
        held = snapshots(view, sorted(states | {use.snapshot for use in uses}))
        attempts = _attempts(view, walk, graph, held, registration)
        job_ids = {edge.job for edge in graph.edges if edge.job} | {r.job for r in attempts.runs.values() if r.job}
        job_ids |= {registration.job} if registration.job else set()
        met = {one for node in graph.nodes if (one := _dataset_of(node.id, held))} | {u.dataset for u in uses}
        called = shown_names(view, met)
        dataset_ids = set(called.values())
        datasets = assets.datasets(view, sorted(dataset_ids))
        then = view.at(registration.registered_at, registration.entry)
        registered = assets.datasets(then, sorted(dataset_ids))
        attested = _attestations(view, job_ids, attempts.runs)
        of_attestations = sorted({one.id for each in attested.values() for one in each})
        stated, suggestions = labels.labels_apart(view, sorted(dataset_ids))
        asked = approvals_of(view, [version.id, *held, *sorted(dataset_ids)])
        permitted = permitted_use(view, version.id)
        return cls(
            view=view,
            version=version,
            registration=registration,
            graph=graph,
            called=called,
            names=other_names(view, sorted(dataset_ids)),
            named_by=_named_by(met, called, view, then),
            datasets=dict(sorted(datasets.items(), key=lambda item: (item[1].namespace, item[1].name))),
            registered=registered,
            declaration_entries=declaration_entries(view, datasets, registered),
            jobs=assets.jobs(view, sorted(job_ids)),
            attempts=attempts,
            same_id=_same_id(view, sorted(attempts.runs)),
            snapshots=held,
            written=rows_written(view, sorted({use.dataset for use in uses})),
            labels=stated,
            registered_labels=labels.labels_apart(then, sorted(dataset_ids)).stated,
            suggestions=suggestions,
            attestations=attested,
            steps=labels.steps_of(view, graph.edges, lambda node: _dataset_of(node, held), attempts.runs, attested),
            approvals=sorted((one for each in asked.values() for one in each), key=lambda one: one.request),
            schema_changes=schema_changes(view, sorted(dataset_ids), registration.registered_at),
            estate=found_on(
                view,
                [
                    version.id,
                    *sorted({*held, *dataset_ids, *attempts.runs, *job_ids}),
                    *of_attestations,
                    *statements_in(permitted),
                    *keys_in(datasets.values()),
                ],
            ),
            permitted=permitted,
            quarantined=view.quarantined({version.id, *held, *attempts.runs, *job_ids, *dataset_ids}),
        )

    @property
    def workers(self) -> frozenset[str]:
        """Return who registered the version, and who sealed the snapshots that it rests on."""
        seals = (seal for one in self.snapshots.values() for seal in one.seals)
        return frozenset({self.registration.registered_by} | {seal.sealed_by for seal in seals})

    @property
    def principals(self) -> frozenset[str]:
        """Return everyone who acted."""
        names = {one.attested_by for each in self.attestations.values() for one in each}
        names |= {one.verified_by for each in self.snapshots.values() for one in each.verifications}
        names |= {one.decided.by for one in self.estate if one.decided is not None}
        return self.workers | names | deciders(self.approvals)

    def basis(self, powers: Powers) -> Basis:
        """Return what findings are made from."""
        return Basis(
            version=self.version,
            registration=self.registration,
            snapshots=self.snapshots,
            producers={id_: run.id for id_, one in self.snapshots.items() if (run := self.producer(one)) is not None},
            written=self.written,
            datasets=self.datasets,
            registered=self.registered,
            declaration_entries=self.declaration_entries,
            jobs=self.jobs,
            runs=self.attempts.runs,
            same_id=self.same_id,
            retries=self.attempts.retries,
            labels=self.labels,
            registered_labels=self.registered_labels,
            suggestions=self.suggestions,
            attestations=self.attestations,
            steps=self.steps,
            declared_removals=dict(self._declared_removals()),
            inputs=self._inputs(),
            cleared=frozenset(node.id for node in self.graph.nodes if self.is_declared_cleared(node.id)),
            moment=self.view.moment,
            schema_changes=self.schema_changes,
            approvals=self.approvals,
            powers=powers,
            workers=self.workers,
        )

    def declared_state(self, node: str) -> AspectInForce[str] | None:
        """Return the de-identification state that a node's dataset was declared in when the version was registered."""
        record = self.registered.get(self.dataset_of(node) or "")
        return None if record is None else record.deidentification_state

    def is_declared_cleared(self, node: str) -> bool:
        """Tell whether a node's dataset was declared then to be without identifiers."""
        state = self.declared_state(node)
        return state is not None and DeidentificationState(state.value).is_cleared

    def _inputs(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for edge in self.graph.edges:
            if not edge.attempt:
                found[edge.target].add(edge.source)
        return {node: frozenset(sources) for node, sources in found.items()}

    def _declared_removals(self) -> Iterator[tuple[Step, int]]:
        """Yield the steps whose output was declared to hold fewer identifiers than their input."""
        for edge in self.graph.edges:
            after = self.declared_state(edge.target)
            if after and self.is_declared_cleared(edge.target) and not self.is_declared_cleared(edge.source):
                for step in self.steps.get(edge.target, ()):
                    if (step.job, step.run) == (edge.job, edge.run):
                        yield step, after.entry

    @property
    def raw_feeds(self) -> frozenset[str]:
        """Return the nodes that nothing flows into: where the recorded history begins."""
        return self.graph.sources

    def producer(self, snapshot: SnapshotRecord) -> RunRecord | None:
        """Return the run that wrote a snapshot, None where none is known."""
        runs = (self.attempts.runs.get(run) for run in snapshot.produced_by)
        return next((run for run in runs if run is not None), None)

    def dataset_of(self, identifier: str) -> str | None:
        """Return the dataset that a node of the lineage is a state of."""
        dataset = _dataset_of(identifier, self.snapshots)
        return dataset if dataset is None else self.called.get(dataset, dataset)

    def title(self, identifier: str) -> str:
        """Return the name of the dataset that a node is a state of, its id where that is unknown."""
        record = self.datasets.get(self.dataset_of(identifier) or "")
        return identifier if record is None else full_name(record)

    def job_name(self, identifier: str | None) -> str:
        """Return a job's namespace and name."""
        record = self.jobs.get(identifier or "")
        return identifier or "unknown" if record is None else full_name(record)

    def run_id(self, identifier: str | None) -> str | None:
        """Return the id that the run's sender gave it."""
        run = self.attempts.runs.get(identifier or "")
        if run is not None or identifier is None:
            return None if run is None else run.run_id
        known = self.view.nodes([identifier]).get(identifier)
        return None if known is None else known.node.title


def deciders(approvals: Iterable[Approval]) -> frozenset[str]:
    """Return who requested approvals and who decided on them."""
    return frozenset(
        name for one in approvals for name in (one.requested_by, *(decision.decided_by for decision in one.decisions))
    )


def _attestations(
    view: View, jobs: Collection[str], runs: Mapping[str, RunRecord]
) -> dict[str, tuple[Attestation, ...]]:
    """Return by job the attestations of the jobs and runs, and the newest of another run where none names one of these.

    There may be one for each run that there ever was.
    """
    named = labels.attestations(view, sorted({*jobs, *runs}))
    found = {one.id: one for each in named.values() for one in each}
    answered = {one.subject for one in found.values()} | {
        run.job for one in found.values() if (run := runs.get(one.run or ""))
    }
    for job, every in labels.attestations_of(view, sorted(jobs)).items():
        if job not in answered:
            found[every[-1].id] = every[-1]
    by_job: dict[str, list[Attestation]] = defaultdict(list)
    for one in sorted(found.values(), key=lambda each: each.entry):
        by_job[one.subject].append(one)
    return {job: tuple(each) for job, each in by_job.items()}


def statements_in(permitted: PermittedUse) -> list[str]:
    """Return the statements of permitted use that reach a thing, by id; what is declared of data is none."""
    return sorted({UseStatement(one.statement.id).id for one in permitted.applied})


def keys_in(datasets: Iterable[DatasetRecord]) -> list[str]:
    """Return the keys that datasets are declared to be encrypted under, by id."""
    held = [one.aspects["encryption_keys"].value for one in datasets if "encryption_keys" in one.aspects]
    return sorted({EncryptionKey(KeyUse.from_json(each).key).id for some in held for each in some or ()})


def found_on(view: View, ids: Sequence[str]) -> tuple[EstateFinding, ...]:
    """Return what holds of these nodes, each finding once and in the order in which findings are listed."""
    found = {one.id: one for several in findings_on(view, ids).values() for one in several}
    return tuple(sorted(found.values(), key=lambda one: Key.of(one.rule, one.subject)))


def _same_id(view: View, runs: Sequence[str]) -> dict[str, tuple[RunRecord, ...]]:
    found = of_same_id(view, runs)
    known = assets.runs(view, sorted({one for several in found.values() for one in several})) if found else {}
    return {run: tuple(known[one] for one in several if one in known) for run, several in found.items()}


def _attempts(
    view: View,
    walk: Walk,
    graph: LineageGraph,
    held: Mapping[str, SnapshotRecord],
    registration: Registration,
) -> Attempts:
    on_the_way = {edge.run for edge in graph.edges if edge.run} | {
        run for one in held.values() for run in one.produced_by
    }
    on_the_way |= {registration.run} if registration.run else set()
    runs = assets.runs(view, sorted(on_the_way))
    fed = _reading_halves(view, graph, runs)
    on_the_way |= fed.keys()
    runs |= fed
    completed = {id_: run.job for id_, run in runs.items() if run.state == "COMPLETE" and run.job}
    retries = {failed: by for failed, by in retried(view, completed).items() if failed not in on_the_way}
    wide = lineage(view, replace(walk, grain=Grain.DATASET))
    since = {edge.run for edge in wide.edges if edge.attempt and edge.run} - on_the_way
    failed = {
        id_: run
        for id_, run in assets.runs(view, sorted(since | retries.keys())).items()
        # What was tried after the version was registered has no part in it.
        if run.state in _FAILED and (run.started_at or 0) <= registration.registered_at
    }
    return Attempts({**runs, **failed}, frozenset(failed), {id_: by for id_, by in retries.items() if id_ in failed})


def _reading_halves(view: View, graph: LineageGraph, runs: Mapping[str, RunRecord]) -> dict[str, RunRecord]:
    """Return what read for the runs on the way that only write, below a parent that both are parts of, and the parent.

    A stream may send what it reads and what it writes as runs of their own.
    """
    writing = {edge.run for edge in graph.edges if edge.run and edge.run in runs and not runs[edge.run].inputs}
    above = sorted({parent for run in writing for parent in runs[run].parents})
    if not above:
        return {}
    beside = {one.id for several in assets.children_of(view, above).values() for one in several} - writing
    found = assets.runs(view, sorted({*beside, *above}))
    sources = {_dataset_of(edge.source, {}) for edge in graph.edges if edge.run in writing}
    reading = {id_: run for id_, run in found.items() if not sources.isdisjoint(run.inputs) and not run.outputs}
    return reading | {id_: found[id_] for id_ in above if id_ in found} if reading else {}


def _measured(graph: LineageGraph, version: str, registration: Registration) -> LineageGraph:
    """Return what version and evaluation data came from as one graph: edges say what the version was measured on.

    No data of those snapshots is in the model, so that lineage itself has no such edges.
    """
    edges = [
        LineageEdge(
            use.snapshot,
            version,
            EVALUATED,
            None,
            None,
            Confidence.STATED,
            registration.registered_at,
            registration.entry,
        )
        for use in sorted(registration.evaluated_on)
    ]
    known = {node.id for node in graph.nodes}
    every = (*graph.edges, *(edge for edge in edges if edge.source in known))
    into: defaultdict[str, list[str]] = defaultdict(list)
    for edge in every:
        into[edge.target].append(edge.source)
    depths, front, depth = {version: 0}, [version], 0
    while front:
        depth += 1
        nearer = dict.fromkeys(source for target in front for source in into[target])
        front = [source for source in nearer if source not in depths]
        depths |= dict.fromkeys(front, depth)
    # What only hidden nodes connect stands where the walk met it.
    placed = (replace(node, depth=depths.get(node.id, node.depth)) for node in graph.nodes)
    nodes = sorted(placed, key=lambda one: (one.depth, one.id))
    return replace(graph, roots=(version,), nodes=tuple(nodes), edges=every)


def _named_by(met: Collection[str], called: Mapping[str, str], *at_points: View) -> dict[str, frozenset[int]]:
    """Return by dataset the entries that decide at any of the points which of its names are one."""
    found: dict[str, frozenset[int]] = {}
    for view in at_points:
        for name, entries in deciding_entries(view, met).items():
            found[called[name]] = found.get(called[name], frozenset()) | entries
    return found


def _called(view: View, registration: Registration) -> Registration:
    """Return the registration with each dataset by the name that stands for it."""
    uses = (*registration.trained_on, *registration.evaluated_on)
    called = shown_names(view, (use.dataset for use in uses))
    trained, evaluated = (
        tuple(replace(use, dataset=called.get(use.dataset, use.dataset)) for use in several)
        for several in (registration.trained_on, registration.evaluated_on)
    )
    return replace(registration, trained_on=trained, evaluated_on=evaluated)


def _dataset_of(identifier: str, held: Mapping[str, SnapshotRecord]) -> str | None:
    state = split_state_id(identifier)
    if state is not None:
        return state[0]
    if label_of(identifier) == "Dataset":
        return identifier
    return held[identifier].dataset if identifier in held else None
