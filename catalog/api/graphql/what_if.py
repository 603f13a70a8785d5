"""What an attestation would clear before anybody signs it; nothing is written."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from catalog.api.graphql import nodes
from catalog.api.graphql.as_of import AsOfArgument, Completeness, ReadPoint, as_of, completeness, read_point
from catalog.api.graphql.assets import Asset
from catalog.api.graphql.codes import Code
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import PhiKind
from catalog.api.graphql.effective_labels import EffectiveLabel, as_label
from catalog.api.graphql.lineage import missing
from catalog.api.graphql.problems import AnyProblem, as_problem
from catalog.api.graphql.records import fields_of, input_of
from catalog.errors import ADDRESSED
from catalog.labels.facts import attested
from catalog.labels.records import AttestDeidentification
from catalog.labels.taint import answers, queries
from catalog.reading import AsOf, Complete


@strawberry.type(description="A label that a supposed attestation would take away on a step into an asset.")
class SupposedClearing:
    phi_kind: PhiKind = strawberry.field(description="Which kind of PHI it is here.")
    codes: list[Code] = strawberry.field(description="What exactly would be taken away; none where all of the kind.")
    column: str | None = strawberry.field(description="The column into which it comes; null: several.")
    source_column: str | None = strawberry.field(description="The column that it comes from.")
    remains: bool = strawberry.field(description="Whether the asset would have this kind all the same, by another way.")


@strawberry.type(description="What a supposed attestation would do to the labels of what its job wrote.")
class SupposedLabels:
    found: strawberry.Private[answers.SupposedLabels]
    at: strawberry.Private[AsOf]
    would_clear: list[SupposedClearing] = strawberry.field(description="What it would take away.")
    kinds_now: list[PhiKind] = strawberry.field(description="Each kind of PHI that the asset holds without it.")
    remaining: list[EffectiveLabel] = strawberry.field(
        description="The labels that the asset would still have, each with the shortest way by which it comes."
    )

    @strawberry.field(description="The dataset or model version that it is about.")
    async def asset(self, info: ContextInfo) -> Asset | None:
        return await nodes.find(Asset, info.context, self.found.asset, self.at)


@strawberry.type(description="What a supposed attestation would do.")
class WhatIf:
    outputs: list[SupposedLabels] = strawberry.field(
        description="Everything that its job wrote until now, or its model version."
    )
    completeness: Completeness = strawberry.field(description="Whether all that is behind it was looked at.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


WhatIfResult = Annotated[
    WhatIf | AnyProblem,
    strawberry.union("WhatIfResult", description="What it would do, or why that cannot be told."),
]


def _what_if(info: ContextInfo, attestation: Any, as_of: Any = None) -> Any:  # noqa: ANN401  annotated below
    context = info.context
    try:
        record = AttestDeidentification.read(fields_of(attestation))
        at = _at(as_of, context)
        view = context.view(at)
        problem = missing(context, view, [record.node.id])
        if problem is not None:
            return problem
        found = queries.what_if(view, attested(record), record.holds_from)
    except ADDRESSED as error:
        return as_problem(error)
    least = next((one.completeness for one in found if not isinstance(one.completeness, Complete)), Complete())
    return WhatIf(
        outputs=[
            SupposedLabels(
                found=one,
                at=at,
                would_clear=[converted(SupposedClearing, each, phi_kind=PhiKind(each.kind)) for each in one.cleared],
                kinds_now=[PhiKind(each.kind) for each in one.before],
                remaining=[as_label(each, at) for each in one.after],
            )
            for one in found
        ],
        completeness=completeness(view, least, [record.node.id]),
        read_point=read_point(view),
    )


_at = as_of
"""An argument of the question has this name too."""
_what_if.__annotations__ = {
    "info": ContextInfo,
    "attestation": Annotated[
        input_of(AttestDeidentification),
        strawberry.argument(description="The attestation as it would be recorded."),
    ],
    "as_of": AsOfArgument,
    "return": WhatIfResult,
}


@strawberry.type
class WhatIfQueries:
    what_if: WhatIfResult = strawberry.field(
        resolver=_what_if,
        description="What an attestation would clear of what its job wrote, and what would remain: nothing is written.",
    )
