"""What was said of datasets and their columns, as marks that flow on from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.labels.model import Label, Tag
from catalog.labels.rules import judges
from catalog.labels.taint.fixpoint import Judged
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.model import Mark, Part, Place
from catalog.labels.taint.rules import marks_of
from graph_schema.vocabulary.words import TagOrigin


@dataclass(slots=True)
class Seeds:
    """What was said, as marks, by which entries, and what was rejected."""

    marks: dict[Place, frozenset[Mark]] = field(default_factory=dict)
    stated_by: dict[tuple[Place, Mark], tuple[int, ...]] = field(default_factory=dict)
    labels: dict[Place, tuple[Label, ...]] = field(default_factory=dict)
    judged: Judged = frozenset()

    def add(self, place: Place, label: Label, rules: Mapping[str, int]) -> None:
        """Add what was stated under any of the names."""
        if not label.present:
            return
        suggested = label.origin == TagOrigin.SUGGESTED
        found = set(self.marks.get(place, ()))
        for tag in label.holding:
            entries = tuple(sorted({tag.entry, rules.get(tag.mapping or "", tag.entry)}))
            for mark in marks_of(label.kind, tag.codes, tag.confidentiality, suggested=suggested):
                found.add(mark)
                self.stated_by.setdefault((place, mark), entries)
        if found:
            self.marks[place] = frozenset(found)
            self.labels[place] = (*self.labels.get(place, ()), label)


def seeds_of(
    labels: Mapping[str, Sequence[Label]], groups: Groups, rules: Mapping[str, int], came_later: Collection[Place]
) -> Seeds:
    """Return what was said of datasets, by their names, without what was said of columns that came later.

    `rules` are the entries of mappings by name.
    """
    found = Seeds()
    judging: dict[tuple[Place, str], list[Tag]] = defaultdict(list)
    holding: dict[tuple[str, str], list[Tag]] = defaultdict(list)
    for dataset, some in labels.items():
        whole = groups.of(dataset)
        for label in some:
            if label.column is None:
                place = Place(Part.ASSERTED, whole)
                if label.present:
                    holding[whole, label.kind] += label.holding
            else:
                place = groups.column(dataset, label.column)
                if place in came_later:
                    continue
                if not label.present:
                    judging[place, label.kind] += label.history
            found.add(place, label, rules)
    # Names of one dataset may have stood for strangers: what one judged of its column is not said of another's.
    found.judged = frozenset(
        (place, kind)
        for (place, kind), tags in judging.items()
        if judges(tags, holding[place.node, kind], groups.loader.bears_on)
    )
    return found
