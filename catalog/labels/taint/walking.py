"""What lies behind assets: every flow ever stated into them and on, under all names, before anything said of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from catalog.labels.taint.groups import Groups
from catalog.lineage.loader import LineageLoader
from catalog.reading import Completeness, Left, Truncated
from catalog.store.protocol import ColumnFlow
from catalog.store.protocol import Flow as Between
from catalog.view import View
from graph_schema.facts import Edge
from graph_schema.identity import label_of

BUDGET: Final = 20_000
"""How many datasets and model versions are looked at behind what is asked for."""
DEPTH: Final = 10_000
"""So many flows are gone back."""


class Steps(NamedTuple):
    """What lies behind assets: every step that was ever taken there, by whichever run."""

    groups: Groups
    taken: frozenset[tuple[str, str, str | None]]
    """Each as (source, target, job), by what stands for all names of both."""
    completeness: Completeness | None


def steps_behind(view: View, assets: Collection[str]) -> Steps:
    """Return the steps on all ways by which labels reach assets, without what was said of anything on them."""
    walking = Walking(view.unredacted, BUDGET)
    walked, datasets = walking.behind(assets), walking.datasets
    covered, mapped = walking.view.column_coverage(datasets), walking.loader.mapped.flows(datasets, "in")
    ends = [
        *((one.source, one.target, one.job) for some in (walked.between, covered) for one in some),
        *((one.source_dataset, one.target_dataset, one.job) for one in walked.column_flows),
        *((one.source.id, one.target, one.job) for one in mapped),
    ]
    of = walking.groups.of
    taken = frozenset((of(source), of(target), job) for source, target, job in ends)
    return Steps(walking.groups, taken, walking.completeness)


class Walked(NamedTuple):
    """The flows that were met between assets, the columns of these, and the flows between columns."""

    between: Sequence[Between]
    owned: Sequence[Edge]
    column_flows: Sequence[ColumnFlow]


class Walking:
    """Goes back from assets along every flow ever stated."""

    def __init__(self, view: View, budget: int, loader: LineageLoader | None = None) -> None:
        """Walk through this view, which has all rights, past so many datasets and model versions at the most."""
        self.view = view
        self._budget = budget
        self.loader = LineageLoader(view, renamed=True) if loader is None else loader
        self.groups = Groups(self.loader)
        """All that was met."""
        self.completeness: Completeness | None = None
        """What ended the search for what lies behind, None where nothing did."""

    @property
    def datasets(self) -> list[str]:
        """Return every name of the datasets that were met."""
        return sorted(one for one in self.groups.names if label_of(one) == "Dataset")

    def behind(self, roots: Collection[str]) -> Walked:
        """Return the flows into assets and into all that lies behind them."""
        between, owned, column_flows = list[Between](), list[Edge](), list[ColumnFlow]()
        front = set(roots)
        while front and self.completeness is None:
            before = frozenset(self.groups.names)
            flows = self._closure(sorted(front))
            more = self._with_columns([one for one in self.datasets if one not in before], flows)
            between += more.between
            owned += more.owned
            column_flows += more.column_flows
            front = {flow.source_dataset for flow in more.column_flows} - self.groups.names.keys()
        return Walked(between, owned, column_flows)

    def _with_columns(self, datasets: Sequence[str], flows: Sequence[Between]) -> Walked:
        owned = self.view.edges(datasets, ("HAS_COLUMN",), "out") if datasets else []
        ends = sorted({*datasets, *(edge.target for edge in owned)})
        return Walked(flows, owned, self.view.column_flows(ends, "in") if ends else [])

    def _closure(self, roots: Sequence[str]) -> list[Between]:
        """Return every flow ever stated into the roots and what lies behind them, which is met thereby."""
        ahead = self.loader.reach(roots, "in", DEPTH, self._budget)
        front = set(roots) if ahead is None else set(ahead)
        found: dict[Between, None] = {}
        while front:
            self.groups.load(sorted(front))
            if len(self.groups.names) > self._budget:
                left = Left("NODES", len(front))
                met = len(self.groups.names)
                self.completeness = Truncated(self._budget, met, tuple(sorted(front)), reasons=(left,))
                break
            asked = {name for one in front for name in self.groups.members[self.groups.of(one)]}
            found.update(dict.fromkeys(self.loader.flows(sorted(asked), "in")))
            front = ({flow.source for flow in found} | asked) - self.groups.names.keys()
        return list(found)
