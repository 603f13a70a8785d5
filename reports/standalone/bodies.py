"""What the disclosed bodies of ledger entries say: records and OpenLineage events that were valid at a time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from reports.standalone.container import values_of
from reports.standalone.evidence import Entry
from reports.standalone.outcome import MalformedError, NotAReportError
from reports.standalone.shapes import hold_body

Values = Mapping[str, Any]
Identity = tuple[str, str]
RunKey = tuple[str, str]
"""The full name of the job that a run executed, and the run's id: several jobs may run under one id."""
Order = tuple[int, int, str]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC prints without an offset
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r" ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?(?:\[[\w/+-]+\])?"
)
_RANK = {"START": 0, "RUNNING": 1, "OTHER": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}
_RECORD_RANK = 5
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def micros(text: str) -> int:
    """Return the UTC microseconds since 1970 of an RFC 3339 time, UTC where it names no zone; raise MalformedError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise MalformedError(f"{text!r} is no time")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        days = date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError as error:
        raise MalformedError(f"{text!r} is no time") from error
    zone, offset = match[8], 0
    if zone is not None and zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-60 if zone[0] == "-" else 60)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return seconds * 1_000_000 + int((match[7] or "")[:6].ljust(6, "0"))


def ids_of_run(run: RunKey) -> set[str]:
    """Return the ids that a run may have in headers: of job and run, wherever its full name is divided, or, as earlier
    catalogs had it, of the run's id alone.
    """
    job, run_id = run
    places = (place for place, character in enumerate(job) if character == "/")
    return {node_id("Run", run_id), *(node_id("Run", job[:place], job[place + 1 :], run_id) for place in places)}


def stamp(at: int) -> str:
    """Return UTC microseconds as RFC 3339 with six decimals and Z, as the catalog writes every time."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=65_536)
def node_id(label: str, *key: str) -> str:
    """Return a node's id in the graph: its label and 26 base32 characters of SHA-256 over label and key."""
    text = json.dumps([label, *key], ensure_ascii=False, separators=(",", ":"))
    bits = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:17], "big") >> 6
    return f"{label}:{''.join(_BASE32[bits >> shift & 31] for shift in range(125, -1, -5))}"


@dataclass(frozen=True)
class Record:
    """A principal's record whose body is disclosed: who wrote it, when, and what it says."""

    index: int
    kind: str
    actor: str
    recorded_at: str
    order: Order
    authenticated: bool
    content: Values
    added: Values

    @property
    def since(self) -> int:
        """Return from when it holds, in UTC microseconds."""
        return self.order[0]


Declarations = dict[str, tuple[Record, Any]]
"""What is declared of a dataset: aspect to the record that declares it, and the value."""


@dataclass(frozen=True)
class Event:
    """An OpenLineage event whose body is disclosed."""

    index: int
    order: Order
    type: str
    run: str | None
    job: Identity | None
    run_facets: Values
    job_facets: Values
    inputs: tuple[Values, ...]
    outputs: tuple[Values, ...]
    about: tuple[Values, ...] = ()
    """The dataset of an event that is about a dataset alone."""

    @property
    def key(self) -> RunKey | None:
        """Return which run it is of, None where it is of none."""
        return None if self.run is None else ("" if self.job is None else full_name(self.job), self.run)

    @property
    def datasets(self) -> tuple[Values, ...]:
        """Return every dataset that it describes."""
        return (*self.inputs, *self.outputs, *self.about)

    @property
    def reads(self) -> frozenset[Identity]:
        """Return what it says that the run read, in its inputs or in facets that tell of lineage."""
        named = {one for content in self.outputs for one in _named(facets_of(content).get("columnLineage"))}
        named |= {one for content in self.outputs for one in _named(facets_of(content).get("lineage"))}
        return frozenset(_identities(self.inputs)) | named | set(_named(self.job_facets.get("lineage")))

    @property
    def writes(self) -> frozenset[Identity]:
        """Return what it says that the run wrote; a name that was given up by a RENAME was dropped."""
        given_up = {one for content in self.outputs for one in _given_up(facets_of(content))}
        return frozenset(_identities(self.outputs)) | given_up | set(_named(self.job_facets.get("lineage")))


_ENDS = ("ABORT", "FAIL", "COMPLETE")


