"""What is fetched of assets to find what their labels follow from: of all that lies behind, or around some alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from catalog.labels.model import Attestation
from catalog.labels.queries import attestations_of
from catalog.labels.rules import is_of_place
from catalog.labels.taint.model import Part, Place
from catalog.labels.taint.walking import BUDGET, Walked, Walking
from catalog.lineage.loader import LineageLoader
from catalog.places.queries import places_tree
from catalog.store.protocol import ColumnFlow, Covered, How
from catalog.store.protocol import Flow as Between
from catalog.view import View
from graph_schema.column_lineage import Mentioned
from graph_schema.facts import Edge
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, Node


class Wanted(NamedTuple):
    """Around which assets is to be fetched, and how much of each."""

    wholes: Collection[str]
    """Of which all is wanted: what flows into each part of them, and what was said of them."""
    places: Collection[Place] = ()
    """Of others, into which alone it is wanted what flows there from elsewhere."""
    stated: Collection[str] = ()
    """Of which others it is wanted what was said of them."""
    near: Collection[str] = ()
    """From which something may flow in, as far as that is known: their names are fetched with those of the others."""


class Fetched(NamedTuple):
    """What was fetched of assets, by whichever runs and whenever."""

    wholes: Collection[str]
    """What stands for each asset of which all was fetched."""
    datasets: Sequence[str]
    stated: Sequence[str]
    """The names of datasets of which it is asked what was said."""
    between: Sequence[Between]
    owned: Sequence[Edge]
    column_flows: Sequence[ColumnFlow]
    coverage: Sequence[Covered]
    hows: Mapping[str, How]
    mentioned: Mapping[str, Mentioned]
    nodes: Mapping[str, Node]
    """The datasets and columns at the ends of these."""
    attested: Mapping[str, Sequence[Attestation]]


class Fetching:
    """Fetches around assets; `groups` are all that was met so far."""

    def __init__(
        self,
        view: View,
        *,
        budget: int = BUDGET,
        supposed: Attestation | None = None,
        place: str | None = None,
        loader: LineageLoader | None = None,
    ) -> None:
        """Fetch with all rights, past so many assets at the most; see `loading.load`. The `loader` knows names that
        need not be fetched again.
        """
        self.view = view.unredacted
        self.supposed = supposed
        self.walking = Walking(self.view, budget, loader)
        self.loader = self.walking.loader
        self.groups = self.walking.groups
        self._place = place

    def behind(self, assets: Collection[str]) -> Fetched:
        """Return the flows into assets and into all that lies behind them."""
        walked, datasets = self.walking.behind(assets), self.walking.datasets
        wholes = list(self.groups.members)
        attested = self._attested(wholes, walked.between)
        coverage = self.view.column_coverage(datasets)
        return self._fetched(wholes, datasets, datasets, walked, coverage, attested, {})

    def around(self, wanted: Wanted) -> Fetched:
        """Return the flows into assets, under each of their names, alone.

        Of what attestations may clear all is fetched, since the earliest of all flows of a step decides on that; so it
        is where columns have several spellings.
        """
        groups = self.groups
        groups.load(sorted({*wanted.wholes, *(place.node for place in wanted.places), *wanted.stated, *wanted.near}))
        wholes = {groups.of(one) for one in wanted.wholes}
        places = [one for one in wanted.places if one.node not in wholes]
        every = wholes | {one.node for one in places}
        between = self.loader.flows(self._names(every), "in")
        attested = self._attested(every, between)
        entire = {*wholes, *(groups.of(one.target) for one in between if one.job in attested)}
        if not self.loader.column_names.is_idle:
            entire = every
        columns = self._columns([one for one in places if one.part is Part.COLUMN])
        while True:
            wide = entire | {one.node for one in places if _is_wide(one)}
            owned, column_flows = self._into_columns(entire, wide, columns)
            coverage = self.view.column_coverage(self._names(wide, "Dataset"))
            steps: list[ColumnFlow | Covered] = [*column_flows, *coverage]
            more = {self._whole(one) for one in steps if one.job in attested} - entire
            if not more:
                break
            entire |= more
        groups.load(sorted({self._source(one) for one in (*between, *steps)}))
        walked = Walked(
            # Of what is joined it is told by which entries, whichever part of it is wanted.
            [one for one in between if one.how == "alias" or groups.of(one.target) in wide],
            owned,
            column_flows,
        )
        stated = self._names({*wholes, *map(groups.of, wanted.stated)}, "Dataset")
        return self._fetched(wholes, self._names(every, "Dataset"), stated, walked, coverage, attested, columns)

    def _fetched(  # all that is known of it
        self,
        wholes: Collection[str],
        datasets: Sequence[str],
        stated: Sequence[str],
        walked: Walked,
        coverage: Sequence[Covered],
        attested: Mapping[str, Sequence[Attestation]],
        columns: Mapping[str, Column],
    ) -> Fetched:
        """Return what was fetched, with what stands behind it; of some columns it is known which they are."""
        ends = {end for flow in walked.column_flows for end in (flow.source, flow.target)}
        ends |= {edge.target for edge in walked.owned}
        known = self.view.nodes(sorted({*ends, *datasets} - columns.keys()))
        self.loader.column_names.load(self.groups.members)
        return Fetched(
            wholes,
            datasets,
            stated,
            *walked,
            coverage,
            self.view.transformations({flow.how for flow in walked.column_flows}),
            self.view.mentioned({one.stated for one in coverage}),
            {**columns, **{one: each.node for one, each in known.items()}},
            attested,
        )

    def _into_columns(
        self, entire: Collection[str], wide: Collection[str], columns: Mapping[str, Column]
    ) -> tuple[list[Edge], list[ColumnFlow]]:
        """Return the columns of datasets, and the flows into these, into other columns and into datasets as a whole."""
        names = self._names(entire, "Dataset")
        owned = self.view.edges(names, ("HAS_COLUMN",), "out") if names else []
        datasets = {Dataset(one.namespace, one.dataset).id for one in columns.values()}
        datasets.update(self._names(wide, "Dataset"))
        ends = sorted({*datasets, *columns, *(edge.target for edge in owned)})
        return owned, self.view.column_flows(ends, "in") if ends else []

    def _columns(self, places: Collection[Place]) -> dict[str, Column]:
        """Return the columns at places, under each name of their datasets, by id."""
        known = self.view.nodes(self._names({one.node for one in places}, "Dataset"))
        found = {}
        for place in places:
            for name in self.groups.members[place.node]:
                node = known[name].node if name in known else None
                if isinstance(node, Dataset):
                    column = Column(node.namespace, node.name, place.detail)
                    found[column.id] = column
        return found

    def _names(self, wholes: Iterable[str], label: str | None = None) -> list[str]:
        """Return every name of assets, or of those of one label."""
        names = {name for whole in wholes for name in self.groups.members[whole]}
        return sorted(one for one in names if label is None or label_of(one) == label)

    def _whole(self, step: ColumnFlow | Covered) -> str:
        return self.groups.of(step.target_dataset if isinstance(step, ColumnFlow) else step.target)

    @staticmethod
    def _source(step: Between | ColumnFlow | Covered) -> str:
        return step.source_dataset if isinstance(step, ColumnFlow) else step.source

    def _attested(self, wholes: Iterable[str], between: Iterable[Between]) -> dict[str, tuple[Attestation, ...]]:
        """Return the attestations of model versions and of the jobs of flows, with the supposed one, that hold where it
        is asked.
        """
        versions = {one for one in wholes if label_of(one) == "ModelVersion"}
        found = attestations_of(self.view, sorted({*versions, *(one.job for one in between if one.job)}))
        if self.supposed is not None:
            found[self.supposed.subject] = (*found.get(self.supposed.subject, ()), self.supposed)
        if self._place is None:
            return found
        tree = places_tree(self.view)
        return {
            one: some
            for one, every in found.items()
            if (some := tuple(each for each in every if is_of_place(each, tree, self._place)))
        }


def _is_wide(place: Place) -> bool:
    """Tell whether what flows into an asset as a whole flows into a place of it."""
    if place.part is Part.ANY:
        return label_of(place.node) == "ModelVersion"
    return place.part in {Part.ALL_FIELDS, Part.OTHER_FIELDS}
