"""What the catalog writes of each decision on access."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool, StrictInt

from catalog.assets.records import Diseases
from catalog.grants.records import AccessTarget
from catalog.record import MAX_LIST, Digest, Name, Part, Record, Text, Time
from graph_schema.nodes import Column, Dataset, Node, Principal

_Names = Annotated[tuple[Name, ...], Field(max_length=MAX_LIST)]


class Device(Part):
    """What the caller says of the device."""

    managed: StrictBool | None = None
    """Whether the house manages it."""
    encrypted: StrictBool | None = None
    """Whether it is encrypted."""


class Circumstances(Part):
    """What the caller says of a request for access."""

    purpose: Name | None = None
    """What for: a code of HL7 PurposeOfUse."""
    project: Name | None = None
    """In which project."""
    protocol: Name | None = None
    """Under which protocol."""
    site: Name | None = None
    """From which site."""
    place: Name | None = None
    """At which place."""
    environment: Name | None = None
    """In which environment."""
    network: Name | None = None
    """From which network."""
    device: Device | None = None
    """On which device."""
    on_behalf_of: Name | None = None
    """In whose place: a delegation has to be recorded."""
    enforces: _Names = ()
    """The obligations that the caller keeps whoever is permitted to."""
    diseases: Diseases = ()
    """Every disease that is studied, by MONDO id."""


class RefusedRecord(Part):
    """The record of a release or a deployment that was refused."""

    kind: Name
    """Its kind: release_model_version, deploy_model_version or roll_back_deployment."""
    valid_from: Time | None = None
    """The date that it gave, as of which it was judged."""
    roles: _Names = ()
    """The roles of who wrote it, where no principal is registered by that name."""


class DecideAccess(Record):
    """What was decided of a request for access, by which policies, and what was known of it; or of a release or a
    deployment, where they deny it.
    """

    name: ClassVar[str] = "decide_access"

    principal: Name
    """Who asked."""
    action: Name
    """What would be done."""
    target: AccessTarget
    """With what."""
    circumstances: Circumstances = Circumstances()
    """What the caller said of it."""
    allowed: StrictBool
    """Whether it may."""
    at: Time
    """When it was decided."""
    known_at: Annotated[StrictInt, Field(ge=-1)]
    """By which ledger entry it was decided."""
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_LIST)]
    """Why."""
    policies: _Names = ()
    """The policies that decided."""
    policy_set: Digest | None = None
    """The digest of the set of policies."""
    obligations: _Names = ()
    """What must be done."""
    refrains: _Names = ()
    """What must not be done."""
    awaits: _Names = ()
    """The kinds of record that would decide it."""
    unknown: _Names = ()
    """Which of these nothing was known of: principal, target, column. To be asked for makes nothing known."""
    refused: RefusedRecord | None = None
    """The record that it refused, of which there is no other entry; left out of a request for access."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Return what it is about and is known: the principal, the dataset or model version, the column."""
        node = self.target.node
        about: dict[str, Node] = {"principal": Principal(self.principal)}
        if node is not None:
            about["target"] = node
        if isinstance(node, Column):
            about |= {"target": Dataset(node.namespace, node.dataset), "column": node}
        return tuple(one for part, one in about.items() if part not in self.unknown)
