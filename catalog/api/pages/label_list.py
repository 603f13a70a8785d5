"""The labels of a thing as a page lists them: each with the steps by which it came, and what was cleared on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Several, slug
from catalog.labels.taint.answers import ClearedLabel, EffectiveLabel, EffectiveLabels, Hop


@dataclass(frozen=True, slots=True)
class LabelWithWay:
    """A label, and the steps of the shortest way by which it came, None where there is none to show."""

    label: EffectiveLabel
    steps: Several | None


@dataclass(frozen=True, slots=True)
class LabelList:
    """What is listed of a thing's labels, and what attestations cleared on the steps into it."""

    labels: tuple[LabelWithWay, ...]
    cleared: Several

    @property
    def named(self) -> Iterator[str]:
        """Yield the ids of all that a page names of it."""
        for one in self.labels:
            for hop in () if one.steps is None else one.steps.shown:
                yield from (each for each in (hop.source, hop.target, hop.job) if each)
        for cleared in self.cleared.shown:
            yield from (each for each in (cleared.source, cleared.job) if each)


def label_list(asking: Asking, found: EffectiveLabels | None, of: str = "") -> LabelList | None:
    """Return the list, each part of it as far on as the address says; `of` tells apart several lists of one page."""
    if found is None:
        return None
    behind = f"-{of}" if of else ""
    labels = []
    for label in found.labels:
        way = label.way
        steps = (
            None if way is None else Several.by_digest(asking, f"steps-{slug(label.kind)}{behind}", way.hops, _of_hop)
        )
        labels.append(LabelWithWay(label, steps))
    return LabelList(tuple(labels), Several.by_digest(asking, f"clearances{behind}", found.cleared, _of_cleared))


def _of_hop(hop: Hop) -> str:
    return repr((hop.source, hop.source_column, hop.target, hop.target_column, hop.passage, hop.job))


def _of_cleared(one: ClearedLabel) -> str:
    return repr((one.kind, one.column, one.source, one.source_column, one.job, one.entry))
