"""The flows of labels, made of what was fetched: between columns, and where writes leave these open, between assets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

from catalog.labels.model import Attestation
from catalog.labels.rules import keeps_out
from catalog.labels.taint.addresses import above, is_within
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.model import Flow, Mark, Part, Passage, Place
from catalog.labels.taint.runs import Carried
from catalog.labels.taint.sources import Trusted
from catalog.labels.trusts import column_lineage_trusts
from catalog.mappings.model import MappedFlow
from catalog.store.protocol import ColumnFlow, Covered, How
from catalog.store.protocol import Flow as Between
from catalog.view import View
from graph_schema.column_lineage import Mentioned
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, Node


class Ends:
    """The places at which flows begin and end, once every name is known: of columns, and of all of a dataset."""

    def __init__(self, groups: Groups, nodes: Mapping[str, Node]) -> None:
        """Take the ends from these nodes, by id."""
        self._groups = groups
        self._nodes = nodes
        self._ends: dict[str, Place | None] = {}
        self._ids: dict[tuple[str, str], str] = {}

    def of(self, identifier: str) -> Place | None:
        """Return the place of a column, or of all of a dataset; None of what is neither."""
        if identifier not in self._ends:
            node = self._nodes.get(identifier)
            if isinstance(node, Column):
                self._ends[identifier] = self._groups.column(self.id(node.namespace, node.dataset), node.name)
            else:
                self._ends[identifier] = self._groups.any(identifier) if isinstance(node, Dataset) else None
        return self._ends[identifier]

    def id(self, namespace: str, name: str) -> str:
        """Return the id of a dataset."""
        found = self._ids.get((namespace, name))
        if found is None:
            found = self._ids[namespace, name] = Dataset(namespace, name).id
        return found

    def whole(self, end: str) -> str:
        """Return what stands for a dataset, a model version, or the dataset of a column."""
        place = self.of(end)
        return self._groups.of(end) if place is None else place.node

    def carried(self, flow: Between | Covered | ColumnFlow) -> Carried | None:
        """Return the step that carried a flow, None where no job did."""
        if flow.job is None:
            return None
        return Carried(flow.job, self.whole(flow.target), self.whole(flow.source))


class Flows:
    """The flows of labels into assets, as made by a time."""

    def __init__(
        self,
        view: View,
        groups: Groups,
        ends: Ends,
        later: Callable[[Attestation, str], frozenset[str]],
        came_later: frozenset[Place],
    ) -> None:
        """Take flows but those of columns that came later than that time; `later` gives the columns of a dataset that
        came after an attestation.
        """
        self._view = view
        self._groups = groups
        self._ends = ends
        self._later = later
        self._came_later = came_later
        self._flows: dict[Flow, None] = {}
        self.since: dict[Carried, int] = {}
        """When each step was first taken."""
        self._beyond: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        """Of each dataset the fields that are not meant by each of its places of other fields."""
        self._apart: dict[str, frozenset[str]] = {}
        """The columns of each dataset that attestations name, or came after: what reaches every field reaches these one
        by one.
        """
        self._reached: set[Place] = set()
        """Where something is said to flow."""
        self._trusted: dict[str, dict[Trusted, None]] = defaultdict(dict)
        self.mapped: set[Place] = set()
        """The columns from which mappings read flows."""

    @property
    def all(self) -> tuple[Flow, ...]:
        """Return all flows, in the order in which they were taken."""
        return tuple(self._flows)

    @property
    def trusted(self) -> Mapping[str, tuple[Trusted, ...]]:
        """Return of each dataset what its writes left out because their column lineage is taken for complete."""
        return {whole: tuple(some) for whole, some in self._trusted.items()}

    @property
    def beyond(self) -> Mapping[Place, frozenset[str]]:
        """Return the fields that are not meant by each place of other fields."""
        return {
            Place(Part.OTHER_FIELDS, whole, detail): fields
            for whole, some in self._beyond.items()
            for detail, fields in some.items()
            if fields
        }

    def take_apart(self, attested: Mapping[str, Sequence[Attestation]], steps: Iterable[Between | Covered]) -> None:
        """Note which columns are reached one by one: those that attestations of the steps name, or that came after."""
        for one in steps:
            whole = self._groups.of(one.target)
            for attestation in attested.get(one.job or "", ()):
                named = frozenset(self._groups.address(whole, name) for name in attestation.columns)
                self._apart[whole] = self._apart.get(whole, frozenset()) | (named or self._later(attestation, whole))

    def take_coverage(
        self, coverage: Sequence[Covered], every: Mapping[str, Mentioned]
    ) -> frozenset[tuple[str, str | None, str]]:
        """Add what writes say, and do not say, of columns; return of which (target, job, source)."""
        sources = {stated: frozenset(self._ends.id(*one) for one in some.sources) for stated, some in every.items()}
        trusts = column_lineage_trusts(self._view, sorted({one.job for one in coverage if one.job and one.stated}))
        covered = set()
        for one in coverage:
            covered.add((one.target, one.job, one.source))
            origin = self._groups.any(one.source)
            at = {"job": one.job, "entries": (one.entry,), "called": (one.source, one.target)}
            self._step(one.job, self._groups.any(one.target), origin, one.valid_from)
            if label_of(one.source) == "ModelVersion":
                for place in self._fields(one.target):
                    self._add(origin, place, Passage.TRAINED, **at)
                continue
            mentioned = every.get(one.stated)
            names = frozenset() if mentioned is None else mentioned.fields
            fields = frozenset(self._groups.address(one.target, name) for name in names)
            trust = trusts.get(one.job or "")
            if trust is not None and keeps_out(trust, one.valid_from, of_columns=mentioned is not None):
                self._trusted[self._groups.of(one.target)][Trusted(trust, fields)] = None
            else:
                for place in self._fields(one.target, fields):
                    self._add(origin, place, Passage.UNMENTIONED, **at)
            # By the very name: what joins two names later must not make one mentioned that was not.
            if mentioned is not None and one.source not in sources[one.stated]:
                for place in self._fields(one.target):
                    self._add(origin, place, Passage.INDIRECT, **at)
        return frozenset(covered)

    def take_columns(self, flows: Iterable[ColumnFlow], hows: Mapping[str, How]) -> None:
        """Add the flows between columns."""
        for flow in flows:
            source, target, how = self._ends.of(flow.source), self._ends.of(flow.target), hows[flow.how]
            if source is None or target is None:
                continue
            passage = Passage.INDIRECT if how.indirect else Passage.DIRECT
            more = {"masked": _masked(how), "job": flow.job, "entries": (flow.entry,)}
            self._step(flow.job, target, source, flow.valid_from)
            if target.part is Part.COLUMN:
                targets = [target]
            elif how.fields:
                targets = [self._groups.column(flow.target, name) for name in how.fields]
            else:
                targets = list(self._fields(flow.target))
            for place in targets:
                self._add(source, place, passage, **more)

    def take_between(self, flows: Iterable[Between], covered: frozenset[tuple[str, str | None, str]]) -> None:
        """Add the flows between assets of which no write says anything of columns, by `take_coverage`."""
        for flow in flows:
            source, target = self._groups.any(flow.source), self._groups.any(flow.target)
            is_same = flow.source == flow.target or flow.how in {"alias", "mapped", "renamed"}
            if is_same or (flow.target, flow.job, flow.source) in covered:
                continue
            at = {"job": flow.job, "entries": (flow.entry,), "called": (flow.source, flow.target)}
            self._step(flow.job, target, source, flow.valid_from)
            is_model = "ModelVersion" in {label_of(flow.source), label_of(flow.target)}
            passage = Passage.SAME if flow.how == "version" else Passage.TRAINED if is_model else Passage.UNMENTIONED
            for place in self._fields(flow.target):
                self._add(source, place, passage, **at)

    def take_mapped(self, mapped: Iterable[MappedFlow]) -> None:
        """Add what mappings of the site read in facets."""
        for flow in mapped:
            at = {"job": flow.job, "entries": (flow.entry,)}
            whole = flow.source.id
            source = (
                self._groups.any(whole)
                if flow.source_column is None
                else self._groups.column(whole, flow.source_column)
            )
            if source.part is Part.COLUMN:
                self.mapped.add(source)
            self._step(flow.job, self._groups.any(flow.target), source, flow.valid_from)
            if flow.column is not None:
                self._add(source, self._groups.column(flow.target, flow.column), Passage.DIRECT, **at)
            else:
                for place in self._fields(flow.target):
                    self._add(source, place, Passage.UNMENTIONED, **at)

    def take_parts(self, wholes: Iterable[str], seeds: Mapping[Place, frozenset[Mark]]) -> None:
        """Add that a dataset holds what its parts hold, and its columns what was said of all or of the others, where
        anything is.
        """
        for whole in wholes:
            if label_of(whole) != "Dataset":
                continue
            wides = {Place(part, whole): frozenset[str]() for part in (Part.ASSERTED, Part.ALL_FIELDS)}
            for detail, beyond in self._beyond[whole].items():
                if beyond:
                    wides[Place(Part.OTHER_FIELDS, whole, detail)] = beyond
            wides = {place: beyond for place, beyond in wides.items() if place in seeds or place in self._reached}
            for place in wides:
                self._add(place, Place(Part.ANY, whole), Passage.SAME)
            for name in sorted(self._groups.columns[whole]):
                self._take_column(whole, name, wides)
        self._take_members()

    def _take_column(self, whole: str, name: str, wides: Mapping[Place, frozenset[str]]) -> None:
        column = Place(Part.COLUMN, whole, name)
        self._add(column, Place(Part.ANY, whole), Passage.SAME)
        for wide, beyond in wides.items():
            if not is_within(name, beyond):
                self._add(wide, column, Passage.SAME)
        for parent in above(name):
            if parent in self._groups.columns[whole]:
                self._add(Place(Part.COLUMN, whole, parent), column, Passage.SAME)

    def _take_members(self) -> None:
        """Add that who takes a structure takes its members."""
        below: dict[Place, list[Place]] = defaultdict(list)
        for whole, names in self._groups.columns.items():
            for name in names:
                for parent in above(name):
                    if parent in names:
                        below[Place(Part.COLUMN, whole, parent)].append(Place(Part.COLUMN, whole, name))
        if below:
            for flow in list(self._flows):
                if flow.target.part is not Part.ANY and flow.passage is not Passage.SAME:
                    for member in below.get(flow.source, ()):
                        self._flows[flow._replace(source=member)] = None

    def _add(self, source: Place, target: Place, passage: Passage, **more: object) -> None:
        if self._came_later and not self._came_later.isdisjoint((source, target)):
            return
        if source != target or passage is Passage.INDIRECT:
            self._reached.add(target)
            self._flows[Flow(source, target, passage, **more)] = None  # type: ignore[arg-type]

    def _step(self, job: str | None, target: Place, source: Place, since: int) -> None:
        if job is not None:
            key = Carried(job, target.node, source.node)
            self.since[key] = min(since, self.since.get(key, since))

    def _fields(self, target: str, beyond: frozenset[str] = frozenset()) -> Iterator[Place]:
        """Yield the places of every field of a dataset but those named, or of all of a model version."""
        whole = self._groups.of(target)
        if label_of(whole) != "Dataset":
            yield Place(Part.ANY, whole)
            return
        apart = self._apart.get(whole, frozenset())
        yield from (self._groups.column(whole, name) for name in sorted(apart - beyond))
        rest = beyond | apart
        detail = blake2b("\n".join(sorted(rest)).encode(), digest_size=8).hexdigest() if rest else ""
        self._beyond[whole][detail] = rest
        yield Place(Part.OTHER_FIELDS if rest else Part.ALL_FIELDS, whole, detail)


def _masked(how: How) -> bool | None:
    """Return whether values are said to be masked on the way: only where one says so and none the contrary."""
    stated = {one.masking for one in how.transformations if one.type != "INDIRECT"} - {None}
    return None if not stated else stated == {True}
