"""Signatures over model artifacts: whether they hold, and the keys that may make them."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from catalog.api.graphql import enums, nodes
from catalog.api.graphql.as_of import AsOfArgument
from catalog.api.graphql.as_of import as_of as read_as_of
from catalog.api.graphql.context import ContextInfo, RequestContext
from catalog.api.graphql.contributions import field_of
from catalog.api.graphql.conversion import converted
from catalog.api.graphql.nodes import Node
from catalog.api.graphql.releases import Registration
from catalog.api.graphql.scalars import Digest, Micros
from catalog.reading import AsOf
from catalog.signatures import model, queries
from catalog.view import View
from graph_schema import nodes as kinds
from graph_schema.vocabulary import words

SignatureState = words.SignatureState
enums.enter(SignatureState)


@strawberry.type(description="A public key that signs model artifacts, or whoever is certified to.")
class SigningKey(Node):
    fingerprint: Digest = strawberry.field(description="The SHA-256 over its SubjectPublicKeyInfo in DER.")
    public_key: str | None = strawberry.field(
        description="Its SubjectPublicKeyInfo in DER, in base64; null where certificates stand for who signs."
    )
    certificate_identity: str | None = strawberry.field(description="Whose certificates count, by the name in them.")
    certificate_issuer: str | None = strawberry.field(description="Who proves that name to the authority.")
    key_holder: str = strawberry.field(description="Who holds the private half, or is certified.")
    entry: int = strawberry.field(description="The ledger entry that registers it.")
    since: Micros = strawberry.field(description="Since when it signs.")
    ends_at: Micros | None = strawberry.field(description="From when on it signs no longer; null without an end.")
    end_entry: int | None = strawberry.field(description="The ledger entry that ended it; null where none did.")
    has_ended: bool = strawberry.field(description="Whether it signs no longer.")


@strawberry.type(description="Whether the signature of a registration holds, and why.")
class SignatureCheck:
    found: strawberry.Private[model.SignatureCheck]
    at: strawberry.Private[AsOf]
    state: SignatureState = strawberry.field(description="Whether it holds.")
    reason: str = strawberry.field(description="Why, in a sentence.")
    entries: list[int] = strawberry.field(description="The ledger entries that it rests on.")

    @strawberry.field(description="The registered key that made it, or that it names.")
    async def signing_key(self, info: ContextInfo) -> SigningKey | None:
        identifier = None if self.found.fingerprint is None else kinds.SigningKey(self.found.fingerprint).id
        return await nodes.find(SigningKey, info.context, identifier, self.at)


@strawberry.type
class SignatureQueries:
    @strawberry.field(description="The keys that sign model artifacts, ended ones too, by fingerprint.")
    def signing_keys(self, info: ContextInfo, as_of: AsOfArgument = None) -> list[SigningKey]:
        view = info.context.view(read_as_of(as_of, info.context))
        return [_key(one) for one in queries.signing_keys(view)]


@field_of(Registration, description="Whether its signature holds, by the keys that were registered.")
def signature_check(registration: strawberry.Parent[Registration], info: ContextInfo) -> SignatureCheck:
    found = queries.signature_state(info.context.view(registration.at), registration.found)
    return converted(SignatureCheck, found, found=found, at=registration.at)


@nodes.resolves(SigningKey)
async def _signing_key(context: RequestContext, identifier: str, at: AsOf) -> SigningKey | None:
    found = await context.load(_by_id, at, identifier)
    return None if found is None else _key(found)


def _by_id(view: View, ids: Sequence[str]) -> dict[str, model.SigningKeyRecord]:
    return {one.id: one for one in queries.signing_keys(view) if one.id in ids}


def _key(found: model.SigningKeyRecord) -> SigningKey:
    certified = found.registered.certified
    return converted(
        SigningKey,
        found,
        id=strawberry.ID(found.id),
        public_key=found.registered.public_key,
        certificate_identity=None if certified is None else certified.identity,
        certificate_issuer=None if certified is None else certified.issuer,
        key_holder=found.registered.key_holder,
    )
