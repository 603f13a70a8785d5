"""How far identifiers are gone from a dataset, as each law counts: what was declared, held against what it holds."""

from __future__ import annotations

from typing import Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import Completeness, ReadPoint, completeness, read_point
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset, DeidentificationState
from catalog.api.graphql.scalars import Micros
from catalog.api.graphql.use import MayUse
from catalog.labels import code_keys
from catalog.labels.states import model
from catalog.labels.states.queries import Asked, effective_states
from catalog.reading import AsOf

Regime = model.Regime
enums.enter(Regime, name="PrivacyRegime")


@strawberry.type(description="Why a state is no better than it is.")
class StateReason:
    state: DeidentificationState = strawberry.field(description="The best that it can be because of this.")
    text: str = strawberry.field(description="What was declared, or what the dataset holds.")
    entries: list[int] = strawberry.field(description="The ledger entries that say so; none where nobody said.")


@strawberry.type(description="The worse of what was declared of a dataset and of what the labels say that it holds.")
class EffectiveState:
    regime: Regime = strawberry.field(description="By which law it is counted.")
    stated: DeidentificationState | None = strawberry.field(
        description="What was declared of this very dataset; null where nobody did: no state is inherited."
    )
    state: DeidentificationState = strawberry.field(description="How far identifiers are gone.")
    reasons: list[StateReason] = strawberry.field(description="Each reason for which it is no better.")
    because: list[int] = strawberry.field(description="The ledger entries on which it rests.")
    completeness: Completeness = strawberry.field(description="Whether all that is behind it was looked at.")
    read_point: ReadPoint = strawberry.field(description="Where this was read, so that it can be read again, equal.")


@strawberry.type(description="That a dataset is the key, or crosswalk, of codes in others.")
class CodeKey:
    found: strawberry.Private[code_keys.CodeKey]
    at: strawberry.Private[AsOf]
    holder: str = strawberry.field(description="Who holds it, 45 CFR 164.514(c)(2).")
    place: str | None = strawberry.field(description="Where it is kept; null where nobody said.")
    since: Micros = strawberry.field(description="Since when it is one.")
    until: Micros | None = strawberry.field(description="Until when it is to be kept; null where no end is set.")
    entry: int = strawberry.field(description="The ledger entry of the record.")

    @strawberry.field(description="The datasets in which the codes stand; those that rights hide are left out.")
    async def of(self, info: ContextInfo) -> list[Dataset]:
        found = [await nodes.find(Dataset, info.context, one, self.at) for one in self.found.of]
        return [one for one in found if one is not None]


@field_of(Dataset, description="What it is the key of, and who holds it; null where it is declared as no key.")
async def code_key(dataset: strawberry.Parent[Dataset], info: ContextInfo) -> CodeKey | None:
    found = code_keys.code_keys(info.context.view(dataset.at)).get(str(dataset.id))
    return None if found is None else converted(CodeKey, found, found=found, at=dataset.at)


@field_of(
    Dataset,
    description="How far identifiers are gone from it by a law, by the worse of what was declared and what it holds.",
)
async def effective_state(
    dataset: strawberry.Parent[Dataset],
    info: ContextInfo,
    regime: Annotated[Regime, strawberry.argument(description="By which law.")],
    recipient: Annotated[
        str | None,
        strawberry.argument(
            description="Who is to have it: attestations that anticipated others clear nothing then, and under the "
            "GDPR a key that another holds is not theirs."
        ),
    ] = None,
) -> EffectiveState | None:
    return await _state(info, Asked(str(dataset.id), regime, recipient), dataset.at)


@field_of(
    MayUse,
    description="How far identifiers are gone from a dataset for that recipient, by each law; empty where none was "
    "named, or of anything else. Removing identifiers permits nothing, so that it decides nothing here.",
)
async def recipient_states(use: strawberry.Parent[MayUse], info: ContextInfo) -> list[EffectiveState]:
    if use.recipient is None:
        return []
    found = [await _state(info, Asked(use.of, regime, use.recipient), use.at) for regime in Regime]
    return [one for one in found if one is not None]


async def _state(info: ContextInfo, asked: Asked, at: AsOf) -> EffectiveState | None:
    found = await info.context.load(effective_states, at, asked)
    if found is None:
        return None
    view = info.context.view(at)
    return converted(
        EffectiveState,
        found,
        reasons=[converted(StateReason, one, entries=list(one.entries)) for one in found.because],
        because=list(found.entries),
        completeness=completeness(view, found.completeness, [asked.dataset]),
        read_point=read_point(view),
    )
