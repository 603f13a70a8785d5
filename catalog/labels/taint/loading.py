"""From a view to the flows of labels into assets: all that is behind them, fetched in bulk.

Places stand for every name that a dataset ever had: lineage ever stated passes from one to the other both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from catalog.labels.model import Attestation, ColumnLineageTrust, Label
from catalog.labels.queries import labels_ever
from catalog.labels.rules import keeps_out
from catalog.labels.taint.addresses import above, is_within
from catalog.labels.taint.covering import Covering
from catalog.labels.taint.fetching import Fetched, Fetching, Wanted
from catalog.labels.taint.fixpoint import Judged
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.later import columns_after, columns_named
from catalog.labels.taint.model import Clearance, Flow, Mark, Part, Passage, Place
from catalog.labels.taint.runs import Carried, CarryingRuns
from catalog.labels.taint.seeds import seeds_of
from catalog.labels.taint.walking import BUDGET
from catalog.labels.trusts import column_lineage_trusts
from catalog.lineage.loader import LineageLoader
from catalog.mappings.queries import mappings
from catalog.reading import Completeness
from catalog.store.protocol import ColumnFlow, Covered, How
from catalog.store.protocol import Flow as Between
from catalog.view import View
from graph_schema.bitemporal import has_begun
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import Edge
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset
from graph_schema.schema_fields import fields_of_text


class Trusted(NamedTuple):
    """That fields of a dataset took nothing on a step, since its column lineage is taken for complete."""

    trust: ColumnLineageTrust
    mentioned: frozenset[str]
    """The addresses of the fields that the step mentions: these take what it says."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that labels of some assets follow from: what was said, where it flows, and what clears it there."""

    seeds: Mapping[Place, frozenset[Mark]]
    stated_by: Mapping[tuple[Place, Mark], tuple[int, ...]]
    flows: tuple[Flow, ...]
    clearances: Mapping[tuple[str, str, str], tuple[Clearance, ...]]
    """By job, target and source, as nodes, of each step for which there is any."""
    judged: Judged
    labels: Mapping[Place, tuple[Label, ...]]
    """What was said at each place, by kind."""
    groups: Groups
    completeness: Completeness | None
    trusted: Mapping[str, tuple[Trusted, ...]]
    """By dataset, what its own writes left out because their column lineage is taken for complete."""
    beyond: Mapping[Place, frozenset[str]]
    """The fields that are not meant by each place of other fields."""
    unknown: frozenset[Place]
    """The columns, where others flow from them, that nothing but a mapping of the site names."""
    later: frozenset[Place] = frozenset()
    """The columns that came after what is asked about was made."""

    def covering(self, flow: Flow) -> Sequence[Clearance]:
        """Return the attestations that cover every step that carried a flow."""
        return self.clearances.get((flow.job or "", flow.target.node, flow.source.node), ())


def load(
    view: View,
    assets: Sequence[str],
    columns: Iterable[tuple[str, str]] = (),
    *,
    budget: int = BUDGET,
    supposed: Attestation | None = None,
    place: str | None = None,
    made_at: int | None = None,
) -> Sources:
    """Return what the labels of datasets, model versions and columns, by (dataset, name), follow from.

    It is judged for everybody: whoever shows it takes out what rights hide. A supposed attestation counts as one by
    somebody who may attest it. At a `place` what was attested for other places alone counts for nothing. Of what was
    made by `made_at` columns are no part that only a later write or declaration brings.
    """
    columns = list(columns)
    fetching = Fetching(view, budget=budget, supposed=supposed, place=place)
    return _Loading(fetching, fetching.behind(_around(assets, columns)), columns).sources(made_at)


def load_around(
    view: View, wanted: Wanted, columns: Iterable[tuple[str, str]] = (), loader: LineageLoader | None = None
) -> Sources:
    """Return the same of some datasets and model versions alone: what was said of them and what flows into them, from
    wherever; nothing that lies behind. The `loader` knows names that need not be fetched again.
    """
    columns = list(columns)
    fetching = Fetching(view, loader=loader)
    wanted = wanted._replace(wholes=_around(wanted.wholes, columns))
    return _Loading(fetching, fetching.around(wanted), columns).sources(None)


def load_dated(view: View, wanted: Wanted) -> tuple[Sources, Mapping[str, int]]:
    """Return the same, and by what stands for each asset since when all stands of which it is made itself, in
    microseconds UTC: whatever was made at any time from then on holds of it what it holds now. Of what is absent it is
    ever.
    """
    fetching = Fetching(view)
    loading = _Loading(fetching, fetching.around(wanted), ())
    return loading.sources(None), loading.latest()


