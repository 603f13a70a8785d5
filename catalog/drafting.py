"""From an OpenLineage event as it was parsed to the draft that the ledger seals: searched, read, bound to what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from catalog.canonical import canonical_bytes
from catalog.kinds import EVENT
from catalog.ledger.entry import MAX_SUBJECTS
from catalog.ledger.protocol import Draft
from catalog.record_redaction import provenance_of
from graph_schema.nodes import Dataset, Job, Run
from ingest_hooks.openlineage.event import DatasetEvent, Event, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.oversize import LEFT_OUT, LeftOut
from ingest_hooks.openlineage.wire import JOB, JSON, SIDES, Flag, Parts, parts_of
from ingest_hooks.redaction import UNBOUNDED, redact
from ingest_hooks.redaction.site_rules import Rules

EVENT_KINDS = {RunEvent: "run_event", JobEvent: "job_event", DatasetEvent: "dataset_event"}
EVENTS = frozenset(EVENT + kind for kind in EVENT_KINDS.values())
"""The kinds of entries that hold an event."""


class Drafted(NamedTuple):
    """A draft, and the event in it: redacted, with what was replaced as (JSON pointer, rule) and what was odd."""

    draft: Draft
    event: Event
    subjects: tuple[str, ...]
    redactions: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]


def draft_event(
    value: JSON,
    flags: Sequence[Flag],
    actor: str,
    correlation_id: str,
    *,
    token_key: bytes,
    rules: Rules,
    left_out: Sequence[LeftOut] = (),
    most: int = UNBOUNDED,
    parts: Parts | None = None,
) -> Drafted:
    """Return the draft of one event as `wire` read it, with its flags and parts.

    What was received is the event's canonical JSON; of one that was too large, `{"event": …, "leftOut": …}`, where each
    facet `left_out` stands with its pointer, size and digest.

    `rules` are the site's own of redaction, whose digest the body holds. Raises `Unreadable` 422 for what is no event,
    TooLaborious where more than `most` of it would have to be searched.
    """
    known = parts_of(value) if parts is None else parts
    redacted = redact(value, token_key=token_key, rules=rules, most=most, parts=known)
    noted = (*flags, *(_noted(one, token_key, rules) for one in left_out))
    event = read_event(redacted.value)
    subjects = _subjects_of(event)
    redactions = tuple((each.pointer, each.rule) for each in redacted.redactions)
    body = {
        "event": _written(redacted.value, value, known),
        "flags": [flag.row for flag in noted],
        "redactions": redactions,
        "subjects": subjects[MAX_SUBJECTS:],
        **provenance_of(rules),
    }
    draft = Draft(
        kind=EVENT + EVENT_KINDS[type(event)],
        actor=actor,
        correlation_id=correlation_id,
        subjects=subjects[:MAX_SUBJECTS],
        body=canonical_bytes(body),
        received=_received(_written(value, value, known), left_out),
    )
    return Drafted(draft, event, subjects, redactions, (*noted, *event.flags))


def _written(value: JSON, sent: JSON, parts: Parts) -> object:
    """Return a value for canonical JSON; the parts of what was sent that are in it as they were, are JSON already."""
    if not isinstance(value, dict) or not isinstance(sent, dict):
        return value
    written: dict[str, object] = {**value}
    if (JOB, 0) in parts and value.get(JOB) is sent[JOB]:
        written[JOB] = orjson.Fragment(parts[JOB, 0].canonical)
    for side in SIDES:
        items, before = value.get(side), sent.get(side)
        if isinstance(items, list) and isinstance(before, list):
            written[side] = [
                orjson.Fragment(parts[side, place].canonical) if item is was and (side, place) in parts else item
                for place, (item, was) in enumerate(zip(items, before, strict=True))
            ]
    return written


def _received(value: object, left_out: Sequence[LeftOut]) -> bytes:
    if not left_out:
        return canonical_bytes(value)
    bound: dict[str, object] = {"event": value, "leftOut": [list(facet) for facet in left_out]}
    return canonical_bytes(bound)


def _noted(facet: LeftOut, token_key: bytes, rules: Rules) -> Flag:
    """Return what is noted of a facet that was left out; its name is searched as those are that were kept."""
    owner, _, name = facet.pointer.rpartition("/")
    searched = redact({name: None}, token_key=token_key, rules=rules).value
    return Flag(LEFT_OUT, f"{owner}/{''.join(searched) if isinstance(searched, dict) else ''}", facet.size)


def _subjects_of(event: Event) -> tuple[str, ...]:
    """Return what an event is about: its run, its job, and its datasets, outputs first."""
    if isinstance(event, DatasetEvent):
        return (Dataset(event.dataset.namespace, event.dataset.name).id,)
    job = Job(event.job.namespace, event.job.name)
    nodes: list[Run | Job | Dataset] = [Run.of(job, event.run_id), job] if isinstance(event, RunEvent) else [job]
    nodes += [Dataset(one.namespace, one.name) for one in (*(event.outputs or ()), *(event.inputs or ()))]
    return tuple(dict.fromkeys(node.id for node in nodes))
