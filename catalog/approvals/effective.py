"""What flows into a subject of an approval: its effective labels and the statements on its use, as digests that bind.

Nothing of it is stored: whether it changed since a request is found by judging it anew at each entry since that may
have changed it, and at each moment at which something of it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.approvals.binding import FLOWING, LABELS, USE, Change, Instant, moments
from catalog.approvals.instants import Behind, Since, behind, instants
from catalog.graph_memo import as_it_was, each_remembered
from catalog.labels.queries import attestations_of
from catalog.labels.taint.answers import EffectiveLabels
from catalog.labels.taint.queries import effective_labels
from catalog.reading import Complete
from catalog.use.answers import PermittedUse
from catalog.use.consent import why_consent_is_over
from catalog.use.model import UseStatement
from catalog.use.queries import permitted_use
from catalog.view import View
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.bitemporal import lasts
from graph_schema.canonical import digest_of
from graph_schema.identity import label_of
from reports.naming import worded

_Since = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Effective:
    """The effective labels of a subject and the statements on its use, each as the JSON that its digest is over."""

    labels: Mapping[str, Any]
    use: Mapping[str, Any]

    @property
    def digests(self) -> frozenset[BoundDigest]:
        """Return what a request binds of it."""
        return frozenset((BoundDigest(LABELS, digest_of(self.labels)), BoundDigest(USE, digest_of(self.use))))


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was judged already of what is known: several requests ask for the same subject at the same points."""

    effective: dict[tuple[str, int, int], Effective] = field(default_factory=dict)
    instants: dict[_Since, list[Instant]] = field(default_factory=dict)

    def load(self, view: View, bound: Iterable[Bound]) -> None:
        """Find what may have changed since each was bound, for all of them together."""
        # No time changes it: whoever asks again finds it, and notes what was looked at for it.
        asked = sorted({one.since for one in bound})
        found = each_remembered(_instants, view, lambda new: _instants(view, new), asked)
        self.instants.update(found)

    def at(self, view: View, subject: str, at: int, known: int) -> Effective:
        """Return what flows into a subject at a point."""
        place = subject, at, known
        if place not in self.effective:
            self.effective[place] = as_it_was(effective, view, lambda: effective(view.at(at, known), subject), place)
        return self.effective[place]


def _instants(view: View, since: Sequence[_Since]) -> dict[_Since, list[Instant]]:
    """Return what may have changed since each entry and time."""
    earliest: dict[str, Since] = {}
    for subject, entry, at in since:
        before = earliest.get(subject, Since(entry, at))
        earliest[subject] = Since(min(entry, before.entry), min(at, before.at))
    # What came since an earlier entry came since a later one as well; what it adds changes nothing.
    of = instants(view, earliest)
    return {one: of[one[0]] for one in since}


def _judged(_: View) -> _Judged:
    return _Judged()


def effective(view: View, subject: str) -> Effective:
    """Return what flows into a dataset, snapshot or model version at the view's point, whoever asks."""
    # What was looked at to judge it is no part of the answer.
    whole = view.unredacted.beside(view.as_of)
    at = whole.moment
    labels = effective_labels(whole, [subject]).get(subject)
    use = permitted_use(whole, subject, at, begun=True)
    return Effective(_of_labels(labels), _of_use(use, at))


def _of_labels(found: EffectiveLabels | None) -> dict[str, Any]:
    if found is None:
        return {"labels": {}, "sensitivity": [], "confidentiality": None, "whole": True}
    return {
        "labels": {one.kind: [code.to_json() for code in one.codes] for one in found.labels},
        "sensitivity": [one.to_json() for one in found.sensitivity],
        "confidentiality": found.confidentiality,
        "whole": isinstance(found.completeness, Complete),
    }


def _of_use(found: PermittedUse, at: int) -> dict[str, Any]:
    stated = {digest_of(content): content for content in _contents(found, at)}
    return {
        "statements": [stated[digest] for digest in sorted(stated)],
        "unstated": list(found.unstated),
        "whole": isinstance(found.completeness, Complete),
    }


def _contents(found: PermittedUse, at: int) -> Iterator[dict[str, Any]]:
    for one in found.applied:
        if not one.replaced_by:
            exceptions = {each.place for each in one.transfers if lasts(each.since, each.until, at)}
            yield {**_content(one.statement, at), "exceptions": sorted(exceptions)}


