"""Policies at ingest: what is in the ledger and is kept out of the graph, or let in with a finding, and why.

They are held to each entry in the order of the ledger, by the set that was published before it, so that whoever
projects the ledger anew comes to the same. An entry is acknowledged and stays in the ledger whatever they say. What
follows from the parts that a policy may ask of is found once for all entries that have them alike.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from catalog.access.model import is_proven
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.policies.engine import Engine, Entity, Policy, Request, engine_of
from catalog.policies.records import PublishPolicies
from catalog.policies.rules import digest_of_files
from catalog.policies.schema import ENTRY, FINDING, INGEST, Scope, scope_of

_PUBLISHES: Final = PublishPolicies.in_ledger()
_REMEMBERED: Final = 10_000
_EXEMPT: Final = frozenset(
    {
        "record.decide_access",
        "record.define_principal",
        "record.erase_entries",
        "record.gate_evaluated",
        "record.issue_key",
        "record.release_quarantined",
        "record.report_issued",
        "record.restore_ledger",
        "record.revoke_key",
        _PUBLISHES,
    }
)
"""What says who may act, by which policies, and what is in the ledger; and what the catalog itself writes."""

_EVENT: Final = "openlineage."
_ERRED: Final = "The policies of ingest could not be evaluated."


@dataclass(frozen=True, slots=True)
class Judged:
    """What the policies say of an entry: whether it is kept out of the graph, by which of them, and why."""

    held: bool
    policies: tuple[str, ...]
    reasons: tuple[str, ...]
    policy_set: str

    @property
    def sentence(self) -> str:
        """Return why, and what decided."""
        by = f" This is decided by {', '.join(self.policies)}" if self.policies else " This is decided"
        return f"{' '.join(self.reasons)}{by} of the policies {self.policy_set}."


class _Set:
    """The policies of ingest of one published set."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.digest = digest_of_files(files.items())
        self._engine: Engine | None = None
        self.active = any(scope_of(path) is Scope.INGEST for path in files)
        try:
            self._engine = engine_of(files, Scope.INGEST) if self.active else None
        except ValueError:
            # It was published by a version that could read it.
            self._engine = None
        self._judged: dict[tuple[Any, ...], Judged | None] = {}

    def judge(self, stored: StoredEntry) -> Judged | None:
        if not self.active or stored.body is None:
            return None
        try:
            shape = _shape(stored, orjson.loads(stored.body))
        except orjson.JSONDecodeError:
            # Nothing is let in: the projection says what is wrong with it.
            return None
        except (AttributeError, KeyError, TypeError):
            return Judged(True, (), (_ERRED,), self.digest)
        key = tuple(shape.values())
        if key not in self._judged:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            self._judged[key] = self._decide(stored.entry.actor, shape)
        return self._judged[key]

    def _decide(self, actor: str, shape: Mapping[str, Any]) -> Judged | None:
        if self._engine is None:
            return Judged(True, (), (_ERRED,), self.digest)
        attributes = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in shape.items()
            if name not in {"actor", "proven"} and value is not None
        }
        sender = Entity("Principal", actor, {"name": actor, "proven": shape["proven"]})
        found = self._engine.decide(Request(sender, INGEST, Entity(ENTRY, "entry", attributes), {}, 0))
        if found.errors:
            return Judged(True, found.policies, (_ERRED,), self.digest)
        objecting = [self._engine.by_id[one] for one in found.policies if self._engine.by_id[one].forbids]
        if not objecting:
            return None
        return Judged(any(map(holds, objecting)), found.policies, found.reasons, self.digest)


_NONE: Final = _Set({})


class IngestPolicies:
    """The policies of ingest along a ledger: the set that was published before each entry decides."""

    def __init__(self, ledger: Ledger) -> None:
        """Look at nothing yet."""
        self._ledger = ledger
        self._next = -1
        self._looked = 0
        self._publications: list[int] = []
        self._published = -1
        self._set = _NONE

    def judge(self, stored: StoredEntry) -> Judged | None:
        """Return what the policies say of an entry, None where they let it in; cheapest in the order of the ledger."""
        if stored.index != self._next:
            self._go_to(stored.index)
        self._next = stored.index + 1
        if stored.entry.kind == _PUBLISHES:
            self._published, self._set = stored.index, _set_of(stored)
            return None
        return None if stored.entry.kind in _EXEMPT else self._set.judge(stored)

    def _go_to(self, index: int) -> None:
        """Take the set that was published before the entry; no header is looked at twice, and a set is read once."""
        if index > self._looked:
            self._publications += self._ledger.of_kinds({_PUBLISHES}, self._looked, index)
            self._looked = index
        place = bisect.bisect_left(self._publications, index)
        published = self._publications[place - 1] if place else -1
        if published != self._published:
            self._published = published
            self._set = _set_of(self._ledger.entry(published)) if place else _NONE


def judged_by(files: Mapping[str, str], stored: StoredEntry) -> Judged | None:
    """Return what a set's policies of ingest say of an entry, None where they let it in or its body is erased."""
    return _Set(files).judge(stored)


def holds(policy: Policy) -> bool:
    """Tell whether what the policy forbids is kept out: it is, unless the policy says that it is a finding alone."""
    return policy.notes.get("effect") != FINDING


def _set_of(stored: StoredEntry) -> _Set:
    """Return the set that an entry published; nothing follows from one whose body was erased."""
    if stored.body is None:
        return _NONE
    record = PublishPolicies.replay(orjson.loads(stored.body)["record"])
    return _Set({one.path: one.text for one in record.files})


def _shape(stored: StoredEntry, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that a policy may ask of an entry, in one order; what is not there is None."""
    kind, actor = stored.entry.kind, stored.entry.actor
    common = {"actor": actor, "proven": is_proven(actor), "kind": kind.partition(".")[2]}
    redacted = bool(body.get("redactions"))
    if not kind.startswith(_EVENT):
        namespaces = _sorted(_namespaces(body["record"]))
        return {**common, "redacted": redacted, "namespaces": namespaces, **_NOTHING}
    event = body["event"]
    job, datasets = event.get("job") or {}, _datasets(event)
    facets = (event.get("run") or {}, job, *datasets)
    return {
        **common,
        "redacted": redacted,
        "namespaces": _sorted([*_namespaces(datasets), *_namespaces(job)]),
        "reads": _sorted(_namespaces(event.get("inputs") or ())),
        "writes": _sorted(_namespaces([*(event.get("outputs") or ()), *_only(event.get("dataset"))])),
        "facets": _sorted(name for one in facets for name in one.get("facets") or ()),
        "flags": _sorted(row[0] for row in body.get("flags") or ()),
        "producer": event.get("producer"),
        "job_namespace": job.get("namespace"),
        "event_type": event.get("eventType"),
    }


_NOTHING: Final = {
    "reads": (),
    "writes": (),
    "facets": (),
    "flags": (),
    "producer": None,
    "job_namespace": None,
    "event_type": None,
}


def _datasets(event: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [*(event.get("inputs") or ()), *(event.get("outputs") or ()), *_only(event.get("dataset"))]


def _only(one: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    return () if one is None else (one,)


def _namespaces(value: Any) -> Iterator[str]:  # noqa: ANN401  any JSON
    """Yield each namespace that a value names, but those in facets, which say of it what they like."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name == "namespace" and isinstance(part, str):
                yield part
            elif name != "facets":
                yield from _namespaces(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _namespaces(part)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
