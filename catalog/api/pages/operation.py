"""How the catalog runs: its parts, what could not be projected, and which programs send events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.access.permissions import Permission
from catalog.access.rules import is_permitted
from catalog.api.http import health
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.words import moment
from catalog.operations.quarantine import QuarantinedEntry, quarantined
from catalog.operations.records import ReleaseQuarantined
from catalog.producers.queries import producers
from catalog.producers.rules import ahead
from catalog.reading import AsOf
from graph_schema.times import parse_time

_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPage(Context):
    """What the page of operation shows."""

    ready: bool
    parts: tuple[tuple[str, bool, tuple[tuple[str, str], ...]], ...]
    """Each part, whether it is in order, and what it says of itself."""
    quarantined: Several
    """The newest first."""
    release: tuple[tuple[str, str], ...]
    """What the address of the form says that lets in those that policies kept out; nothing for whoever may not."""
    producers: Several
    rejected: Mapping[str, int]
    """By the URI of a producer, how many of its events were refused since the server started."""
    clocks: Mapping[str, str]
    """By the URI of a program whose clock is ahead, by how much."""


def read(asking: Asking) -> OperationPage:
    """Look at every part, as it is now."""
    view = asking.view
    found = health.look(asking.services)
    rejected = asking.services.metrics.producers.rejected() if view.rights.unbounded else {}
    programs = Several.of(
        asking, "producers", producers(view, asking.services.ledger, rejected), lambda one: one.uri, _MOST
    )
    kept_out = _quarantined(asking)
    return OperationPage(
        title="Operation",
        graphql="{\n  quarantined { nodes { entry reason actor } }\n"
        "  producers { nodes { name version events lastSeen quarantined deviations { code count } } }\n}",
        command="lineward producers",
        current=view.as_of != AsOf(),
        ready=found.ready,
        parts=tuple((name, part["state"] == "green", _details(part)) for name, part in found.parts.items()),
        quarantined=kept_out,
        release=_release(kept_out.shown) if is_permitted(asking.actor, Permission.RELEASE_QUARANTINED) else (),
        producers=programs,
        rejected=rejected,
        clocks={
            one.uri: off
            for one in programs.shown
            if one.skew is not None and (off := ahead(one.skew.early)) is not None
        },
    )


def _quarantined(asking: Asking) -> Several:
    """Return the entries in quarantine, of which the ledger is read for those that are shown."""
    every = sorted((one.entry for one in asking.view.quarantined()), reverse=True)
    found = Several.of(asking, "quarantine", every, str, _MOST)
    if not found.shown:
        return found
    page = quarantined(asking.view, asking.services.ledger, len(found.shown), found.shown[0] + 1)
    return replace(found, shown=page.entries)


def _release(shown: Sequence[QuarantinedEntry]) -> tuple[tuple[str, str], ...]:
    entries = [("value", f"/entries={one.entry}") for one in shown if one.policies]
    return (("kind", ReleaseQuarantined.name), *entries) if entries else ()


def _details(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        _detail(name, value) for name, value in part.items() if name not in _LEFT and (value or name in _COUNTED)
    )


def _detail(name: str, value: object) -> tuple[str, str]:
    """Return what one detail of a part is called and is, as it is read."""
    if name.endswith("_at"):
        return name.replace("_", " "), moment(parse_time(str(value)))
    text = f"{value:,.0f}" if isinstance(value, float) else str(value)
    return (name.removesuffix("_seconds").replace("_", " "), f"{text} s" if name.endswith("_seconds") else text)


_COUNTED: Final = frozenset({"behind", "size"})
"""What a part says also where it is nothing."""
_LEFT: Final = frozenset({"state", "quarantined"})

PAGE = Page("operation", "Operation", OperationPage, read, ("behind",))
