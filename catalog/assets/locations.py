"""What datasets have by the place that they lie in, at one point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.assets import rules
from catalog.assets.model import AspectInForce
from catalog.places.queries import places
from catalog.view import View

_FILLED = frozenset({"site", "region"})


def located(
    view: View, held: Mapping[str, Mapping[str, AspectInForce[Any]]]
) -> dict[str, dict[str, AspectInForce[Any]]]:
    """Return what each dataset has by its place, given what is in force of itself; one without any is absent."""
    lying = {one: own for one, own in held.items() if "place" in own and not own.keys() >= _FILLED}
    if not lying:
        return {}
    declared = {one.name: one for one in places(view)}
    found = {}
    for one, own in lying.items():
        place = declared.get(own["place"].value)
        if place is not None:
            above = (declared[name] for name in place.around if name in declared)
            found[one] = rules.located(own, (place, *above))
    return {one: given for one, given in found.items() if given}
