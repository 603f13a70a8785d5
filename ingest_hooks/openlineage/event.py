"""The tolerant model of an event: what it is about can be relied on, everything else is as it came.

The kind is decided by shape: `run`, else `job`, else `dataset` (schemaURL is only a hint). Rejected is only what names
nothing that could be identified. OpenLineage 2-0-2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graph_schema.times import Instant, parse_instant
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import JSON, Flag

EVENT_TYPES: Final = ("START", "RUNNING", "OTHER", "ABORT", "FAIL", "COMPLETE")
_ENVELOPE: Final = frozenset({"eventTime", "eventType", "producer", "schemaURL"})
"""What every event has one of, and no record."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as an event names it: identity verbatim, facets as they came."""

    namespace: str
    name: str
    facets: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as an event names it; `io_facets` are its inputFacets or outputFacets, which describe this one use."""

    namespace: str
    name: str
    facets: Mapping[str, JSON] = field(default_factory=dict)
    io_facets: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunEvent:
    """What a run said about itself. `inputs` and `outputs` are None where it said nothing, () where it said none."""

    at: Instant | None
    type: str
    run_id: str
    run_facets: Mapping[str, JSON]
    job: Job
    inputs: tuple[Dataset, ...] | None
    outputs: tuple[Dataset, ...] | None
    producer: str | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class JobEvent:
    """A design-time declaration of what a job reads and writes."""

    at: Instant | None
    job: Job
    inputs: tuple[Dataset, ...] | None
    outputs: tuple[Dataset, ...] | None
    producer: str | None
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class DatasetEvent:
    """Metadata about one dataset, apart from any run."""

    at: Instant | None
    dataset: Dataset
    producer: str | None
    flags: tuple[Flag, ...]


Event = RunEvent | JobEvent | DatasetEvent


def read_event(value: JSON) -> Event:
    """The event in a JSON value; raises `Unreadable` 422 with the pointer to what identifies nothing."""
    if not isinstance(value, dict):
        raise Unreadable(422, "", "One event is a JSON object; send an array of events to the batch endpoint.")
    flags: list[Flag] = []
    at = _event_time(value, flags)
    producer = _hint(value, "producer", "producer-missing", flags)
    _hint(value, "schemaURL", "schema-url-missing", flags)
    if value.get("run") is not None:
        run = _object(value, "run", "")
        return RunEvent(
            at=at,
            type=_event_type(value, flags),
            run_id=_run_id(run, flags),
            run_facets=_facets(run, "facets", "/run", flags),
            job=_job(value, flags),
            inputs=_datasets(value, "inputs", flags),
            outputs=_datasets(value, "outputs", flags),
            producer=producer,
            flags=tuple(flags),
        )
    if value.get("job") is not None:
        if "eventType" in value:
            flags.append(Flag("job-event-with-type", "/eventType"))
        return JobEvent(
            at=at,
            job=_job(value, flags),
            inputs=_datasets(value, "inputs", flags),
            outputs=_datasets(value, "outputs", flags),
            producer=producer,
            flags=tuple(flags),
        )
    if value.get("dataset") is not None:
        dataset = _dataset(_object(value, "dataset", ""), "/dataset", flags)
        return DatasetEvent(at=at, dataset=dataset, producer=producer, flags=tuple(flags))
    raise Unreadable(422, "", "An event names a run, a job or a dataset; this one names none of them.")


def is_event(value: Mapping[str, JSON]) -> bool:
    """Whether an object is an event and none of the catalog's records."""
    return "kind" not in value and not _ENVELOPE.isdisjoint(value)


def is_record(value: JSON) -> bool:
    """Whether a value is one of the catalog's records and no event."""
    return isinstance(value, dict) and isinstance(value.get("kind"), str) and _ENVELOPE.isdisjoint(value)


def is_uuid(text: str) -> bool:
    """Whether `text` has the form of a UUID (RFC 9562), any version."""
    return _UUID.fullmatch(text) is not None


def _event_time(value: Mapping[str, JSON], flags: list[Flag]) -> Instant | None:
    text = value.get("eventTime")
    if text is None:
        flags.append(Flag("event-time-missing", "/eventTime"))
        return None
    parsed = parse_instant(text) if isinstance(text, str) else None
    if parsed is None:
        flags.append(Flag("event-time-unreadable", "/eventTime"))
        return None
    if not parsed.zoned:
        flags.append(Flag("event-time-without-zone", "/eventTime"))
    return parsed


def _event_type(value: Mapping[str, JSON], flags: list[Flag]) -> str:
    given = value.get("eventType")
    if given is None:
        flags.append(Flag("event-type-missing", "/eventType"))
        return "OTHER"
    if given in EVENT_TYPES:
        return str(given)
    if isinstance(given, str) and given.strip().upper() in EVENT_TYPES:
        flags.append(Flag("event-type-case", "/eventType"))
        return given.strip().upper()
    flags.append(Flag("event-type-unknown", "/eventType"))
    return "OTHER"


def _hint(value: Mapping[str, JSON], key: str, code: str, flags: list[Flag]) -> str | None:
    given = value.get(key)
    if isinstance(given, str) and given:
        return given
    flags.append(Flag(code, f"/{key}"))
    return None


def _run_id(run: Mapping[str, JSON], flags: list[Flag]) -> str:
    run_id = _identity(run, "runId", "/run", "A run's runId is a string, a UUID by the standard.")
    if not is_uuid(run_id):
        flags.append(Flag("run-id-no-uuid", "/run/runId"))
    return run_id


def _job(value: Mapping[str, JSON], flags: list[Flag]) -> Job:
    job = _object(value, "job", "")
    hint = "A job is named by two strings that are not empty, namespace and name."
    return Job(
        _identity(job, "namespace", "/job", hint),
        _identity(job, "name", "/job", hint),
        _facets(job, "facets", "/job", flags),
    )


def _datasets(value: Mapping[str, JSON], key: str, flags: list[Flag]) -> tuple[Dataset, ...] | None:
    items = value.get(key)
    if items is None:
        return None
    if not isinstance(items, list):
        raise Unreadable(422, f"/{key}", f"{key} is an array of datasets.")
    result = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise Unreadable(422, f"/{key}/{index}", "A dataset is an object with namespace and name.")
        result.append(_dataset(item, f"/{key}/{index}", flags))
    return tuple(result)


def _dataset(item: Mapping[str, JSON], pointer: str, flags: list[Flag]) -> Dataset:
    hint = "A dataset is named by two strings that are not empty, namespace and name."
    io_key = "inputFacets" if "inputFacets" in item else "outputFacets"
    return Dataset(
        _identity(item, "namespace", pointer, hint),
        _identity(item, "name", pointer, hint),
        _facets(item, "facets", pointer, flags),
        _facets(item, io_key, pointer, flags),
    )


def _facets(owner: Mapping[str, JSON], key: str, pointer: str, flags: list[Flag]) -> Mapping[str, JSON]:
    facets = owner.get(key)
    if facets is None:
        return {}
    if not isinstance(facets, dict):
        flags.append(Flag("facets-no-object", f"{pointer}/{key}"))
        return {}
    return facets


def _object(value: Mapping[str, JSON], key: str, pointer: str) -> Mapping[str, JSON]:
    found = value.get(key)
    if not isinstance(found, dict):
        raise Unreadable(422, f"{pointer}/{key}", f"{key} is an object that says which {key} this is about.")
    return found


def _identity(owner: Mapping[str, JSON], key: str, pointer: str, hint: str) -> str:
    found = owner.get(key)
    if not isinstance(found, str) or not found:
        raise Unreadable(422, f"{pointer}/{key}", hint)
    return found
