"""PHI labels as people and emitters assert them, and attestations, as they were at one point."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from catalog.assets import queries as assets
from catalog.assets.column_names import ColumnNames
from catalog.assets.model import RunRecord
from catalog.assets.tags import EmitterTag
from catalog.graph_memo import each_as_it_stands, remembered
from catalog.hidden import count_hidden
from catalog.labels.judgement import Judgement
from catalog.labels.model import Attestation, AttestationEnd, Label, Step, Tag
from catalog.labels.rules import label_of_names, stated
from catalog.labels.suggestions import (
    EVERY,
    Suggestion,
    Wanted,
    suggested_tags,
    suggestions_in,
    tags_ever_suggested,
)
from catalog.lineage.model import LineageEdge
from catalog.mappings.model import MappedValue, Rule
from catalog.mappings.queries import claimable, claimed
from catalog.names.loading import Names
from catalog.store.indexes.record_states import Suggested
from catalog.store.protocol import KnownNode
from catalog.view import View
from graph_schema.aspects import PHI
from graph_schema.aspects import labels as aspects
from graph_schema.bitemporal import RECORD_RANK, has_begun
from graph_schema.facet_reading import text
from graph_schema.facts import NOW, Edge, Order, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Attestation as AttestationNode
from graph_schema.nodes import Column, Dataset
from graph_schema.vocabulary.words import EndEffect, PhiKind, Stance, TagOrigin

_AT_ONCE = 500
_FEW = 16
"""About so many are looked through again where one of them changed."""
ASPECTS = tuple(f"{PHI}{kind.value}" for kind in PhiKind)


def labels(view: View, datasets: Sequence[str]) -> dict[str, tuple[Label, ...]]:
    """Return the labels of each dataset and of its columns, rejected ones included, by (column, kind).

    A dataset of which nothing is known is absent. What is said under one of its names counts for it under all of them,
    whoever asks. Flows carry labels further; that is another question.
    """
    names = Names(view, renamed=True)
    names.load(datasets)
    asked = [one for one in dict.fromkeys(datasets) if one in view.visible(datasets, counted=False)]
    shown = names.shown(asked)
    every = _by_owner(view, asked, names)
    found: dict[str, tuple[Label, ...]] = {}
    for one in asked:
        if of := every.get(names.dataset(one)):
            found[one] = tuple(replace(each, dataset=shown[one]) for each in of)
    return found


def labels_ever(view: View, datasets: Sequence[str]) -> dict[str, tuple[Label, ...]]:
    """Return what was ever said under each name that any of the datasets had, by the dataset to which it belongs now,
    whether anybody calls that so: whatever was renamed, joined or moved since, and whichever schema dropped a column,
    none of it is lost.
    """
    names = Names(view, renamed=True)
    names.load(datasets)
    asked = list(dict.fromkeys(datasets))
    if view.rights.unbounded:
        return _by_owner(view, asked, names, ever=True)
    seen = view.visible(asked, counted=False)
    found = _by_owner(view, [one for one in asked if one in seen], names, ever=True)
    shown = view.visible(found, counted=False)
    return {one: of for one, of in found.items() if one in shown}


def _by_owner(view: View, asked: Sequence[str], names: Names, *, ever: bool = False) -> dict[str, tuple[Label, ...]]:
    """Return the labels of every dataset that a name of those asked stood for, by column and kind.

    Suggestions are those of the schema in force, or of every one that there ever was.
    """
    whole = view.unredacted
    every = sorted({name for one in asked for name in names.names(one)})
    columns = {edge.target for edge in whole.edges(every, ("HAS_COLUMN",), "out")}
    subjects = sorted({*every, *columns})
    edges = [
        edge for edge in whole.edges(subjects, ("IS_TAGGED",), "out") if edge.data.get("origin") != TagOrigin.ASSERTED
    ]
    statements = whole.statements(subjects, ASPECTS)
    # Of most columns nothing is said.
    about = {one.subject for one in statements} | {end for edge in edges for end in (edge.source, edge.target)}
    nodes = whole.nodes(sorted({*every, *about}))
    assertions = [
        (each.order, _tag_of_record(each, nodes[each.subject]))
        for each in view.attributed(statements)
        if each.value is not None
    ]
    assertions += [
        (each.order, _tag_of_claim(each, nodes[each.source], nodes[each.target].node.title))
        for each in view.attributed(edges)
    ]
    spelling = ColumnNames(names)
    spelling.load(names.dataset(one) for one in asked)

    def called(owner: str, column: str | None) -> str | None:
        return None if column is None else spelling.name(owner, column, view.as_of.valid_at)

    tags: dict[str, dict[tuple[str | None, str], list[tuple[Order, Tag]]]] = {}
    for order, tag in assertions:
        for owner in names.owners(tag.dataset, order[0], personal=True):
            tags.setdefault(owner, defaultdict(list))[called(owner, tag.column), tag.kind].append((order, tag))
    for order, tag in _mapped(view, every, nodes):
        owner = names.dataset(tag.dataset)
        mapped = tags.setdefault(owner, defaultdict(list))[called(owner, tag.column), tag.kind]
        if all((one.entry, one.reason, one.by) != (tag.entry, tag.reason, tag.by) for _, one in mapped):
            mapped.append((order, tag))
    supposed = tags_ever_suggested(view, every, names) if ever else suggested_tags(view, asked, names)
    for owner, order, tag in supposed:
        tags.setdefault(owner, defaultdict(list))[called(owner, tag.column), tag.kind].append((order, tag))
    found: dict[str, tuple[Label, ...]] = {}
    for owner, of in tags.items():
        labelled = [
            replace(
                label_of_names(
                    [tag for _, tag in sorted(pairs, key=lambda pair: (pair[0], pair[1].origin, pair[1].subject))],
                    names.bears_on,
                ),
                column=column,
            )
            for (column, _), pairs in of.items()
        ]
        found[owner] = tuple(sorted(labelled, key=lambda each: (each.column or "", each.kind)))
    return found


class Apart(NamedTuple):
    """Labels by dataset: as people and emitters said, and what the schema in force suggests that nobody judged."""

    stated: dict[str, tuple[Label, ...]]
    unjudged: dict[str, tuple[Suggestion, ...]]


def labels_apart(view: View, datasets: Sequence[str]) -> Apart:
    """Return what people and emitters said of each dataset, and what else is suggested of it."""
    apart = Apart({}, {})
    for dataset, found in labels(view, datasets).items():
        if recorded := tuple(one for label in found if (one := stated(label)) is not None):
            apart.stated[dataset] = recorded
        if open_ := tuple(one for one in suggestions_in(found) if one.judgement is Judgement.OPEN):
            apart.unjudged[dataset] = open_
    return apart


def suggestions(view: View, datasets: Sequence[str]) -> dict[str, tuple[Suggestion, ...]]:
    """Return what the schema in force of each dataset lets one suppose, by (column, kind), judged or not; a dataset of
    which nothing is supposed is absent.
    """
    every = {one: tuple(suggestions_in(found)) for one, found in labels(view, datasets).items()}
    return {one: found for one, found in every.items() if found}


def suggestible(view: View) -> tuple[str, ...]:
    """Return the datasets that may be seen, ascending, that ever had a schema."""
    return tuple(sorted(one for one in view.lookup("Dataset", "facet", ("schema",)) if label_of(one) == "Dataset"))


def _may_have(view: View, judgements: Collection[str] = ()) -> tuple[str, ...]:
    """Return the datasets that may be seen, ascending, of which something may be suggested that was judged in one of
    these ways, in any where none is given: of now a store keeps that, else whatever ever had a schema.
    """
    if not view.is_now or view.all_of("NamespaceRule"):
        return suggestible(view)
    is_open = bool(judgements) and set(judgements) <= {Judgement.OPEN}
    wanted = (Suggested.WAITING,) if is_open else (Suggested.JUDGED, Suggested.WAITING)
    return remembered(_may_have, view, lambda beside: beside.datasets_suggested(wanted), wanted)


def list_suggestions(view: View, wanted: Wanted = EVERY) -> tuple[Suggestion, ...]:
    """Return every suggestion that is wanted, by dataset, column and kind."""
    ids = _within(view, wanted)
    found: dict[tuple[str, str, str], Suggestion] = {}
    for start in range(0, len(ids), _AT_ONCE):
        for each in suggestions(view, ids[start : start + _AT_ONCE]).values():
            found |= {(one.label.dataset, one.label.column or "", one.label.kind): one for one in each}
    return tuple(one for _, one in sorted(found.items()) if wanted.holds(one))


class Place(NamedTuple):
    """Where a list of suggestions was left: at one of a dataset, or behind all of a dataset where no kind is named."""

    dataset: str
    column: str = ""
    kind: str = ""


class Listed(NamedTuple):
    """Some of the suggestions that are wanted, and how far was looked for them."""

    shown: tuple[Suggestion, ...]
    behind: Place | None
    """Behind what the next ones come, None at the end."""
    reached: int
    """How many datasets were looked through for these and for all before them."""
    of: int
    """In how many datasets there may be some."""


def suggestions_behind(view: View, wanted: Wanted, place: Place | None, first: int, most: int = _AT_ONCE) -> Listed:
    """Return at most `first` suggestions that are wanted, by dataset, column and kind, behind a place.

    At most so many datasets are looked through for it: a label follows from all that is said of one. Of one that has
    several names, they stand under the name that it is shown by.
    """
    every = _within(view, wanted)
    listed = frozenset(every)
    begin = 0 if place is None else (bisect_left if place.kind else bisect_right)(every, place.dataset)
    looked = every[begin : begin + most]
    found: list[tuple[Place, Suggestion]] = []
    for start in range(0, len(looked), first):
        some = looked[start : start + first]
        of = each_as_it_stands(suggestions, view, suggestions, some, _FEW)
        under = _listed_under(view, of, listed)
        for dataset in some:
            for one in of.get(dataset, ()):
                at = Place(dataset, one.label.column or "", one.label.kind)
                if wanted.holds(one) and under[dataset] == dataset and (place is None or at > place):
                    found.append((at, one))
        if len(found) > first:
            shown = tuple(one for _, one in found[:first])
            return Listed(shown, found[first - 1][0], begin + start + len(some), len(every))
    reached = begin + len(looked)
    behind = Place(looked[-1]) if looked and reached < len(every) else None
    return Listed(tuple(one for _, one in found), behind, reached, len(every))


def _listed_under(view: View, found: Mapping[str, Sequence[Suggestion]], listed: Collection[str]) -> dict[str, str]:
    """Return under which of the listed names what was found of each dataset stands: under the one that it is shown by,
    or under the first of its names where that is not listed.
    """
    shown = {dataset: of[0].label.dataset for dataset, of in found.items()}
    names = Names(view, renamed=True)
    names.load(sorted(dataset for dataset, by in shown.items() if by not in listed))
    return {
        dataset: by
        if by in listed
        else min(
            one
            for one in {dataset, *names.names(dataset)} & set(listed)
            if names.dataset(one) == names.dataset(dataset)
        )
        for dataset, by in shown.items()
    }


def _within(view: View, wanted: Wanted) -> tuple[str, ...]:
    """Return the wanted datasets, of the wanted namespaces, in which there may be some, ascending; the hidden ones of
    all are counted, unless datasets are named.
    """
    ids = _may_have(view, wanted.judgements)
    if wanted.datasets:
        ids = tuple(one for one in ids if one in wanted.datasets)
    else:
        count_hidden(view, Dataset.__name__)
    if not wanted.namespaces:
        return ids
    known = view.nodes(ids)
    return tuple(one for one in ids if getattr(known[one].node, "namespace", None) in wanted.namespaces)


def mapped_tags(view: View) -> frozenset[tuple[str, str]]:
    """Return each dataset and column that may be seen and a kind of PHI that it has by a mapping of the site; not
    where a principal's record says otherwise.
    """
    found = labels(view, claimable(view))
    return frozenset(
        (end, label.kind)
        for dataset, some in found.items()
        for label in some
        if label.present
        for tag in label.history
        if tag.mapping is not None
        for end in (dataset, tag.subject)
    )


def _mapped(view: View, names: Sequence[str], nodes: Mapping[str, KnownNode]) -> Iterator[tuple[Order, Tag]]:
    """Yield what mappings claim of each of the names, without the runs and jobs that may not be seen."""
    every = claimed(view.unredacted, names)
    seen = view.visible({by for claims in every.values() for *_, by in claims if by}, counted=False)
    for name in names:
        for claim, rule, by in every.get(name, ()):
            mapped = _mapped_tag(nodes[name], claim, rule, by if by in seen else None)
            yield (mapped.since, RECORD_RANK, rule.name), mapped


def attestations(view: View, ids: Sequence[str]) -> dict[str, tuple[Attestation, ...]]:
    """Return the attestations that cover each job, run or model version, by entry; one without any is absent."""
    covers = view.edges(ids, ("COVERS",), "in")
    by_id = attestations_by_id(view, sorted({edge.source for edge in covers}))
    found: dict[str, list[Attestation]] = defaultdict(list)
    for edge in covers:
        if edge.source in by_id:
            found[edge.target].append(by_id[edge.source])
    return {id_: tuple(sorted(found[id_], key=lambda each: each.entry)) for id_ in dict.fromkeys(ids) if id_ in found}


def attestations_of(view: View, subjects: Sequence[str]) -> dict[str, tuple[Attestation, ...]]:
    """Return every attestation of each job or of any one run of it, and of each model version, by entry; one without
    any is absent.
    """
    if not subjects:
        return {}
    found: dict[str, list[Attestation]] = defaultdict(list)
    for one in attestations_by_id(view, view.all_of(AttestationNode.__name__)).values():
        found[one.subject].append(one)
    return {
        one: tuple(sorted(found[one], key=lambda each: each.entry)) for one in dict.fromkeys(subjects) if one in found
    }


def code_of_runs(view: View, jobs: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the versions of the code of jobs that the events of each run say; a run that says none is absent."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in view.statements(sorted(jobs), ("source_code_location",)) if jobs else ():
        version = None if one.value is None else text(one.data, "version")
        if one.run is not None and version is not None:
            found[one.run].add(version)
    return {run: frozenset(versions) for run, versions in found.items()}


def attestations_by_id(view: View, ids: Sequence[str]) -> dict[str, Attestation]:
    """Return those of the attestations that were known, by their own ids."""
    # That one is void is said once, and holds before that too.
    ever = view.at(NOW).statements(ids, ("attestation", "attestation_end"))
    ends: dict[str, list[AttestationEnd]] = defaultdict(list)
    for each in ever:
        if each.aspect == "attestation_end":
            ends[each.subject].append(_end(each))
    then = view.as_of.valid_at
    return {
        each.subject: _attestation(each, view.moment, _ending(ends.get(each.subject, ()), then))
        for each in ever
        if each.aspect == "attestation" and each.value is not None and has_begun(each.valid_from, then)
    }


def steps_of(
    view: View,
    edges: Iterable[LineageEdge],
    dataset_of: Callable[[str], str | None],
    runs: Mapping[str, RunRecord],
    attested: Mapping[str, Sequence[Attestation]],
) -> dict[str, tuple[Step, ...]]:
    """Return by node what put it into its state; what a run wrote is looked up where an attestation is bound to it.

    `dataset_of` gives the dataset that a node is a state of, `attested` the attestations by job.
    """
    bound = {job for job, each in attested.items() if any(one.schema_version for one in each)}
    code = code_of_runs(view, {job for job, each in attested.items() if any(one.job_version for one in each)})
    writes = [edge for edge in edges if edge.job and not edge.attempt]
    ended = {id_: run.ended_at or run.started_at for id_, run in runs.items()}
    written: dict[tuple[str, str | None], set[tuple[str, int]]] = defaultdict(set)
    for edge in writes:
        dataset = dataset_of(edge.target)
        if edge.job in bound and dataset is not None:
            at = ended.get(edge.run or "")
            then = assets.datasets(view if at is None else view.at(at), [dataset]).get(dataset)
            version = None if then is None else then.schema_version
            written[edge.job, edge.run].add(("", -1) if version is None else (version.value, version.entry))
    found: dict[str, set[Step]] = defaultdict(set)
    for edge in writes:
        versions = written[edge.job or "", edge.run]
        step = Step(
            edge.job or "",
            edge.run,
            ended.get(edge.run or ""),
            frozenset(version for version, _ in versions),
            frozenset(entry for _, entry in versions if entry >= 0),
            code.get(edge.run or "", frozenset()),
        )
        found[edge.target].add(step)
    return {node: tuple(sorted(each, key=lambda one: (one.job, one.run or ""))) for node, each in found.items()}


def _tag_of_record(statement: Statement, known: KnownNode) -> Tag:
    kind, value = statement.aspect.removeprefix(PHI), aspects.Tag.from_json(statement.data)
    return _tag(known, kind, value, statement.by, statement.entry, statement.valid_from)


def _tag_of_claim(edge: Edge, known: KnownNode, kind: str) -> Tag:
    return _tag(known, kind, aspects.Tag.from_json(edge.data), edge.run or edge.job, edge.entry, edge.valid_from)


def _mapped_tag(known: KnownNode, claim: MappedValue | EmitterTag, rule: Rule, by: str | None) -> Tag:
    """Return what a facet or tag claims by a mapping: the entry is the emitter's, the reason names the mapping."""
    node = known.node
    assert isinstance(node, Dataset)  # noqa: S101  claims are asked for of datasets
    column = None if claim.column is None else Column(node.namespace, node.name, claim.column).id
    if isinstance(claim, MappedValue):
        kind, what = claim.kind, f"facet {claim.facet}"
    else:
        kind, what = getattr(rule.content, "phi_kind", None), f"tag {claim.key}"
    return Tag(
        stance=Stance.ASSERT.value,
        origin=TagOrigin.CLAIMED.value,
        codes=getattr(rule.content, "codes", ()),
        reason=f"{what}, by the mapping {rule.name}",
        subject=column or node.id,
        dataset=node.id,
        column=claim.column,
        kind=str(kind),
        by=by,
        entry=claim.entry,
        since=max(claim.since, rule.since),
        mapping=rule.name,
        mapped_by=rule.entry,
    )


