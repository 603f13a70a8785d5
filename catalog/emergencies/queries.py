"""Who broke the glass, and what came of it, as functions of a View."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from catalog.emergencies.model import Emergency, Review
from catalog.grants.queries import on_what_is_seen
from catalog.view import View
from graph_schema.aspects.access import EmergencyAccess, EmergencyReview
from graph_schema.facts import Statement
from graph_schema.nodes import Principal
from graph_schema.times import parse_zoned


def emergencies_of(view: View, principals: Sequence[str]) -> dict[str, tuple[Emergency, ...]]:
    """Return each time that one of the principals broke the glass, the first first; one that never did is absent."""
    known = view.nodes(principals)
    stated: dict[str, list[Statement]] = defaultdict(list)
    reviews: dict[tuple[str, int], Review] = {}
    recorded = [
        one for one in view.statements(list(known), ("emergency_access", "emergency_review")) if one.value is not None
    ]
    for one in on_what_is_seen(view, (one for one in recorded if one.aspect == "emergency_access")):
        stated[one.subject].append(one)
    for one in recorded:
        if one.aspect == "emergency_access":
            continue
        value = EmergencyReview.from_json(one.data)
        review = Review(one.entry, one.by, one.valid_from, value.justified, value.reason)
        place = one.subject, value.emergency
        reviews[place] = min(review, reviews.get(place, review), key=lambda each: each.entry)
    return {
        id_: tuple(
            _emergency(known[id_].node.title, one, reviews.get((id_, one.entry)))
            for one in sorted(stated[id_], key=lambda each: each.entry)
        )
        for id_ in dict.fromkeys(principals)
        if id_ in stated
    }


def emergencies(view: View) -> tuple[Emergency, ...]:
    """Return each time that anybody broke the glass, the newest first."""
    found = emergencies_of(view, view.all_of(Principal.__name__))
    return tuple(sorted((one for every in found.values() for one in every), key=lambda one: one.entry, reverse=True))


def _emergency(principal: str, stated: Statement, review: Review | None) -> Emergency:
    content = EmergencyAccess.from_json(stated.data)
    return Emergency(principal, content, stated.entry, stated.valid_from, parse_zoned(content.until), review)
