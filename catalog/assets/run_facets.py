"""What the facets of a run say, read off its aspects in force: names, ids and counts, never a value of the run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from catalog.assets.model import AspectInForce, RunRecord
from graph_schema.facet_reading import job, objects, text
from graph_schema.nodes import Run
from graph_schema.times import parse_instant

_UUID_V7: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_RULES: Final = ("dependency_type", "sequence_trigger_rule", "status_trigger_rule")
Aspects = Mapping[str, AspectInForce[Any]]


@dataclass(frozen=True, slots=True)
class Dependency:
    """A job that comes before or after a run, and the run of it where one is named (JobDependenciesRunFacet 1-0-1)."""

    job: str
    run: str | None
    upstream: bool
    dependency_type: str | None
    sequence_trigger_rule: str | None
    status_trigger_rule: str | None


class StartBasis(StrEnum):
    """By what it is inferred that a run began no earlier."""

    NOMINAL_TIME = "NOMINAL_TIME"
    """By the time that it stands for."""
    RUN_ID = "RUN_ID"
    """By the time in its id, which is a UUIDv7."""


@dataclass(frozen=True, slots=True)
class InferredStart:
    """Since when at the earliest a run ran that sent no START, in microseconds UTC, and by what that is inferred."""

    not_before: int
    basis: StartBasis


@dataclass(frozen=True, slots=True)
class ExtractionFailures:
    """Of how many tasks of a run no lineage could be extracted (ExtractionErrorRunFacet 1-1-2)."""

    total_tasks: int | None
    failed_tasks: int | None


def dependencies(aspects: Aspects) -> Iterator[Dependency]:
    """Yield what a run says comes before it and then what comes after it, as it lists them."""
    facet = _facet(aspects, "job_dependencies")
    for direction in ("upstream", "downstream"):
        for item in objects(facet, direction):
            named, run_id = job(item.get("job")), text(item.get("run"), "runId")
            if named is not None:
                run = None if run_id is None else Run.of(named, run_id).id
                yield Dependency(named.id, run, direction == "upstream", *(text(item, name) for name in _RULES))


def trigger_rule(aspects: Aspects) -> str | None:
    """Return by which outcomes of the jobs before it a run is started, as it says."""
    return text(_facet(aspects, "job_dependencies"), "trigger_rule")


def nominal_times(aspects: Aspects) -> tuple[int | None, int | None]:
    """Return from when to when a run stands for, in microseconds UTC (NominalTimeRunFacet 1-0-1)."""
    facet = _facet(aspects, "nominal_time")
    return _time(text(facet, "nominalStartTime")), _time(text(facet, "nominalEndTime"))


def inferred_start(run: RunRecord) -> InferredStart | None:
    """Return the lower bound of a start that no event states; None where one does, or where nothing tells.

    The later of its nominal start (NominalTimeRunFacet 1-0-1) and the time in its id (UUIDv7: RFC 9562, 5.7), of those
    that are no later than its earliest event.
    """
    if run.start_known or run.started_at is None:
        return None
    id_ = _UUID_V7.fullmatch(run.run_id)
    made = None if id_ is None else int(id_[1] + id_[2], 16) * 1000
    bounds = ((nominal_times(run.aspects)[0], StartBasis.NOMINAL_TIME), (made, StartBasis.RUN_ID))
    candidates = [InferredStart(at, basis) for at, basis in bounds if at is not None and at <= run.started_at]
    return max(candidates, key=lambda one: one.not_before, default=None)


def external_query(aspects: Aspects) -> tuple[str, str | None] | None:
    """Return the id of the query in the engine that ran it, and which engine that is (ExternalQueryRunFacet 1-0-2)."""
    facet = _facet(aspects, "external_query")
    query = text(facet, "externalQueryId")
    return None if query is None else (query, text(facet, "source"))


def extraction_failures(aspects: Aspects) -> ExtractionFailures | None:
    """Return of how many tasks no lineage could be extracted, None where the run says nothing of it."""
    facet = _facet(aspects, "extraction_error")
    if not isinstance(facet, dict):
        return None
    counts = (facet.get(name) for name in ("totalTasks", "failedTasks"))
    return ExtractionFailures(*(count if type(count) is int and count >= 0 else None for count in counts))


def variable_names(aspects: Aspects) -> tuple[str, ...]:
    """Return the names of a run's environment variables, as it lists them."""
    held = objects(_facet(aspects, "environment_variables"), "environmentVariables")
    return tuple(name for item in held if (name := text(item, "name")))


def parameter_names(aspects: Aspects) -> tuple[str, ...]:
    """Return the keys of a run's parameters, as it lists them."""
    held = objects(_facet(aspects, "execution_parameters"), "parameters")
    return tuple(name for item in held if (name := text(item, "key") or text(item, "name")))


def _facet(aspects: Aspects, aspect: str) -> object:
    held = aspects.get(aspect)
    return None if held is None else held.value


def _time(given: str | None) -> int | None:
    found = None if given is None else parse_instant(given)
    return None if found is None else found.micros
