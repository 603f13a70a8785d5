"""What may be written about access: that somebody is granted it for a time, and that a grant ends early."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from catalog.access.records import PrincipalName, PrincipalRecord
from catalog.assets.records import PurposeCode
from catalog.grants.rules import DELEGABLE
from catalog.record import MAX_LIST, Index, Name, Part, Record, Text, Time, distinct, is_replayed, refusal
from graph_schema.nodes import Column, Dataset, ModelVersion, Node, Principal
from graph_schema.vocabulary.words import AccessAction, TargetKind

_NEEDED: Final = {
    TargetKind.NAMESPACE: (),
    TargetKind.PREFIX: ("name",),
    TargetKind.DATASET: ("name",),
    TargetKind.COLUMN: ("name", "column"),
    TargetKind.MODEL_VERSION: ("name", "version"),
}


def _delegable(kind: str, info: ValidationInfo) -> str:
    if kind not in DELEGABLE and not is_replayed(info):
        raise ValueError(f"Records written in the place of another are {', '.join(sorted(DELEGABLE))}.")
    return kind


class AccessTarget(Part):
    """What access is had to."""

    target_kind: TargetKind
    """Whether it is a dataset, a column, a model version, or all datasets of a namespace or with a prefix."""
    namespace: Name
    """The namespace that it lies in."""
    name: Name | None = None
    """The name of the dataset or model, or what the names of the datasets begin with."""
    column: Name | None = None
    """The column of the dataset."""
    version: Name | None = None
    """The version of the model."""

    @model_validator(mode="after")
    def _is_whole(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        needed = _NEEDED[self.target_kind]
        for part in ("name", "column", "version"):
            if (getattr(self, part) is None) == (part in needed):
                word = "needs" if part in needed else "has no"
                raise ValueError(f"{self.target_kind} {word} {part}")
        return self

    @property
    def node(self) -> Node | None:
        """Return the node, None for what stands for several datasets."""
        name = self.name or ""
        match self.target_kind:
            case TargetKind.DATASET:
                return Dataset(self.namespace, name)
            case TargetKind.COLUMN:
                return Column(self.namespace, name, self.column or "")
            case TargetKind.MODEL_VERSION:
                return ModelVersion(self.namespace, name, self.version or "")
            case _:
                return None


class GrantAccess(PrincipalRecord):
    """That a principal may have access to data for a purpose and a time, as far as the policies in force permit it.

    Nobody grants access to themselves. It ends by itself, and when the principal loses a role that it had.
    """

    name: ClassVar[str] = "grant_access"

    principal: PrincipalName
    """Who is granted it."""
    actions: Annotated[tuple[AccessAction, ...], Field(min_length=1), distinct()]
    """What may be done."""
    target: AccessTarget
    """With what."""
    purposes: Annotated[tuple[PurposeCode, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """For which purposes: codes of HL7 PurposeOfUse."""
    project: Name | None = None
    """In which project alone."""
    since: Time | None = None
    """From when on; by default from when it is recorded."""
    until: Time
    """Until when."""
    request: Index | None = None
    """The ledger entry of the request that it grants, wholly or in part; whoever asked does not grant it."""
    reason: Text
    """Why."""


class RequestAccess(PrincipalRecord):
    """That somebody asks for access to data, for themselves or for another; somebody else grants or refuses it."""

    name: ClassVar[str] = "request_access"

    principal: PrincipalName
    """Who would be granted it."""
    actions: Annotated[tuple[AccessAction, ...], Field(min_length=1), distinct()]
    """What would be done."""
    target: AccessTarget
    """With what."""
    purposes: Annotated[tuple[PurposeCode, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """For which purposes: codes of HL7 PurposeOfUse."""
    project: Name | None = None
    """In which project alone."""
    until: Time
    """Until when."""
    reason: Text
    """Why."""


class RefuseAccess(PrincipalRecord):
    """That access that was asked for is not granted."""

    name: ClassVar[str] = "refuse_access"

    principal: PrincipalName
    """Who would have been granted it."""
    request: Index
    """The ledger entry of the request."""
    reason: Text
    """Why."""


class RecertifyGrant(PrincipalRecord):
    """That somebody else looked at a grant, and that it is still needed; its end stays as it is."""

    name: ClassVar[str] = "recertify_grant"

    principal: PrincipalName
    """Whose grant it is."""
    grant: Index
    """The ledger entry of the grant."""
    reason: Text
    """Why it is needed."""


class EndGrant(PrincipalRecord):
    """That a grant of access ends before its time."""

    name: ClassVar[str] = "end_grant"

    principal: PrincipalName
    """Whose grant it is."""
    grant: Index
    """The ledger entry of the grant."""
    reason: Text
    """Why it ends."""


class DelegateAccess(Record):
    """That whoever records it lets another have access, or write records about data, in their place, as far as they may
    themselves; it is not handed on.
    """

    name: ClassVar[str] = "delegate_access"

    to: PrincipalName
    """Who may act in their place."""
    actions: Annotated[tuple[AccessAction, ...], distinct()] = ()
    """What may be done with data; none where records alone are written in their place."""
    records: Annotated[tuple[Annotated[Name, AfterValidator(_delegable)], ...], distinct()] = ()
    """The kinds of record that may be written in their place, such as declare_dataset."""
    until: Time
    """Until when."""
    reason: Text
    """Why."""

    @model_validator(mode="after")
    def _is_of_something(self, info: ValidationInfo) -> Self:
        if not self.actions and not self.records and not is_replayed(info):
            raise refusal("A delegation names actions, or records, or both.", "/actions")
        return self

    @property
    def node(self) -> Principal:
        """Return the node of whoever may act in their place."""
        return Principal(self.to)


class EndAccessDelegation(Record):
    """That a delegation of access ends before its time."""

    name: ClassVar[str] = "end_access_delegation"

    to: PrincipalName
    """Who might ask in the place of another."""
    delegation: Index
    """The ledger entry of the delegation."""
    reason: Text
    """Why."""

    @property
    def node(self) -> Principal:
        """Return the node of whoever might ask."""
        return Principal(self.to)
