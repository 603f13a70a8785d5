"""From a View to where data is or was against where it may be: of what is, or was used, where some data may not be.

What any statement forbids is looked at, whether or not it binds that data: `catalog.use.residency` alone decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from catalog.assets.naming import names_of
from catalog.findings.estate.datasets import under_every_name, under_own_name
from catalog.findings.estate.grounded import having
from catalog.findings.estate.model import PlaceCase
from catalog.graph_memo import remembered
from catalog.lineage.model import Direction
from catalog.names.loading import Names
from catalog.places.rules import LOCATIONS
from catalog.recorded import recorded
from catalog.releases.queries import registrations
from catalog.store.indexes.grounds import Ground
from catalog.use.closure import closure
from catalog.use.loading import limits, places_of
from catalog.use.model import Decision, UseStatement
from catalog.use.places import Places
from catalog.use.queries import UseJudge, use_statements
from catalog.use.residency import Located, Presence, declared_presence, deployed, residency
from catalog.use.rules import common_places, judge_place
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.identity import label_of

_MANY: Final = 50
"""So many datasets are asked about one by one; of more, those first that statements bind at all."""


@dataclass(slots=True)
class Allowed:
    """All that statements and sources say of where data may be, whichever data that is."""

    statements: Sequence[UseStatement]
    places: Places
    _forbidden: dict[str, bool] = field(default_factory=dict)
    _nowhere: bool | None = None

    def forbids(self, place: str) -> bool:
        """Tell whether anything says that some data may not be there."""
        if place not in self._forbidden:
            reasons = (reason for one in self.statements for reason in judge_place(one, place, NOW, self.places))
            self._forbidden[place] = any(reason.decision is Decision.DENY for reason in reasons)
        return self._forbidden[place]

    @property
    def nowhere(self) -> bool:
        """Tell whether data that all of them bind may be nowhere."""
        if self._nowhere is None:
            self._nowhere = common_places(self.statements, NOW, self.places) == frozenset()
        return self._nowhere


def allowed(view: View) -> Allowed | None:
    """Return what is said of where data may be, whenever that holds, None where nothing is."""
    return remembered(_allowed, view, _allowed)


def _allowed(view: View) -> Allowed | None:
    subjects = having(view, Ground.LIMIT)
    if not subjects:
        return None
    sources = [one for one in subjects if label_of(one) == "Source"]
    found = [each.statement for some in use_statements(view.at(NOW), subjects).values() for each in some]
    found += [one for _, one in limits(view.at(NOW), sources, NOW)]
    return Allowed(found, places_of(view))


def used_elsewhere(view: View, bounds: Allowed) -> set[str]:
    """Return the datasets that jobs read or write which are, or were, declared to run where some data may not be."""
    jobs = having(view, Ground.RUNS_AT)
    stated = view.at(NOW).statements(jobs, ("runs_at",)) if jobs else ()
    there = sorted({one.subject for one in stated if one.value is not None and bounds.forbids(str(one.data))})
    if not there:
        return set()
    # Of what a model was trained on, its registration may name the job.
    versions = registrations(view, having(view, Ground.REGISTRATION))
    trained = {use.dataset for some in versions.values() for one in some for use in one.trained_on}
    return {use.dataset for use in view.uses(there) if label_of(use.dataset) == "Dataset"} | trained


def place_cases(view: View, ids: Sequence[str]) -> dict[str, PlaceCase]:
    """Return the datasets that are or were where they may not be."""
    bounds = allowed(view)
    asked = under_own_name(view, ids) if bounds is not None else []
    if bounds is None or not asked:
        return {}
    suspected = _suspected(view, bounds, asked)
    if len(suspected) > _MANY:
        suspected = _bound(view, suspected)
    view = view.remembering
    judge, cases = UseJudge(view, suspected), {}
    for id_ in suspected:
        denied = [one for one in residency(view, id_, judge=judge).located if one.decision is Decision.DENY]
        if denied:
            cases[id_] = _case(view, denied)
    return cases


def deployment_cases(view: View, ids: Sequence[str]) -> dict[str, PlaceCase]:
    """Return the model versions that run, or ran, where what they were made of may not be."""
    bounds = allowed(view)
    versions = [one for one in ids if label_of(one) == "ModelVersion"]
    if bounds is None or not versions:
        return {}
    there = deployed(view, versions, view.moment)
    suspected = sorted(one for one, some in there.items() if any(bounds.forbids(each.place or "") for each in some))
    view = view.remembering
    judge, cases = UseJudge(view, suspected), {}
    for id_ in suspected:
        denied = [
            one
            for one in residency(view, id_, judge=judge).located
            if one.decision is Decision.DENY and one.presence is Presence.DEPLOYED
        ]
        if denied:
            cases[id_] = replace(_case(view, denied), since=min(one.first for one in denied))
    return cases


def _suspected(view: View, bounds: Allowed, asked: Iterable[str]) -> list[str]:
    asked = sorted(asked)
    if bounds.nowhere:
        return asked
    names = Names(view, renamed=True)
    names.load(asked)
    elsewhere = used_elsewhere(view, bounds)
    every = under_every_name(view, asked)
    declared = recorded(view.unredacted, every, LOCATIONS)
    for name, held in declared.items():
        if any(bounds.forbids(str(held[aspect].value)) for aspect in declared_presence(held)):
            elsewhere.add(name)
    return [id_ for id_ in asked if not elsewhere.isdisjoint({id_, *names.names(id_)})]


def _bound(view: View, suspected: Sequence[str]) -> list[str]:
    """Return those of the datasets that were made of anything of which it is said where it may be."""
    subjects = having(view, Ground.LIMIT)
    ever = view.unredacted.at(NOW)
    about = {edge.target for edge in ever.edges(subjects, ("APPLIES_TO",), "out")}
    sources = {one for one in (*subjects, *about) if label_of(one) == "Source"}
    supplied = {edge.target for edge in ever.edges(sorted(sources), ("SUPPLIES",), "out")} if sources else set()
    roots = sorted((about - sources) | supplied)
    reached = closure(view, roots, Direction.DOWNSTREAM)
    if reached.truncated is not None:
        return list(suspected)
    met = {reached.stands_for(one) for one in reached.nodes}
    return [one for one in suspected if reached.stands_for(one) in met]


def _case(view: View, denied: Collection[Located]) -> PlaceCase:
    jobs = names_of(view, {one.job for one in denied if one.job is not None})
    return PlaceCase(
        [
            (
                one.presence.value,
                one.place,
                jobs.get(one.job or ""),
                tuple(dict.fromkeys(each.reason.text for each in one.reasons)),
            )
            for one in denied
        ],
        min((one.first for one in denied if one.job is not None), default=None),
        frozenset(
            entry
            for one in denied
            for entry in (*one.entries, *(each for why in one.reasons if why.statement for each in why.statement.cites))
        ),
        min(max(one.entries) for one in denied),
    )
