"""A registered model version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Actor, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Item,
    Line,
    Text,
    cell,
    cites,
    code,
    item,
    mark,
    maybe,
    missing,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.parts.findings import Findings, found
from reports.parts.gaps import Unrecorded, lacks
from reports.phrases import unrecorded, who
from reports.section import Frame, Part, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRevision(Strict):
    """The code that made the model; `clean` is whether its working tree held nothing else."""

    repository: str
    revision: str
    clean: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Strict):
    """The software that the model was made in."""

    digest: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Strict):
    """A metric as it was registered: its value a decimal string."""

    name: str
    value: str
    split: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion(Strict):
    """A model version as its newest registration has it; `entries` are all its registrations."""

    namespace: str
    name: str
    version: str
    registered_at: str
    registered_by: Actor
    intended_use: str | None = None
    artifact_digest: str | None = None
    signature: str | None = None
    code: CodeRevision | None = None
    environment: Environment | None = None
    job: str | None = None
    """That trained it."""
    run: str | None = None
    """That trained it, by the id that its sender gave it."""
    metrics: tuple[Metric, ...] = ()
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Model(Findings, Unrecorded):
    """The model version that a report is of."""

    model: ModelVersion
    """What was registered, by whom and when."""


def blocks(context: Model, _: Frame) -> Iterator[Block]:
    """Show the registration and its metrics."""
    version = context.model
    environment = version.environment
    yield Facts(
        (
            ("Name and version", cell(strong(f"{version.name} {version.version}"), code(version.namespace))),
            ("Intended use", cell(maybe(version.intended_use))),
            ("Registered", cell(words(stamp(version.registered_at), plain("by"), who(version.registered_by)))),
            ("Artifact digest", cell(maybe(version.artifact_digest, "code"))),
            ("Signature", cell(maybe(version.signature, "code"))),
            ("Trained by", cell(*_trained(version))),
            ("Code revision", cell(*_code(context, version.code)) if version.code else cell(missing())),
            (
                "Environment",
                cell(plain(environment.description) if environment.description else (), code(environment.digest))
                if environment
                else cell(missing()),
            ),
            ("Ledger entries", cell(cites(version.entries) or missing("no entry cited"))),
        )
    )
    if version.metrics:
        yield table(
            "Metrics, as registered with the model version",
            (Column("Metric", 3), Column("Value", 2), Column("Split", 2)),
            [
                (
                    cell(plain(m.name)),
                    cell(plain(m.value)),
                    cell(plain(m.split) if m.split else unrecorded("metric split")),
                )
                for m in version.metrics
            ],
        )
    else:
        yield Text(words(plain("Metrics:"), missing()))


def _trained(version: ModelVersion) -> Iterator[Line]:
    if version.job is not None:
        yield plain(version.job)
    yield unrecorded("run") if version.run is None else code(version.run)


def _code(context: Model, revision: CodeRevision) -> Iterator[Line]:
    clean = {True: mark("clean", "good"), False: mark("not clean", "bad"), None: unrecorded("clean code")}
    # What a pipeline sends in place of either is no repository and no revision: the judge of what is missing says so.
    yield unrecorded("code repository") if lacks(context, "code repository") else code(revision.repository)
    named = unrecorded("code revision") if lacks(context, "code revision") else code(revision.revision)
    yield words(named, clean[revision.clean])


def items(context: Model, _: Frame) -> Iterator[Item]:
    """Yield what was not recorded of the version, and how its code stood."""
    yield from found(context, "code", "model")
    revision = context.model.code
    is_named = not any(lacks(context, field) for field in ("code repository", "code revision"))
    if revision is not None and revision.clean and is_named:
        text = "The code revision is recorded, its working tree clean."
        yield item("good", "CODE", text, context.model.entries)


def subject(context: Model) -> Subject:
    """Return the version as what a report is of."""
    model = context.model
    return Subject(
        title=f"{model.name} {model.version}",
        key=f"{model.namespace} {model.name} {model.version}",
        noun="model version",
        reference={
            "model_version": {"model": {"namespace": model.namespace, "name": model.name}, "version": model.version}
        },
    )


def cover(context: Model) -> Iterator[tuple[str, Cell]]:
    """Yield the rows of a cover that name the version."""
    yield "Model", cell(strong(context.model.name), code(context.model.namespace))
    yield "Version", cell(strong(context.model.version))


PART = Part(blocks, items)
