"""Which datasets and jobs feed which, as facets say it outright: rule 10 of time begins here.

LineageDatasetFacet and LineageJobFacet 1-0-0, ColumnLineageDatasetFacet 1-2-0, at the grain of datasets and jobs. An
explicit lineage facet is the whole truth for its entries and beats columnLineage, which beats inputs × outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph_schema.facet_reading import dataset, is_deleted, job, members, objects, text
from graph_schema.nodes import Dataset, Job


class StatedBy(StrEnum):
    """Which facet names the sources of a dataset, the one that counts more first."""

    LINEAGE = "lineage"
    """Exactly these: no inference beside them, and none at all means that nothing feeds it."""
    COLUMN_LINEAGE = "column_lineage"
    """These of the inputs; where one is named that is no input, all inputs and these."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What feeds one dataset or job, as an explicit lineage facet says, in the order in which it says so."""

    target: Dataset | Job
    datasets: tuple[Dataset, ...] = ()
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """The datasets that feed an output, as its facets name them."""

    datasets: tuple[Dataset, ...]
    by: StatedBy

    @property
    def value(self) -> dict[str, Any]:
        """Return what an edge or a declaration says of them: ids, ascending."""
        return {"sources": sorted(one.id for one in self.datasets), "by": self.by.value}


def dataset_entries(facet: object, target: Dataset) -> Iterator[Entry]:
    """Yield what the explicit lineage facet of a dataset says feeds it; nothing where it says neither way."""
    if not is_deleted(facet) and _names_inputs(facet):
        yield _entry(target, facet, None)


def job_entries(facet: object, own: Job) -> Iterator[Entry]:
    """Yield the entries of a job's explicit lineage facet; those of a job without a name are about `own`."""
    if is_deleted(facet):
        return
    for item in objects(facet, "entries"):
        target: Dataset | Job | None = None
        match text(item, "type"):
            case "DATASET":
                target = dataset(item)
            case "JOB":
                target = _job(item, own)
        if target is not None and _names_inputs(item):
            yield _entry(target, item, own)


def column_lineage_sources(facet: object) -> tuple[Dataset, ...]:
    """Return the datasets that a columnLineage facet names, in order."""
    if is_deleted(facet):
        return ()
    fields = (item for _, field in members(facet, "fields") for item in objects(field, "inputFields"))
    named = (dataset(item) for item in (*fields, *objects(facet, "dataset")))
    return tuple(dict.fromkeys(one for one in named if one is not None))


def sources_of(target: Dataset, facets: Mapping[str, Any], entries: Sequence[Entry], own: Job | None) -> Sources | None:
    """Return what an output's facets and its job's entries name as its sources; None where they say nothing.

    What the job itself feeds it is what the entries say feeds the job.
    """
    stated = (*dataset_entries(facets.get("lineage"), target), *(one for one in entries if one.target == target))
    if not stated:
        named = column_lineage_sources(facets.get("columnLineage"))
        return Sources(named, StatedBy.COLUMN_LINEAGE) if named else None
    found = [source for entry in stated for source in entry.datasets]
    if own is not None and any(own in entry.jobs for entry in stated):
        found += [source for entry in entries if entry.target == own for source in entry.datasets]
    return Sources(tuple(dict.fromkeys(found)), StatedBy.LINEAGE)


def narrowed(inputs: Sequence[str], sources: Sequence[str], by: str) -> tuple[str, ...]:
    """Return which of these feed an output, by id: all inputs, but what facets name takes their place (rule 10)."""
    if by == StatedBy.LINEAGE or set(sources) <= set(inputs):
        return tuple(sources)
    return tuple(dict.fromkeys((*inputs, *sources)))


def _names_inputs(holder: object) -> bool:
    return isinstance(holder, dict) and (
        isinstance(holder.get("inputs"), list) or isinstance(holder.get("fields"), dict)
    )


def _entry(target: Dataset | Job, holder: object, own: Job | None) -> Entry:
    datasets: dict[Dataset, None] = {}
    jobs: dict[Job, None] = {}
    for part in (holder, *(field for _, field in members(holder, "fields"))):
        for item in objects(part, "inputs"):
            if text(item, "type") == "JOB":
                if (feeding := _job(item, own)) is not None:
                    jobs[feeding] = None
            elif (source := dataset(item)) is not None:
                datasets[source] = None
    return Entry(target, tuple(datasets), tuple(jobs))


def _job(item: Mapping[str, Any], own: Job | None) -> Job | None:
    return job(item) if "namespace" in item or "name" in item else own