class Attempt:
    """One execution of a run: the events from its START on, up to the START of the next."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.end = next((event for event in events if event.type in _ENDS), None)
        begun = events if self.end is None else events[: events.index(self.end)]
        start = next((event for event in begun if event.type == "START"), None)
        self.started = start is not None
        self.start = start or events[0]

    @property
    def state(self) -> str:
        """Return how it ended first, or that it runs."""
        return "RUNNING" if self.end is None else self.end.type


def attempts_of(events: Sequence[Event]) -> list[Attempt]:
    """Return the executions under one run id, of its events in order.

    A START after an end begins another, unless none was before that end and none but another START comes next: a clock
    put it late.
    """
    begins = [0]
    for place, event in enumerate(events):
        before = [each.type for each in events[begins[-1] : place]]
        if event.type == "START" and any(kind in _ENDS for kind in before):
            later = next((each.type for each in events[place + 1 :] if each.type in (*_ENDS, "START")), "START")
            if "START" in before or later != "START":
                begins.append(place)
    return [Attempt(events[begin:end]) for begin, end in zip(begins, [*begins[1:], len(events)], strict=True)]


class Access:
    """What the events of one run say that it read and wrote, by the ids of the datasets, and by which entry first."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self.first: dict[str, int] = {}
        self.versions: dict[str, set[str]] = {}
        """The states that its inputs name, by dataset."""
        self.named: dict[str, dict[str, set[str]]] = {}
        """What facets of its outputs name as their sources: by dataset, by facet."""
        for event in events:
            for content in event.outputs:
                facets = facets_of(content)
                of_output = self.named.setdefault(node_id("Dataset", *identity_of(content)), {})
                for facet in ("lineage", "columnLineage"):
                    sources = {node_id("Dataset", *one) for one in _named(facets.get(facet))}
                    of_output.setdefault(facet, set()).update(sources)
            reads = {node_id("Dataset", *one) for one in event.reads}
            writes = {node_id("Dataset", *one) for one in event.writes}
            self.reads |= reads
            self.writes |= writes
            for id_ in reads | writes:
                self.first[id_] = min(event.index, self.first.get(id_, event.index))
            for content in event.inputs:
                self.versions.setdefault(node_id("Dataset", *identity_of(content)), set()).update(
                    versions_in(facets_of(content))
                )


