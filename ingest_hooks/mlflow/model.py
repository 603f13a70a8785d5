"""What is read of an MLflow registry. Times are UTC milliseconds, as MLflow has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset that a run logged as an input: MLflow's digest of it, where it lies, and for what it was read."""

    name: str
    digest: str
    address: str | None
    context: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that made a model version: of its parameters and metrics the names alone."""

    id: str
    experiment: str
    status: str
    started_at: int
    ended_at: int | None
    parameters: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    repository: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a registered model, and the run that made it, where the registry still has that."""

    model: str
    version: str
    created_at: int
    run: Run | None


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model, its versions as they were created, which version each alias means, and in which stage each
    version is that is in one.
    """

    name: str
    versions: tuple[Version, ...]
    aliases: tuple[tuple[str, str], ...] = ()
    """Alias and version."""
    stages: tuple[tuple[str, str], ...] = ()
    """Version and stage, such as Staging, Production or Archived: what MLflow had before aliases."""
