"""Fields by the names that they had in the first release, each deprecated: documents written then still hold."""

from __future__ import annotations

import strawberry

from catalog.api.graphql.approvals import Approval, ApprovalState
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.datasets import Dataset, DeidentificationState, PhiKind
from catalog.api.graphql.labels import PhiLabel
from catalog.api.graphql.lineage import LineageNode, NodeCount
from catalog.api.graphql.runs import Run, RunState


@field_of(Run, name="state", description="How the run stands, as first named.", deprecated="Ask for `runState`.")
def _run_state(run: strawberry.Parent[Run]) -> RunState | None:
    return run.record.state


@field_of(PhiLabel, name="kind", description="Which PHI it is, as first named.", deprecated="Ask for `phiKind`.")
def _phi_kind(label: strawberry.Parent[PhiLabel]) -> PhiKind:
    return label.phi_kind


@field_of(LineageNode, name="label", description="What kind of thing it is, in words.", deprecated="Ask for `kind`.")
def _node_label(node: strawberry.Parent[LineageNode]) -> str:
    return node.kind.value


@field_of(NodeCount, name="label", description="The kind of node in words.", deprecated="Ask for `kind`.")
def _counted_label(counted: strawberry.Parent[NodeCount]) -> str:
    return counted.kind.value


@field_of(Approval, name="state", description="Where it stands, as first named.", deprecated="Ask for `approvalState`.")
def _approval_state(approval: strawberry.Parent[Approval]) -> ApprovalState:
    return approval.approval_state


@field_of(
    Dataset,
    name="deidState",
    description="What was done to identifiers, as first named.",
    deprecated="Ask for `deidentificationState`.",
)
def _deidentification_state(dataset: strawberry.Parent[Dataset]) -> DeidentificationState:
    declared = dataset.record.deidentification_state
    return DeidentificationState.UNKNOWN if declared is None else DeidentificationState(declared.value)
