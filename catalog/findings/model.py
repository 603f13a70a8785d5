"""What findings are made from, and what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalog.access.model import Powers
from catalog.approvals.model import Approval
from catalog.assets.model import DatasetRecord, JobRecord, RunRecord
from catalog.assets.schemas import SchemaStep
from catalog.findings.rules import Rule
from catalog.labels.model import Attestation, Label, Step, Uncovered
from catalog.labels.suggestions import Suggestion
from catalog.releases.model import ModelVersionRecord, Registration, SnapshotUse
from catalog.snapshots.model import SnapshotRecord, Written


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule: on which node, in words, and the entries that show it."""

    rule: Rule
    subject: str
    text: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that no record fills: of which node, what a report calls that, and in words what would fill it.

    `rule` is the one whose finding says that it is missing, None where only the gap does.
    """

    subject: str
    name: str
    field: str
    note: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """An attestation and whether it covers what its job did on the way."""

    attestation: Attestation
    reason: Uncovered | None
    """Why not; None where it does."""
    step: Step
    """The first step that it does not cover, of these one that nothing else covers; else the first that it covers."""
    entries: tuple[int, ...]
    """Its own, the one that defined who attested it as they were then, and those of versions that it is bound to."""


class KnownBy(StrEnum):
    """By what a step is known to remove identifiers; what comes first counts."""

    RUN = "RUN"
    """Its run claims it."""
    DECLARATION = "DECLARATION"
    """Its output is declared to be without identifiers, and its input is not."""
    ANOTHER_RUN = "ANOTHER_RUN"
    """Another run of its job was attested."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A step that removes identifiers and that no attestation names.

    That it removes them follows from what its run claims, from what is declared of its output, or from what was
    attested of another run of its job.
    """

    step: Step
    known_by: KnownBy
    entries: tuple[int, ...]
    """By which it is known that it removes identifiers."""


@dataclass(frozen=True, slots=True)
class Deidentification:
    """What the attestations on the way come to."""

    coverage: tuple[Coverage, ...]
    """Every attestation that bears on the way, by its entry."""
    removals: tuple[Removal, ...]
    """By when they ran."""
    idle: tuple[Coverage | Removal, ...]
    """What removes identifiers and is covered by nothing."""
    covered: frozenset[Step]
    attested: frozenset[str]
    """The nodes of the lineage of which every step that put them into their state is covered; none without a step."""
    derived: frozenset[str]
    """Of the others, those declared to be without identifiers that were made of such nodes alone, over any steps."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A model version and all that it rests on, as read at one point; ids are those of nodes."""

    version: ModelVersionRecord
    registration: Registration
    snapshots: Mapping[str, SnapshotRecord]
    producers: Mapping[str, str]
    """The run that wrote each snapshot, where one is known."""
    written: Mapping[str, Mapping[str, Written]]
    """How many rows runs wrote, by dataset and run."""
    datasets: Mapping[str, DatasetRecord]
    registered: Mapping[str, DatasetRecord]
    """The datasets that were known when the version was registered, as they were declared then."""
    declaration_entries: Mapping[str, Sequence[int]]
    """By dataset: what is declared of it rests on these, when the version was registered and now."""
    jobs: Mapping[str, JobRecord]
    runs: Mapping[str, RunRecord]
    same_id: Mapping[str, Sequence[RunRecord]]
    """By run: the runs of other jobs under its id."""
    retries: Mapping[str, str]
    """Runs that did not complete, each with the run of the same job that completed after it."""
    labels: Mapping[str, Sequence[Label]]
    """By dataset, as people and emitters said."""
    registered_labels: Mapping[str, Sequence[Label]]
    """As they were when the version was registered."""
    suggestions: Mapping[str, Sequence[Suggestion]]
    """By dataset: what the schema in force lets one suppose, and nobody judged."""
    attestations: Mapping[str, Sequence[Attestation]]
    """By the job that they are about."""
    steps: Mapping[str, Sequence[Step]]
    """By node of the lineage: what put it into its state."""
    declared_removals: Mapping[Step, int]
    """The steps whose output, unlike their input, is declared to be without identifiers, with the entry that does."""
    inputs: Mapping[str, frozenset[str]]
    """By node of the lineage: the nodes that what is in it was made of."""
    cleared: frozenset[str]
    """The nodes whose dataset was declared to be without identifiers when the version was registered."""
    moment: int
    """The valid time that is read, in microseconds UTC."""
    schema_changes: Mapping[str, Sequence[SchemaStep]]
    """By dataset."""
    approvals: Sequence[Approval]
    """Of the version and of what it rests on."""
    powers: Powers
    """Of everyone who acted."""
    workers: frozenset[str]
    """Whose work is decided on: who registered the version, and who sealed the snapshots."""

    @property
    def title(self) -> str:
        """Return the model's name and its version."""
        return f"{self.version.model} {self.version.version}"

    def rows_written(self, use: SnapshotUse) -> Written | None:
        """Return how many rows the run that wrote a snapshot says that it wrote."""
        return self.written.get(use.dataset, {}).get(self.producers.get(use.snapshot, ""))

    def dataset_name(self, identifier: str) -> str:
        """Return a dataset's namespace and name, its id where nothing names it."""
        record = self.datasets.get(identifier)
        return identifier if record is None else f"{record.namespace}/{record.name}"

    def job_name(self, identifier: str | None) -> str:
        """Return a job's namespace and name."""
        record = self.jobs.get(identifier or "")
        return identifier or "unknown" if record is None else f"{record.namespace}/{record.name}"
