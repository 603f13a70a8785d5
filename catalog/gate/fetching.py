"""What the gate reads of several model versions, fetched for all of them at once: each is then judged over what is held
already, so that many cost a store that is far away little more than one.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from catalog.approvals.queries import approvals_of
from catalog.assets import queries as assets
from catalog.labels.queries import labels_ever
from catalog.labels.taint.walking import steps_behind
from catalog.releases.deployments import deployments_of, releases_of, retirements
from catalog.releases.queries import registrations
from catalog.snapshots.queries import snapshots
from catalog.store.indexes.grounds import Ground
from catalog.use.loading import recorded
from catalog.use.queries import UseJudge
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import UseStatement

_OF_VERSIONS: Final = ("change_assessment", "feature_assessment", "monitoring_plan", "gate_override")
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
