"""Finding assets: thin over what the store finds, with mandatory fields that are missing as a filter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from catalog.assets.rules import MANDATORY
from catalog.errors import SenderError
from catalog.findings.rules import ESTATE, Severity
from catalog.graph_memo import as_it_stands
from catalog.hidden import count_hidden
from catalog.search.derived import ANEW, DERIVED, EFFECTIVE, LIES_IN, derived, united, versions_called
from catalog.search.kinds import SearchKind
from catalog.search.model import Hit, Search, SearchPage
from catalog.store.indexes.search import GAP
from catalog.store.protocol import Query
from catalog.store.words import FACET_OF, question
from catalog.view import View
from graph_schema.aspects import BY_NAME
from graph_schema.nearest import did_you_mean, listed
from graph_schema.nodes import Dataset
from graph_schema.registry import LABELS
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.codes import UnknownCodeError
from graph_schema.vocabulary.words import (
    DeidentificationState,
    PhiKind,
    RetentionClass,
    SourceKind,
    StoragePattern,
    Zone,
)

MAX_FIRST = 500
MAX_CHARACTERS, MAX_WORDS = 2_000, 64
FACETS = (
    "label",
    "phi",
    GAP,
    LIES_IN,
    *DERIVED,
    *(FACET_OF.get(name, name) for name, aspect in BY_NAME.items() if aspect.counted_by is not None),
)
"""What can be counted and filtered by: `label` is the kind of node, `phi` the kinds of PHI that the dataset or one of
its columns is tagged with, `effective_label` those that it holds by all that flowed into it (`phi_category` is what its
owner declares), `purpose` what its data may be used for, `gap` which mandatory fields of a dataset nobody recorded,
`finding` and `severity` what is wrong with it and accepted by nobody, `model` the model versions that it ever fed,
`lies_in` every declared place that its place, region or site is or lies in."""
GAPS: Final = tuple(field for field in MANDATORY if field != "lineage")
"""The mandatory fields that datasets are found without."""


def search(view: View, request: Search) -> SearchPage:
    """Return a page of what is current.

    `gaps` of `lineage` is answered by the dataset itself, not by search. Raises SenderError 422 for a label, facet,
    value of a closed list or gap that there is none of, for a page that is too large, and for too many words.
    """
    _check(request)
    filters = {facet: _values(facet, values) for facet, values in request.filters.items()}
    if "model" in filters:
        filters["model"] = versions_called(view, filters["model"])
    labels = ("Dataset",) if request.gaps else request.labels or _labels(request.text)
    if Dataset.__name__ in labels:
        count_hidden(view, Dataset.__name__)
    page = view.find(
        Query(
            beside=derived(view, filters, request.facets),
            united=united(view, filters, request.facets),
            labels=labels,
            text=request.text,
            filters=filters,
            every=tuple((GAP, field) for field in dict.fromkeys(request.gaps)),
            facets=request.facets,
            after=request.after,
            first=request.first,
            with_aspects=request.with_aspects,
        )
    )
    hits = tuple(Hit(hit.id, hit.node, hit.entry, hit.current, hit.place) for hit in page.hits)
    by_labels = EFFECTIVE in filters or EFFECTIVE in request.facets
    return SearchPage(hits, page.total, page.facets, page.more, view.labels_lagging() if by_labels else None)


def search_by(request: Search) -> Callable[[View, Search], SearchPage]:
    """Return what searches on behalf of a request: where it asks for the first of all, whatever they are called and
    whatever is said of them, what is found is remembered until what it was found by is touched. Whoever narrows by what
    was typed, or reads on, asks what nobody else does, and what follows from a span of time is found anew.
    """
    narrows = request.text or request.filters or request.gaps or request.after
    return search if narrows or not ANEW.isdisjoint(request.facets) else _search_as_it_stands


def _search_as_it_stands(view: View, request: Search) -> SearchPage:
    return as_it_stands(search, view, lambda beside: search(beside, request), repr(request))


def check_text(text: str) -> None:
    """Raise SenderError 422 for more than can be searched for: a condition for each word."""
    if len(text) > MAX_CHARACTERS or max(len(text.split()), len(question(text).asked)) > MAX_WORDS:
        raise SenderError(
            f"text is at most {MAX_WORDS} words in {MAX_CHARACTERS} characters.", pointer="/text", status=422
        )


def leaves_nothing_out(text: str) -> bool:
    """Tell whether something is typed that holds neither letter nor digit, so that all is found as without it."""
    return bool(text.strip()) and not question(text).words


def _labels(text: str) -> tuple[str, ...]:
    return tuple(kind for kind in SearchKind if kind is not SearchKind.RUN or question(text).words)


def _values(facet: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values as they are stored: those of a closed list in its spelling, a data use code by its id."""
    if facet == "purpose":
        return tuple(map(_purpose, values))
    codes = CLOSED.get(facet)
    return values if codes is None else tuple(_member(facet, codes, value) for value in values)


def _member(facet: str, codes: Iterable[str], value: str) -> str:
    found = next((code for code in codes if code.casefold() == value.casefold()), None)
    if found is None:
        raise _no_word(facet, value, tuple(codes), WORDS_DOC.get(facet), f"/filters/{facet}")
    return found


def _no_word(what: str, given: str, words: Collection[str], where: str | None, pointer: str) -> SenderError:
    meant = did_you_mean(given, words)
    return SenderError(f"{what} is {listed(words, where)}{f': {meant}' if meant else '.'}", pointer=pointer, status=422)


def _purpose(value: str) -> str:
    code = value.upper()
    if code in hl7.PURPOSE_OF_USE:
        return code
    try:
        return duo.find(value).code.code
    except UnknownCodeError as error:
        raise SenderError(
            f"purpose is an HL7 PurposeOfUse code, such as HRESCH, or a data use code, such as GRU: {error}",
            pointer="/filters/purpose",
            status=422,
        ) from error


CLOSED: Final[Mapping[str, Iterable[str]]] = {
    "label": LABELS,
    "phi": PhiKind,
    "phi_category": PhiKind,
    "deidentification_state": DeidentificationState,
    "source_system": SourceKind,
    "retention": RetentionClass,
    "zone": Zone,
    "storage_pattern": StoragePattern,
    GAP: GAPS,
    "finding": tuple(rule.name for rule in ESTATE),
    "severity": Severity,
    EFFECTIVE: PhiKind,
}
"""The facets whose values are of a closed list."""
FACETS_DOC: Final = "docs/search.md"
WORDS_DOC: Final = {"finding": "docs/findings.md"}
"""Where the lists are that are too long for an answer."""


def _check(request: Search) -> None:
    if not 1 <= request.first <= MAX_FIRST:
        raise SenderError(f"first is 1 to {MAX_FIRST}.", pointer="/first", status=422)
    check_text(request.text)
    for label in request.labels:
        if label not in LABELS:
            raise _no_word("A label", label, LABELS, None, "/labels")
    for facet in (*request.filters, *request.facets):
        if facet not in FACETS:
            raise _no_word("A facet", facet, FACETS, FACETS_DOC, "/facets")
    for gap in request.gaps:
        if gap not in GAPS:
            raise _no_word("A gap", gap, GAPS, None, "/gaps")
