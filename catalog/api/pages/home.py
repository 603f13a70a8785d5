"""The home page: search with facets, the questions that are ready, and the state of the catalog in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import ADDRESS_OF, name_of
from catalog.api.pages.links import HOME
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import Word, command, query
from catalog.reading import AsOf
from catalog.search import queries
from catalog.search.kinds import SearchKind
from catalog.search.model import Hit, Search
from graph_schema.identity import label_of, node_id
from graph_schema.nodes import Snapshot
from graph_schema.vocabulary.words import SafeQuestion

FIRST: Final = 20
_FACETS: Final = {
    "label": "Kind",
    "zone": "Zone",
    "effective_label": "PHI",
    "deidentification_state": "De-identification",
    "lies_in": "Place",
    "site": "Site",
    "region": "Region",
    "gap": "Not recorded",
}
"""What finds are counted and narrowed by, and what that is called."""
_MOST_VALUES: Final = 8
_EVERY_VALUE: Final = 200
"""So many values of the facet of which the address asks for all."""
_MOST_CHOSEN: Final = 20
_ASPECTS: Final = ("owner", "zone", "site", "deidentification_state")
"""What is shown of a find beside its name, where it is recorded."""


@dataclass(frozen=True, slots=True)
class Find:
    """What was found: its page, name and kind, and in words what is recorded of it."""

    page: str | None
    id: str
    name: str
    namespace: str
    kind: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: how many finds have it, and whether it is chosen."""

    value: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its most frequent values, and how many values are not shown."""

    name: str
    title: str
    choices: tuple[Choice, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Context):
    """What the home page shows."""

    text: str
    finds: tuple[Find, ...]
    total: int
    facets: tuple[Facet, ...]
    every: str
    """The facet of which all values are shown, "" of none."""
    after: str | None
    """Where the next page goes on, None on the last."""
    entries: int
    leaves_nothing_out: bool
    """Whether the text holds neither letter nor digit, so that all is found."""
    questions: tuple[SafeQuestion, ...] = tuple(SafeQuestion)


def read(asking: Asking) -> Home:
    """Search what is current. Raises SenderError 422 as search does, InvalidInputError for a cursor of another one."""
    text = asking.text("q")
    # Before it is redacted: of a text that is too long a token would be left.
    queries.check_text(text)
    redactor = asking.services.redactor
    chosen = {
        name: tuple(redactor.field(name, value) for value in values[:_MOST_CHOSEN])
        for name in _FACETS
        if (values := asking.texts(name))
    }
    request = Search(
        text=redactor.name(text),
        labels=chosen.get("label", ()),
        filters={name: values for name, values in chosen.items() if name not in {"label", "gap"}},
        gaps=chosen.get("gap", ()),
        facets=tuple(_FACETS),
        first=FIRST,
    )
    cursor = Cursor.of(HOME, request.text, request.labels, sorted(request.filters.items()), request.gaps)
    place = cursor.read(asking.text("after") or None, (int, str, str))
    after = None if place is None else (place[0], place[1], place[2])
    request = replace(request, after=after)
    page = queries.search_by(request)(asking.view, request)
    return Home(
        title="Lineward",
        graphql=query("search", _asked(request), "{\n    totalCount nodes { id ... on Named { name } }\n  }"),
        command=_command(request),
        found=page.lagging,
        subjects=tuple(hit.id for hit in page.hits),
        current=asking.view.as_of != AsOf(),
        text=text,
        finds=tuple(map(_find, page.hits)),
        total=page.total,
        facets=tuple(_facets(page.facets, chosen, asking.text("every"))),
        every=asking.text("every") if asking.text("every") in _FACETS else "",
        after=cursor.write(page.hits[-1].cursor) if page.more and page.hits else None,
        entries=asking.services.ledger.size(),
        leaves_nothing_out=queries.leaves_nothing_out(request.text),
    )


def _find(hit: Hit) -> Find:
    node, label = hit.node, label_of(hit.id)
    details = tuple(value for aspect in _ASPECTS if isinstance(value := hit.current.get(aspect), str))
    of = node_id("Dataset", (node.namespace, node.dataset)) if isinstance(node, Snapshot) else hit.id
    return Find(
        page=ADDRESS_OF.get(label_of(of)),
        id=of,
        name=name_of(node),
        namespace=getattr(node, "namespace", ""),
        kind=label,
        details=details,
    )


def _facets(
    counts: Mapping[str, Mapping[str, int]], chosen: Mapping[str, tuple[str, ...]], every: str
) -> Iterator[Facet]:
    for name, title in _FACETS.items():
        most = _EVERY_VALUE if name == every else _MOST_VALUES
        found = sorted(counts.get(name, {}).items(), key=lambda each: (-each[1], each[0]))
        wanted = chosen.get(name, ())
        shown = [Choice(value, count, value in wanted) for value, count in found[:most]]
        there = {one.value for one in shown}
        shown += [Choice(value, dict(found).get(value), chosen=True) for value in wanted if value not in there]
        if shown:
            yield Facet(name, title, tuple(shown), max(len(found) - most, 0))


def _asked(request: Search) -> dict[str, object]:
    choices = [{"facet": Word(name.upper()), "values": list(values)} for name, values in request.filters.items()]
    narrowed = {
        "kinds": [Word(SearchKind(label).name) for label in request.labels] or None,
        "facets": choices or None,
        "gaps": [Word(gap.upper()) for gap in request.gaps] or None,
    }
    return {
        "text": request.text or None,
        "filter": narrowed if any(narrowed.values()) else None,
        "first": request.first,
    }


def _command(request: Search) -> str:
    kinds = [part for label in request.labels for part in ("--kind", SearchKind(label).name.lower())]
    narrowed = [
        part for name, values in request.filters.items() for value in values for part in ("--filter", f"{name}={value}")
    ]
    gaps = [part for gap in request.gaps for part in ("--gap", gap)]
    return command("search", *kinds, *narrowed, *gaps, *(["--", request.text] if request.text else []))


PAGE = Page(HOME, "Home", Home, read, ("q", "after", "every", *_FACETS))
