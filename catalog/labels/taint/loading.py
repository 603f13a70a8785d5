"""From a view to the flows of labels into assets: all that is behind them, fetched in bulk.

Places stand for every name that a dataset ever had: lineage ever stated passes from one to the other both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from catalog.labels.model import Attestation, Label
from catalog.labels.queries import labels_ever
from catalog.labels.taint.covering import Covering
from catalog.labels.taint.fetching import Fetched, Fetching, Wanted
from catalog.labels.taint.flows import Ends, Flows
from catalog.labels.taint.later import columns_after, columns_named
from catalog.labels.taint.model import Part, Place
from catalog.labels.taint.runs import CarryingRuns
from catalog.labels.taint.seeds import seeds_of
from catalog.labels.taint.sources import Sources
from catalog.labels.taint.walking import BUDGET
from catalog.lineage.loader import LineageLoader
from catalog.mappings.queries import mappings
from catalog.store.protocol import ColumnFlow, Covered
from catalog.store.protocol import Flow as Between
from catalog.view import View
from graph_schema.bitemporal import has_begun
from graph_schema.facts import Edge
from graph_schema.schema_fields import fields_of_text


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
        self._ends = Ends(self._groups, read.nodes)
        self._first: dict[Place, int] = {}
        """By which entry each column was first known."""
        self._settled: Mapping[str, int] = {}
        """Of each target of attested steps since when it makes no difference which runs came later."""
        self._alike: dict[tuple[frozenset[Place], frozenset[Between | Covered | ColumnFlow]], Sources] = {}
        """What was found, by the columns and flows that came later: times between which neither came share it."""
        self._note_joins(read.between)
        steps: list[Between | Covered] = [*read.between, *read.coverage]
        self._note_columns(read.owned, {self._groups.of(one.target) for one in steps if one.job in read.attested})
        for dataset, name in columns:
            self._groups.column(dataset, name)

    @property
    def is_cut(self) -> bool:
        """Return whether there was more behind than is looked at."""
        return self._walking.completeness is not None

    def sources(self, made_at: int | None) -> Sources:
        """Return what the labels of what was read follow from, as made by a time."""
        read = self._read
        runs = CarryingRuns(self._view, self._groups.of, self._groups.members.__getitem__, made_at)
        came_later: frozenset[Place] = frozenset()
        later: frozenset[Between | Covered | ColumnFlow] = frozenset()
        if made_at is not None:
            flowing = [
                (self._ends.of(end), one.valid_from) for one in read.column_flows for end in (one.source, one.target)
            ]
            came_later = columns_after(
                self._view, self._groups, made_at, read.datasets, flowing, self._labels(read.datasets)
            )
            later = self._after(made_at, runs, [*read.between, *read.coverage, *read.column_flows])
        # Which runs an attestation has to cover depends on the time as well.
        found = None if any(read.attested.values()) else self._alike.get((came_later, later))
        if found is None:
            earlier = read._replace(
                between=[one for one in read.between if one not in later],
                coverage=[one for one in read.coverage if one not in later],
                column_flows=[one for one in read.column_flows if one not in later],
            )
            found = self._alike[came_later, later] = self._found(earlier, runs, came_later)
        return found

    def latest(self) -> dict[str, int]:
        """Return by what stands for each asset, once its sources were found, the latest time at which a job first took
        a step into it, a column of it was first named, or which runs came later changed what attestations cover.
        """
        read, found = self._read, dict(self._settled)
        steps: list[Between | Covered | ColumnFlow] = [*read.between, *read.coverage, *read.column_flows]
        for one in steps:
            if one.job is not None or isinstance(one, ColumnFlow):
                _most(found, self._ends.whole(one.target), one.valid_from)
        into = ((self._ends.of(one.target), one.valid_from) for one in read.column_flows)
        labels = self._labels(read.stated)
        for place, at in columns_named(self._view, self._groups, read.datasets, into, labels).named.items():
            _most(found, place.node, at)
        return found

    def _found(self, read: Fetched, runs: CarryingRuns, came_later: frozenset[Place]) -> Sources:
        """Return what labels follow from of what was read, without what came later."""
        groups, attested = self._groups, read.attested
        flows = Flows(self._view, groups, self._ends, self._later, came_later)
        flows.take_apart(attested, [*read.between, *read.coverage])
        covered = flows.take_coverage(read.coverage, read.mentioned)
        flows.take_columns(read.column_flows, read.hows)
        flows.take_between(read.between, covered)
        flows.take_mapped(self._loader.mapped.flows(read.datasets, "in"))
        rules = {rule.name: rule.entry for rule in mappings(self._view)} if read.stated else {}
        seeds = seeds_of(self._labels(read.stated), groups, rules, came_later)
        flows.take_parts(read.wholes, seeds.marks)
        covering = Covering(self._view, groups, runs, attested, self._supposed, self._later)
        clearances = covering.clearances(flows.all, flows.since)
        self._settled = covering.since
        return Sources(
            seeds.marks,
            seeds.stated_by,
            flows.all,
            clearances,
            seeds.judged,
            seeds.labels,
            groups,
            self._walking.completeness,
            flows.trusted,
            flows.beyond,
            frozenset(flows.mapped),
            came_later,
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

    def _note_columns(self, owned: Iterable[Edge], wholes: Collection[str]) -> None:
        """Note by which entry each column was first known: column lineage, labels or a schema named it."""
        for edge in owned:
            if (place := self._ends.of(edge.target)) is not None:
                self._note_column(place, edge.entry)
        names = sorted({name for whole in wholes for name in self._groups.members[whole]})
        for stated in self._view.schemas(names):
            for name in fields_of_text(stated.text):
                self._note_column(self._groups.column(stated.dataset, name), stated.entry)

    def _after(
        self, made_at: int, runs: CarryingRuns, every: Iterable[Between | Covered | ColumnFlow]
    ) -> frozenset[Between | Covered | ColumnFlow]:
        """Return what flowed by runs alone that began after a time."""
        later = {one: self._ends.carried(one) for one in every if not has_begun(one.valid_from, made_at)}
        runs.load({carried for carried in later.values() if carried is not None})
        return frozenset(
            one for one, carried in later.items() if carried is not None and runs.came_later(carried, one.valid_from)
        )

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


def _most(found: dict[str, int], whole: str, at: int) -> None:
    found[whole] = max(at, found.get(whole, at))
