"""Every kind of edge: a frozen dataclass from source to target whose docstring is the sentence that it states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, get_args, get_type_hints

from graph_schema.nodes import (
    Approval,
    Attestation,
    CodeRevision,
    Column,
    Dataset,
    Deployment,
    Division,
    EncryptionKey,
    Environment,
    Evaluation,
    Job,
    Model,
    ModelVersion,
    Node,
    PhiTag,
    Place,
    Principal,
    Run,
    Site,
    Snapshot,
    Source,
    Transfer,
    Undertaking,
    UseStatement,
)


@cache
def _upper_snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


@dataclass(frozen=True, slots=True)
class EdgeKind:
    """What every kind of edge has: two ends, a type in upper snake case, and whether it follows from identity alone."""

    registered: ClassVar[dict[str, type[EdgeKind]]] = {}
    structural: ClassVar[bool] = False
    """A structural edge follows from what its ends are: it always holds and is stored once, with its first entry."""

    derived: ClassVar[bool] = False
    """A derived edge is no fact: an index shows it, see `catalog.store.indexes`."""

    source: Node
    target: Node

    def __init_subclass__(cls) -> None:
        """Enter the kind under its type; `slots=True` makes the class twice, the second one stays."""
        EdgeKind.registered[cls.edge_type()] = cls

    @classmethod
    def edge_type(cls) -> str:
        """Return the edge's type: the class name in upper snake case."""
        return _upper_snake_case(cls.__name__)

    @classmethod
    def ends(cls) -> tuple[tuple[type[Node], ...], tuple[type[Node], ...]]:
        """Return the kinds that the source may have and the kinds that the target may have."""
        hints = get_type_hints(cls)
        source, target = hints["source"], hints["target"]
        return get_args(source) or (source,), get_args(target) or (target,)


@dataclass(frozen=True, slots=True)
class Supplies(EdgeKind):
    """The source supplies the dataset."""

    source: Source
    target: Dataset


@dataclass(frozen=True, slots=True)
class HasColumn(EdgeKind):
    """The dataset has the column."""

    structural = True
    source: Dataset
    target: Column


@dataclass(frozen=True, slots=True)
class Captures(EdgeKind):
    """The snapshot captures the dataset."""

    structural = True
    source: Snapshot
    target: Dataset


@dataclass(frozen=True, slots=True)
class IsVersionOf(EdgeKind):
    """The model version is a version of the model, or of the dataset by which emitters name that."""

    structural = True
    source: ModelVersion
    target: Model | Dataset


@dataclass(frozen=True, slots=True)
class IsAliasOf(EdgeKind):
    """The dataset is an alias of the dataset, from a time on; value `{"ended": true}` takes that back."""

    source: Dataset
    target: Dataset


@dataclass(frozen=True, slots=True)
class IsSameAs(EdgeKind):
    """The dataset is the same as the dataset, as a principal says; value `{"reason", "apart"?}`, not where `apart`."""

    source: Dataset
    target: Dataset


@dataclass(frozen=True, slots=True)
class WasRenamedTo(EdgeKind):
    """The dataset was renamed to the dataset, by a run."""

    source: Dataset
    target: Dataset


@dataclass(frozen=True, slots=True)
class Executed(EdgeKind):
    """The run executed the job."""

    structural = True
    source: Run
    target: Job


@dataclass(frozen=True, slots=True)
class IsPartOf(EdgeKind):
    """The run is part of the run; value `{"root": true}` where it is only said to be the root above, however far."""

    source: Run
    target: Run


@dataclass(frozen=True, slots=True)
class HasParent(EdgeKind):
    """The job has the parent job, as a run of it ever said; no data flows by that."""

    structural = True
    source: Job
    target: Job


@dataclass(frozen=True, slots=True)
class DependsOn(EdgeKind):
    """The job depends on the job, as a run of one of them ever said; no data flows by that."""

    structural = True
    source: Job
    target: Job


@dataclass(frozen=True, slots=True)
class Read(EdgeKind):
    """The run read the dataset or model version; value `{"version"?, "stated_by"?, "dataset"?}` names the state, or the
    facet that alone says so; of a model version the dataset by which its emitter names the model.
    """

    source: Run
    target: Dataset | ModelVersion


@dataclass(frozen=True, slots=True)
class Wrote(EdgeKind):
    """The run wrote the dataset or model version; value `{"version"?, "mode"?, "renamed_from"?, "sources"?, "by"?,
    "stated_by"?, "dataset"?}`, mode being a lifecycleStateChange, `sources` what feeds it, by id, as the facet that
    `by` names says, and `dataset` that by which the emitter of a model version names the model.
    """

    source: Run
    target: Dataset | ModelVersion


@dataclass(frozen=True, slots=True)
class Used(EdgeKind):
    """The run used the snapshot."""

    source: Run
    target: Snapshot


@dataclass(frozen=True, slots=True)
class Generated(EdgeKind):
    """The run generated the snapshot."""

    source: Run
    target: Snapshot


@dataclass(frozen=True, slots=True)
class Produced(EdgeKind):
    """The run produced the model version, as a person's record says."""

    source: Run
    target: ModelVersion


@dataclass(frozen=True, slots=True)
class Consumes(EdgeKind):
    """The job consumes the dataset by design."""

    source: Job
    target: Dataset


