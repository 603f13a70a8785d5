"""What may be written about a model version: that it is registered, with everything that it was made from."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, ValidationInfo, model_validator

from catalog.record import (
    Digest,
    JobRef,
    ModelRef,
    Name,
    Part,
    Record,
    SnapshotRef,
    Text,
    distinct,
    is_replayed,
    refusal,
)
from graph_schema.nodes import CodeRevision, Environment, ModelVersion

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


Signature = Annotated[str, Field(max_length=16_384), AfterValidator(_signature)]
"""A signature over the artifact, in base64 or base64url: raw, or as a DSSE or Sigstore bundle."""


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
