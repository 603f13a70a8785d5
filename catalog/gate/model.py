"""What is asked of the release gate, what is known of a model version for it, and what that comes to.

Times are UTC microseconds, digests name their algorithm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from catalog.approvals.model import Approval
from catalog.assets.model import RunRecord
from catalog.findings.independence import Shared
from catalog.findings.rules import Severity
from catalog.findings.separation import Separation
from catalog.places.model import OperatorRecord
from catalog.reading import Completeness
from catalog.releases.model import Registration, Retirement
from catalog.safe_use.model import Known, Outcome, Permitted
from catalog.snapshots.model import SnapshotRecord
from catalog.use.model import Requester
from graph_schema.aspects import gate as aspects
from graph_schema.vocabulary.words import (
    AgreementKind,
    ApprovalKind,
    ChangeStatus,
    GateCheckName,
    GateVerdict,
    VulnerabilitySeverity,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateQuestion:
    """May a model version (`of`, its node's id) be used for a purpose, at a place, in an environment.

    It is asked of the view's own time.
    """

    of: str
    purpose: str
    place: str
    environment: str
    requester: Requester = field(default_factory=Requester)
    diseases: frozenset[str] = frozenset()
    """Every disease that is studied, by MONDO id; what the project of the requester registers counts before."""


@dataclass(frozen=True, slots=True)
class ApprovalNeeded:
    """A kind of approval that has to hold, by so many principals; more than one are persons."""

    kind: ApprovalKind
    persons: int = 1


@dataclass(frozen=True, slots=True)
class Criterion:
    """Between which values a metric has to lie, on the evaluation data or one split of it."""

    name: str
    split: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Requirements:
    """What is asked for of one purpose and environment."""

    holds_days: int
    verified_within_days: int
    assessed_within_days: int
    training_purpose: str
    finding_severity: Severity
    require: frozenset[GateCheckName]
    labels: Mapping[str, frozenset[str]]
    """By zone, the kinds of PHI that may be there; in a zone that is not named no data may be."""
    approvals: tuple[ApprovalNeeded, ...]
    metrics: tuple[Criterion, ...]
    vulnerabilities: Mapping[VulnerabilitySeverity, int]
    """By severity, how many known vulnerabilities its environment may have; of one that is not named, any number."""
    agreements: frozenset[AgreementKind]
    """The kinds of agreement that have to be in force with whoever runs it, where that is not the house itself."""


class Reason(NamedTuple):
    """What one thing comes to for a check, in words, with the entries that it rests on."""

    outcome: Outcome
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check comes to, with every reason; one that is not required is shown and does not block."""

    check: GateCheckName
    required: bool
    outcome: Outcome
    reasons: tuple[Reason, ...]


class Read(NamedTuple):
    """That a run read a dataset, by the name that stands for it, and the entries that say so."""

    run: str
    dataset: str
    entries: tuple[int, ...]


class Used(NamedTuple):
    """That a run used exactly this state of a dataset."""

    run: str
    dataset: str
    snapshot: str
    entry: int


@dataclass(frozen=True, slots=True)
class Training:
    """How a model version was trained, as far as that is recorded.

    `registration` names datasets by what stands for them. `runs` trained it: the `roots`, by id, and those that are a
    part of them; `cut` tells that there are more below than were looked at. `names` are those of datasets, by id.
    """

    title: str
    registration: Registration | None
    runs: Sequence[RunRecord]
    roots: frozenset[str]
    cut: bool
    reads: Sequence[Read]
    used: Sequence[Used]
    snapshots: Mapping[str, SnapshotRecord]
    names: Mapping[str, str]

    def name(self, dataset: str) -> str:
        """Return what a dataset is called, its id where that is not known."""
        return self.names.get(dataset, dataset)

    @property
    def snapshots_of_training(self) -> tuple[SnapshotRecord, ...]:
        """Return the sealed states that it was trained on: as registered, and as its runs say."""
        named = {use.snapshot for use in self.registration.trained_on} if self.registration else set()
        ids = dict.fromkeys([*sorted(named), *(one.snapshot for one in self.used)])
        return tuple(one for id_ in ids if (one := self.snapshots.get(id_)) is not None and one.seal is not None)

    @property
    def began_at(self) -> int | None:
        """Return when its first run started, None where no run is known, or when one started is not."""
        starts = [run.started_at if run.start_known else None for run in self.runs]
        if not starts or any(at is None for at in starts):
            return None
        return min(at for at in starts if at is not None)


@dataclass(frozen=True, slots=True)
class Split:
    """That data was split by subject into training and evaluation, by which entry; `apart` None: it cannot be told."""

    apart: bool | None
    text: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChangeAssessment:
    """How somebody found a version to stand to the plan of changes."""

    status: ChangeStatus
    plan: str
    reason: str
    by: str
    authenticated: bool
    entry: int
    at: int
    plan_digest: str | None


class Author(NamedTuple):
    """Who wrote a record that a check rests on, whether a key proved that, by which entry and when."""

    by: str
    authenticated: bool
    entry: int
    at: int


@dataclass(frozen=True, slots=True)
class EnvironmentAssessment:
    """What an environment is made of, and how many known vulnerabilities that has, by severity."""

    author: Author
    value: aspects.EnvironmentAssessment

    @property
    def known(self) -> dict[VulnerabilitySeverity, int]:
        """Return how many vulnerabilities are known, the most severe first."""
        return {one: getattr(self.value, one.lower()) for one in VulnerabilitySeverity}


@dataclass(frozen=True, slots=True)
class FeatureAssessment:
    """Which input features measure what one may not discriminate by, and what is done about each."""

    author: Author
    value: aspects.FeatureAssessment

    @property
    def measured(self) -> frozenset[str]:
        """Return all that they measure."""
        return frozenset(code for one in self.value.features for code in one.measures)


@dataclass(frozen=True, slots=True)
class MonitoringPlan:
    """How a version is watched in use, and what takes its place where it has to go."""

    author: Author
    value: aspects.MonitoringPlan


@dataclass(frozen=True, slots=True)
class Assessments:
    """What was assessed and planned last of a model version; None of what nobody recorded."""

    change: ChangeAssessment | None
    environment: EnvironmentAssessment | None
    features: FeatureAssessment | None
    monitoring: MonitoringPlan | None


@dataclass(frozen=True, slots=True)
class GateOverride:
    """That somebody lets a version pass although checks do not; it takes two persons.

    It `counts` where a key proved that a person said so, and another than who registered the version.
    """

    evaluation: int
    """The entry of the evaluation that it is about."""
    reason: str
    by: str
    counts: bool
    entry: int
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class AskedApproval:
    """An approval of the version: who approved it so that it counts, and what is severely wrong with who else did.

    `persons` are those of the approvers that are persons.
    """

    approval: Approval
    approvers: frozenset[str]
    persons: frozenset[str]
    against: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding that is open on the version or on what it was made of."""

    rule: str
    label: str
    severity: str
    name: str
    text: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Policies:
    """Where the requirements come from: a published set by its digest and entry, or as shipped (`entry` None).

    `problem` says why the published file cannot be read.
    """

    digest: str
    entry: int | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All that the checks are held to."""

    training: Training
    parents: Sequence[Training]
    moment: int
    known: Mapping[str, Known]
    """By dataset that the version was trained or evaluated on."""
    labels: Mapping[str, tuple[str, tuple[int, ...]]] | None
    """The kinds of PHI in the version itself: in words how they came, and the entries; None where not all was seen."""
    use_training: Permitted
    use_deployment: Permitted
    placed: Sequence[Reason]
    """Whether it may be at the place asked about, and what is against where it is and was."""
    approvals: Sequence[AskedApproval]
    signed: Reason | None
    """What verifying the signature came to; None where the version is not registered."""
    separation: Separation | None
    shared: Sequence[Shared]
    """What training and evaluation snapshots were made of in common."""
    split: Split | None
    evaluations: int
    """How many model versions were evaluated on the locked data."""
    criteria_then: Collection[Criterion]
    """The criteria that were in force before it was measured."""
    change: ChangeAssessment | None
    change_by_maker: bool
    """Whether who registered the version, or one person with them, held it against the plan of changes."""
    retired: Retirement | None
    environment: EnvironmentAssessment | None
    features: FeatureAssessment | None
    characteristics: Mapping[str, tuple[str, tuple[int, ...]]] | None
    """What labels say that it was made of and that one may not discriminate by: in words from where, and the entries;
    None where not all was seen.
    """
    operator: OperatorRecord | None
    """Who is declared to run models at the place asked about."""
    way_back: Reason | None
    """Whether there is a release to go back to; None where that was not asked."""
    monitoring: MonitoringPlan | None
    completeness: Completeness
    policies: Policies
    findings: Sequence[OpenFinding]


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate says of a model version, and all that it binds.

    `obligations` and `refrains` come with a use that is permitted. `exception` are the entries of the two persons who
    let it pass.
    """

    question: GateQuestion
    verdict: GateVerdict
    checks: tuple[Checked, ...]
    artifact_digest: str | None
    policies: Policies
    requirements: Requirements
    obligations: tuple[str, ...]
    refrains: tuple[str, ...]
    overrides: tuple[GateOverride, ...]
    exception: tuple[int, ...]
    exception_until: int | None
    entries: tuple[int, ...]
    completeness: Completeness
    chain: tuple[str, ...]
    """All that it was made of, by id: of these something may wait or be quarantined."""

    @property
    def passes(self) -> bool:
        """Tell whether the version may go on."""
        return self.verdict in {GateVerdict.PASS, GateVerdict.BY_EXCEPTION}


@dataclass(frozen=True, slots=True)
class GateEvaluation:
    """An evaluation of the gate as it was recorded: what was asked, what it came to, what it binds, and its end."""

    entry: int
    version: str
    by: str
    at: int
    verdict: GateVerdict
    purpose: str
    place: str
    environment: str
    requester: Requester
    diseases: frozenset[str]
    artifact_digest: str | None
    policies: str
    valid_at: int
    known_at: int
    """The last entry that it knew."""
    holds_until: int
    checks: Mapping[GateCheckName, Outcome]
