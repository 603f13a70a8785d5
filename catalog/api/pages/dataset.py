"""A dataset: its record with what is missing, its columns and labels, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.label_list import LabelList, label_list
from catalog.api.pages.moments import moments_of
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.api.pages.words import worded
from catalog.assets.model import AspectInForce, DatasetRecord, Gap
from catalog.assets.queries import datasets, existing
from catalog.errors import AskerError
from catalog.labels.queries import suggestions
from catalog.labels.taint.answers import EffectiveLabel, EffectiveLabels
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns
from catalog.lineage.columns.model import ListedColumn
from catalog.lineage.columns.queries import listed_columns
from catalog.lineage.model import Direction, LineageEdge, Walk
from catalog.lineage.queries import lineage
from catalog.releases.deployments import live_models
from catalog.snapshots.feature_sets import feature_set_versions
from catalog.snapshots.model import SnapshotRecord
from catalog.snapshots.queries import snapshots_of
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.vocabulary.words import SafeQuestion

COLUMNS: Final = 50
"""How many columns are on one page."""
_FURTHER: Final = {
    "storage_pattern": "Storage",
    "storage_format": "Format",
    "encryption": "Encryption",
    "encryption_keys": "Encryption keys",
    "plaintext_window": "Plaintext window",
    "compute_isolation": "Compute isolation",
    "gdpr_state": "GDPR state",
    "persons": "Persons",
    "genomic": "Genomic",
    "feature_set_version": "Feature set version",
    "permitted_processing": "Permitted processing",
    "permitted_consumers": "Permitted consumers",
    "permitted_places": "Permitted places",
}
"""Aspects of how it is kept, what it holds and what its source permits, with what each row is called."""
_NEAR: Final = 500
"""How many nodes the step to the neighbours may meet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field of the record: what is in force, by whose word, since when, by which entry."""

    title: str
    aspect: str
    value: str
    by: str
    since: int
    entry: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its labels and what its name suggests."""

    column: ListedColumn
    labels: tuple[EffectiveLabel, ...]
    suggested: tuple[str, ...]
    """The kinds of PHI that its name suggests and nobody judged."""
    cleared: tuple[str, ...]
    """The kinds that attestations took away on the way into it, and that it has by no other way."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The column that the address names: all of its labels with why, and what it was derived from."""

    column: ListedColumn
    labels: LabelList | None
    origins: Several
    """What the column was derived from."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What flows in or out in one step: through which job, by which run, since when."""

    of: Link
    job: Link | None
    how: str
    run: Link | None
    since: int
    entry: int


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """A version of the feature set that it held, and the states that it was put into meanwhile, the oldest first."""

    version: str
    since: int
    until: int | None
    """Until when, None where another did not take its place."""
    entry: int
    digests: tuple[str, ...]
    replay: str
    """The command that tells how its newest state is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPage(Context):
    """What the page of a dataset shows."""

    id: str
    namespace: str
    name: str
    state: str
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    columns: tuple[Column, ...]
    total_columns: int
    schema_entry: int | None
    """The entry that states the schema in force."""
    chosen: Chosen | None
    begin: int
    """The place behind which the columns that are shown stand."""
    after: int | None
    """The place of the last column that is shown, None where all that follow are."""
    labels: LabelList | None
    names: Mapping[str, Link]
    """Of what the labels came through."""
    live: Several | None
    """The models that run somewhere and were made of it, None where they were not asked for."""
    upstream: Several
    downstream: Several
    snapshots: Several
    feature_sets: Several
    questions: tuple[SafeQuestion, ...] = tuple(SafeQuestion)


def read(asking: Asking) -> DatasetPage:
    """Read a dataset; raises AskerError 404 where it, or the column that is named, is not there or may not be seen."""
    view, asked = asking.view, asking.identifier({"Dataset"})
    record = datasets(view, [asked]).get(asked)
    if record is None or (view.as_of.valid_at != NOW and not existing(view, [asked]).get(asked)):
        raise AskerError(NOT_THERE)
    after = asking.number("after", 0, 0, 10**9)
    every = listed_columns(view, [record.id]).get(record.id, ())
    shown = [one for one in every if one.ordinal > after][:COLUMNS]
    named = asking.text("column")
    chosen = next((one for one in every if one.name == named), None)
    if named and chosen is None:
        raise AskerError(NOT_THERE)
    effective = effective_labels(view, [record.id]).get(record.id)
    labels = label_list(asking, effective)
    asked_of = dict.fromkeys((*shown, *([chosen] if chosen is not None else ())))
    of_columns = effective_labels_of_columns(view, [(record.id, one.name) for one in asked_of]) if asked_of else {}
    why = None if chosen is None else _chosen(asking, chosen, of_columns.get((record.id, chosen.name)))
    edges = {direction: _near(view, record.id, direction) for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM)}
    snapshots: tuple[SnapshotRecord, ...] = snapshots_of(view, [record.id]).get(record.id, ())
    live = _live(asking, record.id) if asking.text("live") else None
    running = () if live is None else (one.version for one in live.shown)
    links = links_to(view, [*_named(labels, edges), *(() if why is None else _of_chosen(why)), *running])
    return DatasetPage(
        title=record.name,
        graphql=query(
            "node",
            {"id": record.id},
            "{\n    ... on Dataset {\n      name owner gaps { field } effectiveLabels { labels { phiKind origin } }\n"
            "      columns { nodes { name type } }\n    }\n  }",
            view.as_of,
        ),
        command=command("dataset", record.id, as_of=view.as_of),
        found=None if effective is None else effective.completeness,
        subjects=(record.id,),
        moments=moments_of(asking, record.id),
        id=record.id,
        namespace=record.namespace,
        name=record.name,
        state=record.state.value,
        rows=tuple(_rows(record)),
        gaps=record.gaps,
        columns=_columns(view, record.id, shown, of_columns),
        total_columns=len(every),
        schema_entry=record.aspects["schema"].entry if "schema" in record.aspects else None,
        chosen=why,
        begin=after,
        after=shown[-1].ordinal if shown and shown[-1].ordinal < every[-1].ordinal else None,
        labels=labels,
        names=links,
        live=live,
        upstream=_neighbours(asking, "upstream", edges[Direction.UPSTREAM], links),
        downstream=_neighbours(asking, "downstream", edges[Direction.DOWNSTREAM], links),
        snapshots=Several.of(asking, "snapshots", snapshots[::-1], lambda one: one.id),
        feature_sets=Several.of(
            asking, "feature_sets", _feature_sets(view, record, snapshots), lambda one: f"{one.entry} {one.since}"
        ),
    )


def _feature_sets(view: View, record: DatasetRecord, snapshots: Iterable[SnapshotRecord]) -> list[FeatureSet]:
    """Return the versions of its feature set, the newest first."""
    if "feature_set_version" not in record.aspects:
        return []
    digests = {one.id: one.digest for one in snapshots}
    return [
        FeatureSet(
            one.version,
            one.since,
            one.until,
            one.entry,
            tuple(digests[each] for each in one.snapshots if each in digests),
            command("snapshot", "replay", record.id, "--feature-set-version", one.version),
        )
        for one in reversed(feature_set_versions(view, [record.id]).get(record.id, ()))
    ]


def _near(view: View, dataset: str, direction: Direction) -> tuple[LineageEdge, ...]:
    return lineage(view, Walk((dataset,), direction, depth=1, budget=_NEAR)).edges


def _columns(
    view: View,
    dataset: str,
    shown: Sequence[ListedColumn],
    labels: Mapping[tuple[str, str], EffectiveLabels],
) -> tuple[Column, ...]:
    suggested: dict[str, list[str]] = {}
    for each in suggestions(view, [dataset]).get(dataset, ()) if shown else ():
        if each.judgement == "OPEN" and each.label.column is not None:
            suggested.setdefault(each.label.column, []).append(each.label.kind)
    found = []
    for one in shown:
        held = labels.get((dataset, one.name))
        gone = () if held is None else dict.fromkeys(clear.kind for clear in held.cleared if not clear.remains)
        found.append(Column(one, () if held is None else held.labels, tuple(suggested.get(one.name, ())), tuple(gone)))
    return tuple(found)


def _chosen(asking: Asking, column: ListedColumn, labels: EffectiveLabels | None) -> Chosen:
    origins = Several.by_digest(
        asking, "origins", column.origins, lambda one: repr((one.dataset, one.name, one.job, one.entry))
    )
    return Chosen(column, label_list(asking, labels, "column"), origins)


def _of_chosen(chosen: Chosen) -> Iterator[str]:
    yield from () if chosen.labels is None else chosen.labels.named
    for one in chosen.origins.shown:
        yield from (each for each in (one.dataset, one.job) if each)


def _live(asking: Asking, dataset: str) -> Several:
    return Several.of(asking, "models", live_models(asking.view, dataset).models, lambda one: one.version)


def _named(labels: LabelList | None, edges: Mapping[Direction, tuple[LineageEdge, ...]]) -> Iterator[str]:
    for several in edges.values():
        for edge in several:
            yield from (one for one in (edge.source, edge.target, edge.job, edge.run) if one)
    yield from () if labels is None else labels.named


def _neighbours(asking: Asking, name: str, edges: tuple[LineageEdge, ...], links: Mapping[str, Link]) -> Several:
    found = []
    for edge in edges:
        other = links.get(edge.source if name == "upstream" else edge.target)
        if other is not None:
            job, run = links.get(edge.job or ""), links.get(edge.run or "")
            found.append(Neighbour(other, job, edge.how, run, edge.valid_from, edge.known_from))
    found.sort(key=lambda one: (one.of.name, one.since, _of_flow(one)))
    return Several.of(asking, name, found, _of_flow)


def _of_flow(one: Neighbour) -> str:
    return " ".join((one.of.id, one.run.id if one.run else one.job.id if one.job else one.how, str(one.entry)))


def _rows(record: DatasetRecord) -> Iterator[Row]:
    for title, aspect, stated in (
        ("Owner", "owner", record.owner),
        ("Source system", "source_system", record.source_system),
        ("Schema version", "schema_version", record.schema_version),
        ("Clinical purpose", "clinical_purpose", record.clinical_purpose),
        ("PHI category", "phi_category", record.phi_category),
        ("De-identification", "deidentification_state", record.deidentification_state),
        ("Retention", "retention", record.retention),
        ("Permitted use", "permitted_use", record.permitted_use),
        ("Zone", "zone", record.zone),
        ("Site", "site", record.site),
        ("Region", "region", record.region),
        ("Place", "place", record.place),
        ("Supplied by", "source", record.supplier),
        *((title, aspect, record.aspects.get(aspect)) for aspect, title in _FURTHER.items()),
        ("Documentation", "documentation", record.documentation),
        ("Type", "dataset_type", record.dataset_type),
    ):
        if stated is not None:
            yield Row(title, aspect, _in_words(stated.value), _by(stated), stated.since, stated.entry)


def _by(stated: AspectInForce[Any]) -> str:
    if stated.by_source is not None:
        return f"its source {stated.by_source}"
    if stated.by_place is not None:
        return f"its place {stated.by_place}"
    return stated.source.value


def _in_words(value: object) -> str:
    match value:
        case str():
            # A code, such as HRESCH, stays as it is.
            return worded(value) if "_" in value else value
        case tuple() | list():
            return ", ".join(map(_in_words, value)) or "none"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
    values = value if isinstance(value, dict) else {one: getattr(value, one) for one in _members(value)}
    held = ((name, one) for name, one in values.items() if one is not None and one != ())
    return "; ".join(f"{name.replace('_', ' ')} {_in_words(one)}" for name, one in held)


def _members(value: object) -> Iterable[str]:
    return getattr(value, "__dataclass_fields__", ())


PAGE = Page("dataset", "Dataset", DatasetPage, read, ("id", "after", "behind", "column", "live", "moments"))
