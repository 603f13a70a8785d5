"""What may be written about approvals: a request, and a decision on it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StrictBool, StrictInt, ValidationInfo, model_validator

from catalog.access.records import PrincipalName
from catalog.record import (
    DatasetRef,
    Day,
    Index,
    ModelVersionRef,
    Name,
    Part,
    Record,
    SnapshotRef,
    Text,
    Time,
    distinct,
    exactly_one,
    is_replayed,
)
from graph_schema.nodes import Approval, Dataset, ModelVersion, Principal, Snapshot
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import (
    ApprovalKind,
    DecisionKind,
    IrbDetermination,
    ReviewProcedure,
    SignatureMeaning,
)


@cache
def _zones() -> frozenset[str]:
    """Return the names of all time zones; to list them takes longer than all else that a decision is checked for."""
    return frozenset(available_timezones())


def _known_zone(name: str, info: ValidationInfo) -> str:
    if not is_replayed(info) and name not in _zones():
        raise ValueError("is a time zone of the IANA database, such as Europe/Berlin or UTC")
    return name


class Subject(Part):
    """What an approval is asked for: exactly one of a model version, a snapshot or a dataset."""

    model_version: ModelVersionRef | None = None
    """The model version that is to be approved."""
    snapshot: SnapshotRef | None = None
    """The snapshot that is to be approved."""
    dataset: DatasetRef | None = None
    """The dataset that is to be approved."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        exactly_one(self, "model_version", "snapshot", "dataset")
        return self

    @property
    def node(self) -> ModelVersion | Snapshot | Dataset:
        """Return the node."""
        if self.model_version is not None:
            return self.model_version.node
        if self.snapshot is not None:
            return self.snapshot.node
        if self.dataset is None:
            raise AssertionError("a subject is one of three")
        return self.dataset.node

    @property
    def field(self) -> str:
        """Return which of the three it is."""
        return "model_version" if self.model_version else "snapshot" if self.snapshot else "dataset"


class RequestApproval(Record):
    """That somebody asks for an approval; the catalog binds it to the subject's exact digests."""

    name: ClassVar[str] = "request_approval"

    subject: Subject
    """What is to be approved."""
    approval_kind: ApprovalKind
    """Which body is asked."""
    use_case: Text
    """What the subject is to be used for."""
    reason: Text
    """Why it is asked for."""
    expires_at: Time | None = None
    """Until when the request and any approval of it hold; left out, without end."""
    depends_on: Annotated[tuple[Index, ...], Field(max_length=64), distinct()] = ()
    """The ledger indexes of requests whose approvals it rests on: once one of these does not hold, nor does this."""
    needed: Annotated[StrictInt, Field(ge=1, le=16)] = 1
    """How many distinct persons have to approve."""
    emergency: StrictBool = False
    """Whether one person's approval is to hold at once: for 72 hours, unless another ratifies it by then."""
    dossier: Index | None = None
    """The ledger index of the entry by which the report was issued that whoever decides is to look at."""


class Signer(Part):
    """Whose signature it is: in which time zone, and with which name where that is to be checked."""

    printed_name: Name | None = None
    """Best left out: the catalog prints the name that it has of whoever decides, and refuses any other."""
    time_zone: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_known_zone)]
    """The IANA time zone that the signer's local time is shown in, such as Europe/Berlin."""


class SignIn(Part):
    """How a signer had signed in, as whoever sends it claims: 21 CFR 11.200(a)(1)."""

    at: Time
    """When."""
    components: Annotated[tuple[Name, ...], Field(min_length=1, max_length=8), distinct()]
    """By which components of the electronic signature, such as a password and a one-time code."""


class Waiver(Part):
    """What 45 CFR 164.512(i)(2) wants of a waiver of authorization."""

    board: Name
    """The board that approved it."""
    acted_on: Day
    """On which day it did."""
    criteria: Text
    """That the criteria of 164.512(i)(2)(ii) are satisfied."""
    information: Text
    """The health information for which access is needed."""
    procedure: ReviewProcedure
    """By which procedure."""


class Determination(Part):
    """What an institutional review board determined."""

    determination: IrbDetermination
    """What it determined."""
    protocol: Name
    """The protocol, as the board calls it."""
    continuing_review: Time | None = None
    """When it is to be reviewed again: until then the approval holds."""
    waiver: Waiver | None = None
    """The contents of a waiver of authorization."""


class DecideApproval(Record):
    """That somebody decides on a request, named by its ledger index."""

    name: ClassVar[str] = "decide_approval"

    request: Index
    """The ledger index of the request."""
    decision: DecisionKind
    """What is decided."""
    reason: Text
    """Why it is decided so."""
    meaning: SignatureMeaning
    """What the signature stands for, 21 CFR 11.50(a)(3)."""
    signer: Signer
    """Whose signature it is."""
    expires_at: Time | None = None
    """Until when the decision holds; left out, until what it rests on changes."""
    conditions: Annotated[tuple[Text, ...], Field(max_length=64), distinct()] = ()
    """What the approval is bound to, one sentence each."""
    requires: Annotated[tuple[Text, ...], Field(max_length=64), distinct()] = ()
    """What has to be met on record, by meet_condition, before the approval holds, one sentence each."""
    interest: Text | None = None
    """An interest of the signer's own in it: the decision is kept and does not count."""
    sign_in: SignIn | None = None
    """How the signer had signed in."""
    irb: Determination | None = None
    """What the institutional review board determined; an IRB approval needs it."""

    def signed_fields(self, printed_name: str | None) -> dict[str, Any]:
        """Return the fields with the name that the catalog took; a ledger of an older version has it in the record."""
        fields = self.fields()
        name = printed_name or self.signer.printed_name
        return fields | {"signer": fields["signer"] | ({} if name is None else {"printed_name": name})}

    def stated_fields(self, printed_name: str | None) -> dict[str, Any]:
        """Return the signed fields with their times in microseconds UTC."""
        fields = self.signed_fields(printed_name)
        if self.sign_in is not None:
            fields["sign_in"] = {**fields["sign_in"], "at": parse_zoned(self.sign_in.at)}
        if self.irb is not None and self.irb.continuing_review is not None:
            fields["irb"] = {**fields["irb"], "continuing_review": parse_zoned(self.irb.continuing_review)}
        return fields | {"expires_at": None if self.expires_at is None else parse_zoned(self.expires_at)}


class DelegateApprovals(Record):
    """That whoever records it lets another decide on kinds of approval in their place: both are one person then."""

    name: ClassVar[str] = "delegate_approvals"

    to: PrincipalName
    """The principal that decides in their place; it may not hand this on."""
    approval_kinds: Annotated[tuple[ApprovalKind, ...], distinct()]
    """On which kinds, each one's own; none ends what was delegated to it before."""
    until: Time
    """Until when."""
    reason: Text
    """Why."""

    @property
    def node(self) -> Principal:
        """Return the node of the principal that decides in their place."""
        return Principal(self.to)


class MeetCondition(Record):
    """That a condition that a decision requires is met."""

    name: ClassVar[str] = "meet_condition"

    request: Index
    """The ledger index of the request."""
    text: Text
    """The condition, word for word as the decision has it."""
    evidence: Text
    """What shows that it is met."""

    @property
    def node(self) -> Approval:
        """Return the node."""
        return Approval(str(self.request))
