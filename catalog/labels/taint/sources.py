"""Everything that labels of some assets follow from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.labels.model import ColumnLineageTrust, Label
from catalog.labels.taint.fixpoint import Judged
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.model import Clearance, Flow, Mark, Place
from catalog.reading import Completeness


class Trusted(NamedTuple):
    """That fields of a dataset took nothing on a step, since its column lineage is taken for complete."""

    trust: ColumnLineageTrust
    mentioned: frozenset[str]
    """The addresses of the fields that the step mentions: these take what it says."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that labels of some assets follow from: what was said, where it flows, and what clears it there."""

    seeds: Mapping[Place, frozenset[Mark]]
    stated_by: Mapping[tuple[Place, Mark], tuple[int, ...]]
    flows: tuple[Flow, ...]
    clearances: Mapping[tuple[str, str, str], tuple[Clearance, ...]]
    """By job, target and source, as nodes, of each step for which there is any."""
    judged: Judged
    labels: Mapping[Place, tuple[Label, ...]]
    """What was said at each place, by kind."""
    groups: Groups
    completeness: Completeness | None
    trusted: Mapping[str, tuple[Trusted, ...]]
    """By dataset, what its own writes left out because their column lineage is taken for complete."""
    beyond: Mapping[Place, frozenset[str]]
    """The fields that are not meant by each place of other fields."""
    unknown: frozenset[Place]
    """The columns, where others flow from them, that nothing but a mapping of the site names."""
    later: frozenset[Place] = frozenset()
    """The columns that came after what is asked about was made."""

    def covering(self, flow: Flow) -> Sequence[Clearance]:
        """Return the attestations that cover every step that carried a flow."""
        return self.clearances.get((flow.job or "", flow.target.node, flow.source.node), ())
