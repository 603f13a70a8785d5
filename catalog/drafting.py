"""From an OpenLineage event as it was parsed to the draft that the ledger seals: searched, read, bound to what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from catalog.canonical import canonical_bytes
from catalog.kinds import EVENT
from catalog.ledger.entry import MAX_SUBJECTS
from catalog.ledger.protocol import Draft
from graph_schema.nodes import Dataset, Job, Run
from ingest_hooks.openlineage.event import DatasetEvent, Event, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.wire import JSON, Flag
from ingest_hooks.redaction import redact

EVENT_KINDS = {RunEvent: "run_event", JobEvent: "job_event", DatasetEvent: "dataset_event"}


class Drafted(NamedTuple):
    """A draft, and the event in it: redacted, with what was replaced as (JSON pointer, rule) and what was odd."""

    draft: Draft
    event: Event
    subjects: tuple[str, ...]
    redactions: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]


def draft_event(value: JSON, flags: Sequence[Flag], actor: str, correlation_id: str, *, token_key: bytes) -> Drafted:
    """Return the draft of one event as `wire` read it, with its flags.

    Raises `Unreadable` 422 for what is no event.
    """
    redacted = redact(value, token_key=token_key)
    event = read_event(redacted.value)
    subjects = _subjects_of(event)
    redactions = tuple((each.pointer, each.rule) for each in redacted.redactions)
    body = {
        "event": redacted.value,
        "flags": [(flag.code, flag.pointer) for flag in flags],
        "redactions": redactions,
        "subjects": subjects[MAX_SUBJECTS:],
    }
    draft = Draft(
        kind=EVENT + EVENT_KINDS[type(event)],
        actor=actor,
        correlation_id=correlation_id,
        subjects=subjects[:MAX_SUBJECTS],
        body=canonical_bytes(body),
        received=canonical_bytes(value),
    )
    return Drafted(draft, event, subjects, redactions, (*flags, *event.flags))


def _subjects_of(event: Event) -> tuple[str, ...]:
    """Return what an event is about: its run, its job, and its datasets, outputs first."""
    if isinstance(event, DatasetEvent):
        return (Dataset(event.dataset.namespace, event.dataset.name).id,)
    nodes: list[Run | Job | Dataset] = [Run(event.run_id)] if isinstance(event, RunEvent) else []
    nodes.append(Job(event.job.namespace, event.job.name))
    nodes += [Dataset(one.namespace, one.name) for one in (*(event.outputs or ()), *(event.inputs or ()))]
    return tuple(dict.fromkeys(node.id for node in nodes))
