"""What the disclosed bodies of ledger entries say: records and OpenLineage events that were valid at a time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from reports.standalone.outcome import MalformedError

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
RECORD_RANK = 5
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
        described = [facets_of(content) for content in self.outputs]
        holders = [facet_in(facets.get("lineage")) for facets in described]
        holders += [one for one in self.entries if one.get("type") == "DATASET" or is_job(one, self.job)]
        named = {one for holder in holders for one in datasets_fed(holder)}
        for facet in (facet_in(facets.get("columnLineage")) for facets in described):
            named |= set(whole_names([*fields_in(facet, "inputFields"), *objects_in(facet.get("dataset"))]))
        return frozenset(identities_in(self.inputs)) | named

    @property
    def writes(self) -> frozenset[Identity]:
        """Return what it says that the run wrote; a name that was given up by a RENAME was dropped."""
        given_up = {one for content in self.outputs for one in _given_up(facets_of(content))}
        stated = set(whole_names(one for one in self.entries if one.get("type") == "DATASET"))
        return frozenset(identities_in(self.outputs)) | given_up | stated

    @property
    def entries(self) -> list[Values]:
        """Return the entries of its job's lineage facet that say what feeds something."""
        return [one for one in objects_in(facet_in(self.job_facets.get("lineage")).get("entries")) if names_inputs(one)]


def facet_in(facet: object) -> Values:
    """Return the members of a facet, none where it is deleted or no object."""
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else {}


def names_inputs(holder: Values) -> bool:
    """Return whether a lineage facet, or an entry of one, says what feeds something."""
    return isinstance(holder.get("inputs"), list) or isinstance(holder.get("fields"), dict)


def fields_in(holder: Values, member: str) -> list[Values]:
    """Return what all fields of a facet list in a member."""
    fields = holder.get("fields")
    parts = fields.values() if isinstance(fields, dict) else ()
    return [item for part in parts if isinstance(part, dict) for item in objects_in(part.get(member))]


def inputs_of(holder: Values) -> list[Values]:
    """Return what a lineage facet, or an entry of one, says feeds something, at the grain of datasets and fields."""
    return [*objects_in(holder.get("inputs")), *fields_in(holder, "inputs")]


def datasets_fed(holder: Values) -> Iterator[Identity]:
    """Yield the datasets among these inputs."""
    return whole_names(item for item in inputs_of(holder) if item.get("type") != "JOB")


def whole_names(items: Iterable[Values]) -> Iterator[Identity]:
    """Yield namespace and name of those of which neither is empty."""
    return (one for one in identities_in(items) if all(one))


def is_job(item: Values, own: Identity | None) -> bool:
    """Tell whether an item of a lineage facet is the job that sent it, which may leave its own name out."""
    if item.get("type") != "JOB":
        return False
    return not ("namespace" in item or "name" in item) or next(identities_in((item,)), None) == own


def streams(event: Event) -> bool:
    """Return whether an event says that its job is one that goes on: STREAMING or SERVICE (jobType)."""
    kind = event.job_facets.get("jobType")
    processing = text_in(kind.get("processingType")) if isinstance(kind, dict) else None
    return (processing or "").upper() in {"STREAMING", "SERVICE"}


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
        self.written: dict[str, list[int]] = {}
        """By which entries it wrote a dataset, in the order of the events."""
        self.versions: dict[str, set[str]] = {}
        """The ids of the states that its inputs name, by dataset."""
        for event in events:
            reads = {node_id("Dataset", *one) for one in event.reads}
            writes = {node_id("Dataset", *one) for one in event.writes}
            self.reads |= reads
            self.writes |= writes
            for id_ in writes:
                self.written.setdefault(id_, []).append(event.index)
            for id_ in reads | writes:
                self.first[id_] = min(event.index, self.first.get(id_, event.index))
            for content in event.inputs:
                name = identity_of(content)
                named = {node_id("Snapshot", *name, version) for version in versions_in(facets_of(content))}
                self.versions.setdefault(node_id("Dataset", *name), set()).update(named)


