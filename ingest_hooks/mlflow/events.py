"""From what was read of an MLflow registry to OpenLineage events, purely: reading it again says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from ingest_hooks.mlflow.model import Input, RegisteredModel, Run, Version

PRODUCER: Final = "urn:lineward:mlflow:1"
REGISTERED: Final = "mlflow_registeredModel"
"""The facet of a model that says which version each of its aliases means, and in which stage each version is."""
_SPEC: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
_ENDS: Final = {"FINISHED": "COMPLETE", "FAILED": "FAIL", "KILLED": "ABORT"}
_LOCAL: Final = frozenset({"", "file"})


def events(models: Iterable[RegisteredModel], namespace: str) -> Iterator[dict[str, Any]]:
    """Yield the events that the registry stands for, but for its aliases and stages: the start and the end of each run,
    by when it started, then the versions of which no run is known.

    Jobs, models and inputs that have no address are named in the namespace. An event says what no later reading
    changes, so that what was taken before is known again.
    """
    by_run: dict[str, tuple[Run, list[Version]]] = {}
    alone: list[Version] = []
    for model in models:
        for version in model.versions:
            if version.run is None:
                alone.append(version)
            else:
                by_run.setdefault(version.run.id, (version.run, []))[1].append(version)
    for run, versions in sorted(by_run.values(), key=lambda one: (one[0].started_at, one[0].id)):
        yield _of_run(run, versions, namespace, "START", run.started_at)
        if run.status in _ENDS and run.ended_at is not None:
            yield _of_run(run, versions, namespace, _ENDS[run.status], run.ended_at)
    for version in sorted(alone, key=lambda one: (one.created_at, one.model, one.version)):
        yield _of_dataset(_written(version, namespace), version.created_at)


def registered_event(model: RegisteredModel, namespace: str, at: int) -> dict[str, Any]:
    """Return the event that says which version each alias of a model means, and in which stage each version is, from a
    time on, in milliseconds.
    """
    facets = {"datasetType": _facet(datasetType="MODEL"), REGISTERED: _facet(**registered_of(model))}
    return _of_dataset({"namespace": namespace, "name": model.name, "facets": facets}, at)


def registered_of(model: RegisteredModel) -> dict[str, list[dict[str, str]]]:
    """Return aliases and stages as the facet has them; where no version is in a stage it says nothing of stages."""
    aliases = [{"alias": alias, "version": version} for alias, version in model.aliases]
    stages = [{"version": version, "stage": stage} for version, stage in model.stages]
    return {"aliases": aliases} | ({"stages": stages} if stages else {})


def dataset_name(one: Input, namespace: str) -> tuple[str, str]:
    """Return the namespace and name of an input: by its address after OpenLineage's naming, else by its own name."""
    if one.address:
        parts = urlsplit(one.address)
        path = unquote(parts.path)
        if parts.scheme.lower() in _LOCAL and path.startswith("/"):
            return "file", path
        if parts.scheme and parts.hostname and path.strip("/"):
            # Without the user that an address may name.
            return f"{parts.scheme}://{parts.hostname}", path.lstrip("/")
    return namespace, one.name


def _of_run(run: Run, versions: Iterable[Version], namespace: str, state: str, at: int) -> dict[str, Any]:
    facets: dict[str, Any] = {"mlflow_run": _facet(parameterNames=list(run.parameters), metricNames=list(run.metrics))}
    if run.repository and run.revision:
        facets["lineward_codeRevision"] = _facet(repository=run.repository, revision=run.revision)
    is_end = state != "START"
    return {
        "eventType": state,
        "eventTime": _time(at),
        "producer": PRODUCER,
        "schemaURL": f"{_SPEC}/RunEvent",
        "run": {"runId": str(UUID(run.id)), "facets": facets},
        "job": {"namespace": namespace, "name": run.experiment},
        "inputs": [_read(one, namespace) for one in run.inputs],
        "outputs": [_written(one, namespace) for one in versions] if is_end else [],
    }


def _read(one: Input, namespace: str) -> dict[str, Any]:
    of, name = dataset_name(one, namespace)
    facets = {"version": _facet(datasetVersion=one.digest)}
    if one.context:
        facets["mlflow_input"] = _facet(context=one.context)
    return {"namespace": of, "name": name, "facets": facets}


def _written(one: Version, namespace: str) -> dict[str, Any]:
    facets = {
        "datasetType": _facet(datasetType="MODEL"),
        "lineward_modelVersion": _facet(version=one.version),
    }
    return {"namespace": namespace, "name": one.model, "facets": facets}


def _of_dataset(dataset: dict[str, Any], at: int) -> dict[str, Any]:
    return {"eventTime": _time(at), "producer": PRODUCER, "schemaURL": f"{_SPEC}/DatasetEvent", "dataset": dataset}


def _facet(**members: object) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": "urn:lineward:mlflow:facet:1", **members}


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
