"""Declared mappings of facets and tags, and what one would read of what was received before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Action, Context, Page, Several
from catalog.api.pages.questions import argument, command, fed, query
from catalog.api.pages.recording import submit
from catalog.errors import SenderError
from catalog.mappings.model import DryRun
from catalog.mappings.queries import dry_run, mappings
from catalog.mappings.records import MapFacet
from graph_schema.aspects.mappings import FacetMapping
from graph_schema.vocabulary.words import MappedKind, MappingTarget, PhiKind

_MOST: Final = 200
_MOST_READ: Final = 10_000
"""So many values that a mapping would read are listed at the most, page by page."""
_WORDS: Final = ("on", "target", "phi_kind")
_TEXTS: Final = ("mapping", "facet", "pointer", "value", "column", "reason")
_LINES: Final = "equal_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingsPage(Context):
    """What the page of declared mappings shows; without a facet, those in force and the form alone."""

    in_force: Several
    given: Mapping[str, str]
    """What the address says of each field of the form."""
    refused: str
    """Why it could be no mapping, empty where it could."""
    tried: DryRun | None
    """What it would read, None where it was not asked."""
    examples: Several | None
    """What it would read, None where it was not asked."""
    conflicts: Several | None
    names: Mapping[str, Link]
    may_map: bool
    kinds: tuple[MappedKind, ...] = tuple(MappedKind)
    targets: tuple[MappingTarget, ...] = tuple(MappingTarget)
    phi_kinds: tuple[PhiKind, ...] = tuple(PhiKind)


def read(asking: Asking) -> MappingsPage:
    """Read the mappings in force, and try out the one that the address describes."""
    view = asking.view
    tried, refused = None, ""
    if asking.text("facet"):
        try:
            tried = dry_run(view, FacetMapping.from_json(MapFacet.read(_fields(asking)).fields()), _MOST_READ)
        except SenderError as error:
            refused = error.detail
    examples = conflicts = None
    if tried is not None:
        examples = Several.by_digest(
            asking, "examples", tried.examples, lambda one: repr((one.node, one.column, one.value, one.entry))
        )
        conflicts = Several.by_digest(asking, "conflicts", tried.conflicts, lambda one: repr((one.node, one.why)))
    about = [one.node for several in (examples, conflicts) if several is not None for one in several.shown]
    asked = (
        query("mappings", {}, "{ name facet tagKey target phiKind by entry }", view.as_of)
        if tried is None
        else query(
            "mappingDryRun",
            {"record": argument(_fields(asking), _WORDS)},
            "{\n    ... on MappingDryRun { carrying mapped conflicting examples { value column entry } }\n  }",
            view.as_of,
        )
    )
    return MappingsPage(
        title="Declared mappings",
        graphql=asked,
        command=command("mappings")
        if tried is None
        else fed(command("mappings", "--try", "-"), {"kind": MapFacet.name, **_fields(asking)}),
        in_force=Several.of(asking, "mappings", mappings(view), lambda one: one.entry, _MOST),
        given={
            **{name: asking.text(name) for name in (*_TEXTS, *_WORDS)},
            _LINES: asking.text(_LINES).replace("\r\n", "\n"),
        },
        refused=refused,
        tried=tried,
        examples=examples,
        conflicts=conflicts,
        names=links_to(view, about),
        may_map=is_permitted(asking.actor, Permission.MAP_FACET),
    )


def map_facet(asking: Asking) -> str:
    """Record the mapping that the form describes."""
    submit(asking, {"kind": MapFacet.name, **_fields(asking)})
    return "mappings"


def _fields(asking: Asking) -> dict[str, Any]:
    """Return the fields of the record that an address or a form describes; what is empty is left out."""
    texts = {name: asking.text(name) for name in _TEXTS}
    words = {name: asking.text(name).upper() for name in _WORDS}
    lines = [line.strip() for line in asking.text(_LINES).splitlines() if line.strip()]
    given: dict[str, Any] = {**texts, **words, _LINES: lines}
    return {name: value for name, value in given.items() if value or name == "pointer"}


PAGE = Page("mappings", "Declared mappings", MappingsPage, read, (*_TEXTS, *_WORDS, _LINES, "behind"))
MAP = Action("map-facet", map_facet, Permission.MAP_FACET, PAGE)