def _content(one: UseStatement, at: int) -> dict[str, Any]:
    terms = [[term.code, sorted(term.values), term.date, term.months] for term in one.terms]
    agreement = one.agreement
    return {
        "terms": sorted(terms, key=repr),
        "purposes": None if one.purposes is None else sorted(one.purposes),
        "obligations": sorted(one.obligations),
        "refrains": sorted(one.refrains),
        "places": None if one.places is None else sorted(one.places),
        "agreement": None
        if agreement is None
        else [agreement.name, sorted(agreement.purposes), agreement.limited_data_set, sorted(agreement.recipients)],
        "unknown": sorted(one.unknown),
        "words": one.words,
        "permit": one.permit,
        "limits_only": one.limits_only,
        "over": is_over(one, at),
    }


def is_over(statement: UseStatement, at: int) -> bool:
    """Tell whether a statement, its agreement or the consent behind it ended by a time, or was withdrawn."""
    agreement = statement.agreement
    return (
        (statement.until is not None and statement.until <= at)
        or (agreement is not None and agreement.until is not None and agreement.until <= at)
        or why_consent_is_over(statement, at) is not None
    )


@dataclass(frozen=True, slots=True)
class Bound:
    """A request that binds what flows into its subject, and the point at which that was read."""

    request: int
    requested_at: int
    subject: str
    digests: frozenset[BoundDigest]
    bound_at: int
    bound_by: int

    @property
    def since(self) -> _Since:
        """Return the subject, and the entry and the time since which it is looked at."""
        return self.subject, self.bound_by, self.bound_at


def changes(view: View, bound: Iterable[Bound]) -> dict[int, Change]:
    """Return by request the first change of what flows into its subject since it was bound; one without is absent.

    It is whatever was otherwise at any moment since, as it was known by any entry since: what is put back later, with
    whatever date, takes nothing of it away.
    """
    whole = view.unredacted.remembering
    asked = [one for one in bound if any(digest.of in FLOWING for digest in one.digests)]
    # Read anew, since an erasure may have taken texts that the digests which were bound are over.
    judged = whole.once(_judged)
    judged.load(whole, asked)
    found = {one.request: _change(judged, whole, one) for one in asked}
    return {request: one for request, one in found.items() if one is not None}


def _change(judged: _Judged, whole: View, bound: Bound) -> Change | None:
    every = moments(judged.instants[bound.since], bound.bound_by, bound.bound_at, whole.moment)
    if not every:
        return None
    was = judged.at(whole, bound.subject, bound.bound_at, bound.bound_by)
    for moment in every:
        now = judged.at(whole, bound.subject, moment.at, moment.known)
        if now != was:
            return Change(max(moment.at, bound.requested_at), moment.cause, explained(was, now))
    return None


def attestors(view: View, subject: str) -> frozenset[str]:
    """Return who attested any step by which data came to the subject."""
    whole = view.unredacted.beside(view.as_of)
    found = behind(whole, [subject]).get(subject, Behind())
    versions = {one for one in found.nodes if label_of(one) == "ModelVersion"}
    every = attestations_of(whole, sorted(found.jobs | versions))
    return frozenset(one.attested_by for some in every.values() for one in some)


def explained(was: Effective, now: Effective) -> str:
    """Return in words what of the labels or of the use became otherwise."""
    before, after = was.labels["labels"], now.labels["labels"]
    if came := sorted(kind for kind in after if kind not in before):
        return f"it is labelled {', '.join(map(worded, came))}, which no record stated when the approval was asked for"
    if gone := sorted(kind for kind in before if kind not in after):
        return f"it is labelled {', '.join(map(worded, gone))} no more, as it was when the approval was asked for"
    if was.labels != now.labels:
        return "its labels are of other codes, sensitivity or confidentiality"
    ended = sum(bool(one["over"]) for one in now.use["statements"])
    if ended > sum(bool(one["over"]) for one in was.use["statements"]):
        return "a statement of what it may be used for ended, or its consent was withdrawn"
    if len(now.use["unstated"]) > len(was.use["unstated"]):
        return "it is made of a source of which nothing says what it may be used for"
    return "what is stated of its use changed"
