"""Everything that the disclosed bodies say, as far as it was valid at the report's time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reports.standalone.bodies import (
    RECORD_RANK,
    Access,
    Event,
    Identity,
    Record,
    RunKey,
    Values,
    datasets_of_record,
    event_in,
    facets_of,
    identities_in,
    identity_of,
    ids_in,
    io_facets_of,
    micros,
    node_id,
    versions_in,
)
from reports.standalone.container import values_of
from reports.standalone.evidence import Entry
from reports.standalone.names import Names
from reports.standalone.outcome import MalformedError, NotAReportError
from reports.standalone.shapes import hold_body

_NO_ASPECTS = frozenset({"dataset", "policy_label"})
"""Members of a declaration that say nothing by themselves: what a label says stands beside it."""
Declarations = dict[str, tuple[Record, Any]]
"""What is declared of a dataset: aspect to the record that declares it, and the value."""


@dataclass
class Disclosed:
    """Everything that the disclosed bodies say, as far as it was valid at the report's time."""

    entries: Sequence[Entry]
    valid_at: int
    records: list[Record] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    later: list[Event | Record] = field(default_factory=list)
    """What is valid only after the report's time: it decides which names are one, and nothing else."""
    definitions: list[Record] = field(default_factory=list)
    """What principals were defined to be, whenever that holds."""
    withheld: set[int] = field(default_factory=set)
    unread: dict[int, str] = field(default_factory=dict)
    """Why a body that is disclosed could not be read: a later catalog wrote it, since it fits its entry's digest."""
    bodies: dict[int, Any] = field(default_factory=dict)
    _declared: dict[tuple[int | None, int | None], dict[str, list[Record]]] = field(default_factory=dict)
    _accesses: dict[RunKey, Access] = field(default_factory=dict)
    _named: dict[tuple[int, int | None], Names] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the bodies; one that cannot be read counts as withheld too."""
        for entry in self.entries:
            if entry.body is None:
                self.withheld.add(entry.index)
                continue
            try:
                body = values_of(entry.body.encode())
                hold_body(entry.kind, body)
                self._read(entry, body)
                self.bodies[entry.index] = body
            except (NotAReportError, MalformedError) as error:
                self.withheld.add(entry.index)
                self.unread[entry.index] = str(error)
        self.records.sort(key=lambda each: (each.order, each.index))
        self.events.sort(key=lambda each: (each.order, each.index))

    def _read(self, entry: Entry, body: Any) -> None:  # noqa: ANN401 - any JSON value
        recorded = micros(entry.recorded_at)
        tie = hashlib.sha256((entry.body or "").encode()).hexdigest()[:16]
        if entry.kind.startswith("record."):
            content = body["record"]
            since = min(recorded, micros(content["valid_from"])) if content.get("valid_from") else recorded
            kind = entry.kind.removeprefix("record.")
            order = since, RECORD_RANK, tie
            proven, added = body["authenticated"], body["added"]
            record = Record(entry.index, kind, entry.actor, entry.recorded_at, order, proven, content, added)
            if since <= self.valid_at:
                self.records.append(record)
            else:
                self.later.append(record)
            if kind == "define_principal":
                self.definitions.append(record)
        elif entry.kind.startswith("openlineage."):
            event = event_in(entry.index, body["event"], recorded, tie)
            if event.order[0] <= self.valid_at:
                self.events.append(event)
            else:
                self.later.append(event)

    def of(self, kind: str, fits: Callable[[Values], bool] = lambda _: True) -> list[Record]:
        """Return the records of a kind that fit, the oldest first."""
        return [each for each in self._by_kind.get(kind, ()) if fits(each.content)]

    @cached_property
    def later_records(self) -> list[Record]:
        """Return the records that are valid only after the report's time."""
        return [each for each in self.later if isinstance(each, Record)]

    def of_snapshot(self, kind: str, dataset: Identity, digest: str) -> list[Record]:
        """Return the records of a kind about a snapshot, by the name under which they know its dataset, and digest."""
        return self._by_snapshot.get((kind, dataset, digest), [])

    @cached_property
    def people(self) -> dict[str, Record]:
        """Return the newest definition of each principal."""
        return {each.content["principal"]: each for each in self.of("define_principal")}

    def definition(self, principal: str, before: int) -> Record | None:
        """Return what defined a principal when an entry was written: the newest definition of an earlier entry."""
        earlier = self.of("define_principal", lambda content: content["principal"] == principal)
        return max((each for each in earlier if each.index < before), key=lambda each: each.index, default=None)

    def actor(self, record: Record) -> dict[str, Any]:
        """Return who a record is by, as a report shows it."""
        known = self.people.get(record.actor)
        return {
            "id": record.actor,
            "authenticated": record.authenticated,
            **({} if known is None else {"name": known.content["display_name"], "entry": known.index}),
        }

    def defined(self, principal: str, index: int) -> Record | None:
        """Return the newest definition of a principal before an entry."""
        before = [one for one in self.definitions if one.content["principal"] == principal and one.index < index]
        return max(before, key=lambda one: one.index, default=None)

    def declared(self, dataset: str, *, last: int | None = None, valid_at: int | None = None) -> list[Record]:
        """Return the declarations of a dataset by the id of its node, under whatever name, the oldest first.

        With `last`, as it was known by that entry and at its time; with `valid_at`, as it held then.
        """
        names = self.names(self._time_of(last) if valid_at is None else valid_at, last)
        if names.first.get(dataset, 0) > (names.last_index if last is None else last):
            return []
        if (valid_at, last) not in self._declared:
            found = self._declared[valid_at, last] = {}
            for each in self.of("declare_dataset"):
                if (last is None or each.index <= last) and each.since <= names.valid_at:
                    name = node_id("Dataset", *identity_of(each.content["dataset"]))
                    for owner in names.owners(name, each.since, personal=True):
                        found.setdefault(owner, []).append(each)
        return self._declared[valid_at, last].get(names.dataset(dataset), [])

    def declarations(self, dataset: str, last: int | None = None, valid_at: int | None = None) -> Declarations:
        """Return what is declared of a dataset, as `declared`: aspect to the newest record and its value."""
        found: Declarations = {}
        for each in self.declared(dataset, last=last, valid_at=valid_at):
            found |= {aspect: (each, value) for aspect, value in each.content.items() if aspect not in _NO_ASPECTS}
        return found

    def inherited(self, own: Declarations, last: int | None = None) -> Declarations:
        """Return what is declared of a dataset with what holds of it by its source, where itself says nothing else."""
        source = supplier(own)
        at = self.names(self._time_of(last), last).valid_at
        found: Declarations = {}
        records = [
            each
            for kind in ("declare_source", "end_source")
            for each in self.of(kind, lambda it: it["source"] == source)
        ]
        for each in sorted(records, key=lambda each: (each.order, each.index)):
            if (last is not None and each.index > last) or each.since > at:
                continue
            if each.kind == "end_source":
                found.clear()
            else:
                found |= {aspect: (each, value) for aspect, value in each.content.items() if aspect != "source"}
        if "source_kind" in found:
            record, kind = found.pop("source_kind")
            found["source_system"] = record, {"name": source, "kind": kind}
        return found | own

    def source_ends(self, *named: Declarations) -> set[int]:
        """Return the entries that ended a source of a dataset, given what is declared of it at some points."""
        sources = {supplier(own) for own in named}
        return {each.index for each in self.of("end_source", lambda content: content["source"] in sources)}

    def declared_version(self, dataset: str, at: int | None) -> Record | None:
        """Return the record that declared the schema version of a dataset in force at a time."""
        held = self.declarations(dataset, valid_at=at).get("schema_version")
        return None if held is None else held[0]

    def names_at(self, last: int) -> Names:
        """Return the names as they were known by an entry, at its time."""
        return self.names(self._time_of(last), last)

    def _time_of(self, last: int | None) -> int | None:
        return next((micros(entry.recorded_at) for entry in self.entries if entry.index == last), None)

    def names(self, valid_at: int | None = None, last: int | None = None) -> Names:
        """Return the names of datasets at a valid time, by default the report's, as known by the entry `last`."""
        place = self.valid_at if valid_at is None else valid_at, last
        if place not in self._named:
            every = [one for one in (*self.events, *self.records, *self.later) if last is None or one.index <= last]
            events = [one for one in every if isinstance(one, Event)]
            self._named[place] = Names(events, [one for one in every if isinstance(one, Record)], place[0])
        return self._named[place]

    def run(self, run: RunKey) -> list[Event]:
        """Return the events of a run, in order."""
        return self._by_run.get(run, [])

    def access(self, run: RunKey) -> Access:
        """Return what a run's events say that it read and wrote."""
        if run not in self._accesses:
            self._accesses[run] = Access(self.run(run))
        return self._accesses[run]

    @cached_property
    def _by_kind(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for each in self.records:
            found.setdefault(each.kind, []).append(each)
        return found

    @cached_property
    def _by_snapshot(self) -> dict[tuple[str, Identity, str], list[Record]]:
        found: dict[tuple[str, Identity, str], list[Record]] = {}
        for kind in ("seal_snapshot", "verify_snapshot"):
            for each in self.of(kind):
                place = kind, identity_of(each.content["dataset"]), each.content["digest"]
                found.setdefault(place, []).append(each)
        return found

    @cached_property
    def _by_run(self) -> dict[RunKey, list[Event]]:
        found: dict[RunKey, list[Event]] = {}
        for each in self.events:
            if each.key is not None:
                found.setdefault(each.key, []).append(each)
        return found

    @cached_property
    def makers(self) -> dict[tuple[Identity, str], set[RunKey]]:
        """Return the runs whose events say that they wrote a dataset, by the name that they use, in a version."""
        found: dict[tuple[Identity, str], set[RunKey]] = {}
        for run, events in self._by_run.items():
            for content in (content for event in events for content in event.outputs):
                for version in (*versions_in(facets_of(content)), *versions_in(io_facets_of(content))):
                    found.setdefault((identity_of(content), version), set()).add(run)
        return found

    @cached_property
    def made(self) -> set[str]:
        """Return the ids of the snapshots of which an event or a seal names the run that made them."""
        made = {node_id("Snapshot", *dataset, version) for dataset, version in self.makers}
        return made | self.sealed_by_runs.keys()

    @cached_property
    def sealed_by_runs(self) -> dict[str, set[int]]:
        """Return the seals that name the run that made a snapshot, by its id."""
        found: dict[str, set[int]] = {}
        for one in self.of("seal_snapshot"):
            if one.content.get("run_id") is not None:
                id_ = node_id("Snapshot", *identity_of(one.content["dataset"]), one.content["digest"])
                found.setdefault(id_, set()).add(one.index)
        return found

    @cached_property
    def touched(self) -> set[str]:
        """Return the ids of the datasets that an event says were read or written, as they are called now."""
        names = self.names()
        return {
            names.belongs(node_id("Dataset", *identity_of(content)), event.order[0], self.valid_at)
            for event in self.events
            for content in (*event.inputs, *event.outputs)
        }

    @cached_property
    def by_name(self) -> dict[str, set[Identity]]:
        """Return the datasets that bodies name, by their full names, which two may share."""
        found: dict[str, set[Identity]] = {}
        for dataset in self.identities.values():
            found.setdefault("/".join(dataset), set()).add(dataset)
        return found

    def shown_as(self, name: object) -> str:
        """Return the id of the dataset that is shown by a full name, which itself where no body names it."""
        found = self.by_name.get(str(name))
        return node_id("Dataset", *min(found)) if found else str(name)

    def title(self, dataset: Identity) -> str:
        """Return the full name under which a dataset is shown that a record or event calls by a name."""
        return self.names().title(node_id("Dataset", *dataset), dataset)

    def ever_called(self, name: object) -> frozenset[str]:
        """Return the ids of all names that ever stood for a dataset that is shown by a full name, whatever became of
        it; none where no body names it.
        """
        ids = (node_id("Dataset", *one) for one in self.by_name.get(str(name), ()))
        return frozenset(other for one in ids for other in self.names().ever(one))

    def names_in(self, entry: int) -> set[str]:
        """Return the full names of the datasets that an entry's body names: as it calls them, and as they are shown."""
        return {one for name in self.named.get(entry, {}).values() for one in ("/".join(name), self.title(name))}

    @cached_property
    def identities(self) -> dict[str, Identity]:
        """Return every dataset that a body names, by the ids of its node and of its snapshots' nodes."""
        return {id_: identity for found in self.named.values() for id_, identity in found.items()}

    @cached_property
    def named(self) -> dict[int, dict[str, Identity]]:
        """Return what each entry's body names; see `identities`."""
        return {index: dict(ids_in(body)) for index, body in self.bodies.items()}

    @cached_property
    def first(self) -> dict[Identity, int]:
        """Return the first of the entries whose very subject each dataset is: no later one can have made it known."""
        found: dict[Identity, int] = {}
        for record in self.records:
            for dataset in datasets_of_record(record.content):
                found[dataset] = min(record.index, found.get(dataset, record.index))
        for event in self.events:
            for dataset in identities_in(event.datasets):
                found[dataset] = min(event.index, found.get(dataset, event.index))
        return found

    @cached_property
    def first_of_snapshot(self) -> dict[str, int]:
        """Return the first of the records and run events that name each snapshot, by its node's id."""
        found: dict[str, int] = {}
        for record in self.records:
            for id_, _ in ids_in(record.content):
                found[id_] = min(record.index, found.get(id_, record.index))
        for event in self.events:
            for content in (*event.inputs, *event.outputs) if event.run is not None else ():
                for dataset in identities_in((content,)):
                    for version in (*versions_in(facets_of(content)), *versions_in(io_facets_of(content))):
                        id_ = node_id("Snapshot", *dataset, version)
                        found[id_] = min(event.index, found.get(id_, event.index))
        return found


def supplier(own: Declarations) -> str | None:
    """Return the name of the source that supplies a dataset, given what is declared of it."""
    if "source" in own:
        return str(own["source"][1])
    return own["source_system"][1].get("name") if "source_system" in own else None
