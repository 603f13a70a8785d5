"""What is said of releases and deployments of model versions. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class Release(Part):
    """That a version is released into an environment, as the artifact that was registered then."""

    environment: Annotated[str, "The environment, such as production."]
    reason: Annotated[str, "Why."]
    artifact_digest: Annotated[str | None, "The digest of the artifact."] = None
    gate: Annotated[int | None, "The ledger index of the gate's evaluation that it quotes."] = None


@dataclass(frozen=True, slots=True)
class Retirement(Part):
    """That a version is neither released nor deployed any more."""

    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class Deployment(Part):
    """That a version runs at a place, in an environment, as the artifact that was registered then."""

    place: Annotated[str, "Where it runs."]
    environment: Annotated[str, "The environment, such as production."]
    artifact_digest: Annotated[str | None, "The digest of the artifact."] = None
    gate: Annotated[int | None, "The ledger index of the gate's evaluation that it quotes."] = None
    until: Annotated[int | None, "Until when it was to run."] = None
    replaces: Annotated[int | None, "The ledger index of the deployment whose place it takes."] = None
    rolls_back: Annotated[bool, "Whether it goes back from that to a version released before."] = False


@dataclass(frozen=True, slots=True)
class DeploymentEnd(Part):
    """That a version no longer runs there."""

    reason: Annotated[str, "Why."]
