"""What may be written about a model version: what it was made from, and where it is released to, runs and no more."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, ValidationInfo, model_validator

from catalog.record import (
    Digest,
    Index,
    JobRef,
    ModelRef,
    ModelVersionRef,
    Name,
    Part,
    Record,
    SnapshotRef,
    Text,
    Time,
    distinct,
    is_replayed,
    refusal,
)
from graph_schema.nodes import CodeRevision, Deployment, Environment, ModelVersion
from ingest_hooks.redaction.identifiers import holds_identifier

_MAX_METRICS = 1000
_MAX_SNAPSHOTS = 1000

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}", re.ASCII)
_FEWEST_CHARACTERS = 24
"""A signature looks like chance: of 64 characters in base64 about 40 differ."""
_BUNDLE = frozenset(
    {"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope", "payload", "payloadType", "signatures"}
)


def _signature(text: str, info: ValidationInfo) -> str:
    """Hold a signature to its form: base64 of at least 48 bytes that are no text, or of a DSSE or Sigstore bundle."""
    if is_replayed(info):
        return text
    written = text.rstrip("=").translate(_STANDARD)
    if not _BASE64.fullmatch(text) or len(written) % 4 == 1 or not _is_signature(written):
        raise ValueError("is the signature in base64 or base64url, or a DSSE or Sigstore bundle so written")
    return text


_STANDARD = str.maketrans("-_", "+/")


def _is_signature(written: str) -> bool:
    signed = base64.b64decode(written + "=" * (-len(written) % 4))
    if not signed.isascii():
        return len(set(written)) >= _FEWEST_CHARACTERS
    try:
        bundle = json.loads(signed)
    except (ValueError, RecursionError):
        return False
    return isinstance(bundle, dict) and bool(bundle) and bundle.keys() <= _BUNDLE


Signature = Annotated[str, Field(max_length=65_536), AfterValidator(_signature)]
"""A signature over the artifact, in base64 or base64url: raw, or as a DSSE or Sigstore bundle."""


def _no_identifier(environment: str, info: ValidationInfo) -> str:
    if holds_identifier(environment) and not is_replayed(info):
        raise ValueError("is what the environment is called, such as production, and no identifier")
    return environment


EnvironmentName = Annotated[
    str, Field(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9._-]*$"), AfterValidator(_no_identifier)
]
"""What an environment is called that versions are released to, such as production or sandbox."""


class CodeOf(Part):
    """The code revision, and whether the tree was exactly that commit."""

    repository: Name
    """The address of the repository."""
    revision: Name
    """The commit, as its version control names it."""
    clean: StrictBool | None = None
    """Whether the working tree was exactly that commit; left out, nobody looked."""

    @property
    def node(self) -> CodeRevision:
        """Return the node."""
        return CodeRevision(self.repository, self.revision)


class EnvironmentOf(Part):
    """The software environment, by the digest over what was installed in it."""

    digest: Digest
    """The digest over everything that was installed in it."""
    description: Text | None = None
    """What that was, in short."""

    @property
    def node(self) -> Environment:
        """Return the node."""
        return Environment(self.digest)


class MetricOf(Part):
    """A figure measured on a split of the data."""

    name: Name
    """What was measured, such as auroc."""
    value: Annotated[StrictFloat, Field(allow_inf_nan=False)]
    """The figure."""
    split: Name | None = None
    """The split of the data that it was measured on, such as test."""

    @property
    def decimal(self) -> str:
        """Return the figure as plain decimal text: what is hashed and shown is never a float."""
        return str(int(self.value)) if self.value.is_integer() else format(Decimal(repr(self.value)), "f")


class RegisterModelVersion(Record):
    """A model version: exact snapshots, code, environment and artifact."""

    name: ClassVar[str] = "register_model_version"

    model: ModelRef
    """The model that it is a version of."""
    version: Name
    """What its registry calls the version."""
    trained_on: Annotated[tuple[SnapshotRef, ...], Field(min_length=1, max_length=_MAX_SNAPSHOTS), distinct()]
    """The exact snapshots that it was trained on."""
    evaluated_on: Annotated[tuple[SnapshotRef, ...], Field(max_length=_MAX_SNAPSHOTS), distinct()] = ()
    """The exact snapshots that it was evaluated on."""
    code: CodeOf
    """What it was built from."""
    environment: EnvironmentOf
    """What it was built in."""
    artifact_digest: Digest
    """The digest of the model's artifact."""
    signature: Signature | None = None
    """A signature over the artifact in base64 or base64url: raw, or as a DSSE or Sigstore bundle."""
    metrics: Annotated[tuple[MetricOf, ...], Field(max_length=_MAX_METRICS)] = ()
    """The figures that were measured; each name once for each split."""
    intended_use: Text | None = None
    """What it is meant for, in a sentence."""
    run_id: Name | None = None
    """The run that trained it, where one is known."""
    job: JobRef | None = None
    """The job that trained it; left out beside a run, the one that ran under its id."""

    @property
    def node(self) -> ModelVersion:
        """Return the model version."""
        return ModelVersion(self.model.namespace, self.model.name, self.version)

    @model_validator(mode="after")
    def _measures_once(self) -> Self:
        names = [(metric.name, metric.split) for metric in self.metrics]
        if len(set(names)) < len(names):
            raise refusal("metrics: each name is given once for each split.", "/metrics")
        return self


class ReleaseModelVersion(Record):
    """That a registered version is released into an environment; into one after the other it is promoted."""

    name: ClassVar[str] = "release_model_version"

    model_version: ModelVersionRef
    """The version that is released."""
    environment: EnvironmentName
    """The environment that it is released into, such as validation, shadow or production."""
    gate: Index | None = None
    """The ledger index of the evaluation by which the gate let it pass."""
    reason: Text
    """Why."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""


class DeployModelVersion(Record):
    """That a registered version runs at a place."""

    name: ClassVar[str] = "deploy_model_version"

    model_version: ModelVersionRef
    """The version that is deployed."""
    place: Name
    """Where it runs, as `declare_place` calls it."""
    environment: EnvironmentName
    """The environment that it runs in."""
    gate: Index | None = None
    """The ledger index of the evaluation by which the gate let it pass."""
    replaces: Index | None = None
    """The ledger index of the deployment that ends where this one begins."""
    valid_from: Time | None = None
    """From when on it runs; by default from when this is recorded."""
    until: Time | None = None
    """Until when; left out, until it is ended."""


class RollBackDeployment(Record):
    """That a deployment ends because one goes back to another version of the model, which takes its place at once."""

    name: ClassVar[str] = "roll_back_deployment"

    deployment: Index
    """The ledger index of the deployment that ends."""
    model_version: ModelVersionRef
    """The version that runs there from then on, of the same model."""
    gate: Index | None = None
    """The ledger index of the evaluation by which the gate let that version pass."""
    reason: Text
    """Why."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Deployment:
        """Return the deployment that ends."""
        return Deployment(str(self.deployment))


class EndDeployment(Record):
    """That a deployment, named by its ledger index, ends."""

    name: ClassVar[str] = "end_deployment"

    deployment: Index
    """The ledger index of the deployment."""
    reason: Text
    """Why."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Deployment:
        """Return the deployment."""
        return Deployment(str(self.deployment))


class RetireModelVersion(Record):
    """That a version is neither released nor deployed any more, for ever; what runs still has to be ended."""

    name: ClassVar[str] = "retire_model_version"

    model_version: ModelVersionRef
    """The version that is retired."""
    reason: Text
    """Why."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""
