"""Who wrote the entries that a report rests on: persons, services and emitters, and by which keys they acted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor, Context, Strict
from reports.document import (
    Block,
    Column,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    mark,
    missing,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.naming import worded
from reports.phrases import unrecorded, who
from reports.section import Frame, Part

PrincipalKind = Literal["PERSON", "SERVICE", "EMITTER"]
KINDS: tuple[PrincipalKind, ...] = ("PERSON", "SERVICE", "EMITTER")
"""In the order in which a report lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Strict):
    """An API key that was issued to a principal, by its public id, from when and until when it worked."""

    key_id: str
    issued_at: str
    issued_by: Actor
    revoked_at: str | None = None
    revoked_by: Actor | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Strict):
    """The cited entries of one kind that a principal wrote, for themselves or in the place of another."""

    kind: str
    """As the ledger has it."""
    indexes: tuple[int, ...] = ()
    """Of entries that another line of the report rests on."""
    on_behalf_of: Actor | None = None
    """In whose place; None: in their own."""
    entries: tuple[int, ...] = ()
    """The delegation by which that one let them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Strict):
    """A principal that wrote a cited entry, as the newest record defines it; nothing of one that no record defines."""

    actor: Actor
    """By its id, with its name, and whether keys prove who acts under it."""
    principal_kind: PrincipalKind | None = None
    title: str | None = None
    """Its function in its organisation."""
    organisation: str | None = None
    roles: tuple[str, ...] = ()
    """What the catalog lets it do."""
    approves: tuple[str, ...] = ()
    """The kinds of approval that it decides on."""
    active: bool | None = None
    defined_at: str | None = None
    defined_by: Actor | None = None
    keys: tuple[Key, ...] = ()
    """Every one that was issued to it, the oldest first."""
    acts: tuple[Act, ...] = ()
    """By kind."""


@dataclass(frozen=True, kw_only=True)
class People(Context):
    """Everyone who wrote an entry that a report rests on."""

    people: tuple[Person, ...] = ()
    """Persons, then services, emitters, and who is defined by no record; among each by id."""


_NOUNS: dict[PrincipalKind, str] = {"PERSON": "person", "SERVICE": "service", "EMITTER": "emitter of events"}
_ACTS = {
    "openlineage.run_event": "sent events of runs",
    "openlineage.job_event": "sent events of jobs",
    "openlineage.dataset_event": "sent events of datasets",
    "record.declare_dataset": "declared datasets",
    "record.declare_source": "declared sources",
    "record.declare_key": "declared encryption keys",
    "record.declare_place": "declared places",
    "record.declare_job": "declared jobs",
    "record.declare_operator": "declared who runs models",
    "record.end_operator": "ended who runs models",
    "record.end_place": "ended places",
    "record.end_source": "ended sources",
    "record.end_key": "ended encryption keys",
    "record.tag": "tagged PHI",
    "record.attest_deidentification": "attested de-identification",
    "record.end_attestation": "ended attestations",
    "record.declare_code_key": "declared code keys",
    "record.end_code_key": "ended code keys",
    "record.claim_anonymity": "claimed anonymity",
    "record.end_anonymity_claim": "ended claims of anonymity",
    "record.trust_column_lineage": "trusted column lineage",
    "record.end_column_lineage_trust": "ended trust in column lineage",
    "record.map_facet": "mapped facets",
    "record.map_tag": "mapped tags",
    "record.withdraw_mapping": "withdrew mappings",
    "record.define_safe_use": "defined safe use",
    "record.grant_access": "granted access",
    "record.end_grant": "ended grants",
    "record.request_access": "asked for access",
    "record.refuse_access": "refused access",
    "record.recertify_grant": "certified grants again",
    "record.declare_project": "declared projects",
    "record.end_project": "ended projects",
    "record.declare_protocol": "declared protocols",
    "record.end_protocol": "ended protocols",
    "record.delegate_access": "delegated access",
    "record.end_access_delegation": "ended delegations of access",
    "record.release_quarantined": "let in quarantined entries",
    "record.add_member": "added members",
    "record.end_membership": "ended memberships",
    "record.break_glass": "broke the glass in an emergency",
    "record.review_emergency": "reviewed emergency access",
    "record.decide_access": "asked for decisions on access",
    "record.publish_policies": "published policies",
    "record.assess_change": "assessed changes",
    "record.assess_environment": "assessed environments",
    "record.assess_features": "listed protected features",
    "record.plan_monitoring": "planned monitoring",
    "record.override_gate": "let versions pass the release gate",
    "record.gate_evaluated": "asked the release gate",
    "record.acknowledge_finding": "acknowledged findings",
    "record.accept_finding": "accepted findings",
    "record.reopen_finding": "reopened findings",
    "record.permit_use": "permitted uses",
    "record.license_use": "licensed uses",
    "record.withdraw_consent": "recorded withdrawals of consent",
    "record.end_use_statement": "ended use statements",
    "record.record_transfer": "recorded transfers",
    "record.undertake_use": "recorded undertakings for uses",
    "record.end_transfer": "ended transfers",
    "record.end_undertaking": "ended undertakings for uses",
    "record.define_namespace_rule": "defined rules of names",
    "record.end_namespace_rule": "ended rules of names",
    "record.stitch_datasets": "joined names of datasets",
    "record.unstitch_datasets": "parted names of datasets",
    "record.seal_snapshot": "sealed snapshots",
    "record.verify_snapshot": "verified snapshots",
    "record.tombstone_snapshot": "deleted snapshots",
    "record.declare_split": "declared divisions of subjects",
    "record.withdraw_split": "withdrew divisions of subjects",
    "record.register_model_version": "registered model versions",
    "record.release_model_version": "released model versions",
    "record.deploy_model_version": "deployed model versions",
    "record.roll_back_deployment": "rolled back deployments",
    "record.end_deployment": "ended deployments",
    "record.retire_model_version": "retired model versions",
    "record.register_signing_key": "registered signing keys",
    "record.end_signing_key": "ended signing keys",
    "record.request_approval": "requested approvals",
    "record.decide_approval": "decided on approvals",
    "record.delegate_approvals": "delegated approvals",
    "record.meet_condition": "met conditions of approvals",
    "record.define_principal": "defined principals",
    "record.issue_key": "issued API keys",
    "record.revoke_key": "revoked API keys",
    "record.erase_entries": "erased the bodies of entries",
    "record.restore_ledger": "restored the ledger",
}


def blocks(context: People, _: Frame) -> Iterator[Block]:
    """Show each principal: who it is, what it may do, by which keys it acted, and what it did."""
    if not context.people:
        yield Text(words(plain("Who acted:"), missing()))
        return
    yield table(
        "Principals that wrote the entries cited in this report",
        (Column("Who", 23), Column("Rights", 28), Column("Authenticated by", 30), Column("Did", 21)),
        [
            (
                cell(*_identity(each)),
                cell(*_rights(each)),
                cell(*_proof(each)),
                cell(*(line for act in each.acts for line in _did(act))),
            )
            for each in context.people
        ],
        note=(
            "Title, organisation and roles are as the newest record defines them at the read point; a signer's then "
            "stands with each decision. A key proves that who acted held it, not who they are: whoever defined the "
            "principal and issued the key answers for that."
        ),
    )


def _did(act: Act) -> Iterator[Line]:
    yield words(plain(_ACTS.get(act.kind, act.kind)), cites(act.indexes))
    if act.on_behalf_of is not None:
        yield words(faint("in the place of"), who(act.on_behalf_of), cites(act.entries))


def _identity(person: Person) -> Iterator[Line]:
    name = person.actor.name
    if name and person.actor.authenticated:
        yield strong(name)
        yield code(person.actor.id)
    else:
        yield who(person.actor)
    if person.principal_kind is None:
        return
    yield faint(_NOUNS[person.principal_kind])
    yield from _function(person)
    if person.active is False:
        yield mark("not active", "warn")


def _function(person: Person) -> Iterator[Line]:
    if person.principal_kind == "PERSON" or person.title:
        yield plain(person.title) if person.title else unrecorded("title")
    yield plain(person.organisation) if person.organisation else unrecorded("organisation")


def _rights(person: Person) -> Iterator[Line]:
    if person.defined_at is None or person.defined_by is None:
        yield unrecorded("definition") if person.actor.authenticated else plain("none that a record gave it")
        return
    entry = person.actor.entry
    yield plain(f"roles: {', '.join(person.roles) or 'none'}")
    if person.approves:
        yield plain(f"decides on: {', '.join(map(worded, person.approves))}")
    yield words(faint("defined"), cites(() if entry is None else (entry,)))
    yield stamp(person.defined_at)
    yield words(faint("by"), who(person.defined_by))


def _proof(person: Person) -> Iterator[Line]:
    if not person.actor.authenticated:
        yield plain("nothing: whoever used the catalog's own machine before any API key was issued")
        return
    if not person.keys:
        yield unrecorded("key")
    for key in person.keys:
        yield words(plain("API key"), code(key.key_id), cites(key.entries))
        yield words(faint("issued"), stamp(key.issued_at))
        yield words(faint("by"), who(key.issued_by))
        if key.revoked_at is not None:
            yield words(mark("revoked", "warn"), stamp(key.revoked_at))
            yield words(faint("by"), who(key.revoked_by)) if key.revoked_by is not None else ()


PART = Part(blocks)
