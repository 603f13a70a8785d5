"""Mappings in force at one point, and what they read in the facets and tags that are in force then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce
from catalog.assets.tags import EmitterTag, tags_of
from catalog.mappings import rules
from catalog.mappings.model import Conflict, DryRun, MappedValue, Read, Rule, Unread
from catalog.store.indexes.uses import WRITES
from catalog.view import View
from graph_schema.aspects import KEPT_FACET, aspects_of_facets
from graph_schema.aspects.mappings import FacetMapping, TagMapping
from graph_schema.bitemporal import has_begun
from graph_schema.facts import Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset
from graph_schema.nodes import Mapping as MappingNode
from graph_schema.vocabulary.words import MappedKind, MappingTarget

_ASPECTS: Final = ("facet_mapping", "tag_mapping")
_LABELS: Final = {MappedKind.DATASET: "Dataset", MappedKind.JOB: "Job", MappedKind.RUN: "Run"}
_DECLARED: Final = {
    MappingTarget.OWNER: "owner",
    MappingTarget.CLINICAL_PURPOSE: "clinical_purpose",
    MappingTarget.SCHEMA_VERSION: "schema_version",
    MappingTarget.SITE: "site",
    MappingTarget.REGION: "region",
    MappingTarget.ZONE: "zone",
}
"""The aspect of a declaration that says the same."""

_TAGS: Final = "tags"
MOST_LOOKED_AT: Final = 10_000
EXAMPLES: Final = 20


def mappings(view: View) -> tuple[Rule, ...]:
    """Return the mappings in force, by name: of each name the newest that was not withdrawn since."""
    return tuple({rule.name: rule for rule in mappings_ever(view)}.values())


def mappings_ever(view: View) -> tuple[Rule, ...]:
    """Return the mappings that were not withdrawn since, those whose place another took among them, by name and age."""
    valid_at = view.as_of.valid_at
    return tuple(rule for rule in view.once(_recorded) if has_begun(rule.since, valid_at))


def _recorded(whole: View) -> tuple[Rule, ...]:
    """Return every mapping that was not withdrawn, whenever it holds: by name, then in order."""
    ids = whole.all_of(MappingNode.__name__)
    if not ids:
        return ()
    # A withdrawal is no ending: it hides, at every valid time, what was recorded before it.
    withdrawn: dict[str, int] = defaultdict(lambda: -1)
    for one in whole.statements(ids, ("mapping_withdrawal",)):
        withdrawn[one.subject] = max(withdrawn[one.subject], one.entry)
    stated = sorted(whole.statements(ids, _ASPECTS), key=lambda one: one.order)
    kept = [one for one in stated if one.entry > withdrawn[one.subject]]
    known = whole.nodes(sorted({one.subject for one in kept}))
    found = [Rule(known[one.subject].node.title, _stated(one), one.by, one.entry, one.valid_from) for one in kept]
    return tuple(sorted(found, key=lambda rule: rule.name))


def _stated(statement: Statement) -> FacetMapping | TagMapping:
    shape = FacetMapping if statement.aspect == "facet_mapping" else TagMapping
    return shape.from_json(statement.data)


def mapped(view: View, ids: Sequence[str]) -> dict[str, tuple[MappedValue, ...]]:
    """Return what mappings read in the facets of each dataset, job or run; one of which they say nothing is absent."""
    of_facets = [rule for rule in mappings(view) if isinstance(rule.content, FacetMapping)]
    if not of_facets:
        return {}
    held = aspects_in_force(view, ids)
    found = {node: list(_values(node, held[node], of_facets)) for node in dict.fromkeys(ids) if node in held}
    seen = view.visible(Dataset(*one.source).id for values in found.values() for one in values if one.source)
    shown = {
        node: tuple(one for one in values if one.source is None or Dataset(*one.source).id in seen)
        for node, values in found.items()
    }
    return {node: values for node, values in shown.items() if values}


def claimable(view: View) -> tuple[str, ...]:
    """Return the datasets, ascending, of which a mapping may claim PHI: those that ever had a facet that one reads,
    tags, or were ever written by a job that had tags, itself or on a run.
    """
    every = [rule.content for rule in mappings(view)]
    facets = {one.facet for one in every if isinstance(one, FacetMapping) and one.target == MappingTarget.PHI_TAG}
    by_tags = any(isinstance(one, TagMapping) for one in every)
    wanted = sorted(facets | ({_TAGS} if by_tags else set()))
    found = set(view.lookup("Dataset", "facet", wanted)) if wanted else set()
    if by_tags:
        jobs = {job for label in ("Job", "Run") for job in view.lookup(label, "facet", (_TAGS,))}
        found |= {use.dataset for use in view.uses(sorted(jobs)) if use.how in WRITES} if jobs else set()
    return tuple(sorted(one for one in found if label_of(one) == "Dataset"))


def claimed(
    view: View, datasets: Sequence[str]
) -> dict[str, tuple[tuple[MappedValue | EmitterTag, Rule, str | None], ...]]:
    """Return what mappings claim of PHI on each dataset: the value or tag, the mapping, and the run or job behind it.

    A tag of a run or job is said of what that wrote last, of each job its newest completed write.
    """
    every = mappings(view)
    if not every:
        return {}
    by_name = {rule.name: rule for rule in every}
    found: dict[str, list[tuple[MappedValue | EmitterTag, Rule, str | None]]] = defaultdict(list)
    held = aspects_in_force(view, datasets)
    of_facets = [
        rule
        for rule in every
        if isinstance(rule.content, FacetMapping) and rule.content.target == MappingTarget.PHI_TAG
    ]
    for dataset in dict.fromkeys(datasets):
        for value in _values(dataset, held.get(dataset, {}), of_facets):
            found[dataset].append((value, by_name[value.mapping], value.run))
    of_tags = [rule for rule in every if isinstance(rule.content, TagMapping)]
    for dataset, by, tag in _tags(view, datasets, held) if of_tags else ():
        for rule in of_tags:
            if isinstance(rule.content, TagMapping) and rules.claims(rule.content, tag.key, tag.value, tag.source):
                found[dataset].append((tag, rule, by))
    return {dataset: tuple(values) for dataset, values in found.items()}


def _tags(
    view: View, datasets: Sequence[str], held: Mapping[str, Mapping[str, AspectInForce[Any]]]
) -> Iterator[tuple[str, str | None, EmitterTag]]:
    """Yield each dataset with the tags on it and on the runs and jobs that wrote it last."""
    for dataset in dict.fromkeys(datasets):
        aspects = held.get(dataset, {})
        for tag in tags_of(aspects):
            yield dataset, aspects["tags"].run, tag
    rows = view.contributions([(dataset, view.as_of.valid_at) for dataset in dict.fromkeys(datasets)])
    writers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        writers[row.target].update(one for one in (row.run, row.job) if one is not None)
    of_writers = aspects_in_force(view, sorted(set().union(*writers.values())), aspects=("tags",)) if writers else {}
    for dataset, names in writers.items():
        for name in sorted(names):
            for tag in tags_of(of_writers.get(name, {})):
                yield dataset, name, tag


def carriers(view: View, facet: str, on: MappedKind) -> tuple[str, ...]:
    """Return the ids of the datasets or jobs that have the facet in force, or the jobs whose runs ever had it."""
    found = view.lookup(_LABELS[on], "facet", (facet,))
    if on is MappedKind.RUN:
        return found
    held = aspects_in_force(view, found, aspects=(aspect_of(facet, on),))
    return tuple(one for one in found if one in held)


def dry_run(view: View, content: FacetMapping, most: int = EXAMPLES) -> DryRun:
    """Return what a mapping would do to what was received, without recording it: counts, and at most so many examples
    and conflicts.
    """
    on = MappedKind(content.on)
    carrying = view.lookup(_LABELS[on], "facet", (content.facet,))
    if on is MappedKind.RUN:
        carrying = tuple(sorted({edge.source for edge in view.edges(carrying, ("EXECUTED",), "in")}))
    looked_at = carrying[:MOST_LOOKED_AT]
    held = aspects_in_force(view, looked_at)
    rule = Rule("", content, "", -1, -(2**62))
    aspect = aspect_of(content.facet, on)
    having = [node for node in looked_at if aspect in held.get(node, {})]
    examples: list[MappedValue] = []
    conflicts: list[Conflict] = []
    kinds: dict[str, int] = defaultdict(int)
    count = read = 0
    for node in having:
        values = list(_values(node, held[node], [rule]))
        count += bool(values)
        read += len(values)
        examples += values[: most - len(examples)]
        for value in values:
            if value.kind is not None:
                kinds[value.kind.value] += 1
        conflicts += _conflicts(node, held[node], content, values)
    return DryRun(
        len(having) + len(carrying) - len(looked_at),
        len(having),
        count,
        tuple(examples),
        tuple(conflicts[:most]),
        len(conflicts),
        dict(kinds),
        read,
    )


def _conflicts(
    node: str, held: Mapping[str, AspectInForce[Any]], content: FacetMapping, values: Sequence[MappedValue]
) -> Iterator[Conflict]:
    facet = held[aspect_of(content.facet, MappedKind(content.on))].value
    for one in rules.read(content, facet):
        if isinstance(one, Unread):
            yield Conflict(node, one.why)
    aspect = _DECLARED.get(MappingTarget(content.target))
    if aspect is not None:
        if rules.differing(value.value for value in values):
            yield Conflict(node, "the facet says several different things")
        if aspect in held and values and any(value.value != held[aspect].value for value in values):
            yield Conflict(node, f"its {aspect} is declared otherwise by entry {held[aspect].entry}")


def _values(node: str, held: Mapping[str, AspectInForce[Any]], of: Sequence[Rule]) -> Iterator[MappedValue]:
    label = node.partition(":")[0]
    for rule in of:
        content = rule.content
        if not isinstance(content, FacetMapping) or _LABELS[MappedKind(content.on)] != label:
            continue
        facet = held.get(aspect_of(content.facet, MappedKind(content.on)))
        for one in rules.read(content, facet.value) if facet is not None else ():
            if isinstance(one, Read) and facet is not None:
                yield MappedValue(
                    node=node,
                    target=MappingTarget(content.target),
                    value=one.value,
                    column=one.column,
                    kind=one.kind,
                    source=one.source,
                    mapping=rule.name,
                    facet=content.facet,
                    entry=facet.entry,
                    since=max(facet.since, rule.since),
                    run=facet.run,
                    source_column=one.source_column,
                )


def aspect_of(facet: str, on: MappedKind) -> str:
    """Return the aspect under which a facet is stated."""
    return aspects_of_facets(_LABELS[on]).get(facet, KEPT_FACET + facet)
