"""The kinds of PHI that assets hold now as the follower keeps them, or at another point as they are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.labels.taint.answers import EffectiveOrigin
from catalog.labels.taint.queries import effective_labels
from catalog.reading import Complete, Completeness, Truncated
from catalog.view import View
from graph_schema.vocabulary.words import PhiKind

KINDS: Final = tuple(kind.value for kind in PhiKind)


@dataclass(frozen=True, slots=True)
class CurrentLabels:
    """The kinds of PHI that each asset holds, and those of them that nothing but suggestions says."""

    kinds: Mapping[str, frozenset[str]]
    """One without any is absent."""
    suggested: Mapping[str, frozenset[str]]
    completeness: Completeness


def current_labels(view: View, ids: Sequence[str]) -> CurrentLabels:
    """Return the kinds of PHI of datasets and model versions: of now as they are kept, Lagging where the follower is
    behind; of any other point as they are judged then. A model version has those of its data as that is.
    """
    if not view.is_now:
        return _judged(view, ids)
    kinds: dict[str, set[str]] = {}
    suggested: dict[str, set[str]] = {}
    for one in view.held_labels(ids):
        kinds.setdefault(one.asset, set()).add(one.kind)
        if one.suggested:
            suggested.setdefault(one.asset, set()).add(one.kind)
    return CurrentLabels(_frozen(kinds), _frozen(suggested), view.labels_lagging() or Complete())


def _judged(view: View, ids: Sequence[str]) -> CurrentLabels:
    kinds: dict[str, set[str]] = {}
    suggested: dict[str, set[str]] = {}
    completeness: Completeness = Complete()
    for asset, found in effective_labels(view, ids, as_made=False).items():
        if isinstance(found.completeness, Truncated):
            completeness = found.completeness
        for label in found.labels:
            kinds.setdefault(asset, set()).add(label.kind)
            if label.origin == EffectiveOrigin.SUGGESTED:
                suggested.setdefault(asset, set()).add(label.kind)
    return CurrentLabels(_frozen(kinds), _frozen(suggested), completeness)


def _frozen(found: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {asset: frozenset(kinds) for asset, kinds in found.items()}
