"""What principals record of a model version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part
from graph_schema.nodes import CodeRevision, Environment


@dataclass(frozen=True, slots=True, order=True)
class Metric(Part):
    """A figure measured on a split of the data."""

    name: Annotated[str, "What was measured."]
    value: Annotated[str, "The figure as decimal text."]
    split: Annotated[str | None, "The split of the data that it was measured on."] = None


@dataclass(frozen=True, slots=True)
class CodeRef(Part):
    """The code revision that a model version was built from."""

    repository: Annotated[str, "The repository."]
    revision: Annotated[str, "The revision in it."]
    clean: Annotated[bool | None, "Whether the working tree was exactly that commit."] = None

    @property
    def id(self) -> str:
        """Return the node's id."""
        return CodeRevision(self.repository, self.revision).id


@dataclass(frozen=True, slots=True)
class EnvironmentRef(Part):
    """The software environment that a model version was built in."""

    digest: Annotated[str, "The digest over what was installed."]
    description: Annotated[str | None, "What that was, in short."] = None

    @property
    def id(self) -> str:
        """Return the node's id."""
        return Environment(self.digest).id


@dataclass(frozen=True, slots=True)
class Registration(Part):
    """Artifact, signature, metrics, intended use."""

    artifact_digest: Annotated[str, "The digest of the artifact."]
    metrics: Annotated[tuple[Metric, ...], "All figures measured."]
    code: Annotated[CodeRef, "What it was built from."]
    environment: Annotated[EnvironmentRef, "What it was built in."]
    signature: Annotated[str | None, "A signature over the artifact, in base64."] = None
    intended_use: Annotated[str | None, "What it is meant for."] = None
