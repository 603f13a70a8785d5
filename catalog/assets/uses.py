"""How a run used each dataset: the version, what it did to the whole, how much it read or wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.assets.model import AspectInForce, RunRecord
from catalog.assets.queries import runs
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.aspects import name_of_use
from graph_schema.facet_reading import text
from graph_schema.facts import Role

_BEYOND = 2**63
_MOMENTARY = (
    "version",
    "lifecycle",
    "input_statistics",
    "output_statistics",
    "input_subset",
    "output_subset",
    "data_quality_assertions",
    "data_quality_metrics",
    "iceberg_scan_report",
    "iceberg_commit_report",
)


@dataclass(frozen=True, slots=True)
class Use:
    """One read or write of a dataset, by id, by one run; None and empty where no event of it says so."""

    dataset: str
    version: str | None = None
    lifecycle: str | None = None
    previous: tuple[str, str] | None = None
    """Namespace and name before a RENAME."""
    rows: int | None = None
    size: int | None = None
    """In bytes."""
    files: int | None = None
    aspects: Mapping[str, AspectInForce[Any]] = field(default_factory=dict)
    """What its events say of this use, by the name of the aspect."""


def uses(run: RunRecord, role: Role) -> tuple[Use, ...]:
    """Return the run's reads (`Role.IN`) or writes (`Role.OUT`) of the datasets that may be seen, in their order."""
    return tuple(_use(run, role, dataset) for dataset in (run.inputs if role is Role.IN else run.outputs))


def uses_of_edges(view: View, asked: Sequence[tuple[str, Role, str]]) -> dict[tuple[str, Role, str], Use]:
    """Return for each (run, role, dataset), by ids, how the run used the dataset, by whichever name of it.

    One that the run did not use is absent; of several names the dataset's own comes first.
    """
    records = runs(view, list(dict.fromkeys(run for run, *_ in asked)))
    names = Names(view)
    names.load({dataset for *_, dataset in asked})
    found: dict[tuple[str, Role, str], Use] = {}
    for place in asked:
        run, role, dataset = place
        record = records.get(run)
        if record is None:
            continue
        moments = (record.started_at,) if role is Role.IN else (record.ended_at, record.started_at)
        at = next((one for one in moments if one is not None), view.as_of.valid_at)
        known = names.names(dataset)
        same = [
            one
            for one in uses(record, role)
            if one.dataset == dataset
            or (one.dataset in known and names.resolve(one.dataset, at) == names.resolve(dataset, at))
        ]
        if same:
            found[place] = min(same, key=lambda one: (one.dataset != dataset, one.dataset))
    return found


def _use(run: RunRecord, role: Role, dataset: str) -> Use:
    held = {
        aspect: run.aspects[name]
        for aspect in _MOMENTARY
        if (name := name_of_use(role.value, aspect, dataset)) in run.aspects
    }
    values = {aspect: found.value for aspect, found in held.items()}
    change = values.get("lifecycle")
    state = text(change, "lifecycleStateChange")
    before = change.get("previousIdentifier") if isinstance(change, dict) else None
    named = text(before, "namespace"), text(before, "name")
    statistics = values.get("output_statistics" if role is Role.OUT else "input_statistics")
    return Use(
        dataset=dataset,
        version=text(values.get("version"), "datasetVersion"),
        lifecycle=None if state is None else state.upper(),
        previous=(named[0], named[1]) if named[0] and named[1] else None,
        rows=_count(statistics, "rowCount"),
        size=_count(statistics, "size"),
        files=_count(statistics, "fileCount"),
        aspects=held,
    )


def _count(facet: object, key: str) -> int | None:
    value = facet.get(key) if isinstance(facet, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _BEYOND else None
