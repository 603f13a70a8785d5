"""How and where datasets are stored, encrypted and worked with, and the keys that are declared."""

from __future__ import annotations

from typing import Any, TypeVar

import strawberry

from catalog.api.graphql import enums
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as _at
from catalog.api.graphql.assets import value_of
from catalog.api.graphql.context import ContextInfo
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.datasets import Dataset, DeidentificationState
from catalog.api.graphql.scalars import Long, Micros
from catalog.assets.storage import encrypted_under
from catalog.encryption import queries
from catalog.encryption.model import KeyRecord
from catalog.reading import AsOf
from graph_schema.aspects import declarations
from graph_schema.aspects.shape import Part
from graph_schema.vocabulary import words

T = TypeVar("T")

StoragePattern = words.StoragePattern
enums.enter(StoragePattern)
KeyEnvironment = words.KeyEnvironment
enums.enter(KeyEnvironment)
EncryptionAtRest = words.EncryptionAtRest
enums.enter(EncryptionAtRest)
EncryptionInTransit = words.EncryptionInTransit
enums.enter(EncryptionInTransit)
EncryptionInUse = words.EncryptionInUse
enums.enter(EncryptionInUse)
Egress = words.Egress
enums.enter(Egress)


@strawberry.type(description="How data is encrypted; null where nobody said.")
class Encryption:
    at_rest: EncryptionAtRest | None = strawberry.field(description="Where it is stored.")
    in_transit: EncryptionInTransit | None = strawberry.field(description="While it is sent.")
    in_use: EncryptionInUse | None = strawberry.field(description="While it is worked with.")


@strawberry.type(description="Where data lies decrypted, and for how long at most.")
class PlaintextWindow:
    where: str = strawberry.field(description="Where, in words.")
    seconds: Long = strawberry.field(description="For how many seconds at most; 0 where it never does.")


@strawberry.type(description="How the machines are kept apart that data is worked with on; null where nobody said.")
class ComputeIsolation:
    ephemeral_nodes: bool | None = strawberry.field(
        description="Whether they are made for the work and destroyed after it."
    )
    hardened_image: str | None = strawberry.field(description="The hardened image that they are made of.")
    egress: Egress | None = strawberry.field(description="What may leave them over the network.")


@strawberry.type(description="That a dataset is encrypted under a key, and in which environment.")
class EncryptedDataset:
    dataset: strawberry.ID = strawberry.field(description="The id of the dataset.")
    environment: KeyEnvironment = strawberry.field(description="The environment that the key is used in.")
    entry: int = strawberry.field(description="The ledger entry that declares it.")


@strawberry.type(description="The scope of an encryption key, and who has to do with it; never the key itself.")
class DeclaredKey:
    at: strawberry.Private[AsOf]
    id: strawberry.ID = strawberry.field(description="The id of the key in this catalog.")
    key: str = strawberry.field(description="The id of the key in the key store that holds it.")
    environment: KeyEnvironment = strawberry.field(description="The environment that it is for.")
    workload: str | None = strawberry.field(description="The workload that it is for.")
    tier: str | None = strawberry.field(description="The tier of data that it is for.")
    created_by: str | None = strawberry.field(description="The role that creates it.")
    rotated_by: str | None = strawberry.field(description="The role that rotates it.")
    used_by: list[str] = strawberry.field(description="The roles and programs that use it.")
    until: Micros | None = strawberry.field(description="Until when it is to be used; null where nobody declared it.")
    entry: int = strawberry.field(description="The ledger entry that declares it.")
    since: Micros = strawberry.field(description="Since when that holds.")

    @strawberry.field(description="What is encrypted under it, in any environment.")
    async def datasets(self, info: ContextInfo) -> list[EncryptedDataset]:
        found = await info.context.load(encrypted_under, self.at, self.key)
        return [converted(EncryptedDataset, one) for one in found or ()]


