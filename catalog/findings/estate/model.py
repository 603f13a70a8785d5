"""What the rules over the estate are held to, what they find, and how a finding stands. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.access.model import Powers
from catalog.approvals.model import Approval
from catalog.assets.model import AspectInForce, DatasetRecord, RunRecord
from catalog.assets.retention import Keeping
from catalog.findings.rules import FindingState, Rule, Severity
from catalog.labels.anonymity.model import AnonymityClaim
from catalog.labels.model import Attestation, Label
from catalog.releases.model import Registration
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.retention import Due
from catalog.use.model import UseStatement
from graph_schema.nodes import Node


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule, in words, and the entries that show it.

    `since` and `until` are when it began and ceased to be so, None where nothing says when, or it lasts; `known` is the
    entry by which it was known, `ended` the one by which it was known to be over.
    """

    text: str
    entries: tuple[int, ...]
    since: int | None
    known: int
    until: int | None = None
    ended: int | None = None
    subjects: tuple[str, ...] = ()
    """What it is found on, where that is more than one."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody last decided of a finding."""

    stance: str
    by: str
    reason: str
    until: int | None
    since: int
    entry: int
    authenticated: bool
    """Whether a key proved who decided."""


class Key(NamedTuple):
    """Which finding: in the order in which findings are listed, by severity, rule and subject."""

    severity: int
    rule_at: int
    subject: str

    @property
    def rule(self) -> Rule:
        """Return the rule."""
        return RULES[self.rule_at]

    @classmethod
    def of(cls, rule: Rule, subject: str) -> Key:
        """Return the key of what a rule finds on a subject."""
        return cls(*_PLACES[rule], subject)

    @classmethod
    def several(cls, rule: Rule, subjects: Iterable[str]) -> Iterator[Key]:
        """Yield the keys of what a rule finds on each of very many subjects."""
        severity, place = _PLACES[rule]
        for subject in subjects:
            yield cls(severity, place, subject)


RULES = tuple(Rule)
_PLACES = {rule: (list(Severity).index(rule.severity), place) for place, rule in enumerate(RULES)}


@dataclass(frozen=True, slots=True)
class EstateFinding:
    """What a rule finds on a node, and how that stands: `id` is what it is decided by."""

    id: str
    rule: Rule
    subject: str
    subjects: tuple[str, ...]
    name: str
    """What the subject is called."""
    text: str
    entries: tuple[int, ...]
    since: int | None
    until: int | None
    known: int
    ended: int | None
    state: FindingState
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class DatasetCase:
    """A dataset, and when and by which entry it was first used."""

    record: DatasetRecord
    used_at: int | None


class Start(NamedTuple):
    """That something was so since a time, by which entry."""

    since: int
    entry: int


@dataclass(frozen=True, slots=True)
class OrderCase:
    """When a dataset was first written, declared and classified, None for what it never was."""

    written: Start
    declared: Start | None
    classified: Start | None


@dataclass(frozen=True, slots=True)
class DeclarationCase:
    """What is declared of a dataset, and what persons say of it and of its columns."""

    record: DatasetRecord
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class LabelledUseCase:
    """What is declared of a dataset's use, as a statement, and how far identifiers are declared to be gone.

    `kept` is how long what the statement binds is to be kept, where that matters.
    """

    statement: UseStatement
    state: AspectInForce[str] | None
    kept: Sequence[Keeping] = ()


@dataclass(frozen=True, slots=True)
class RetentionCase:
    """When a dataset and its sealed snapshots are due, the first first."""

    due: Sequence[Due]


@dataclass(frozen=True, slots=True)
class RunIdCase:
    """Runs of several jobs under one id."""

    runs: Sequence[RunRecord]


@dataclass(frozen=True, slots=True)
class NameCase:
    """Something that was named, and the entry that first did."""

    node: Node
    entry: int


@dataclass(frozen=True, slots=True)
class AttestationCase:
    """An attestation, what its job or model version is called, the others of that, and what those who attested might.

    `near_days` is how long before its end a determination is near it, `clears` whether it takes anything away, `claims`
    what of its evidence is known.
    """

    attestation: Attestation
    subject: str
    others: Sequence[Attestation]
    powers: Powers
    near_days: int
    clears: bool
    claims: Sequence[AnonymityClaim] = ()


@dataclass(frozen=True, slots=True)
class VersionCase:
    """A model version's registration, the snapshots that it names, and what each of these was made of.

    `made_of` gives by snapshot those that its runs used, with the entries that say so, over any steps; `datasets` is
    the dataset of each.
    """

    registration: Registration
    snapshots: Mapping[str, SnapshotRecord]
    names: Mapping[str, str]
    made_of: Mapping[str, Mapping[str, frozenset[int]]]
    datasets: Mapping[str, str]

    def dataset_name(self, identifier: str) -> str:
        """Return what a dataset is called, its id where that is not known."""
        return self.names.get(identifier, identifier)


