"""What flows into a subject of an approval: its effective labels and the statements on its use, as digests that bind.

Nothing of it is stored: whether it changed since a request is found by judging it anew at each entry since that may
have changed it, and at each moment at which something of it ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.approvals.rules import FLOWING, LABELS, USE, Change, Instant, moments
from catalog.labels.queries import attestations_of_jobs
from catalog.labels.taint.loading import load
from catalog.labels.taint.queries import EffectiveLabels, effective_labels
from catalog.lineage.model import Direction
from catalog.reading import AsOf, Complete
from catalog.use.answers import PermittedUse
from catalog.use.closure import closure
from catalog.use.loading import About, recorded
from catalog.use.model import UseStatement
from catalog.use.queries import permitted_use
from catalog.use.rules import why_consent_is_over
from catalog.view import View
from graph_schema.aspects import KEPT_FACET, PHI, aspects_of_facets
from graph_schema.aspects import labels as label_aspects
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.aspects.use import ConsentWithdrawal
from graph_schema.canonical import digest_of
from graph_schema.facts import ALWAYS, NOW, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Attestation, Dataset, NamespaceRule, Snapshot
from graph_schema.nodes import Mapping as MappingNode
from graph_schema.vocabulary.words import PhiKind, WithdrawalEffect

_PHI: Final = tuple(f"{PHI}{kind.value}" for kind in PhiKind)
_ACCESSES: Final = ("READ", "WROTE", "PRODUCED")
_WHENEVER: Final = frozenset({"mapping_withdrawal", "attestation_end", "exception_end"})
"""What may act at every valid time, whenever it is recorded."""


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
    instants: dict[tuple[str, int], list[Instant]] = field(default_factory=dict)

    def at(self, view: View, subject: str, at: int, known: int) -> Effective:
        """Return what flows into a subject at a point."""
        place = subject, at, known
        if place not in self.effective:
            self.effective[place] = effective(view.at(at, known), subject)
        return self.effective[place]


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
            exceptions = {each.place for each in one.transfers if _lasts(each.since, each.until, at)}
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
        else [agreement.name, sorted(agreement.purposes), agreement.limited_data_set],
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


def _lasts(since: int, until: int | None, at: int) -> bool:
    return since <= at and (until is None or at < until)


@dataclass(slots=True)
class _Instants:
    """What may change what flows into a subject, of what is repeated only what comes first."""

    found: list[Instant] = field(default_factory=list)
    _first: dict[Hashable, int] = field(default_factory=dict)

    def add(self, entry: int, since: int, *ends: int | None) -> None:
        self.found.append(Instant(entry, since, tuple(end for end in ends if end is not None)))

    def add_firsts(self, facts: Iterable[tuple[Hashable, int, int]]) -> None:
        """Add of facts (what they say, entry, valid from) those that were not said before for as early a time."""
        for what, entry, since in sorted(facts, key=lambda one: one[1]):
            if since < self._first.get(what, NOW + 1):
                self._first[what] = since
                self.add(entry, since)


def instants(view: View, subject: str, since: int) -> list[Instant]:
    """Return everything known by the view that may have changed what flows into a subject, at whatever valid time.

    What was joined to it by an entry after `since`, and is not any more, is looked at as it was then.
    """
    judged = view.once(_judged).instants
    if (subject, since) not in judged:
        judged[subject, since] = _instants(view, subject, since)
    return judged[subject, since]


def _instants(view: View, subject: str, since: int) -> list[Instant]:
    ever = view.unredacted.beside(AsOf(NOW, view.as_of.known_at))
    found = _Instants()
    of_everything = _of_everything(ever)
    linking = {one.entry for one in of_everything if one.entry > since}
    seen: set[int] = set()
    nodes: set[str] = set()
    jobs: set[str] = set()
    while True:
        points = {NOW, *linking} - seen
        if not points:
            break
        for point in sorted(points):
            seen.add(point)
            more, of_jobs = _behind(ever if point == NOW else ever.at(NOW, point), subject)
            nodes |= more
            jobs |= of_jobs
        names = sorted(one for one in nodes if label_of(one) == "Dataset")
        linking |= {one.entry for one in ever.edges(names, ("IS_SAME_AS",), "both") if one.entry > since}
    for entry in linking:
        found.add(entry, ALWAYS)
    for one in of_everything:
        found.add(one.entry, ALWAYS)
    _of_labels_behind(ever, sorted(nodes), jobs, found)
    _of_use_behind(ever, sorted(nodes), found)
    return found.found


def _of_everything(ever: View) -> list[Statement]:
    """Return what was said of mappings and of rules of names: it may change anything."""
    ids = sorted({*ever.lookup(MappingNode.__name__, "every", ("",)), *ever.all_of(NamespaceRule.__name__)})
    return ever.statements(ids) if ids else []


def _behind(ever: View, subject: str) -> tuple[set[str], set[str]]:
    """Return the datasets and model versions behind a subject, itself among them, and the jobs on the ways."""
    known = ever.nodes([subject]).get(subject)
    if known is None:
        return set(), set()
    asset = Dataset(known.node.namespace, known.node.dataset).id if isinstance(known.node, Snapshot) else subject
    sources = load(ever, [asset])
    nodes = {*sources.groups.names, *closure(ever, [asset], Direction.UPSTREAM).nodes, subject}
    return nodes, {flow.job for flow in sources.flows if flow.job}


def attestors(view: View, subject: str) -> frozenset[str]:
    """Return who attested any step by which data came to the subject."""
    whole = view.unredacted.beside(view.as_of)
    _, jobs = _behind(whole, subject)
    every = attestations_of_jobs(whole, sorted(jobs))
    return frozenset(one.attested_by for some in every.values() for one in some)


def _of_labels_behind(ever: View, nodes: Sequence[str], jobs: set[str], found: _Instants) -> None:
    names = [one for one in nodes if label_of(one) == "Dataset"]
    having = ever.edges(names, ("HAS_COLUMN",), "out")
    columns = sorted({edge.target for edge in having})
    found.add_firsts((edge.target, edge.entry, ALWAYS) for edge in having)
    for flow in ever.flows(nodes, "in"):
        found.add(flow.entry, flow.valid_from)
    for stated in ever.column_flows([*names, *columns], "in"):
        found.add(stated.entry, stated.valid_from)
    for covered in ever.column_coverage(names):
        found.add(covered.entry, covered.valid_from)
        jobs |= {covered.job} if covered.job else set()
    for one in ever.statements(sorted(jobs), ("column_lineage_trust",)) if jobs else ():
        until = None if one.value is None else label_aspects.ColumnLineageTrust.from_json(one.data).until
        found.add(one.entry, one.valid_from, until)
    for schema in ever.schemas(names):
        found.add(schema.entry, ALWAYS)
    for pointer in ever.pointers(names):
        found.add(pointer.entry, ALWAYS)
    for edge in ever.edges(nodes, ("IS_SAME_AS", "WAS_RENAMED_TO", "TRAINED_ON"), "both"):
        found.add(edge.entry, ALWAYS)
    subjects = [*names, *columns]
    for one in ever.statements(subjects, _PHI):
        found.add(one.entry, one.valid_from)
    tagged = ever.edges(subjects, ("IS_TAGGED",), "out")
    found.add_firsts(((edge.source, edge.target, edge.value), edge.entry, edge.valid_from) for edge in tagged)
    statements = ever.statements(names, ("schema_version", "symlinks", *_mapped_aspects(ever)))
    found.add_firsts(((one.subject, one.aspect, one.value, one.job), one.entry, one.valid_from) for one in statements)
    _of_attestations(ever, names, jobs, found)


def _mapped_aspects(ever: View) -> tuple[str, ...]:
    """Return the aspects that mappings ever read."""
    ids = ever.lookup(MappingNode.__name__, "every", ("",))
    stated = ever.statements(ids, ("facet_mapping", "tag_mapping")) if ids else []
    if not stated:
        return ()
    facets = {one.data["facet"] for one in stated if one.aspect == "facet_mapping" and one.value is not None}
    return (
        "tags",
        "schema",
        *sorted({aspects_of_facets("Dataset").get(facet, KEPT_FACET + facet) for facet in facets}),
    )


def _of_attestations(ever: View, names: Sequence[str], jobs: Collection[str], found: _Instants) -> None:
    of_runs: dict[str, bool] = {}
    every = ever.all_of(Attestation.__name__) if jobs else ()
    of: dict[str, list[Statement]] = defaultdict(list)
    for one in ever.statements(every, ("attestation", "attestation_end")) if every else ():
        of[one.subject].append(one)
    for stated in of.values():
        values = [label_aspects.Attestation.from_json(one.data) for one in stated if one.aspect == "attestation"]
        if not any(value.job in jobs for value in values):
            continue
        for value in values:
            of_runs[value.job] = of_runs.get(value.job, False) or value.run is not None
        for one in stated:
            whenever = one.aspect in _WHENEVER
            until = None if whenever else label_aspects.Attestation.from_json(one.data).until
            found.add(one.entry, ALWAYS if whenever else one.valid_from, one.valid_from, until)
    if not of_runs:
        return
    # Whether a step is covered hangs on its first run, and where one run is attested on each.
    accesses = [edge for edge in ever.edges(names, _ACCESSES, "in") if edge.job in of_runs]
    first: dict[tuple[str, str | None, str], str | None] = {}
    for edge in sorted(accesses, key=lambda one: (one.valid_from, one.entry)):
        first.setdefault((edge.kind, edge.job, edge.target), edge.run)
    for edge in accesses:
        if of_runs[edge.job or ""] or first[edge.kind, edge.job, edge.target] == edge.run:
            found.add(edge.entry, edge.valid_from)


def _of_use_behind(ever: View, nodes: Sequence[str], found: _Instants) -> None:
    supplies = ever.edges(nodes, ("SUPPLIES",), "in")
    found.add_firsts(((edge.source, edge.target), edge.entry, edge.valid_from) for edge in supplies)
    sources = sorted({edge.source for edge in supplies})
    captured = ever.edges(nodes, ("CAPTURES",), "in")
    subjects = sorted({*nodes, *sources, *(edge.source for edge in captured)})
    declared = ever.statements(subjects, ("permitted_use", "permitted_places"))
    found.add_firsts(((one.subject, one.value, one.by), one.entry, one.valid_from) for one in declared)
    for one in declared:
        # What was declared first of a dataset holds before as well.
        found.add(one.entry, ALWAYS)
    applied = ever.edges(subjects, ("APPLIES_TO",), "in")
    for edge in applied:
        found.add(edge.entry, ALWAYS)
    stated = sorted({edge.source for edge in applied})
    for one in ever.statements(stated) if stated else ():
        found.add(one.entry, ALWAYS if _is_whenever(one) else one.valid_from)
    for about in recorded(ever, list(nodes), None, NOW).every:
        _of_about(about, found)


def _is_whenever(one: Statement) -> bool:
    if one.aspect == "consent_withdrawal":
        return ConsentWithdrawal.from_json(one.data).effect == WithdrawalEffect.RETROACTIVE
    return one.aspect in _WHENEVER


def _of_about(about: About, found: _Instants) -> None:
    statement, transfer = about.statement, about.transfer
    if transfer is not None:
        found.add(transfer.entry, transfer.since, transfer.until)
    if statement is not None:
        consent, agreement = statement.consent, statement.agreement
        found.add(
            statement.entry,
            statement.since,
            statement.until,
            None if consent is None else consent.since,
            None if consent is None else consent.until,
            None if agreement is None else agreement.until,
            *(one.since for one in statement.withdrawals),
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


def change(view: View, bound: Bound) -> Change | None:
    """Return the first change of what flows into a subject since it was bound, None while all of it is the same.

    It is whatever was otherwise at any moment since, as it was known by any entry since: what is put back later, with
    whatever date, takes nothing of it away.
    """
    whole = view.unredacted
    if all(one.of not in FLOWING for one in bound.digests):
        return None
    every = moments(instants(whole, bound.subject, bound.bound_by), bound.bound_by, bound.bound_at, whole.moment)
    if not every:
        return None
    # Read anew, since an erasure may have taken texts that the digests which were bound are over.
    judged = whole.once(_judged)
    was = judged.at(whole, bound.subject, bound.bound_at, bound.bound_by)
    for moment in every:
        now = judged.at(whole, bound.subject, moment.at, moment.known)
        if now != was:
            return Change(max(moment.at, bound.requested_at), moment.cause, explained(was, now))
    return None


def explained(was: Effective, now: Effective) -> str:
    """Return in words what of the labels or of the use became otherwise."""
    before, after = was.labels["labels"], now.labels["labels"]
    if came := sorted(kind for kind in after if kind not in before):
        return f"it holds {', '.join(came)}, which nothing said when the approval was asked for"
    if gone := sorted(kind for kind in before if kind not in after):
        return f"it holds {', '.join(gone)} no more, which it did when the approval was asked for"
    if was.labels != now.labels:
        return "its labels are of other codes, sensitivity or confidentiality"
    ended = sum(bool(one["over"]) for one in now.use["statements"])
    if ended > sum(bool(one["over"]) for one in was.use["statements"]):
        return "a statement of what it may be used for ended, or its consent was withdrawn"
    if len(now.use["unstated"]) > len(was.use["unstated"]):
        return "it is made of a source of which nothing says what it may be used for"
    return "what is stated of its use changed"