def _around(assets: Iterable[str], columns: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return assets, and those that columns are of."""
    return frozenset((*assets, *(asset for asset, _ in columns)))


class Behind:
    """All that lies behind assets and columns, by (dataset, name), read once for whatever times they were made at."""

    def __init__(
        self, view: View, assets: Sequence[str], columns: Sequence[tuple[str, str]], place: str | None
    ) -> None:
        """Note what is to be read; nothing is before it is asked for."""
        self._view = view.unredacted
        self._assets, self._columns, self._place = assets, columns, place

    @cached_property
    def _loading(self) -> _Loading:
        fetching = Fetching(self._view, place=self._place)
        return _Loading(fetching, fetching.behind(_around(self._assets, self._columns)), self._columns)

    def sources(self, assets: Sequence[str], columns: Sequence[tuple[str, str]], made_at: int) -> Sources:
        """Return what the labels of some of them follow from, as made by a time; see `load`."""
        if self._loading.is_cut:
            # What is too much of all together need not be too much of some.
            return load(self._view, assets, columns, place=self._place, made_at=made_at)
        return self._loading.sources(made_at)


class _Loading:
    """What labels follow from, of what was fetched."""

    def __init__(self, fetching: Fetching, read: Fetched, columns: Iterable[tuple[str, str]]) -> None:
        self._view = fetching.view
        self._supposed = fetching.supposed
        self._stated: Mapping[str, tuple[Label, ...]] | None = None
        self._walking = fetching.walking
        self._loader = fetching.loader
        self._groups = fetching.groups
        self._read = read
        self._ends: dict[str, Place | None] = {}
        """The places of columns and datasets, once every name is known."""
        self._ids: dict[tuple[str, str], str] = {}
        """The ids of datasets by namespace and name."""
        self._first: dict[Place, int] = {}
        """By which entry each column was first known."""
        self._settled: Mapping[str, int] = {}
        """Of each target of attested steps since when it makes no difference which runs came later."""
        self._alike: dict[tuple[frozenset[Place], frozenset[Between | Covered | ColumnFlow]], Sources] = {}
        """What was found, by the columns and flows that came later: times between which neither came share it."""
        self._begin(None)
        self._note_joins(read.between)
        steps: list[Between | Covered] = [*read.between, *read.coverage]
        self._note_columns(read.owned, {self._groups.of(one.target) for one in steps if one.job in read.attested})
        for dataset, name in columns:
            self._groups.column(dataset, name)

    def _begin(self, made_at: int | None) -> None:
        """Begin to find what labels follow from of what was made by a time."""
        self._runs = CarryingRuns(self._view, self._groups.of, self._groups.members.__getitem__, made_at)
        self._came_later: frozenset[Place] = frozenset()
        """The columns that came after that."""
        self._flows: dict[Flow, None] = {}
        self._since: dict[Carried, int] = {}
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
        """Of each dataset what its writes left out because their column lineage is taken for complete."""
        self._mapped: set[Place] = set()
        """The columns from which mappings read flows."""

    @property
    def is_cut(self) -> bool:
        """Return whether there was more behind than is looked at."""
        return self._walking.completeness is not None

    def sources(self, made_at: int | None) -> Sources:
        """Return what the labels of what was read follow from, as made by a time."""
        self._begin(made_at)
        read = self._read
        later: frozenset[Between | Covered | ColumnFlow] = frozenset()
        if made_at is not None:
            flowing = [
                (self._end(end), one.valid_from) for one in read.column_flows for end in (one.source, one.target)
            ]
            self._came_later = columns_after(
                self._view, self._groups, made_at, read.datasets, flowing, self._labels(read.datasets)
            )
            later = self._after(made_at, [*read.between, *read.coverage, *read.column_flows])
        # Which runs an attestation has to cover depends on the time as well.
        found = None if any(read.attested.values()) else self._alike.get((self._came_later, later))
        if found is None:
            earlier = read._replace(
                between=[one for one in read.between if one not in later],
                coverage=[one for one in read.coverage if one not in later],
                column_flows=[one for one in read.column_flows if one not in later],
            )
            found = self._alike[self._came_later, later] = self._found(earlier)
        return found

    def latest(self) -> dict[str, int]:
        """Return by what stands for each asset, once its sources were found, the latest time at which a job first took
        a step into it, a column of it was first named, or which runs came later changed what attestations cover.
        """
        read, found = self._read, dict(self._settled)
        steps: list[Between | Covered | ColumnFlow] = [*read.between, *read.coverage, *read.column_flows]
        for one in steps:
            if one.job is not None or isinstance(one, ColumnFlow):
                _most(found, self._whole(one.target), one.valid_from)
        into = ((self._end(one.target), one.valid_from) for one in read.column_flows)
        labels = self._labels(read.stated)
        for place, at in columns_named(self._view, self._groups, read.datasets, into, labels).named.items():
            _most(found, place.node, at)
        return found

    def _found(self, read: Fetched) -> Sources:
        """Return what labels follow from of what was read, without what came later."""
        groups, attested = self._groups, read.attested
        self._take_apart(attested, [*read.between, *read.coverage])
        covered = self._take_coverage(read.coverage, read.mentioned)
        self._take_columns(read.column_flows, read.hows)
        self._take_between(read.between, covered)
        self._take_mapped(read.datasets)
        rules = {rule.name: rule.entry for rule in mappings(self._view)} if read.stated else {}
        seeds = seeds_of(self._labels(read.stated), groups, rules, self._came_later)
        self._take_parts(read.wholes, seeds.marks)
        covering = Covering(self._view, groups, self._runs, attested, self._supposed, self._later)
        clearances = covering.clearances(self._flows, self._since)
        self._settled = covering.since
        return Sources(
            seeds.marks,
            seeds.stated_by,
            tuple(self._flows),
            clearances,
            seeds.judged,
            seeds.labels,
            groups,
            self._walking.completeness,
            {whole: tuple(some) for whole, some in self._trusted.items()},
            {
                Place(Part.OTHER_FIELDS, whole, detail): fields
                for whole, some in self._beyond.items()
                for detail, fields in some.items()
                if fields
            },
            frozenset(self._mapped),
            self._came_later,
        )

    def _note_joins(self, flows: Iterable[Between]) -> None:
        joined: dict[str, set[int]] = defaultdict(set)
        for flow in flows:
            if flow.how == "alias":
                joined[self._groups.of(flow.target)].add(flow.entry)
        for whole, members in self._groups.members.items():
            for one in members if len(members) > 1 else ():
                joined[whole].update(entry for _, entry in self._loader.joined(one))
                joined[whole].update(entry for _, entry in self._loader.renamed(one))
        self._groups.joins = {whole: tuple(sorted(entries)) for whole, entries in joined.items()}

    def _add(self, source: Place, target: Place, passage: Passage, **more: object) -> None:
        if self._came_later and not self._came_later.isdisjoint((source, target)):
            return
        if source != target or passage is Passage.INDIRECT:
            self._reached.add(target)
            self._flows[Flow(source, target, passage, **more)] = None  # type: ignore[arg-type]

    def _step(self, job: str | None, target: Place, source: Place, since: int) -> None:
        if job is not None:
            key = Carried(job, target.node, source.node)
            self._since[key] = min(since, self._since.get(key, since))

    def _end(self, identifier: str) -> Place | None:
        """Return the place of a column, or of all of a dataset."""
        if identifier not in self._ends:
            node = self._read.nodes.get(identifier)
            if isinstance(node, Column):
                self._ends[identifier] = self._groups.column(self._id(node.namespace, node.dataset), node.name)
            else:
                self._ends[identifier] = self._groups.any(identifier) if isinstance(node, Dataset) else None
        return self._ends[identifier]

    def _id(self, namespace: str, name: str) -> str:
        found = self._ids.get((namespace, name))
        if found is None:
            found = self._ids[namespace, name] = Dataset(namespace, name).id
        return found

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

    def _take_apart(self, attested: Mapping[str, Sequence[Attestation]], steps: Iterable[Between | Covered]) -> None:
        for one in steps:
            whole = self._groups.of(one.target)
            for attestation in attested.get(one.job or "", ()):
                named = frozenset(self._groups.address(whole, name) for name in attestation.columns)
                self._apart[whole] = self._apart.get(whole, frozenset()) | (named or self._later(attestation, whole))

    def _note_columns(self, owned: Iterable[Edge], wholes: Collection[str]) -> None:
        """Note by which entry each column was first known: column lineage, labels or a schema named it."""
        for edge in owned:
            if (place := self._end(edge.target)) is not None:
                self._note_column(place, edge.entry)
        names = sorted({name for whole in wholes for name in self._groups.members[whole]})
        for stated in self._view.schemas(names):
            for name in fields_of_text(stated.text):
                self._note_column(self._groups.column(stated.dataset, name), stated.entry)

    def _after(
        self, made_at: int, every: Iterable[Between | Covered | ColumnFlow]
    ) -> frozenset[Between | Covered | ColumnFlow]:
        """Return what flowed by runs alone that began after a time."""
        later = {one: self._carried(one) for one in every if not has_begun(one.valid_from, made_at)}
        self._runs.load({carried for carried in later.values() if carried is not None})
        return frozenset(
            one
            for one, carried in later.items()
            if carried is not None and self._runs.came_later(carried, one.valid_from)
        )

    def _carried(self, flow: Between | Covered | ColumnFlow) -> Carried | None:
        """Return the step that carried a flow, None where no job did."""
        if flow.job is None:
            return None
        return Carried(flow.job, self._whole(flow.target), self._whole(flow.source))

    def _whole(self, end: str) -> str:
        """Return what stands for a dataset, a model version, or the dataset of a column."""
        place = self._end(end)
        return self._groups.of(end) if place is None else place.node

    def _labels(self, datasets: Sequence[str]) -> Mapping[str, tuple[Label, ...]]:
        """Return what was ever said of the datasets, which is asked for once."""
        if self._stated is None:
            self._stated = labels_ever(self._view, datasets)
        return self._stated

    def _note_column(self, place: Place, entry: int) -> None:
        self._first[place] = min(entry, self._first.get(place, entry))

    def _later(self, attestation: Attestation, whole: str) -> frozenset[str]:
        """Return the columns of a dataset that came after an attestation which names none; none where it knew none."""
        if attestation.columns:
            return frozenset()
        first = {name: self._first.get(Place(Part.COLUMN, whole, name)) for name in self._groups.columns[whole]}
        if not any(entry is not None and entry <= attestation.entry for entry in first.values()):
            return frozenset()
        return frozenset(name for name, entry in first.items() if entry is not None and entry > attestation.entry)

    def _take_coverage(
        self, coverage: Sequence[Covered], every: Mapping[str, Mentioned]
    ) -> frozenset[tuple[str, str | None, str]]:
        """Add what writes say, and do not say, of columns; return of which (target, job, source)."""
        sources = {stated: frozenset(self._id(*one) for one in some.sources) for stated, some in every.items()}
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

    def _take_columns(self, flows: Iterable[ColumnFlow], hows: Mapping[str, How]) -> None:
        for flow in flows:
            source, target, how = self._end(flow.source), self._end(flow.target), hows[flow.how]
            if source is None or target is None:
                continue
            passage = Passage.INDIRECT if how.indirect else Passage.DIRECT
            more = {"masked": masking(how), "job": flow.job, "entries": (flow.entry,)}
            self._step(flow.job, target, source, flow.valid_from)
            if target.part is Part.COLUMN:
                targets = [target]
            elif how.fields:
                targets = [self._groups.column(flow.target, name) for name in how.fields]
            else:
                targets = list(self._fields(flow.target))
            for place in targets:
                self._add(source, place, passage, **more)

    def _take_between(self, flows: Iterable[Between], covered: frozenset[tuple[str, str | None, str]]) -> None:
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

    def _take_mapped(self, datasets: Sequence[str]) -> None:
        """Add what mappings of the site read in facets."""
        for flow in self._loader.mapped.flows(datasets, "in"):
            at = {"job": flow.job, "entries": (flow.entry,)}
            whole = flow.source.id
            source = (
                self._groups.any(whole)
                if flow.source_column is None
                else self._groups.column(whole, flow.source_column)
            )
            if source.part is Part.COLUMN:
                self._mapped.add(source)
            self._step(flow.job, self._groups.any(flow.target), source, flow.valid_from)
            if flow.column is not None:
                self._add(source, self._groups.column(flow.target, flow.column), Passage.DIRECT, **at)
            else:
                for place in self._fields(flow.target):
                    self._add(source, place, Passage.UNMENTIONED, **at)

    def _take_parts(self, wholes: Iterable[str], seeds: Mapping[Place, frozenset[Mark]]) -> None:
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


def _most(found: dict[str, int], whole: str, at: int) -> None:
    found[whole] = max(at, found.get(whole, at))


def masking(how: How) -> bool | None:
    """Return whether values are said to be masked on the way: only where one says so and none the contrary."""
    stated = {one.masking for one in how.transformations if one.type != "INDIRECT"} - {None}
    return None if not stated else stated == {True}
