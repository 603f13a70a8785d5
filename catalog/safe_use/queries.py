"""Which datasets are safe for a use, and why one is not, as functions of a View."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce
from catalog.errors import SenderError
from catalog.graph_memo import remembered
from catalog.hidden import count_hidden
from catalog.safe_use import rules
from catalog.safe_use.loading import AT_ONCE, Case, cases, described, with_findings, with_uses
from catalog.safe_use.model import Definition, Outcome, SafeHit, SafePage, Safety
from catalog.search.model import Search
from catalog.search.queries import search, search_by
from catalog.use.queries import UseJudge
from catalog.view import View
from graph_schema.aspects.safe_use import SafeUse
from graph_schema.nodes import Dataset
from graph_schema.nodes import SafeUse as SafeUseNode
from graph_schema.vocabulary.words import SafeQuestion

MOST_JUDGED: Final = 200
"""How many candidates are judged for one page: each is looked at with all that it was made of."""


def safe_uses(view: View) -> tuple[Definition, ...]:
    """Return what each question asks for: as a record in force says, else as it is shipped."""
    nodes = {SafeUseNode(question.value).id: question for question in SafeQuestion}
    held = aspects_in_force(view.unredacted, list(nodes), aspects=("safe_use",))
    found = []
    for identifier, question in nodes.items():
        stated = held.get(identifier, {}).get("safe_use")
        shipped = rules.SHIPPED[question]
        found.append(shipped if stated is None else _recorded(view, identifier, question, stated))
    return tuple(found)


def _asked(view: View, question: SafeQuestion) -> Definition:
    """Return what a question asks for."""
    return next(one for one in safe_uses(view) if one.question is question)


def safety(view: View, datasets: Sequence[str], question: SafeQuestion) -> dict[str, Safety]:
    """Return whether each dataset is safe, with every condition; one that is not known is absent.

    It is judged alike for everybody, and names nothing that may not be seen.
    """
    view = view.remembering
    asked, of = _asked(view, question), cases(view, datasets)
    use = UseJudge(view, [one.dataset for one in of.values()])
    return {
        identifier: _judged(view, asked, with_uses(view, one, asked.content, use)) for identifier, one in of.items()
    }


def _judged(view: View, asked: Definition, one: Case) -> Safety:
    reasons = rules.judge(asked.content, one.known)
    for reason in reasons:
        view.cite(*reason.entries)
    if asked.entry is not None:
        view.cite(asked.entry)
    return Safety(one.asked, asked, rules.outcome(reasons), reasons)


def _safe(view: View, datasets: Sequence[str], asked: Definition, most: int) -> dict[str, Safety]:
    """Return the first of the datasets that are safe: what use is permitted is asked of those that meet the rest."""
    found: dict[str, Safety] = {}
    held = _holding(view, asked.content)
    left = [name for name in datasets if name not in held]
    some, left = left[:most], left[most:]
    while some and len(found) < most:
        waiting = list(_open(view, some, asked.content))
        while waiting and len(found) < most:
            few, waiting = waiting[: most - len(found)], waiting[most - len(found) :]
            use = UseJudge(view, [one.dataset for one in few])
            judged = ((one.asked, _judged(view, asked, with_uses(view, one, asked.content, use))) for one in few)
            found.update((identifier, each) for identifier, each in judged if each.outcome is Outcome.PASS)
        some, left = left, []
    return found


def _open(view: View, datasets: Sequence[str], asked: SafeUse) -> Iterator[Case]:
    """Yield what is known of those of the datasets that meet all but what use is permitted: what is wrong with one is
    asked of those that meet the rest.
    """
    before = replace(asked, finding_severity=None)
    known = described(view, datasets, {})
    some = [one for name in datasets if (one := known.get(name)) and rules.may_pass(before, one.known)]
    for one in with_findings(view, some):
        if rules.may_pass(asked, one.known):
            yield one


def _holding(view: View, asked: SafeUse) -> frozenset[str]:
    """Return datasets that are certain to hold a kind of PHI that is not to be in them, of now: nothing else is looked
    at of these.
    """
    whole = view.unredacted
    if not asked.labels_absent or not whole.is_now or whole.labels_lagging() is not None:
        return frozenset()
    kinds = asked.labels_absent
    return remembered(_holding, whole, lambda beside: beside.assets_labelled(kinds), tuple(kinds))


def safe_for(view: View, question: SafeQuestion, request: Search) -> SafePage:
    """Return the safe ones of the datasets that a search finds, on what is current.

    Those alone are judged that are recorded in a state and zone that will do. At most `MOST_JUDGED` are for one page,
    so that it may hold fewer than were asked for though there are more: `more` says so. Raises SenderError 422 as
    `search` does, and where labels are asked for of which nothing is judged.
    """
    asked = _asked(view, question)
    count_hidden(view, Dataset.__name__)
    if any(label != "Dataset" for label in request.labels):
        raise SenderError("Whether something is safe is judged of datasets alone.", pointer="/labels", status=422)
    narrowed = _narrowed(request, asked.content)
    if narrowed is None:
        search(view, request)
        return SafePage(asked, (), 0, None, more=False)
    view = view.remembering
    find = search_by(request)
    narrowed = replace(narrowed, facets=(), with_aspects=False)
    hits: list[SafeHit] = []
    after, examined, more = request.after, 0, True
    while more and len(hits) < request.first and examined < MOST_JUDGED:
        # Where the first few hold too few safe ones, all others that may be judged are searched for at once.
        found = MOST_JUDGED - examined if examined else AT_ONCE
        page = find(view, replace(narrowed, after=after, first=found))
        safe: dict[str, Safety] = {}
        for place, hit in enumerate(page.hits):
            if place % AT_ONCE == 0:
                some = [one.id for one in page.hits[place : place + AT_ONCE]]
                safe = _safe(view, some, asked, request.first - len(hits))
            if (one := safe.get(hit.id)) is not None:
                hits.append(SafeHit(hit.id, hit.node, one, hit.cursor))
            after, examined = hit.cursor, examined + 1
            if len(hits) == request.first:
                more = page.more or place + 1 < len(page.hits)
                break
        else:
            more = page.more
    return SafePage(asked, tuple(hits), examined, after, more)


def _recorded(view: View, node: str, question: SafeQuestion, stated: AspectInForce[object]) -> Definition:
    by = next((one.by for one in view.unredacted.statements([node], ("safe_use",)) if one.entry == stated.entry), None)
    return Definition(question, SafeUse.from_json(stated.value), stated.entry, by, stated.since)


def _narrowed(request: Search, asked: SafeUse) -> Search | None:
    """Return the search for what may be safe by what is counted of it, None where nothing may be."""
    filters = dict(request.filters)
    for facet, allowed in (("deidentification_state", asked.states), ("zone", asked.zones)):
        wanted = filters.get(facet)
        if allowed:
            folded = None if wanted is None else {value.casefold() for value in wanted}
            filters[facet] = tuple(value for value in allowed if folded is None or value.casefold() in folded)
            if not filters[facet]:
                return None
    return replace(request, labels=("Dataset",), filters=filters)
