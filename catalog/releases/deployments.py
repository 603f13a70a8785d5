"""Releases and deployments as they were at one point: what runs where and on which data, and what to go back to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from catalog.errors import SenderError
from catalog.places.queries import places_tree
from catalog.places.rules import lying_in
from catalog.releases.model import (
    Candidate,
    Deployment,
    LiveModel,
    LiveModels,
    Release,
    Retirement,
    RollbackTarget,
)
from catalog.releases.queries import versions_of
from catalog.use.impact import consent_impact
from catalog.view import View
from graph_schema.aspects import releases as aspects
from graph_schema.facts import Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Model, ModelVersion, Place

ON: Final = ("Source", "Dataset", "Snapshot")
"""What models may be live on."""
Quoting = Callable[[View, str, int], tuple[bool | None, str, tuple[int, ...]]]
"""Tells whether an evaluation of the gate (by entry) of a version may be relied on, why, and by which entries.

None where that cannot be told.
"""


def releases_of(view: View, versions: Sequence[str]) -> dict[str, tuple[Release, ...]]:
    """Return the releases of each version, the oldest first; a version without any is absent."""
    found: dict[str, list[Release]] = defaultdict(list)
    for one in sorted(view.statements(versions, ("release",)), key=lambda each: each.order):
        value = aspects.Release.from_json(one.data)
        found[one.subject].append(
            Release(**value.members(), version=one.subject, entry=one.entry, by=one.by, released_at=one.valid_from)
        )
    return {id_: tuple(found[id_]) for id_ in dict.fromkeys(versions) if id_ in found}


def retirements(view: View, versions: Sequence[str]) -> dict[str, Retirement]:
    """Return since when each version is retired; one that is not is absent. Nothing puts a version back in use."""
    first = _first(view.statements(versions, ("retirement",)))
    return {
        id_: Retirement(aspects.Retirement.from_json(one.data).reason, one.entry, one.by, one.valid_from)
        for id_ in dict.fromkeys(versions)
        if (one := first.get(id_)) is not None
    }


def deployments(view: View, ids: Sequence[str]) -> dict[str, Deployment]:
    """Return those of the deployments that had begun, with what ended them; the earliest end counts."""
    of = {edge.source: edge.target for edge in view.edges(ids, ("DEPLOYS",), "out")}
    stated = view.statements(sorted(of), ("deployment", "deployment_end")) if of else []
    ends = _first(one for one in stated if one.aspect == "deployment_end")
    begun = {one.subject: one for one in stated if one.aspect == "deployment"}
    return {id_: _deployment(begun[id_], of[id_], ends.get(id_), view.moment) for id_ in ids if id_ in begun}


def deployments_of(view: View, versions: Sequence[str]) -> dict[str, tuple[Deployment, ...]]:
    """Return the deployments of each version, the oldest first, ended ones too; a version without any is absent."""
    found: dict[str, list[Deployment]] = defaultdict(list)
    for one in _reached(view, versions, "DEPLOYS"):
        found[one.version].append(one)
    return {id_: tuple(found[id_]) for id_ in dict.fromkeys(versions) if id_ in found}


def running_at(view: View, place: str) -> tuple[Deployment, ...]:
    """Return what runs at a place or at one that is declared to lie within it, by place and entry."""
    within = lying_in(places_tree(view), place)
    found = _reached(view, sorted(Place(name).id for name in within), "IS_DEPLOYED_AT")
    return tuple(sorted((one for one in found if one.is_live), key=lambda one: (one.place, one.entry)))


def live_models(view: View, of: str) -> LiveModels:
    """Return the model versions that run somewhere and were made of this data by any flow ever stated, each with a way.

    Raises:
        SenderError: no model is live on anything else.
    """
    view = view.remembering
    if label_of(of) not in ON:
        raise SenderError(
            "Models are live on a source, a dataset or a snapshot; this is none of them.",
            pointer="/of",
            status=422,
        )
    met = consent_impact(view, of)
    ways = {one.id: one for one in met.touched if label_of(one.id) == ModelVersion.__name__}
    running = deployments_of(view, sorted(ways))
    found = tuple(
        LiveModel(id_, ways[id_].path, live, tuple(sorted({*ways[id_].entries, *(one.entry for one in live)})))
        for id_ in sorted(running)
        if (live := tuple(one for one in running[id_] if one.is_live))
    )
    return LiveModels(found, view.cite(*(entry for one in found for entry in one.entries)), met.completeness)


def rollback_target(view: View, version: str, environment: str, quoted: Quoting) -> RollbackTarget:
    """Return what a version may be rolled back to in an environment: of the model's other versions, the one released
    there last of which the gate said so, and says so again now.

    Releases are judged from the newest on until one passes; each that was is told with the reason. One of a retired
    version, and one that quotes no evaluation of the gate, is no target.
    """
    known = view.nodes([version]).get(version)
    node = None if known is None else known.node
    if not isinstance(node, ModelVersion):
        return RollbackTarget(None, ())
    model = Model(node.namespace, node.model).id
    others = [one for one in versions_of(view, [model]).get(model, ()) if one != version]
    retired = retirements(view, others) if others else {}
    released = [one for several in releases_of(view, others).values() for one in several] if others else []
    judged: list[Candidate] = []
    for one in sorted(released, key=lambda each: (each.released_at, each.entry), reverse=True):
        if one.environment.casefold() != environment.casefold() or any(one.version == each.version for each in judged):
            continue
        found = _judged(view, one, retired.get(one.version), quoted)
        judged.append(found)
        if found.passes:
            return RollbackTarget(one, tuple(judged))
    return RollbackTarget(None, tuple(judged))


def _judged(view: View, release: Release, retired: Retirement | None, quoted: Quoting) -> Candidate:
    if retired is not None:
        return Candidate(release.version, False, "It is retired.", (release.entry, retired.entry))
    if release.gate is None:
        return Candidate(release.version, None, "Its release quotes no evaluation of the gate.", (release.entry,))
    passes, reason, entries = quoted(view, release.version, release.gate)
    return Candidate(release.version, passes, reason, tuple(sorted({release.entry, *entries})))


def _reached(view: View, ids: Sequence[str], kind: str) -> list[Deployment]:
    """Return the deployments that lead to these, by entry."""
    edges = view.edges(ids, (kind,), "in") if ids else ()
    found = deployments(view, sorted({edge.source for edge in edges})) if edges else {}
    return sorted(found.values(), key=lambda one: one.entry)


def _first(statements: Iterable[Statement]) -> dict[str, Statement]:
    """Return of each subject what was said from the earliest time on, of several by the first entry."""
    found: dict[str, Statement] = {}
    for one in sorted(statements, key=lambda each: (each.valid_from, each.entry)):
        found.setdefault(one.subject, one)
    return found


def _deployment(begun: Statement, version: str, end: Statement | None, moment: int) -> Deployment:
    value = aspects.Deployment.from_json(begun.data)
    term = [] if value.until is None else [(value.until, None)]
    ends = [*term, *([] if end is None else [(end.valid_from, end.entry)])]
    until, ended_by = min(ends, key=lambda one: one[0], default=(None, None))
    return Deployment(
        **(value.members() | {"until": until}),
        id=begun.subject,
        version=version,
        entry=begun.entry,
        by=begun.by,
        deployed_at=begun.valid_from,
        end_entry=ended_by,
        is_live=until is None or moment < until,
    )
