"""The facets that follow from more than what is said of one node: judged when they are asked for, by whoever judges
them elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Final

from catalog.errors import SenderError
from catalog.findings.estate.model import Key
from catalog.findings.queries import Found, Wanted, findings
from catalog.findings.rules import FindingState, Rule, Severity
from catalog.graph_memo import as_it_stands
from catalog.labels.queries import mapped_tags
from catalog.lineage.model import Direction, FlowScope, Grain, Walk
from catalog.lineage.queries import MAX_DEPTH, lineage
from catalog.places.queries import lying_in
from catalog.places.rules import LOCATIONS
from catalog.view import View
from graph_schema.nearest import nearest
from graph_schema.nodes import ModelVersion
from graph_schema.vocabulary.words import PhiKind

MOST_VERSIONS: Final = 50
"""How many model versions are looked through for what was fed to them."""

_MOST_BEFORE: Final = 10_000
"""How many datasets may lie before one model version."""

EFFECTIVE: Final = "effective_label"
"""The facet of what follows from all flows; see `View.labels_lagging`."""

LIES_IN: Final = "lies_in"
"""The facet of every place that a dataset lies in, by what is said of where it is and by what lies in what."""

Pairs = Mapping[tuple[str, str], frozenset[str]]
"""By facet and value the nodes that have it."""


def derived(view: View, filters: Mapping[str, tuple[str, ...]], facets: Collection[str]) -> Pairs:
    """Return what nodes have of the facets that are filtered or counted by: of the latter all values.

    Raises SenderError 422 where too much would have to be looked through.
    """
    found: dict[tuple[str, str], frozenset[str]] = {}
    for facet, find in _OF.items():
        if facet in facets:
            read = partial(_by_value, find, ())
            of = read(view) if facet in ANEW else as_it_stands(find, view, read, None)
        elif facet in filters:
            of = _by_value(find, filters[facet], view)
        else:
            continue
        found |= {(facet, value): nodes for value, nodes in of.items()}
    return found


_Find = Callable[[View, Collection[str]], Iterator[tuple[str, str]]]
"""Yields values of a facet with nodes that have them, of some values or of all."""


def _by_value(find: _Find, values: Collection[str], view: View) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for value, node in find(view, values):
        found[value].add(node)
    return {value: frozenset(nodes) for value, nodes in found.items()}


def united(
    view: View, filters: Mapping[str, tuple[str, ...]], facets: Collection[str]
) -> Mapping[tuple[str, str], frozenset[tuple[str, str]]]:
    """Return of each place that is filtered by, and of all where they are counted, what a dataset that lies in it has
    one of: a place, region or site that this is or lies in.

    Raises SenderError 422 for a place that is not declared.
    """
    found = lying_in(view, filters[LIES_IN], f"/filters/{LIES_IN}") if LIES_IN in filters else {}
    if LIES_IN in facets:
        found |= lying_in(view, None, f"/facets/{LIES_IN}")
    return {
        (LIES_IN, place): frozenset((aspect, name) for aspect in LOCATIONS for name in within)
        for place, within in found.items()
    }


def _mapped(view: View, values: Collection[str]) -> Iterator[tuple[str, str]]:  # noqa: ARG001  as above
    """Yield the kinds of PHI that nodes have by a mapping of the site, so that no store keeps what it claims."""
    for node, kind in mapped_tags(view):
        yield kind, node


def _effective(view: View, values: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the kinds of PHI that assets hold by all that flowed into them, as far as the follower of labels is."""
    for kind in values or [one.value for one in PhiKind]:
        for node in view.assets_labelled([kind]):
            yield kind, node


def _rules(view: View, values: Collection[str]) -> Iterator[tuple[str, str]]:
    rules = frozenset(Rule[value] for value in values) or None
    for key, subject in _found(view, Wanted(rules=rules, states=_OPEN)):
        yield key.rule.name, subject


def _severities(view: View, values: Collection[str]) -> Iterator[tuple[str, str]]:
    severities = frozenset(Severity(value) for value in values) or None
    for key, subject in _found(view, Wanted(severities=severities, states=_OPEN)):
        yield key.rule.severity.value, subject


def _found(view: View, wanted: Wanted) -> Iterator[tuple[Key, str]]:
    found: Found = findings(view, wanted)
    for key in found.keys:
        breach = found.breaches.get(key)
        for subject in (breach.subjects if breach is not None else ()) or (key.subject,):
            yield key, subject


_OPEN: Final = frozenset({FindingState.OPEN, FindingState.ACKNOWLEDGED})
"""What is open: whoever acknowledged it has not mended it yet."""


def versions_called(view: View, names: Collection[str]) -> tuple[str, ...]:
    """Return the model versions of these names, as model@version; a model's name stands for all of its versions.

    Raises SenderError 422 where nothing is called so.
    """
    every = sorted(set(_versions(view).values()))
    of_model = {name.rpartition("@")[0] for name in every}
    for name in names:
        if name not in every and name not in of_model:
            near = nearest(name, every)
            raise SenderError(
                f"No model version is called {name}: write model@version, or a model's name."
                + (f" Did you mean {near}?" if near else ""),
                pointer="/filters/model",
                status=422,
            )
    return tuple(one for one in every if one in names or one.rpartition("@")[0] in names)


def _versions(view: View) -> dict[str, str]:
    """Return what model versions are called, by id."""
    known = view.nodes(view.all_of(ModelVersion.__name__))
    return {
        id_: f"{one.node.model}@{one.node.version}" for id_, one in known.items() if isinstance(one.node, ModelVersion)
    }


def _models(view: View, values: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what each model version was ever fed with, whatever was replaced since."""
    versions = {id_: name for id_, name in _versions(view).items() if not values or name in values}
    if len(versions) > MOST_VERSIONS:
        raise SenderError(
            f"There are {len(versions)} model versions, and at most {MOST_VERSIONS} are looked through: "
            "filter by model, such as readmission@3.",
            pointer="/facets",
            status=422,
        )
    for id_, name in versions.items():
        walk = Walk(
            (id_,),
            Direction.UPSTREAM,
            Grain.DATASET,
            MAX_DEPTH,
            FlowScope.EVER_STATED,
            include_in_memory=True,
            budget=_MOST_BEFORE,
        )
        for node in lineage(view, walk).nodes:
            yield name, node.id


_OF: Final[Mapping[str, _Find]] = {
    "phi": _mapped,
    EFFECTIVE: _effective,
    "finding": _rules,
    "severity": _severities,
    "model": _models,
}
ANEW: Final = frozenset({"finding", "severity"})
"""The facets that follow from a span of time as well."""
DERIVED: Final = tuple(facet for facet in _OF if facet != "phi")
"""The facets that are judged when they are asked for; of `phi` a store keeps what is said of nodes."""
