"""The whole schema, put together of the capabilities' parts, from below."""

from __future__ import annotations

from asyncio import gather
from typing import Annotated

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext
from strawberry.types.base import get_object_definition

from catalog.api.graphql import (
    anonymity,
    attempts,
    code_versions,
    columns,
    contributions,
    dataset_states,
    dependencies,
    earlier,
    feature_sets,
    feeds,
    generated,
    hierarchy,
    history,
    labels,
    nodes,
    operations,
    quality,
    run_facets,
    splits,
    states,
    tags,
    uses,
)
from catalog.api.graphql.approvals import ApprovalQueries
from catalog.api.graphql.as_of import AsOfArgument, AsOfInput, ReadPoint, as_of, read_point
from catalog.api.graphql.borders import BorderQueries
from catalog.api.graphql.choke_points import ChokePointQueries
from catalog.api.graphql.consent_impact import ConsentImpactQueries
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.datasets import DatasetQueries
from catalog.api.graphql.decisions import DecisionQueries
from catalog.api.graphql.deployments import DeploymentQueries
from catalog.api.graphql.difference import LineageDiffQueries
from catalog.api.graphql.effective_labels import LabelQueries
from catalog.api.graphql.evidence import EvidenceQueries
from catalog.api.graphql.execution import BoundedExecution, Prepared
from catalog.api.graphql.findings import FindingQueries
from catalog.api.graphql.gate import GateQueries
from catalog.api.graphql.grants import GrantQueries
from catalog.api.graphql.jobs import JobQueries
from catalog.api.graphql.ledger import LedgerQueries
from catalog.api.graphql.lineage import LineageQueries
from catalog.api.graphql.mappings import MappingQueries
from catalog.api.graphql.names import NameQueries
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.places import PlaceQueries
from catalog.api.graphql.policies import PolicyQueries
from catalog.api.graphql.policy_labels import PolicyLabelQueries
from catalog.api.graphql.principals import PrincipalQueries
from catalog.api.graphql.producers import ProducerQueries
from catalog.api.graphql.quarantine import QuarantineQueries
from catalog.api.graphql.records import mutation_type
from catalog.api.graphql.releases import ReleaseQueries
from catalog.api.graphql.replay import ReplayQueries
from catalog.api.graphql.residency import ResidencyQueries
from catalog.api.graphql.retention import RetentionQueries
from catalog.api.graphql.runs import RunQueries
from catalog.api.graphql.safe_use import SafeUseQueries
from catalog.api.graphql.scalars import CONFIG
from catalog.api.graphql.search import SearchQueries
from catalog.api.graphql.signatures import SignatureQueries
from catalog.api.graphql.snapshot_difference import SnapshotDiffQueries
from catalog.api.graphql.snapshots import SnapshotQueries
from catalog.api.graphql.sources import SourceQueries
from catalog.api.graphql.storage import StorageQueries
from catalog.api.graphql.suggestions import SuggestionQueries
from catalog.api.graphql.use import UseQueries
from catalog.api.graphql.verifications import VerificationQueries
from catalog.api.graphql.what_if import WhatIfQueries
from catalog.reading import AsOf

WITHOUT_QUESTIONS = (
    anonymity,
    attempts,
    code_versions,
    columns,
    dataset_states,
    dependencies,
    earlier,
    feature_sets,
    feeds,
    hierarchy,
    history,
    labels,
    operations,
    quality,
    run_facets,
    splits,
    states,
    tags,
    uses,
)
"""Modules that only contribute fields to types of others: imported for that."""


@strawberry.type
class NodeQueries:
    @strawberry.field(description="The thing of an id, null where nothing of it is known or may be seen.")
    async def node(
        self,
        info: ContextInfo,
        id: Annotated[  # noqa: A002  its name in the interface
            strawberry.ID, strawberry.argument(description="The id, as an answer gave it.")
        ],
        as_of: AsOfArgument = None,
    ) -> Node | None:
        return await nodes.find_then(info.context, str(id), _at(info, as_of))

    @strawberry.field(description="The things of these ids, in their order.")
    async def nodes(
        self,
        info: ContextInfo,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids, at most 500.")],
        as_of: AsOfArgument = None,
    ) -> list[Node | None]:
        at = _at(info, as_of)
        return list(await gather(*(nodes.find_then(info.context, str(one), at) for one in ids)))

    @strawberry.field(description="Where the answers of this request are taken.")
    def read_point(self, info: ContextInfo, as_of: AsOfArgument = None) -> ReadPoint:
        return read_point(info.context.view(_at(info, as_of)))


def _at(info: ContextInfo, when: AsOfInput | None) -> AsOf:
    return as_of(when, info.context)


class _Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Write nothing down: the endpoint logs what is ours; strawberry would log query and values."""


def _made() -> strawberry.Schema:
    generated.generate()
    contributions.put_together()
    query = merge_types(
        "Query",
        (
            NodeQueries,
            DatasetQueries,
            JobQueries,
            RunQueries,
            SnapshotQueries,
            ReleaseQueries,
            ReplayQueries,
            SignatureQueries,
            DeploymentQueries,
            SearchQueries,
            PolicyQueries,
            DecisionQueries,
            GrantQueries,
            SafeUseQueries,
            LedgerQueries,
            LineageQueries,
            LineageDiffQueries,
            RetentionQueries,
            VerificationQueries,
            SnapshotDiffQueries,
            ChokePointQueries,
            LabelQueries,
            WhatIfQueries,
            BorderQueries,
            NameQueries,
            EvidenceQueries,
            ApprovalQueries,
            PrincipalQueries,
            MappingQueries,
            SuggestionQueries,
            PolicyLabelQueries,
            PlaceQueries,
            SourceQueries,
            StorageQueries,
            ProducerQueries,
            QuarantineQueries,
            FindingQueries,
            UseQueries,
            GateQueries,
            ConsentImpactQueries,
            ResidencyQueries,
        ),
    )
    get_object_definition(
        query, strict=True
    ).description = "Every question that can be asked; each is read at one point in time."
    return _Schema(
        query,
        mutation_type(),
        types=nodes.resolved_types().values(),
        extensions=[Prepared],
        execution_context_class=BoundedExecution,
        config=CONFIG,
    )


_SCHEMA = _made()
"""Made while the module is imported, which one thread does, once: it changes the types that it is made of."""


def schema() -> strawberry.Schema:
    """Return the schema; one for the process."""
    return _SCHEMA


def graphql_schema() -> GraphQLSchema:
    """Return the same as graphql-core knows it."""
    return _SCHEMA._schema  # noqa: SLF001  strawberry has no other way to it


def sdl() -> str:
    """Return the schema in its own language."""
    return _SCHEMA.as_str() + "\n"
