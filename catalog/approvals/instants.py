"""What may have changed what flows into subjects: whatever begins or ends behind them, by which entry and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from catalog.approvals.binding import Instant
from catalog.labels.taint.walking import steps_behind
from catalog.lineage.model import Direction
from catalog.reading import AsOf
from catalog.use.closure import closure
from catalog.use.loading import About, recorded
from catalog.view import View
from graph_schema.aspects import KEPT_FACET, PHI, aspects_of_facets
from graph_schema.aspects import labels as label_aspects
from graph_schema.aspects.use import ConsentWithdrawal
from graph_schema.facts import ALWAYS, NOW, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Attestation, Dataset, NamespaceRule, Snapshot
from graph_schema.nodes import Mapping as MappingNode
from graph_schema.vocabulary.words import PhiKind, WithdrawalEffect

_PHI: Final = tuple(f"{PHI}{kind.value}" for kind in PhiKind)
_ACCESSES: Final = ("READ", "WROTE", "PRODUCED")
_WHENEVER: Final = frozenset({"mapping_withdrawal", "attestation_end", "exception_end"})
"""What may act at every valid time, whenever it is recorded."""


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


@dataclass(slots=True)
class Behind:
    """The datasets and model versions behind a subject, itself among them, and the jobs on the ways."""

    nodes: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)


class Since(NamedTuple):
    """An entry and a valid time: what is looked at is what came to be known later, or began or ended later."""

    entry: int
    at: int

    def matters(self, one: Instant) -> bool:
        """Tell whether an instant is later than either."""
        return one.entry > self.entry or max((one.since, *one.ends)) > self.at


def instants(view: View, since: Mapping[str, Since]) -> dict[str, list[Instant]]:
    """Return everything known by the view that may have changed what flows into each subject since then.

    What was joined to one by an entry after the one named, and is not any more, is looked at as it was then.
    """
    ever = view.unredacted.beside(AsOf(NOW, view.as_of.known_at)).remembering
    of_everything = {one.entry for one in _of_everything(ever)}
    found, linking = _ever_behind(ever, {subject: one.entry for subject, one in since.items()}, of_everything)
    whole = {
        subject: [Instant(entry, ALWAYS) for entry in sorted(of_everything | linking[subject])] for subject in found
    }
    # What is fetched for all together is then at hand for each; where nothing of it is later, none is looked at alone.
    every = found.values()
    nodes, jobs = (set[str]().union(*some) for some in ((one.nodes for one in every), (one.jobs for one in every)))
    if found and any(map(_earliest(since.values()).matters, _collected(ever, Behind(nodes, jobs)))):
        for subject, one in found.items():
            whole[subject] += _collected(ever, one)
    return {subject: [one for one in some if since[subject].matters(one)] for subject, some in whole.items()}


def _earliest(since: Collection[Since]) -> Since:
    return Since(min(one.entry for one in since), min(one.at for one in since))


def _ever_behind(
    ever: View, since: Mapping[str, int], of_everything: Collection[int]
) -> tuple[dict[str, Behind], dict[str, set[int]]]:
    """Return all that was behind each subject at any entry since, and the entries that joined or parted any of it."""
    found = {subject: Behind() for subject in since}
    linking = {subject: {one for one in of_everything if one > entry} for subject, entry in since.items()}
    seen: dict[str, set[int]] = {subject: set() for subject in since}
    while points := sorted({point for subject in since for point in {NOW, *linking[subject]} - seen[subject]}):
        for point in points:
            subjects = [one for one in since if point not in seen[one] and point in {NOW, *linking[one]}]
            for one in subjects:
                seen[one].add(point)
            for one, more in behind(ever if point == NOW else ever.at(NOW, point), subjects).items():
                found[one].nodes |= more.nodes
                found[one].jobs |= more.jobs
        names = {name for one in found.values() for name in one.nodes if label_of(name) == Dataset.__name__}
        joins = ever.edges(sorted(names), ("IS_SAME_AS",), "both")
        for subject, entry in since.items():
            of = (edge for edge in joins if edge.entry > entry)
            nodes = found[subject].nodes
            linking[subject] |= {edge.entry for edge in of if edge.source in nodes or edge.target in nodes}
    return found, linking


def _collected(ever: View, found: Behind) -> list[Instant]:
    """Return what may change the labels or the use of what lies behind a subject."""
    instants_of = _Instants()
    _of_labels_behind(ever, sorted(found.nodes), set(found.jobs), instants_of)
    _of_use_behind(ever, sorted(found.nodes), instants_of)
    return instants_of.found


def _of_everything(ever: View) -> list[Statement]:
    """Return what was said of mappings and of rules of names: it may change anything."""
    ids = sorted({*ever.all_of(MappingNode.__name__), *ever.all_of(NamespaceRule.__name__)})
    return ever.statements(ids) if ids else []


def behind(ever: View, subjects: Collection[str]) -> dict[str, Behind]:
    """Return what lies behind each of the subjects that are known, walked for all of them together."""
    assets = {
        id_: Dataset(one.node.namespace, one.node.dataset).id if isinstance(one.node, Snapshot) else id_
        for id_, one in ever.nodes(list(subjects)).items()
    }
    if not assets:
        return {}
    roots = sorted(set(assets.values()))
    steps, met = steps_behind(ever, roots), closure(ever, roots, Direction.UPSTREAM)
    if len(assets) > 1 and (steps.completeness is not None or met.truncated is not None):
        return {id_: found for one in assets for id_, found in behind(ever, [one]).items()}
    whole = steps.groups.of
    into: dict[str, set[str]] = defaultdict(set)
    jobs: dict[str, set[str]] = defaultdict(set)
    for source, target, job in steps.taken:
        into[target].add(source)
        if job:
            jobs[target].add(job)
    for edge in met.edges:
        into[whole(edge.target)].add(whole(edge.source))
    names: dict[str, set[str]] = defaultdict(set)
    for name in (*steps.groups.names, *met.nodes):
        names[whole(name)].add(name)
    found = {}
    for id_, asset in assets.items():
        reached, front = {whole(asset)}, [whole(asset)]
        while front:
            new = into[front.pop()] - reached
            reached |= new
            front += new
        found[id_] = Behind(
            {id_, *(name for one in reached for name in names[one])}, {job for one in reached for job in jobs[one]}
        )
    return found


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
        found.add(schema.entry, ALWAYS, schema.valid_from)
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
    _of_attestations(ever, names, {*jobs, *(one for one in nodes if label_of(one) == "ModelVersion")}, found)


def _mapped_aspects(ever: View) -> tuple[str, ...]:
    """Return the aspects that mappings ever read."""
    ids = ever.all_of(MappingNode.__name__)
    stated = ever.statements(ids, ("facet_mapping", "tag_mapping")) if ids else []
    if not stated:
        return ()
    facets = {one.data["facet"] for one in stated if one.aspect == "facet_mapping" and one.value is not None}
    return (
        "tags",
        "schema",
        *sorted({aspects_of_facets("Dataset").get(facet, KEPT_FACET + facet) for facet in facets}),
    )


def _of_attestations(ever: View, names: Sequence[str], about: Collection[str], found: _Instants) -> None:
    of_runs: dict[str, bool] = {}
    every = ever.all_of(Attestation.__name__) if about else ()
    of: dict[str, list[Statement]] = defaultdict(list)
    for one in ever.statements(every, ("attestation", "attestation_end")) if every else ():
        of[one.subject].append(one)
    for stated in of.values():
        values = [label_aspects.Attestation.from_json(one.data) for one in stated if one.aspect == "attestation"]
        if not any(value.subject in about for value in values):
            continue
        for value in values:
            if value.job is not None:
                of_one = value.run is not None or value.job_version is not None
                of_runs[value.job] = of_runs.get(value.job, False) or of_one
        for one in stated:
            whenever = one.aspect in _WHENEVER
            until = None if whenever else label_aspects.Attestation.from_json(one.data).until
            found.add(one.entry, ALWAYS if whenever else one.valid_from, one.valid_from, until)
    if of_runs:
        _of_runs(ever, names, of_runs, found)


def _of_runs(ever: View, names: Sequence[str], of_runs: Mapping[str, bool], found: _Instants) -> None:
    """Add what runs of attested jobs did, by job and whether each of its runs counts."""
    # Whether a step is covered hangs on its first run, and where one run or a version of code is attested on each.
    of_one = sorted(job for job, each in of_runs.items() if each)
    for code in ever.statements(of_one, ("source_code_location",)) if of_one else ():
        found.add(code.entry, code.valid_from)
    accesses = ever.edges(names, _ACCESSES, "in", attested=of_runs)
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
