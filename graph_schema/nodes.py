"""Every kind of node: a frozen dataclass whose fields are its key and whose docstring is its published description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import ClassVar, Self

from graph_schema.identity import node_id


@dataclass(frozen=True, slots=True)
class Node:
    """What every node has: a label (the class's name), a key and the id that follows from both."""

    registered: ClassVar[dict[str, type[Node]]] = {}

    def __init_subclass__(cls) -> None:
        """Enter the kind under its label; `slots=True` makes the class twice, the second one stays."""
        Node.registered[cls.__name__] = cls

    @property
    def label(self) -> str:
        """Return the kind's name: a singular noun."""
        return type(self).__name__

    @property
    def key(self) -> tuple[str, ...]:
        """Return the natural key in the order of the fields."""
        return _key_reader(type(self).__name__)(self)

    @property
    def id(self) -> str:
        """Return the deterministic id; see `identity.node_id`."""
        return node_id(type(self).__name__, self.key)

    @property
    def title(self) -> str:
        """Return the part of the key that a person reads first: its last field."""
        return self.key[-1]

    @classmethod
    def key_fields(cls) -> tuple[str, ...]:
        """Return the names of the key's fields, in order."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def from_key(cls, key: tuple[str, ...] | list[str]) -> Self:
        """Return the node with this natural key."""
        return cls(*key)


@cache
def _key_reader(label: str) -> Callable[[Node], tuple[str, ...]]:
    """Return what reads the key of a kind's nodes: nodes are made, and their keys read, more often than anything."""
    names = Node.registered[label].key_fields()
    if len(names) > 1:
        return attrgetter(*names)
    (name,) = names
    return lambda node: (getattr(node, name),)


@dataclass(frozen=True, slots=True)
class Source(Node):
    """A system outside that data comes from: an EHR, a PACS, a laboratory, a claims feed."""

    name: str


@dataclass(frozen=True, slots=True)
class Dataset(Node):
    """A named collection of data in its namespace, byte for byte as the pipelines call it."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Column(Node):
    """A column or field of a dataset that something was said about."""

    namespace: str
    dataset: str
    name: str


@dataclass(frozen=True, slots=True)
class Snapshot(Node):
    """One exact state of a dataset: a digest over its manifest, or the version its own store gave it."""

    namespace: str
    dataset: str
    version: str


@dataclass(frozen=True, slots=True)
class Job(Node):
    """A transformation that can run many times, as its scheduler calls it."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Run(Node):
    """One execution of a job, of which the run's id is: another job's run may have the same id."""

    job_namespace: str
    job: str
    run_id: str

    @classmethod
    def of(cls, job: Job | None, run_id: str) -> Run:
        """Return the run of a job, or what a run id alone names."""
        return cls("", "", run_id) if job is None else cls(job.namespace, job.name, run_id)

    @property
    def executed(self) -> Job | None:
        """Return the job that it executed, None where a run id alone names it."""
        return Job(self.job_namespace, self.job) if self.job_namespace or self.job else None


@dataclass(frozen=True, slots=True)
class CodeRevision(Node):
    """A revision of a repository that a run executed or a model version was built from."""

    repository: str
    revision: str


@dataclass(frozen=True, slots=True)
class Environment(Node):
    """A software environment, named by the digest over everything installed in it."""

    digest: str


@dataclass(frozen=True, slots=True)
class PhiTag(Node):
    """One of the six kinds of protected health information that a dataset or a column can be tagged with."""

    kind: str


@dataclass(frozen=True, slots=True)
class Model(Node):
    """A model as its registry calls it, across all its versions."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class ModelVersion(Node):
    """One trained model: exact snapshots, code, environment and artifact."""

    namespace: str
    model: str
    version: str


@dataclass(frozen=True, slots=True)
class Evaluation(Node):
    """A measurement of one model version on one snapshot."""

    namespace: str
    model: str
    version: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class Approval(Node):
    """A request for a decision and the decisions on it, named by the request's ledger index."""

    request: str


@dataclass(frozen=True, slots=True)
class Attestation(Node):
    """An authorised person's statement that a step removes identifiers, named by its ledger index."""

    entry: str


@dataclass(frozen=True, slots=True)
class Principal(Node):
    """A person, an emitter or a service that acts under a name of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """What a site lets a facet or tag of its own mean."""

    name: str


@dataclass(frozen=True, slots=True)
class SafeUse(Node):
    """A question whether data is safe to be used for something, by what it is for."""

    question: str


@dataclass(frozen=True, slots=True)
class Finding(Node):
    """What a rule finds on a node, by the rule's name and the node's id, once somebody acknowledged or accepted it."""

    rule: str
    subject: str


@dataclass(frozen=True, slots=True)
class Site(Node):
    """A hospital, institute or place that data is held at."""

    name: str


@dataclass(frozen=True, slots=True)
class EncryptionKey(Node):
    """A key that data is encrypted under, by its id in the key store that holds it; never the key itself."""

    key_id: str


@dataclass(frozen=True, slots=True)
class SigningKey(Node):
    """A key that signs model artifacts, by the SHA-256 over its public half's SubjectPublicKeyInfo in DER."""

    fingerprint: str


@dataclass(frozen=True, slots=True)
class Deployment(Node):
    """That a model version runs at a place, named by its ledger index."""

    ledger_index: str


@dataclass(frozen=True, slots=True)
class Place(Node):
    """A place where data can be: a site, a region, a country or a region of a cloud, as declared."""

    name: str


@dataclass(frozen=True, slots=True)
class UseStatement(Node):
    """What an authority says that data may be used for, by what the authority calls it."""

    statement: str


@dataclass(frozen=True, slots=True)
class PolicySet(Node):
    """A set of policies that was published as a whole, named by the digest over its files."""

    digest: str


@dataclass(frozen=True, slots=True)
class Project(Node):
    """What people work on together for a time, such as a study, as declared."""

    name: str


@dataclass(frozen=True, slots=True)
class Protocol(Node):
    """What research is done under for a time, as an ethics board determined, as declared."""

    name: str


@dataclass(frozen=True, slots=True)
class Transfer(Node):
    """That data may be at a place beside those that it is permitted at, named by its ledger index."""

    ledger_index: str


@dataclass(frozen=True, slots=True)
class Undertaking(Node):
    """What decides a condition that a use statement leaves open, named by its ledger index."""

    ledger_index: str


@dataclass(frozen=True, slots=True)
class Division(Node):
    """A declared division of subjects into parts, named by its ledger index."""

    ledger_index: str


@dataclass(frozen=True, slots=True)
class NamespaceRule(Node):
    """A rule by which several names of a namespace are one dataset, by what its author calls it."""

    name: str
