"""What events say of a run or job facet by facet, as a page shows it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Several
from catalog.assets.model import AspectInForce
from graph_schema.aspects import as_json
from graph_schema.facts import Role

_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Facet:
    """What events say of a thing, or of one use of a dataset by a run, by one facet: as JSON, and by which entry."""

    name: str
    on: str
    """The dataset that it was said of, by id, "" where it is of the thing itself."""
    value: str
    entry: int


def facets_of(asking: Asking, aspects: Mapping[str, AspectInForce[Any]], seen: Collection[str] = ()) -> Several:
    """Return what is said by each aspect in force, by name; of uses only those of the datasets that may be seen."""
    shown = {"", *seen}
    every = sorted((one for one in map(_facet, aspects.items()) if one.on in shown), key=_of_facet)
    return Several.of(asking, "facets", every, _of_facet, _MOST)


def _facet(held: tuple[str, AspectInForce[Any]]) -> Facet:
    aspect, stated = held
    value = json.dumps(as_json(aspect, stated.value), ensure_ascii=False)
    if not aspect.startswith("use:"):
        return Facet(aspect.removeprefix("facet:").replace("_", " "), "", value, stated.entry)
    role, _, rest = aspect.removeprefix("use:").partition(":")
    what, _, dataset = rest.rpartition(":")
    used = "input" if role == Role.IN else "output"
    return Facet(f"{what.replace('_', ' ')} of an {used}", f"Dataset:{dataset}", value, stated.entry)


def _of_facet(one: Facet) -> str:
    return f"{one.name} {one.on}"