class Change(NamedTuple):
    """What became of locked data, in a sentence, since when, and the entries that say so."""

    text: str
    since: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LockCase:
    """An evaluation snapshot that somebody locked, and what happened to it and to its dataset since.

    `trained` are the model versions, by name, whose training read it, since when, and the entries that say so;
    `is_replaced`: another state of the dataset was locked since, so that this one may go.
    """

    name: str
    lock: Start
    trained: Sequence[tuple[str, Start, tuple[int, ...]]]
    changed: Sequence[Change]
    is_replaced: bool


class Holder(NamedTuple):
    """What uses a key, by name, in which environment, since when and by which entry."""

    environment: str
    name: str
    start: Start


@dataclass(frozen=True, slots=True)
class KeyCase:
    """An encryption key, by its id in its store: for which environment it is declared, and what it encrypts."""

    key: str
    declared: tuple[str, Start] | None
    holders: Sequence[Holder]


@dataclass(frozen=True, slots=True)
class KeyEndCase:
    """A key with an end, of encryption or of codes: what depends on it still, by name, and since when each does.

    `end` is when it ends, or ended, and by which entry that is known; `near_days` how long before that it is near.
    """

    key: str
    end: Start
    depending: Sequence[tuple[str, Start]]
    near_days: int


class Declaring(NamedTuple):
    """What somebody declared: since when, by which entry, who, and the value as text."""

    since: int
    entry: int
    by: str
    value: str


@dataclass(frozen=True, slots=True)
class DisputeCase:
    """What was declared of a dataset, by aspect, each in the order of their entries."""

    declared: Mapping[str, Sequence[Declaring]]


class WrongCode(NamedTuple):
    """A code that its system has not, or no longer, or a word that is none, and what would be right, in words."""

    where: str
    """In which column, or the whole, or in which part of what was said."""
    text: str
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class CodesCase:
    """What means nothing in the labels of a dataset and its columns, in an attestation or in a run's claim."""

    wrong: Sequence[WrongCode]


@dataclass(frozen=True, slots=True)
class PromotionCase:
    """A dataset that many use, with the training caches that flow into it, by name, and since when it was one itself.

    `start` is since when, and by which entry, it is kept for many.
    """

    zone: str
    start: Start
    caches: Sequence[tuple[str, Start]]
    was: Start | None


@dataclass(frozen=True, slots=True)
class ConsentCase:
    """A consent that is over: why, what that is known by, and what rests on it and is still there, by name.

    `whole` is False where more may rest on it than was looked at.
    """

    statement: str
    why: str
    start: Start
    resting: Sequence[tuple[str, str]]
    """The kind and the name of each."""
    entries: frozenset[int]
    whole: bool


@dataclass(frozen=True, slots=True)
class PlaceCase:
    """Where a dataset is or was and may not be: in which way, the place, the job's name, and why not.

    `since` is when a job first had it there, None where it only lies there; `known` the entry that first says so.
    """

    there: Sequence[tuple[str, str | None, str | None, tuple[str, ...]]]
    since: int | None
    entries: frozenset[int]
    known: int


class Together(NamedTuple):
    """That one run, or one job by design, reads two datasets, each by name."""

    coded: str
    other: str
    start: Start
    entries: tuple[int, ...]
    is_key: bool = False
    """Whether the other is the key of its codes."""


@dataclass(frozen=True, slots=True)
class LinkCase:
    """A job that reads coded data together with what it was made of, or with the key of its codes.

    `bound` are the statements on the use of that coded data which forbid to link it again (HL7: NORELINK).
    """

    job: str
    pairs: Sequence[Together]
    bound: Sequence[UseStatement] = ()


@dataclass(frozen=True, slots=True)
class Combination:
    """That a job makes something of several de-identified datasets that a run of it reads together.

    `attestations` are all those of the job.
    """

    job: str
    inputs: Sequence[str]
    start: Start
    entries: tuple[int, ...]
    attestations: Sequence[Attestation]


@dataclass(frozen=True, slots=True)
class CombinationCase:
    """What was combined in a dataset, by job, and what those who attested might when."""

    several: Sequence[Combination]
    powers: Powers


@dataclass(frozen=True, slots=True)
class UseCase:
    """A statement of permitted use as it was last made; `kept` is how long what it binds is kept, where it matters."""

    statement: UseStatement
    kept: Sequence[Keeping] = ()


@dataclass(frozen=True, slots=True)
class LabelCase:
    """The labels of a dataset and of its columns, and within how many days a suggested one is to be judged."""

    labels: Sequence[Label]
    days: int


class InUse(NamedTuple):
    """That a model version is used, in words, from when to when, each by which entry; `end` is None while it is."""

    text: str
    start: Start
    end: Start | None = None


@dataclass(frozen=True, slots=True)
class ApprovedCase:
    """The approvals of a model version and of the snapshots that it was made from, and how it is used.

    Each approval comes with what it is of, in words, empty for the version itself; in the order of requests.
    """

    approvals: Sequence[tuple[str, Approval]]
    uses: Sequence[InUse]


@dataclass(frozen=True, slots=True)
class RetiredCase:
    """Since when a model version is retired, and what happened to it from then on."""

    retired: Start
    after: Sequence[InUse]


class Gated(NamedTuple):
    """Where a model version runs by a deployment, since when, and why the gate does not let it, None where it does."""

    where: str
    start: Start
    against: str | None
    entries: tuple[int, ...]
