"""The model versions that were made of a dataset, and where they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Actor, ByEntry, Context, Strict
from reports.document import (
    Block,
    Column,
    Heading,
    Item,
    Line,
    Text,
    cell,
    cites,
    faint,
    item,
    mark,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.naming import counted, gathered
from reports.phrases import who
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsAt(Strict):
    """That a model version runs, or ran, at a place."""

    place: str
    environment: str
    since: str
    until: str | None = None
    live: bool
    """Whether it runs there at the read point."""
    ended: ByEntry | None = None
    """The entry that ended it, where one did."""
    by: Actor
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMade(Strict):
    """A model version into which data of the dataset went by any flow ever stated."""

    namespace: str
    name: str
    version: str
    deployments: tuple[RunsAt, ...] = ()
    """By entry."""
    retired_since: str | None = None
    retired: ByEntry | None = None
    """The entry that retires it."""
    entries: tuple[int, ...] = ()
    """Of its registrations."""


@dataclass(frozen=True, kw_only=True)
class ModelsMade(Context):
    """The models that were made of a dataset."""

    models: tuple[ModelMade, ...] = ()
    """By namespace, name and version."""


def blocks(context: ModelsMade, _: Frame) -> Iterator[Block]:
    """Show each model version with its deployments."""
    yield Heading("Models made of it, and where they run", "models", "", 2)
    if not context.models:
        yield Text(plain("No model version that is recorded was made of it."))
        return
    yield table(
        "Model versions into which data of the dataset went, by whatever way and at whatever time",
        (Column("Model version", 7), Column("Runs, or ran", 11)),
        [
            (
                cell(
                    words(strong(f"{one.name} {one.version}"), cites(one.entries)),
                    faint(one.namespace),
                    words(mark("retired", "none"), stamp(one.retired_since), cites((one.retired.entry,)))
                    if one.retired_since and one.retired is not None
                    else (),
                ),
                cell(*_deployments(one)),
            )
            for one in context.models
        ],
    )


def _deployments(one: ModelMade) -> Iterator[Line]:
    if not one.deployments:
        yield faint("nowhere, as far as is recorded")
    for each in one.deployments:
        yield from _deployment(each)


def _deployment(one: RunsAt) -> Iterator[Line]:
    yield words(
        mark("live", "good") if one.live else mark("ended", "none"),
        plain(f"at {one.place}, {one.environment}"),
        cites((one.entry,)),
    )
    until = words(faint("until"), stamp(one.until)) if one.until else ()
    until = words(until, cites(() if one.ended is None else (one.ended.entry,)))
    yield words(faint("from"), stamp(one.since), until, faint("by"), who(one.by))


def items(context: ModelsMade, _: Frame) -> Iterator[Item]:
    """Yield which models run on the dataset's data."""
    live = [one for one in context.models if any(each.live for each in one.deployments)]
    if live:
        names = gathered(f"{one.name} {one.version}" for one in live)
        entries = [each.entry for one in live for each in one.deployments if each.live]
        yield item("none", "LIVE MODELS", f"{counted(len(live), 'model version')} made of it live: {names}.", entries)


PART = Part(blocks, items)