def _tag(known: KnownNode, kind: str, value: aspects.Tag, by: str | None, entry: int, since: int) -> Tag:
    node = known.node
    return Tag(
        **value.members(),
        subject=node.id,
        dataset=Dataset(node.namespace, node.dataset).id if isinstance(node, Column) else node.id,
        column=node.name if isinstance(node, Column) else None,
        kind=kind,
        by=by,
        entry=entry,
        since=since,
    )


def _end(statement: Statement) -> AttestationEnd:
    value = aspects.AttestationEnd.from_json(statement.data)
    return AttestationEnd(
        **value.members(), ended_by=statement.by, ended_at=statement.valid_from, entry=statement.entry
    )


def _ending(ends: Iterable[AttestationEnd], at: int) -> AttestationEnd | None:
    """Return what ended an attestation by then: that it never held, else what came first."""
    acting = [one for one in ends if one.effect == EndEffect.VOID or has_begun(one.ended_at, at)]
    return min(acting, key=lambda one: (one.effect != EndEffect.VOID, one.ended_at, one.entry), default=None)


def _attestation(statement: Statement, now: int, end: AttestationEnd | None) -> Attestation:
    value = aspects.Attestation.from_json(statement.data)
    ends = [one for one in (value.until, None if end is None else end.ended_at) if one is not None]
    is_void = end is not None and end.effect == EndEffect.VOID
    until = value.until if is_void else min(ends, default=None)
    return Attestation(
        **(value.members() | {"until": until}),
        id=statement.subject,
        entry=statement.entry,
        attested_by=statement.by,
        authenticated=statement.authenticated,
        valid_from=statement.valid_from,
        in_force=not is_void and (until is None or now < until),
        end=end,
    )
