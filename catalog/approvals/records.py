"""What may be written about approvals: a request, and a decision on it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StrictInt, ValidationInfo, model_validator

from catalog.record import (
    DatasetRef,
    ModelVersionRef,
    Name,
    Part,
    Record,
    SnapshotRef,
    Text,
    Time,
    distinct,
    is_replayed,
)
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from graph_schema.vocabulary.words import ApprovalKind, DecisionKind, SignatureMeaning


def _known_zone(name: str, info: ValidationInfo) -> str:
    if not is_replayed(info) and name not in available_timezones():
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
        if sum(each is not None for each in (self.model_version, self.snapshot, self.dataset)) != 1:
            raise ValueError("names exactly one of model_version, snapshot and dataset")
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


class Signer(Part):
    """Whose signature it is: in which time zone, and with which name where that is to be checked."""

    printed_name: Name | None = None
    """Best left out: the catalog prints the name that it has of whoever decides, and refuses any other."""
    time_zone: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_known_zone)]
    """The IANA time zone that the signer's local time is shown in, such as Europe/Berlin."""


class DecideApproval(Record):
    """That somebody decides on a request, named by its ledger index."""

    name: ClassVar[str] = "decide_approval"

    request: Annotated[StrictInt, Field(ge=0, le=2**53 - 1)]
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

    def signed_fields(self, printed_name: str | None) -> dict[str, Any]:
        """Return the fields with the name that the catalog took; a ledger of an older version has it in the record."""
        fields = self.fields()
        name = printed_name or self.signer.printed_name
        return fields | {"signer": fields["signer"] | ({} if name is None else {"printed_name": name})}