@dataclass(frozen=True, slots=True)
class Produces(EdgeKind):
    """The job produces the dataset by design."""

    source: Job
    target: Dataset


@dataclass(frozen=True, slots=True)
class Feeds(EdgeKind):
    """The dataset feeds the dataset, as its own event says; the job feeds the job, as a lineage facet says."""

    source: Dataset | Job
    target: Dataset | Job


@dataclass(frozen=True, slots=True)
class DerivesFrom(EdgeKind):
    """The column derives from the column, or the dataset as a whole; derived of what facets state."""

    derived: ClassVar[bool] = True

    source: Column | Dataset
    target: Column | Dataset


@dataclass(frozen=True, slots=True)
class Ran(EdgeKind):
    """The run ran the code revision."""

    source: Run
    target: CodeRevision


@dataclass(frozen=True, slots=True)
class RanIn(EdgeKind):
    """The run ran in the environment."""

    source: Run
    target: Environment


@dataclass(frozen=True, slots=True)
class IsTagged(EdgeKind):
    """The dataset or column is tagged with the kind of PHI; value `{"stance", "codes", "origin"}`."""

    source: Dataset | Column
    target: PhiTag


@dataclass(frozen=True, slots=True)
class Covers(EdgeKind):
    """The attestation covers the job, the run or the model version."""

    source: Attestation
    target: Job | ModelVersion | Run


@dataclass(frozen=True, slots=True)
class Attested(EdgeKind):
    """The principal attested the de-identification step."""

    source: Principal
    target: Attestation


@dataclass(frozen=True, slots=True)
class Sealed(EdgeKind):
    """The principal sealed the snapshot."""

    source: Principal
    target: Snapshot


@dataclass(frozen=True, slots=True)
class Verified(EdgeKind):
    """The principal verified the snapshot; value `{"result"}`."""

    source: Principal
    target: Snapshot


@dataclass(frozen=True, slots=True)
class TrainedOn(EdgeKind):
    """The model version was trained on the snapshot."""

    source: ModelVersion
    target: Snapshot


@dataclass(frozen=True, slots=True)
class Deploys(EdgeKind):
    """The deployment deploys the model version."""

    source: Deployment
    target: ModelVersion


@dataclass(frozen=True, slots=True)
class IsDeployedAt(EdgeKind):
    """The deployment is deployed at the place."""

    source: Deployment
    target: Place


@dataclass(frozen=True, slots=True)
class EvaluatedOn(EdgeKind):
    """The model version was evaluated on the snapshot."""

    source: ModelVersion
    target: Snapshot


@dataclass(frozen=True, slots=True)
class BuiltFrom(EdgeKind):
    """The model version was built from the code revision."""

    source: ModelVersion
    target: CodeRevision


@dataclass(frozen=True, slots=True)
class BuiltIn(EdgeKind):
    """The model version was built in the environment."""

    source: ModelVersion
    target: Environment


@dataclass(frozen=True, slots=True)
class Registered(EdgeKind):
    """The principal registered the model version."""

    source: Principal
    target: ModelVersion


@dataclass(frozen=True, slots=True)
class Assessed(EdgeKind):
    """The evaluation assessed the model version."""

    source: Evaluation
    target: ModelVersion


@dataclass(frozen=True, slots=True)
class MeasuredOn(EdgeKind):
    """The evaluation was measured on the snapshot."""

    source: Evaluation
    target: Snapshot


@dataclass(frozen=True, slots=True)
class Requested(EdgeKind):
    """The principal requested the approval."""

    source: Principal
    target: Approval


@dataclass(frozen=True, slots=True)
class Decided(EdgeKind):
    """The principal decided on the approval."""

    source: Principal
    target: Approval


@dataclass(frozen=True, slots=True)
class Concerns(EdgeKind):
    """The approval concerns the model version, snapshot or dataset."""

    source: Approval
    target: ModelVersion | Snapshot | Dataset


@dataclass(frozen=True, slots=True)
class AppliesTo(EdgeKind):
    """The use statement or transfer applies to the source, dataset or snapshot; value `{"snapshot"}`: that alone."""

    source: UseStatement | Transfer
    target: Source | Dataset | Snapshot


@dataclass(frozen=True, slots=True)
class Meets(EdgeKind):
    """The undertaking meets a condition of the use statement."""

    source: Undertaking
    target: UseStatement


@dataclass(frozen=True, slots=True)
class Divides(EdgeKind):
    """The division divides the subjects of the snapshot from those of others."""

    source: Division
    target: Snapshot


@dataclass(frozen=True, slots=True)
class Replaces(EdgeKind):
    """The use statement is a licence that replaces the other for what passes what it applies to."""

    source: UseStatement
    target: UseStatement


@dataclass(frozen=True, slots=True)
class IsHeldAt(EdgeKind):
    """The dataset is held at the site."""

    source: Dataset
    target: Site


@dataclass(frozen=True, slots=True)
class LiesIn(EdgeKind):
    """The dataset or the place lies in the place, as declared."""

    source: Dataset | Place
    target: Place


@dataclass(frozen=True, slots=True)
class IsEncryptedUnder(EdgeKind):
    """The dataset is encrypted under the key, as declared."""

    source: Dataset
    target: EncryptionKey