@strawberry.type(description="A key that data is encrypted under, and in which environment.")
class KeyUse:
    at: strawberry.Private[AsOf]
    key: str = strawberry.field(description="The id of the key in the key store that holds it.")
    environment: KeyEnvironment = strawberry.field(description="The environment that it is used in.")

    @strawberry.field(
        description="Its scope, and who creates, rotates and uses it; null where nobody declared it, or no longer."
    )
    async def declared(self, info: ContextInfo) -> DeclaredKey | None:
        found = await info.context.load(queries.keys_called, self.at, self.key)
        return None if found is None or found.declared is None else _declared_key(found.declared, self.at)


def _declared_key(one: KeyRecord, at: AsOf) -> DeclaredKey:
    return converted(
        DeclaredKey, one.scope, at=at, id=strawberry.ID(one.id), key=one.key, entry=one.entry, since=one.since
    )


@strawberry.type
class StorageQueries:
    @strawberry.field(description="The declared encryption keys, by their ids in their key stores.")
    def encryption_keys(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[DeclaredKey]:
        view = info.context.view(_at(as_of, info.context))
        return [_declared_key(one, view.as_of) for one in queries.encryption_keys(view)]


@field_of(Dataset, description="How it is stored; null where nobody declared it.")
def storage_pattern(dataset: strawberry.Parent[Dataset]) -> StoragePattern | None:
    found = _declared(dataset, "storage_pattern")
    return None if found is None else StoragePattern(found)


@field_of(Dataset, description="The format that it is stored in; null where nobody declared it.")
def storage_format(dataset: strawberry.Parent[Dataset]) -> str | None:
    found: str | None = _declared(dataset, "storage_format")
    return found


@field_of(Dataset, description="Every key that it is encrypted under; null where nobody declared any.")
def encryption_keys(dataset: strawberry.Parent[Dataset]) -> list[KeyUse] | None:
    found = _declared(dataset, "encryption_keys")
    return (
        None
        if found is None
        else [converted(KeyUse, declarations.KeyUse.from_json(one), at=dataset.at) for one in found]
    )


@field_of(Dataset, description="How it is encrypted; null where nobody declared it.")
def encryption(dataset: strawberry.Parent[Dataset]) -> Encryption | None:
    return _part(dataset, "encryption", declarations.Encryption, Encryption)


@field_of(Dataset, description="Where it lies decrypted, and for how long; null where nobody declared it.")
def plaintext_window(dataset: strawberry.Parent[Dataset]) -> PlaintextWindow | None:
    return _part(dataset, "plaintext_window", declarations.PlaintextWindow, PlaintextWindow)


@field_of(Dataset, description="How the machines are kept apart that it is worked with on; null where nobody said.")
def compute_isolation(dataset: strawberry.Parent[Dataset]) -> ComputeIsolation | None:
    return _part(dataset, "compute_isolation", declarations.ComputeIsolation, ComputeIsolation)


@field_of(
    Dataset,
    description="How far identifiers are declared to be gone as the GDPR counts, where DE_IDENTIFIED is anonymous; "
    "null where nobody declared it.",
)
def gdpr_state(dataset: strawberry.Parent[Dataset]) -> DeidentificationState | None:
    found = _declared(dataset, "gdpr_state")
    return None if found is None else DeidentificationState(found)


@field_of(Dataset, description="Of how many persons it holds data; null where nobody declared it.")
def persons(dataset: strawberry.Parent[Dataset]) -> Long | None:
    found = _declared(dataset, "persons")
    return None if found is None else Long(found)


@field_of(Dataset, description="Whether it holds human genomic data; null where nobody declared it.")
def genomic(dataset: strawberry.Parent[Dataset]) -> bool | None:
    found: bool | None = _declared(dataset, "genomic")
    return found


@field_of(Dataset, description="The version of the feature set that it holds; null where nobody declared it.")
def feature_set_version(dataset: strawberry.Parent[Dataset]) -> str | None:
    found: str | None = _declared(dataset, "feature_set_version")
    return found


def _declared(dataset: Dataset, aspect: str) -> Any:  # noqa: ANN401  as the aspect's shape has it
    return value_of(dataset.record.aspects.get(aspect))


def _part(dataset: Dataset, aspect: str, shape: type[Part], kind: type[T]) -> T | None:
    found = _declared(dataset, aspect)
    return None if found is None else converted(kind, shape.from_json(found))
