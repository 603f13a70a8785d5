"""The table of classes as a tree to walk beside an event: where a value stands, and what is said of all below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest_hooks.redaction.classes import EVENT, FACETS, IN_EVERY_FACET, Class


@dataclass(slots=True)
class Below:
    """What holds at any depth below a place: by key, and for what no key decides."""

    keys: dict[str, Class] = field(default_factory=dict)
    other: Class | None = None


@dataclass(slots=True)
class Place:
    """One step of the table."""

    steps: dict[str, Place] = field(default_factory=dict)
    kind: Class | None = None
    below: Below | None = None

    @property
    def is_inside(self) -> bool:
        """Whether the table says more of what is below than of the place itself."""
        return bool(self.steps) or self.below is not None

    def step(self, key: str) -> Place | None:
        """The place under a key, or under any."""
        return self.steps.get(key) or self.steps.get("*")


def compiled(table: Mapping[str, Class]) -> Place:
    """The table as a tree."""
    root = Place()
    for pattern, kind in table.items():
        steps = pattern.split("/")
        place = root
        for index, step in enumerate(steps):
            if step == "**":
                place.below = place.below or Below()
                if index + 1 < len(steps):
                    place.below.keys[steps[index + 1]] = kind
                else:
                    place.below.other = kind
                break
            place = place.steps.setdefault(step, Place())
        else:
            place.kind = kind
    _share(root)
    return root


def _share(place: Place) -> None:
    """Let a named step and any step (`*`) beside it agree, so that one look-up finds both."""
    star = place.steps.get("*")
    for key, step in place.steps.items():
        if star is not None and key != "*":
            step.below = step.below or star.below
            step.steps = {**star.steps, **step.steps}
        _share(step)


IN_EVENT: Final = compiled(EVENT)
IN_FACETS: Final = compiled(
    FACETS | {f"{name.partition('/')[0]}/{key}": kind for name in FACETS for key, kind in IN_EVERY_FACET.items()}
)
IN_OTHER_FACETS: Final = compiled(IN_EVERY_FACET)
"""What is known of a facet that the table does not name."""

FACET_KEYS: Final = frozenset({"facets", "inputFacets", "outputFacets"})
"""Whose members are facets, wherever they stand."""
