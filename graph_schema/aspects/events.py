"""What an OpenLineage event says of its run or job by being sent, beside its facets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class Event(Part):
    """One event of the run: its type, whether it is a window of its own, whether the job streams."""

    type: Annotated[str, "START, RUNNING, OTHER, ABORT, FAIL or COMPLETE."]
    time: Annotated[str | None, "The time as the emitter wrote it."] = None
    window: Annotated[bool, "Whether the event stands for itself and not for the run so far."] = False
    processing: Annotated[str | None, "BATCH, STREAMING or SERVICE, as the emitter says."] = None


@dataclass(frozen=True, slots=True)
class Fed(Part):
    """What feeds one output of a job, as facets say."""

    output: Annotated[str, "The dataset that is fed, by id."]
    sources: Annotated[tuple[str, ...], "The datasets that feed it, by id; none where nothing does."]
    by: Annotated[str, "lineage or column_lineage: the facet that names them."]


@dataclass(frozen=True, slots=True)
class Io(Part):
    """The inputs and outputs that a job declares at design time."""

    inputs: Annotated[tuple[str, ...] | None, "The datasets that it reads, by id; left out where it says nothing."] = (
        None
    )
    outputs: Annotated[tuple[str, ...] | None, "The datasets that it writes, likewise."] = None
    fed: Annotated[tuple[Fed, ...], "What feeds each output that facets speak of; the others take all inputs."] = ()
    named: Annotated[tuple[str, ...], "The datasets that facets name as sources beside the inputs, by id."] = ()

    def sources_of(self, output: str) -> tuple[str, ...]:
        """Return what feeds one of the outputs, by id."""
        stated = next((one for one in self.fed if one.output == output), None)
        return (self.inputs or ()) if stated is None else stated.sources

    @property
    def taken_in(self) -> tuple[str, ...]:
        """Return all that it was ever said to read here, by id: the inputs, and what facets name beside them."""
        return (*(self.inputs or ()), *self.named)


@dataclass(frozen=True, slots=True)
class Producer(Part):
    """The program that made the event about the job or dataset, as it names itself."""

    uri: Annotated[str | None, "Its URI, cut off after 500 characters; left out where it says none."] = None


@dataclass(frozen=True, slots=True)
class Flag(Part):
    """One thing that was odd about an event."""

    code: Annotated[str, "What was odd, as a code."]
    pointer: Annotated[str, "Where in the event, as a JSON pointer."]
    size: Annotated[int | None, "Of a facet that was left out: how many bytes it had."] = None


@dataclass(frozen=True, slots=True)
class Flags(Part):
    """What was odd about an event and was taken all the same."""

    flags: Annotated[tuple[Flag, ...], "Each oddity."]


@dataclass(frozen=True, slots=True)
class Redaction(Part):
    """One replacement in an event."""

    pointer: Annotated[str, "Where in the event, as a JSON pointer."]
    rule: Annotated[str, "The rule that found it."]


@dataclass(frozen=True, slots=True)
class Redactions(Part):
    """What was replaced before it was stored: pointer and rule."""

    redactions: Annotated[tuple[Redaction, ...], "Each replacement."]


@dataclass(frozen=True, slots=True)
class Code(Part):
    """Whether the working tree was clean."""

    clean: Annotated[bool, "Whether it was exactly the commit."]


@dataclass(frozen=True, slots=True)
class Environment(Part):
    """A short description of what is installed."""

    description: Annotated[str, "The description."]
