"""Datasets, with what is in force about them, as owners declare and emitters describe them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as times
from catalog.api.graphql.assets import AspectInForce, Asset, Names, aspects_of, value_of
from catalog.api.graphql.codes import Code, codes_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import QualifiedName, QualifiedNameInput
from catalog.api.graphql.problems import AnyProblem, NotFound
from catalog.assets import model, queries
from catalog.assets.rules import MANDATORY
from catalog.lineage.columns.queries import column_lineage_in_force
from catalog.names.queries import spelled
from catalog.reading import AsOf
from graph_schema import nodes as kinds
from graph_schema.aspects import declarations as aspects
from graph_schema.vocabulary import duo, hl7, words

COLUMN_LINEAGE = "column_lineage"


DeidentificationState = words.DeidentificationState
enums.enter(DeidentificationState)
RetentionClass = words.RetentionClass
enums.enter(RetentionClass)
RetentionClock = words.RetentionClock
enums.enter(RetentionClock)
RetentionDisposition = words.RetentionDisposition
enums.enter(RetentionDisposition)
SourceKind = words.SourceKind
enums.enter(SourceKind)
Zone = words.Zone
enums.enter(Zone)
PhiKind = words.PhiKind
enums.enter(PhiKind)


if TYPE_CHECKING:

    class MandatoryField(StrEnum):
        """A field of `rules.MANDATORY`."""
else:
    MandatoryField = StrEnum("MandatoryField", {name.upper(): name for name in MANDATORY})
enums.enter(
    MandatoryField,
    description="What has to be recorded of every dataset.",
    members={name.upper(): note for name, note in MANDATORY.items()},
)


@strawberry.type(description="The system that data comes from.")
class SourceSystem:
    name: str = strawberry.field(description="What the system is called where it runs.")
    kind: SourceKind = strawberry.field(description="What kind of system it is.")


@strawberry.type(description="How long data is kept.")
class Retention:
    policy_class: RetentionClass = strawberry.field(description="The class of the retention policy.")
    period_days: int = strawberry.field(description="How many days the data is kept.")
    clock: RetentionClock | None = strawberry.field(description="From what the days count; null where nobody said.")
    starts_on: str | None = strawberry.field(description="The day from which they count, where that is known.")
    disposition: RetentionDisposition | None = strawberry.field(
        description="What is done with the data once they are over; null where nobody said."
    )


@strawberry.type(description="What the owner permits, in codes and in words.")
class PermittedUse:
    purposes: list[Code] = strawberry.field(description="Purposes that it may be used for: codes of HL7 PurposeOfUse.")
    duo: list[Code] = strawberry.field(
        description="Permissions and their modifiers: codes of the GA4GH Data Use Ontology."
    )
    refrains: list[Code] = strawberry.field(description="What must not be done with it: codes of HL7 RefrainPolicy.")
    obligations: list[Code] = strawberry.field(
        description="What must be done by whoever uses it: codes of HL7 ObligationPolicy."
    )
    statement: str | None = strawberry.field(description="The same in the owner's own words.")


def as_permitted(declared: aspects.PermittedUse) -> PermittedUse:
    """Return what an owner permits as its GraphQL type."""
    return PermittedUse(
        purposes=codes_of(hl7.PURPOSE_OF_USE, declared.purposes),
        duo=codes_of(duo.DUO, declared.duo),
        refrains=codes_of(hl7.REFRAINS, declared.refrains),
        obligations=codes_of(hl7.OBLIGATIONS, declared.obligations),
        statement=declared.statement,
    )


@strawberry.type(description="A mandatory field that nobody recorded, and what would fill it.")
class RecordGap:
    field: MandatoryField = strawberry.field(description="The field that is missing.")
    note: str = strawberry.field(description="What would fill it, in words.")


@strawberry.type(description="A named collection of data, with everything in force about it.")
class Dataset(Asset):
    named: strawberry.Private[queries.Named[model.DatasetRecord]]

    @property
    def record(self) -> model.DatasetRecord:
        """What is in force about it, read once something of it is asked for."""
        return self.named.record

    @strawberry.field(description="The ledger entry that first named it.")
    def first_entry(self) -> int:
        return self.named.first_entry

    @strawberry.field(description="The unit or role that answers for it; null where nobody declared one.")
    def owner(self) -> str | None:
        return value_of(self.record.owner)

    @strawberry.field(description="The system outside that its data comes from.")
    def source_system(self) -> SourceSystem | None:
        declared = value_of(self.record.source_system)
        return None if declared is None else converted(SourceSystem, declared)

    @strawberry.field(description="The version of its schema, as its owner counts.")
    def schema_version(self) -> str | None:
        return value_of(self.record.schema_version)

    @strawberry.field(description="What it is for clinically.")
    def clinical_purpose(self) -> str | None:
        return value_of(self.record.clinical_purpose)

    @strawberry.field(description="The kinds of PHI that the owner declares; null where nobody said.")
    def phi_category(self) -> list[PhiKind] | None:
        declared = value_of(self.record.phi_category)
        return None if declared is None else [PhiKind(kind) for kind in declared]

    @strawberry.field(description="How far identifiers are gone, as the owner declares it; UNKNOWN until then.")
    def deidentification_state(self) -> DeidentificationState:
        declared = value_of(self.record.deidentification_state)
        return DeidentificationState.UNKNOWN if declared is None else DeidentificationState(declared)

    @strawberry.field(description="How long it is kept.")
    def retention(self) -> Retention | None:
        declared = value_of(self.record.retention)
        return None if declared is None else converted(Retention, declared)

    @strawberry.field(description="What it may be used for.")
    def permitted_use(self) -> PermittedUse | None:
        declared = value_of(self.record.permitted_use)
        return None if declared is None else as_permitted(declared)

    @strawberry.field(description="Where in the estate it lies.")
    def zone(self) -> Zone | None:
        declared = value_of(self.record.zone)
        return None if declared is None else Zone(declared)

    @strawberry.field(description="The hospital, institute or place that holds it.")
    def site(self) -> str | None:
        return value_of(self.record.site)

    @strawberry.field(description="The region that it lies in, as it is declared or by its place.")
    def region(self) -> str | None:
        return value_of(self.record.region)

    @strawberry.field(description="What an emitter says of it.")
    def documentation(self) -> str | None:
        return value_of(self.record.documentation)

    @strawberry.field(description="What an emitter says that it is, such as TABLE or FILE.")
    def dataset_type(self) -> str | None:
        return value_of(self.record.dataset_type)

    @strawberry.field(description="The owners that an emitter names.")
    def named_owners(self) -> list[str]:
        return [owner.name for owner in value_of(self.record.ownership) or ()]

    @strawberry.field(description="Mandatory fields that nobody recorded.")
    def gaps(self) -> list[RecordGap]:
        return [converted(RecordGap, gap) for gap in self.record.gaps]

    @strawberry.field(
        description="Everything in force about the dataset, with who said it and where; all where no names are given."
    )
    async def aspects(self, info: ContextInfo, names: Names = None) -> list[AspectInForce]:
        found = aspects_of(self.record.aspects, names)
        # What each job says of its own write is in force, not the last writer's alone.
        if any(one.aspect == COLUMN_LINEAGE for one in found) or COLUMN_LINEAGE in (names or ()):
            each = await info.context.load(column_lineage_in_force, self.at, self.record.id) or ()
            found = [one for one in found if one.aspect != COLUMN_LINEAGE]
            found += [converted(AspectInForce, one, aspect=COLUMN_LINEAGE) for one in each]
        return sorted(found, key=lambda one: one.aspect)


DatasetResult = Annotated[
    Dataset | AnyProblem, strawberry.union("DatasetResult", description="The dataset, or why there is none to show.")
]


@strawberry.type
class DatasetQueries:
    @strawberry.field(
        description="The dataset of this namespace and name, byte for byte, else as the rules for names take them."
    )
    async def dataset(
        self,
        info: ContextInfo,
        ref: Annotated[QualifiedNameInput, strawberry.argument(description="Its namespace and name.")],
        as_of: AsOfArgument = None,
    ) -> DatasetResult:
        name = ref.redacted(info.context)
        found = await nodes.find_named(Dataset, info.context, kinds.Dataset(*name).id, as_of, "dataset")
        if not isinstance(found, NotFound):
            return found
        meant = await info.context.load(spelled, times(as_of, info.context), name)
        return found if meant is None else await nodes.find_named(Dataset, info.context, meant, as_of, "dataset")


@nodes.named(Dataset, queries.named_datasets)
def as_dataset(found: queries.Named[model.DatasetRecord], at: AsOf) -> Dataset:
    """Return a dataset as its GraphQL type."""
    assert isinstance(found.node, kinds.Dataset)  # noqa: S101  what it reads holds no others
    return Dataset(
        id=strawberry.ID(found.node.id),
        name=found.node.name,
        ref=QualifiedName.of(found.node),
        at=at,
        dataset=found.node.id,
        find_state=lambda: found.record.state,
        named=found,
    )