@dataclass
class Disclosed:
    """Everything that the disclosed bodies say, as far as it was valid at the report's time."""

    entries: Sequence[Entry]
    valid_at: int
    records: list[Record] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    definitions: list[Record] = field(default_factory=list)
    """What principals were defined to be, whenever that holds."""
    withheld: set[int] = field(default_factory=set)
    unread: dict[int, str] = field(default_factory=dict)
    """Why a body that is disclosed could not be read: a later catalog wrote it, since it fits its entry's digest."""
    bodies: dict[int, Any] = field(default_factory=dict)
    _declared: dict[int | None, dict[str, Declarations]] = field(default_factory=dict)
    _accesses: dict[RunKey, Access] = field(default_factory=dict)

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
            order = since, _RECORD_RANK, tie
            proven, added = body["authenticated"], body["added"]
            record = Record(entry.index, kind, entry.actor, entry.recorded_at, order, proven, content, added)
            if since <= self.valid_at:
                self.records.append(record)
            if kind == "define_principal":
                self.definitions.append(record)
        elif entry.kind.startswith("openlineage."):
            event = _event(entry.index, body["event"], recorded, tie)
            if event.order[0] <= self.valid_at:
                self.events.append(event)

    def of(self, kind: str, fits: Callable[[Values], bool] = lambda _: True) -> list[Record]:
        """Return the records of a kind that fit, the oldest first."""
        return [each for each in self._by_kind.get(kind, ()) if fits(each.content)]

    def of_snapshot(self, kind: str, dataset: str, digest: str) -> list[Record]:
        """Return the records of a kind about a snapshot, by its dataset's full name and its digest."""
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

    def declarations(self, dataset: str, last: int | None = None) -> Declarations:
        """Return what is declared of a dataset by its full name: aspect to the newest record and its value.

        With `last`, as it was known by that entry.
        """
        return self._declared_by(last).get(dataset, {})

    def declared_version(self, dataset: str, at: int | None) -> Record | None:
        """Return the record that declared the schema version of a dataset in force at a time, by its full name."""
        versions = [
            one
            for one in self.of("declare_dataset", lambda content: full_name(content["dataset"]) == dataset)
            if "schema_version" in one.content and (at is None or one.since <= at)
        ]
        return versions[-1] if versions else None

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
    def _by_snapshot(self) -> dict[tuple[str, str, str], list[Record]]:
        found: dict[tuple[str, str, str], list[Record]] = {}
        for kind in ("seal_snapshot", "verify_snapshot"):
            for each in self.of(kind):
                place = kind, full_name(each.content["dataset"]), each.content["digest"]
                found.setdefault(place, []).append(each)
        return found

    @cached_property
    def _by_run(self) -> dict[RunKey, list[Event]]:
        found: dict[RunKey, list[Event]] = {}
        for each in self.events:
            if each.key is not None:
                found.setdefault(each.key, []).append(each)
        return found

    def _declared_by(self, last: int | None) -> dict[str, Declarations]:
        found = self._declared.get(last)
        if found is None:
            found = self._declared[last] = {}
            for each in self.of("declare_dataset"):
                if last is None or each.index <= last:
                    aspects = {aspect: (each, value) for aspect, value in each.content.items() if aspect != "dataset"}
                    found.setdefault(full_name(each.content["dataset"]), {}).update(aspects)
        return found

    @cached_property
    def makers(self) -> dict[tuple[str, str], set[RunKey]]:
        """Return the runs whose events say that they wrote a dataset, by its full name, in a version."""
        found: dict[tuple[str, str], set[RunKey]] = {}
        for run, events in self._by_run.items():
            for content in (content for event in events for content in event.outputs):
                for version in (*versions_in(facets_of(content)), *versions_in(io_facets_of(content))):
                    found.setdefault((full_name(content), version), set()).add(run)
        return found

    @cached_property
    def touched(self) -> set[str]:
        """Return the full names of the datasets that an event says were read or written."""
        return {full_name(content) for event in self.events for content in (*event.inputs, *event.outputs)}

    @cached_property
    def by_name(self) -> dict[str, set[Identity]]:
        """Return the datasets that bodies name, by their full names, which two may share."""
        found: dict[str, set[Identity]] = {}
        for dataset in self.identities.values():
            found.setdefault("/".join(dataset), set()).add(dataset)
        return found

    @cached_property
    def identities(self) -> dict[str, Identity]:
        """Return every dataset that a body names, by the ids of its node and of its snapshots' nodes."""
        return {id_: identity for found in self.named.values() for id_, identity in found.items()}

    @cached_property
    def named(self) -> dict[int, dict[str, Identity]]:
        """Return what each entry's body names; see `identities`."""
        return {index: dict(_ids_in(body)) for index, body in self.bodies.items()}

    @cached_property
    def first(self) -> dict[Identity, int]:
        """Return the first of the entries whose very subject each dataset is: no later one can have made it known."""
        found: dict[Identity, int] = {}
        for record in self.records:
            for dataset in _datasets_in(record.content):
                found[dataset] = min(record.index, found.get(dataset, record.index))
        for event in self.events:
            for dataset in _identities(event.datasets):
                found[dataset] = min(event.index, found.get(dataset, event.index))
        return found

    @cached_property
    def first_of_snapshot(self) -> dict[str, int]:
        """Return the first of the records and run events that name each snapshot, by its node's id."""
        found: dict[str, int] = {}
        for record in self.records:
            for id_, _ in _ids_in(record.content):
                found[id_] = min(record.index, found.get(id_, record.index))
        for event in self.events:
            for content in (*event.inputs, *event.outputs) if event.run is not None else ():
                for dataset in _identities((content,)):
                    for version in (*versions_in(facets_of(content)), *versions_in(io_facets_of(content))):
                        id_ = node_id("Snapshot", *dataset, version)
                        found[id_] = min(event.index, found.get(id_, event.index))
        return found

    @cached_property
    def aliased(self) -> bool:
        """Return whether anything says that a dataset has other names, or had: then a name alone decides nothing."""
        if any(self.of(kind) for kind in ("define_namespace_rule", "stitch_datasets", "unstitch_datasets")):
            return True
        facets = (facets_of(content) for event in self.events for content in event.datasets)
        return any("symlinks" in each or _ends_a_life(each.get("lifecycleStateChange")) for each in facets)


def _ends_a_life(change: object) -> bool:
    """Return whether a dataset was dropped or renamed: what was said of it before counts no longer, or elsewhere."""
    kind = change.get("lifecycleStateChange") if isinstance(change, dict) else None
    return isinstance(kind, str) and kind.upper() in {"DROP", "RENAME"}


