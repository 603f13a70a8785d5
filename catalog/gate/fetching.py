"""What the gate reads of several model versions, fetched for all of them at once: each is then judged over what is held
already, so that many cost a store that is far away little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from typing import Final

from catalog.approvals.queries import approvals_of
from catalog.assets import queries as assets
from catalog.labels.queries import ASPECTS, labels_ever
from catalog.labels.taint.walking import steps_behind
from catalog.lineage.walk import EDGES_A_NODE
from catalog.names.loading import RENAMING, STITCHING
from catalog.places.rules import LOCATIONS
from catalog.releases.deployments import deployments_of, releases_of, retirements
from catalog.releases.queries import USED_BY_VERSIONS, registrations
from catalog.snapshots.queries import snapshots
from catalog.store.indexes.grounds import Ground
from catalog.store.protocol import StoreReader
from catalog.use.closure import AHEAD, BUDGET
from catalog.use.loading import recorded
from catalog.use.queries import UseJudge
from catalog.view import View
from graph_schema.bitemporal import Contribution, Flow
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Snapshot, UseStatement

_STATED: Final = ("use_statement", "consent_withdrawal", "use_end")
_OF_VERSIONS: Final = ("change_assessment", "feature_assessment", "monitoring_plan", "gate_override")
_MOMENTS: Final = ("gate_override",)
_OF_SNAPSHOTS: Final = ("split_part",)


def fetch_ahead(view: View, versions: Collection[str]) -> None:
    """Let a view that remembers hold what the gate reads of these versions. It decides nothing: what is not fetched
    here is fetched by whoever asks for it.
    """
    several = sorted(versions)
    view.nodes(several)
    registered = [some[-1] for some in registrations(view, several).values() if some]
    uses = [use for one in registered for use in (*one.trained_on, *one.evaluated_on)]
    states = sorted({use.snapshot for use in uses})
    snapshots(view, states)
    judge = UseJudge(view, several)
    met = {one for version in several for one in judge.closure(version).nodes}
    data = sorted({*(one for one in met if label_of(one) == "Dataset"), *(use.dataset for use in uses)})
    about = recorded(view, {*met, *data}, set(states), view.moment)
    terms = sorted({UseStatement(one.statement.id).id for one in about.every if one.statement is not None})
    view.edges(terms, ("MEETS",), "in")
    steps_behind(view, [*several, *data])
    labels_ever(view.unredacted, data)
    view.in_force([*data, *several])
    deployments_of(view, several)
    approvals_of(view, [*several, *states])
    releases_of(view, several)
    retirements(view, several)
    wrote = view.edges([*several, *states], ("PRODUCED", "WROTE"), "in")
    view.edges([*several, *data], ("READ",), "in")
    view.statements(several, _OF_VERSIONS)
    view.statements(states, _OF_SNAPSHOTS)
    jobs = {edge.job for version in several for edge in judge.closure(version).edges}
    runs = {*(edge.source for edge in wrote), *(one.run for one in registered)}
    jobs |= {run.job for run in assets.runs(view, sorted(one for one in runs if one)).values()}
    beside = {one for one in (*jobs, *runs) if one is not None}
    view.grounds(list(Ground), sorted({*met, *data, *states, *several, *terms, *beside}))


def ask_together(view: View, version: str) -> None:
    """Let a view whose store is another process ask at once for what the gate reads of a version and of all that it was
    made of. As `fetch_ahead` it decides nothing.
    """
    view.ahead(lambda read, known: _Plan(read, known, version, wide=not view.labels_follow).asks())


class _Plan:
    """What is asked of a version, of its snapshots, of all that lies behind them, and of the jobs in between: each by
    what is found of the ones before.
    """

    def __init__(self, read: StoreReader, known_at: int, version: str, *, wide: bool) -> None:
        """Ask this reader; the labels of all that lies behind are read where these are `wide`, else what is kept."""
        self._read = read
        self._known = known_at
        self._version = version
        self._wide = wide

    def asks(self) -> Iterator[Callable[[], object]]:
        """Yield the reads."""
        read, known, every = self._read, self._known, list(Ground)
        yield lambda: read.statements([self._version], _MOMENTS, NOW, known)
        yield lambda: read.nodes(self._data, known)
        yield lambda: read.edges(self._data, ("CAPTURES", "READ"), "in", NOW, known)
        yield lambda: read.runs([one.run for one in self._made if one.run])
        yield lambda: read.lookup("Model", "dataset", self._behind, known)
        yield lambda: read.edges(self._met, ("IS_VERSION_OF", STITCHING, RENAMING), "both", NOW, known)
        yield lambda: read.pointers(self._behind, NOW, known)
        yield lambda: self._flows
        yield lambda: read.edges(self._met, ("APPLIES_TO",), "in", NOW, known)
        yield lambda: read.statements(self._met, ("permitted_use", *LOCATIONS), NOW, known)
        yield lambda: read.in_force(self._behind, endings=True)
        yield lambda: read.grounds(every, [*self._met, *self._states], known)
        yield lambda: read.grounds(every, self._jobs, known)
        yield lambda: read.uses(self._jobs, NOW, known)
        yield lambda: read.grounds(every, self._terms, known)
        yield lambda: read.statements(self._terms, _STATED, NOW, known)
        yield lambda: read.nodes(self._terms, known)
        yield lambda: read.statements(self._labelled, ASPECTS, NOW, known)
        yield lambda: read.schemas(self._labelled, NOW, known)
        yield lambda: read.column_coverage(self._labelled, NOW, known)

    @cached_property
    def _states(self) -> list[str]:
        stated = self._read.edges([self._version], USED_BY_VERSIONS, "out", NOW, self._known)
        return sorted({edge.target for edge in stated})

    @cached_property
    def _data(self) -> list[str]:
        known = (one.node for one in self._read.nodes(self._states, self._known).values())
        return sorted({Dataset(one.namespace, one.dataset).id for one in known if isinstance(one, Snapshot)})

    @cached_property
    def _met(self) -> list[str]:
        begin = sorted({self._version, *self._data})
        return sorted(self._read.reach(begin, "in", BUDGET, BUDGET * AHEAD) or begin)

    @cached_property
    def _behind(self) -> list[str]:
        return [one for one in self._met if label_of(one) == Dataset.__name__]

    @property
    def _labelled(self) -> list[str]:
        return self._behind if self._wide else self._data

    @cached_property
    def _flows(self) -> list[Flow]:
        return self._read.flows(self._met, "in", NOW, self._known, EDGES_A_NODE * BUDGET)

    @cached_property
    def _jobs(self) -> list[str]:
        return sorted({one.job for one in self._flows if one.job})

    @cached_property
    def _made(self) -> list[Contribution]:
        return self._read.contributions([(one, NOW) for one in self._data], self._known, by_job=False)

    @cached_property
    def _terms(self) -> list[str]:
        about = self._read.edges(self._met, ("APPLIES_TO",), "in", NOW, self._known)
        return sorted({edge.source for edge in about if label_of(edge.source) == UseStatement.__name__})