def event_in(index: int, content: Values, recorded: int, tie: str) -> Event:
    """Return what the body of an event says; one that is dated after it was recorded is of then (microseconds)."""
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
        order=(since, _RANK[type_] if is_run else RECORD_RANK, tie),
        type=type_ if is_run else "",
        run=run["runId"] if isinstance(run, dict) else None,
        job=identity_of(job) if isinstance(job, dict) else None,
        run_facets=facets_of(run) if isinstance(run, dict) else {},
        job_facets=facets_of(job) if isinstance(job, dict) else {},
        inputs=tuple(objects_in(content.get("inputs"))),
        outputs=tuple(objects_in(content.get("outputs"))),
        about=() if is_run or isinstance(job, dict) else tuple(objects_in([content.get("dataset")])),
    )


def ids_in(value: object) -> Iterator[tuple[str, Identity]]:
    """Yield the ids of every dataset and snapshot that a body names, at whatever depth, each with its dataset."""
    if isinstance(value, dict):
        for dataset in identities_in((value,)):
            yield node_id("Dataset", *dataset), dataset
            for version in versions_in(facets_of(value)):
                yield node_id("Snapshot", *dataset, version), dataset
        if isinstance(value.get("dataset"), dict) and isinstance(value.get("digest"), str):
            for dataset in identities_in((value["dataset"],)):
                yield node_id("Snapshot", *dataset, value["digest"]), dataset
        for item in value.values():
            yield from ids_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from ids_in(item)


def datasets_of(source: Event | Record) -> Iterator[Identity]:
    """Yield every dataset that an event or a record makes known, some more than once."""
    if isinstance(source, Record):
        yield from datasets_of_record(source.content)
        if source.kind in {"stitch_datasets", "unstitch_datasets"}:
            yield from identities_in((source.content["same_as"],))
        return
    yield from _named(source.job_facets.get("lineage"))
    for content in source.datasets:
        yield from identities_in((content,))
        facets = facets_of(content)
        yield from _given_up(facets)
        for name in ("symlinks", "lineage", "columnLineage"):
            yield from _named(facets.get(name))


def datasets_of_record(value: object) -> Iterator[Identity]:
    """Yield every dataset that a record names as such, at whatever depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from (
                identities_in((item,)) if name == "dataset" and isinstance(item, dict) else datasets_of_record(item)
            )
    elif isinstance(value, list):
        for item in value:
            yield from datasets_of_record(item)


def _given_up(facets: Values) -> Iterator[Identity]:
    change = facets.get("lifecycleStateChange")
    if isinstance(change, dict) and (text_in(change.get("lifecycleStateChange")) or "").upper() == "RENAME":
        previous = change.get("previousIdentifier")
        yield from identities_in((previous,)) if isinstance(previous, dict) else ()


def _named(facet: object) -> Iterator[Identity]:
    """Yield every dataset that a facet about lineage names, at whatever depth."""
    if isinstance(facet, dict):
        yield from identities_in((facet,))
        for item in facet.values():
            yield from _named(item)
    elif isinstance(facet, list):
        for item in facet:
            yield from _named(item)


def identities_in(content: Iterable[Values]) -> Iterator[Identity]:
    """Yield namespace and name of those that have both."""
    for one in content:
        namespace, name = one.get("namespace"), one.get("name")
        if isinstance(namespace, str) and isinstance(name, str):
            yield namespace, name


def columns_of(schema: Values) -> dict[str, str | None]:
    """Return the types of the columns of a schema facet by their addresses; the element of an array is `[]`."""
    found: dict[str, str | None] = {}
    for path, kind in _columns(schema, "", 0):
        found.setdefault(path, kind)
    return found


def _columns(holder: Values, above: str, depth: int) -> Iterator[tuple[str, str | None]]:
    for each in objects_in(holder.get("fields")) if depth <= 20 else ():  # noqa: PLR2004 - as deep as a schema is read
        name = text_in(each.get("name"))
        if name is not None:
            path = address_of(f"{above}.{name}") if above else name
            yield path, text_in(each.get("type"))
            yield from _columns(each, path, depth + 1)


def address_of(name: str) -> str:
    """Return the address of a column: its name, with `[]` for the elements of an array."""
    head, *rest = name.split(".")
    return head + "".join("[]" if part == "_element" else f".{part}" for part in rest)


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
