"""The published sets of policies: which one holds, and what stands in it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, as_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.scalars import Digest, Micros
from catalog.assets.queries import node_records
from catalog.policies import model, queries
from catalog.reading import AsOf
from graph_schema import nodes as kinds


@strawberry.type(description=kinds.PolicySet.__doc__)
class PolicySet(Node):
    digest: Digest = strawberry.field(description="The digest over its files.")
    first_entry: int = strawberry.field(description="The ledger entry that published it first.")


@strawberry.type(description="One file of a set of policies.")
class PolicyFile:
    path: str = strawberry.field(description="Its path in the set, with slashes.")
    text: str = strawberry.field(description="What stands in it, byte for byte.")


@strawberry.type(description="That a set of policies was published.")
class PolicyPublication:
    digest: Digest = strawberry.field(description="The digest over its files.")
    entry: int = strawberry.field(description="The ledger entry that published it.")
    by: str = strawberry.field(description="Who published it.")
    reason: str = strawberry.field(description="Why.")
    since: Micros = strawberry.field(description="Since when it held.")


@strawberry.type(description="A published set of policies with its files; none where its publication was erased.")
class PublishedPolicies:
    found: strawberry.Private[model.PolicySet]
    digest: Digest = strawberry.field(description="The digest over its files.")
    entry: int = strawberry.field(description="The ledger entry that published it last.")
    by: str = strawberry.field(description="Who published it.")
    reason: str = strawberry.field(description="Why.")
    since: Micros = strawberry.field(description="Since when it holds.")

    @strawberry.field(description="Its files, by path.")
    def files(self) -> list[PolicyFile]:
        return [PolicyFile(path=path, text=text) for path, text in sorted(self.found.files.items())]


@strawberry.type
class PolicyQueries:
    @strawberry.field(
        description="The set of policies with this digest, or without one the set in force; null where there is none."
    )
    def policies(
        self,
        info: ContextInfo,
        digest: Annotated[Digest | None, strawberry.argument(description="The digest over its files.")] = None,
        as_of: AsOfArgument = None,
    ) -> PublishedPolicies | None:
        view = info.context.view(_at(info, as_of))
        if digest is None:
            found = queries.in_force(view)
        else:
            subject = kinds.PolicySet(str(digest)).id
            found = queries.policy_sets(view, [subject]).get(subject)
        return None if found is None else converted(PublishedPolicies, found, found=found)

    @strawberry.field(description="Every publication of policies, the newest first.")
    def policy_publications(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[PolicyPublication]:
        return [converted(PolicyPublication, one) for one in queries.publications(info.context.view(_at(info, as_of)))]


@nodes.resolves(PolicySet)
async def _policy_set(context: RequestContext, identifier: str, at: AsOf) -> PolicySet | None:
    found = await context.load(node_records, at, identifier)
    if found is None or not isinstance(found.node, kinds.PolicySet):
        return None
    return PolicySet(id=strawberry.ID(identifier), digest=Digest(found.node.digest), first_entry=found.first_entry)


def _at(info: ContextInfo, when: AsOfArgument) -> AsOf:
    return as_of(when, info.context)
