"""The product's own facets, built to the standard's rules for custom facets.

A facet's key is the prefix and its name in camel case, `lineward_phiTags`; its class is prefix, name, entity and
`Facet`, `LinewardPhiTagsDatasetFacet`; `_schemaURL` names the version of the JSON schema that lies in `schemas/`. Any
OpenLineage backend can keep them, and any emitter can write them by hand. What a facet says is the emitter's claim.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar

import attr
from openlineage.client.facet_v2 import DatasetFacet, RunFacet

from .datasets import PhiTag
from .environment import EnvironmentFingerprint
from .manifests import Manifest
from .models import ModelVersion, SnapshotRef
from .revision import CodeRevision

SCHEMA_VERSION = "1-0-0"


def _installed_version() -> str:
    try:
        return version("lineward")
    except PackageNotFoundError:
        return "unknown"


PRODUCER = f"urn:lineward:emit:{_installed_version()}"


def schema_url(facet: str) -> str:
    """What a facet's `_schemaURL` carries: the `$id` of the document `schemas/<facet>.json`, and its place in there."""
    return f"urn:lineward:facet:{SCHEMA_VERSION}:{facet}#/$defs/{facet}"


@attr.define
class ClaimedCode:
    """A code with its system, as the emitter writes both."""

    system: str
    code: str


@attr.define
class ClaimedPhiTag:
    """One kind of PHI that the emitter says a dataset holds, or one of its columns, with codes that say which."""

    kind: str
    field: str | None = None
    codes: list[ClaimedCode] = attr.field(factory=list)
    confidentiality: str | None = None


@attr.define
class LinewardPhiTagsDatasetFacet(DatasetFacet):
    """Which kinds of protected health information the emitter says a dataset or its columns hold."""

    key: ClassVar[str] = "lineward_phiTags"
    tags: list[ClaimedPhiTag]

    @classmethod
    def of(cls, tags: tuple[PhiTag, ...]) -> LinewardPhiTagsDatasetFacet:
        """The facet for tags as a pipeline states them."""
        claimed = [
            ClaimedPhiTag(
                tag.kind, tag.column, [ClaimedCode(code.system, code.code) for code in tag.codes], tag.confidentiality
            )
            for tag in tags
        ]
        return cls(claimed, producer=PRODUCER)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LinewardPhiTagsDatasetFacet")


@attr.define
class LinewardSnapshotDatasetFacet(DatasetFacet):
    """The exact state that a run read or wrote: the manifest's digest, and how much it covers."""

    key: ClassVar[str] = "lineward_snapshot"
    digest: str
    fileCount: int | None = None  # noqa: N815 - the standard's facets are in camel case
    size: int | None = None

    @classmethod
    def of(cls, snapshot: Manifest | str) -> LinewardSnapshotDatasetFacet:
        """The facet for a manifest, or for a digest whose files are not at hand."""
        if isinstance(snapshot, str):
            return cls(snapshot, producer=PRODUCER)
        return cls(snapshot.digest, len(snapshot.files), snapshot.size, producer=PRODUCER)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LinewardSnapshotDatasetFacet")


@attr.define
class NamedSnapshot:
    """A snapshot by its dataset's namespace and name and its digest."""

    namespace: str
    name: str
    digest: str

    @classmethod
    def of(cls, snapshot: SnapshotRef) -> NamedSnapshot:
        """The snapshot as the facet names it."""
        return cls(snapshot.dataset.namespace, snapshot.dataset.name, snapshot.digest)


@attr.define
class NamedMetric:
    """A figure measured on a split of the data."""

    name: str
    value: float
    split: str


@attr.define
class LinewardModelVersionDatasetFacet(DatasetFacet):
    """What a model version was made from and how it measured; its code and environment are facets of the run."""

    key: ClassVar[str] = "lineward_modelVersion"
    version: str
    artifactDigest: str  # noqa: N815 - the standard's facets are in camel case
    trainedOn: list[NamedSnapshot] = attr.field(factory=list)  # noqa: N815 - the same
    evaluatedOn: list[NamedSnapshot] = attr.field(factory=list)  # noqa: N815 - the same
    metrics: list[NamedMetric] = attr.field(factory=list)
    intendedUse: str | None = None  # noqa: N815 - the same

    @classmethod
    def of(cls, model: ModelVersion) -> LinewardModelVersionDatasetFacet:
        """The facet for a model version as the run that writes it states it."""
        return cls(
            model.version,
            model.artifact_digest,
            [NamedSnapshot.of(snapshot) for snapshot in model.trained_on],
            [NamedSnapshot.of(snapshot) for snapshot in model.evaluated_on],
            [NamedMetric(metric.name, metric.value, metric.split) for metric in model.metrics],
            model.intended_use,
            producer=PRODUCER,
        )

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LinewardModelVersionDatasetFacet")


@attr.define
class LinewardDeidentificationRunFacet(RunFacet):
    """What a run says it did to identifiers; only an authorised person's attestation clears a label.

    `method` is SAFE_HARBOR, EXPERT_DETERMINATION, LIMITED_DATA_SET or NONE; `alterations` are HL7 v3-ObservationValue
    codes such as PSEUDED; `state` is what the outputs are said to be in afterwards.
    """

    key: ClassVar[str] = "lineward_deidentification"
    method: str
    state: str
    clears: list[ClaimedCode] = attr.field(factory=list)
    alterations: list[str] = attr.field(factory=list)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LinewardDeidentificationRunFacet")


@attr.define
class LinewardEnvironmentRunFacet(RunFacet):
    """The environment a run had: a digest to compare, one line for people."""

    key: ClassVar[str] = "lineward_environment"
    digest: str
    description: str

    @classmethod
    def of(cls, environment: EnvironmentFingerprint) -> LinewardEnvironmentRunFacet:
        """The facet for an environment as it was found."""
        return cls(environment.digest, environment.description, producer=PRODUCER)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LinewardEnvironmentRunFacet")


@attr.define
class LinewardCodeRevisionRunFacet(RunFacet):
    """The code a run ran: beside the standard's sourceCodeLocation, whether the tree was exactly that commit."""

    key: ClassVar[str] = "lineward_codeRevision"
    repository: str
    revision: str
    clean: bool | None = None

    @classmethod
    def of(cls, code: CodeRevision) -> LinewardCodeRevisionRunFacet:
        """The facet for a revision as it was found, or as the pipeline states it."""
        return cls(code.repository, code.revision, code.clean, producer=PRODUCER)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LinewardCodeRevisionRunFacet")