def _event(index: int, content: Values, recorded: int, tie: str) -> Event:
    at = content.get("eventTime")
    try:
        since = min(micros(at), recorded) if isinstance(at, str) else recorded
    except MalformedError:
        since = recorded
    run, job = content.get("run"), content.get("job")
    kind = content.get("eventType")
    type_ = kind.strip().upper() if isinstance(kind, str) else ""
    type_ = type_ if type_ in _RANK else "OTHER"
    is_run = isinstance(run, dict)
    return Event(
        index=index,
        order=(since, _RANK[type_] if is_run else _RECORD_RANK, tie),
        type=type_ if is_run else "",
        run=run["runId"] if isinstance(run, dict) else None,
        job=identity_of(job) if isinstance(job, dict) else None,
        run_facets=facets_of(run) if isinstance(run, dict) else {},
        job_facets=facets_of(job) if isinstance(job, dict) else {},
        inputs=tuple(objects_in(content.get("inputs"))),
        outputs=tuple(objects_in(content.get("outputs"))),
        about=() if is_run or isinstance(job, dict) else tuple(objects_in([content.get("dataset")])),
    )


def _ids_in(value: object) -> Iterator[tuple[str, Identity]]:
    """Yield the ids of every dataset and snapshot that a body names, at whatever depth, each with its dataset."""
    if isinstance(value, dict):
        for dataset in _identities((value,)):
            yield node_id("Dataset", *dataset), dataset
            for version in versions_in(facets_of(value)):
                yield node_id("Snapshot", *dataset, version), dataset
        if isinstance(value.get("dataset"), dict) and isinstance(value.get("digest"), str):
            for dataset in _identities((value["dataset"],)):
                yield node_id("Snapshot", *dataset, value["digest"]), dataset
        for item in value.values():
            yield from _ids_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _ids_in(item)


def _datasets_in(value: object) -> Iterator[Identity]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _identities((item,)) if name == "dataset" and isinstance(item, dict) else _datasets_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _datasets_in(item)


def _given_up(facets: Values) -> Iterator[Identity]:
    change = facets.get("lifecycleStateChange")
    if isinstance(change, dict) and (text_in(change.get("lifecycleStateChange")) or "").upper() == "RENAME":
        previous = change.get("previousIdentifier")
        yield from _identities((previous,)) if isinstance(previous, dict) else ()


def _named(facet: object) -> Iterator[Identity]:
    """Yield every dataset that a facet about lineage names, at whatever depth."""
    if isinstance(facet, dict):
        yield from _identities((facet,))
        for item in facet.values():
            yield from _named(item)
    elif isinstance(facet, list):
        for item in facet:
            yield from _named(item)


def _identities(content: Iterable[Values]) -> Iterator[Identity]:
    for one in content:
        namespace, name = one.get("namespace"), one.get("name")
        if isinstance(namespace, str) and isinstance(name, str):
            yield namespace, name


def identity_of(content: Values) -> Identity:
    """Return namespace and name of a dataset, job or model."""
    return content["namespace"], content["name"]


def full_name(content: Values | Identity) -> str:
    """Return namespace and name as the report prints them."""
    return "/".join(content) if isinstance(content, tuple) else f"{content.get('namespace')}/{content.get('name')}"


def facets_of(content: Values) -> Values:
    """Return the facets of a dataset in an event, none where it has no object of them."""
    found = content.get("facets")
    return found if isinstance(found, dict) else {}


def io_facets_of(content: Values) -> Values:
    """Return the facets of a dataset as this run's input or output."""
    found = content.get("inputFacets" if "inputFacets" in content else "outputFacets")
    return found if isinstance(found, dict) else {}


def versions_in(facets: Values) -> Iterator[str]:
    """Yield the states that facets of a dataset name: its store's own version, the product's digest."""
    for facet, member in (("version", "datasetVersion"), ("lineward_snapshot", "digest")):
        found = facets.get(facet)
        version = text_in(found.get(member)) if isinstance(found, dict) else None
        if version is not None:
            yield version


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def optional_micros(text: str | None) -> int | None:
    """Return the UTC microseconds of a time that may be left out."""
    return None if text is None else micros(text)


def objects_in(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_in(value: object) -> str | None:
    """Return a text with something in it, None for anything else."""
    return value if isinstance(value, str) and value else None
