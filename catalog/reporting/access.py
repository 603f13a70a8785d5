"""Access to a dataset as a report shows it: asked for, granted, taken in an emergency, and decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from catalog.assets.model import DatasetRecord
from catalog.decisions.log import access_decisions
from catalog.decisions.model import DecisionRecord
from catalog.emergencies.model import Emergency, Review
from catalog.emergencies.queries import emergencies
from catalog.grants import rules
from catalog.grants.model import AccessRequest, Grant
from catalog.grants.queries import access_requests, grants
from catalog.grants.rules import DAY
from catalog.reporting.citations import Citations
from catalog.view import View
from graph_schema.aspects import access as aspects
from graph_schema.aspects.access import Target
from graph_schema.times import format_time
from reports.context import ByEntry
from reports.parts.access import (
    AccessTerms,
    DecisionsCounted,
    EmergencyReviewed,
    EmergencyShown,
    GrantShown,
    RequestShown,
)

_MOST: Final = 1000
"""Decisions that are counted, the newest ones."""


def reaches(target: Target, dataset: DatasetRecord) -> bool:
    """Tell whether access to a target is access to the dataset, or to a column of it."""
    return rules.reaches(target, Target("DATASET", dataset.namespace, dataset.name))


def requests(citations: Citations, view: View, dataset: DatasetRecord) -> Iterator[RequestShown]:
    """Yield the requests for access that reach the dataset, by entry."""
    found = [one for one in access_requests(view) if reaches(one.content.target, dataset)]
    citations.introduce({name for one in found for name in (one.principal, one.by)})
    for one in sorted(found, key=lambda each: each.entry):
        yield _request(citations, one)


def _request(citations: Citations, one: AccessRequest) -> RequestShown:
    return RequestShown(
        principal=citations.by(one.principal),
        terms=_terms(one.content),
        until=format_time(one.until),
        reason=one.content.reason,
        by=citations.by(one.by),
        recorded_at=format_time(citations.header(one.entry).recorded_at),
        status=one.state.value,
        decided=None if one.decided_by is None else ByEntry(entry=citations.cite(one.decided_by)),
        entry=citations.cite(one.entry),
    )


def granted(citations: Citations, view: View, dataset: DatasetRecord) -> Iterator[GrantShown]:
    """Yield the grants that reach the dataset, over or not, by entry."""
    found = [one for one in grants(view) if reaches(one.content.target, dataset)]
    citations.introduce({name for one in found for name in (one.principal, one.by)})
    for one in sorted(found, key=lambda each: each.entry):
        yield _grant(citations, one)


def _grant(citations: Citations, one: Grant) -> GrantShown:
    return GrantShown(
        principal=citations.by(one.principal),
        terms=_terms(one.content),
        since=format_time(one.since),
        until=format_time(one.until),
        reason=one.content.reason,
        by=citations.by(one.by),
        recorded_at=format_time(citations.header(one.entry).recorded_at),
        status=one.state.value,
        ended=None if one.ended_by is None else ByEntry(entry=citations.cite(one.ended_by)),
        entry=citations.cite(one.entry),
    )


def taken(citations: Citations, view: View, dataset: DatasetRecord) -> Iterator[EmergencyShown]:
    """Yield each time that somebody broke the glass on what reaches the dataset, by entry."""
    found = [one for one in emergencies(view) if reaches(one.content.target, dataset)]
    citations.introduce({one.principal for one in found} | {one.review.by for one in found if one.review is not None})
    for one in sorted(found, key=lambda each: each.entry):
        yield _emergency(citations, one)


def _emergency(citations: Citations, one: Emergency) -> EmergencyShown:
    return EmergencyShown(
        principal=citations.by(one.principal),
        target=in_words(one.content.target),
        purpose=one.content.purpose,
        since=format_time(one.since),
        until=format_time(one.until),
        reason=one.content.reason,
        review=None if one.review is None else _review(citations, one.review),
        entry=citations.cite(one.entry),
    )


def _review(citations: Citations, one: Review) -> EmergencyReviewed:
    return EmergencyReviewed(
        justified=one.justified,
        reason=one.reason,
        by=citations.by(one.by),
        at=format_time(one.at),
        entry=citations.cite(one.entry),
    )


def _terms(content: aspects.AccessGrant | aspects.AccessRequest) -> AccessTerms:
    return AccessTerms(
        actions=content.actions,
        target=in_words(content.target),
        purposes=content.purposes,
        project=content.project,
    )


def in_words(target: Target) -> str:
    """Return what access is had to, in words; the verifier has the same."""
    name = f"{target.namespace}/{target.name or ''}"
    return {
        "NAMESPACE": f"every dataset in {target.namespace}",
        "PREFIX": f"every dataset whose name begins with {name}",
        "COLUMN": f"column {target.column} of {name}",
    }.get(target.target_kind, name)


def decisions(
    citations: Citations, view: View, dataset: DatasetRecord, days: int
) -> tuple[str, tuple[DecisionsCounted, ...], int]:
    """Return since when decisions are counted, those by principal and purpose, and how many are left out."""
    since = max(0, view.moment - days * DAY)
    of = [dataset.id, *(one.id for one in dataset.columns)]
    every = {one.entry: one for some in access_decisions(view, of).values() for one in some if one.at >= since}
    counted = sorted(every.values(), key=lambda one: one.entry)[-_MOST:]
    grouped: dict[tuple[str, str | None], list[DecisionRecord]] = defaultdict(list)
    for one in counted:
        grouped[one.content.principal, one.content.circumstances.purpose].append(one)
    citations.introduce({principal for principal, _ in grouped})
    shown = [
        DecisionsCounted(
            principal=citations.by(principal),
            purpose=purpose,
            permitted=sum(one.content.allowed for one in some),
            denied=sum(not one.content.allowed for one in some),
            first_at=format_time(min(one.at for one in some)),
            last_at=format_time(max(one.at for one in some)),
            entries=citations.view.cite(*(one.entry for one in some)),
        )
        for (principal, purpose), some in sorted(grouped.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    ]
    return format_time(since), tuple(shown), len(every) - len(counted)
