"""From a View to what the rules about a dataset's record are held to: in bulk, for datasets under their own names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from catalog.assets import queries as assets
from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce, AssetState, DatasetRecord
from catalog.assets.retention import Keeping
from catalog.findings.estate.model import (
    CodesCase,
    DatasetCase,
    DeclarationCase,
    Declaring,
    DisputeCase,
    LabelCase,
    LabelledUseCase,
    OrderCase,
    RetentionCase,
    Start,
    WrongCode,
)
from catalog.labels import queries as labels
from catalog.names.loading import Names
from catalog.snapshots.retention import Due, keepings, retention_due
from catalog.use.impact import datasets_bound
from catalog.use.loading import declared_use
from catalog.use.model import UseStatement
from catalog.use.terms import DELAU
from catalog.view import View
from graph_schema.aspects import DECLARED
from graph_schema.aspects.labels import Coding
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset
from graph_schema.vocabulary import hl7, systems
from graph_schema.vocabulary.words import TagOrigin

_CATEGORY: Final = "phi_category"
_USE: Final = "permitted_use"


def dataset_cases(view: View, ids: Sequence[str]) -> dict[str, DatasetCase]:
    """Return the datasets under their own names, with when they were first used."""
    records = own_records(view, ids)
    first: dict[str, int] = {}
    for use in view.uses(list(records)) if records else ():
        first[use.dataset] = min(use.valid_from, first.get(use.dataset, use.valid_from))
    return {id_: DatasetCase(one, first.get(id_)) for id_, one in records.items()}


def order_cases(view: View, ids: Sequence[str]) -> dict[str, OrderCase]:
    """Return of the datasets that are there and that a run wrote when that was, and when they were declared."""
    records = {id_: one for id_, one in own_records(view, ids).items() if one.state is not AssetState.TOMBSTONED}
    names = Names(view, renamed=True)
    names.load(records)
    written = _written(view, names, list(records))
    declared: dict[str, Start] = {}
    classified: dict[str, Start] = {}
    for one in names.statements(list(written), DECLARED) if written else ():
        if one.value is not None:
            stated = Start(one.valid_from, one.entry)
            _first(declared, one.subject, stated)
            if one.aspect == _CATEGORY:
                _first(classified, one.subject, stated)
    for id_, found in labels.labels(view, list(written)).items() if written else ():
        for tag in (tag for label in found for tag in label.history if tag.origin == TagOrigin.ASSERTED):
            _first(classified, id_, Start(tag.since, tag.entry))
    for id_ in written:
        for aspect, held in records[id_].aspects.items():
            if held.by_source is not None:
                stated = Start(held.since, held.entry)
                _first(declared, id_, stated)
                if aspect == _CATEGORY:
                    _first(classified, id_, stated)
    return {id_: OrderCase(one, declared.get(id_), classified.get(id_)) for id_, one in written.items()}


def _written(view: View, names: Names, ids: Sequence[str]) -> dict[str, Start]:
    """Return when a run first wrote each of the datasets, at whatever outcome."""
    alone = [id_ for id_ in ids if names.is_alone(id_)]
    found: dict[str, Start] = {}
    for use in view.uses(alone) if alone else ():
        if use.how == "WROTE":
            _first(found, use.dataset, Start(use.valid_from, use.entry))
    others = [id_ for id_ in ids if not names.is_alone(id_)]
    for edge in names.edges(others, ("WROTE",), "in") if others else ():
        _first(found, edge.target, Start(edge.valid_from, edge.entry))
    return found


def _first(found: dict[str, Start], dataset: str, one: Start) -> None:
    if dataset not in found or one < found[dataset]:
        found[dataset] = one


def retention_cases(view: View, ids: Sequence[str]) -> dict[str, RetentionCase]:
    """Return of the datasets, under their own names, until when they and their snapshots are to be kept."""
    own = datasets_among(ids)
    found: dict[str, list[Due]] = defaultdict(list)
    for one in retention_due(view, NOW, datasets=own).due if own else ():
        found[one.dataset].append(one)
    return {id_: RetentionCase(found[id_]) for id_ in own if id_ in found}


def declaration_cases(view: View, ids: Sequence[str]) -> dict[str, DeclarationCase]:
    """Return the datasets under their own names, with what persons say of the PHI in them."""
    records = own_records(view, ids)
    stated = labels.labels(view, list(records)) if records else {}
    return {
        id_: DeclarationCase(one, [label for label in stated.get(id_, ()) if label.origin == TagOrigin.ASSERTED])
        for id_, one in records.items()
    }


def dispute_cases(view: View, ids: Sequence[str]) -> dict[str, DisputeCase]:
    """Return of the datasets, under their own names, what several people declared of one aspect."""
    names = Names(view, renamed=True)
    names.load(datasets_among(ids))
    asked = [id_ for id_, shown in names.shown(datasets_among(ids)).items() if shown == id_]
    found: dict[str, dict[str, list[Declaring]]] = defaultdict(lambda: defaultdict(list))
    for one in names.statements(asked, DECLARED) if asked else ():
        if one.value is not None:
            found[one.subject][one.aspect].append(Declaring(one.valid_from, one.entry, one.by, one.value))
    several = {
        id_: {aspect: some for aspect, some in of.items() if len({one.by for one in some}) > 1}
        for id_, of in found.items()
    }
    return {
        id_: DisputeCase({aspect: sorted(some, key=lambda one: one.entry) for aspect, some in of.items()})
        for id_, of in several.items()
        if of
    }


def label_code_cases(view: View, ids: Sequence[str]) -> dict[str, CodesCase]:
    """Return the codes that mean nothing of the labels of datasets, or of those that the columns are of."""
    found: dict[str, list[WrongCode]] = defaultdict(list)
    for dataset, of in labels.labels(view, _owning(view, ids)).items():
        for label in of:
            for tag in label.holding if label.present else ():
                level = () if tag.confidentiality is None else (Coding(hl7.CONFIDENTIALITY, tag.confidentiality),)
                for coding in (*tag.codes, *level):
                    text = systems.why_unknown(coding.system, coding.code)
                    if text is not None:
                        where = "the whole" if label.column is None else f"column {label.column}"
                        found[dataset].append(WrongCode(where.capitalize(), text, tag.entry, tag.since))
    return {dataset: CodesCase(wrong) for dataset, wrong in found.items()}


def labelled_use_cases(view: View, ids: Sequence[str]) -> dict[str, LabelledUseCase]:
    """Return of the datasets under their own names what is declared of their use, and of identifiers in them."""
    names = Names(view, renamed=True)
    names.load(datasets_among(ids))
    asked = [id_ for id_, shown in names.shown(datasets_among(ids)).items() if shown == id_]
    held = aspects_in_force(view, asked, aspects=(_USE, "deidentification_state"), names=names) if asked else {}
    nodes = view.nodes([id_ for id_, of in held.items() if _USE in of]) if held else {}
    cases = {}
    for id_, known in nodes.items():
        of: Mapping[str, AspectInForce[Any]] = held[id_]
        use, node = of[_USE], known.node
        if isinstance(node, Dataset):
            statement = declared_use(node, use.value, use.entry, use.since)
            cases[id_] = LabelledUseCase(statement, of.get("deidentification_state"))
    kept = kept_of(view, {id_: case.statement for id_, case in cases.items()})
    return {id_: replace(case, kept=kept.get(id_, ())) for id_, case in cases.items()}


def kept_of(view: View, stated: Mapping[str, UseStatement]) -> dict[str, Sequence[Keeping]]:
    """Return how long what each statement binds is to be kept, of those that ask to delete after use; each stands by
    its own node, or by the dataset that is declared so.
    """
    bound = datasets_bound(view, {id_: one for id_, one in stated.items() if DELAU in one.obligations})
    every = {one.dataset: one for one in keepings(view, sorted({each for some in bound.values() for each in some}))}
    return {id_: [every[one] for one in some if one in every] for id_, some in bound.items()}


def label_cases(view: View, ids: Sequence[str]) -> dict[str, LabelCase]:
    """Return the labels of the datasets, or of those that the columns are of."""
    days = view.terms.judged_days
    return {id_: LabelCase(found, days) for id_, found in labels.labels(view, _owning(view, ids)).items()}


def _owning(view: View, ids: Sequence[str]) -> list[str]:
    """Return the datasets among the ids, and those that the columns among them are of."""
    datasets = set()
    for id_, known in view.nodes(ids).items():
        node = known.node
        datasets.add(Dataset(node.namespace, node.dataset).id if isinstance(node, Column) else id_)
    return sorted(datasets_among(datasets))


def own_records(view: View, ids: Sequence[str]) -> dict[str, DatasetRecord]:
    """Return the datasets among the ids under their own names."""
    return {id_: one for id_, one in assets.datasets(view, datasets_among(ids)).items() if one.id == id_}


def under_own_name(view: View, ids: Iterable[str]) -> list[str]:
    """Return the datasets among the ids that are called so themselves."""
    named = assets.named_datasets(view, datasets_among(ids))
    return [id_ for id_, one in named.items() if one.node.id == id_]


def under_every_name(view: View, ids: Iterable[str]) -> list[str]:
    """Return the datasets among the ids under every name that each ever had: what is said of one is said of all."""
    names = Names(view, renamed=True)
    asked = datasets_among(ids)
    names.load(asked)
    return sorted({name for one in asked for name in (*names.names(one), names.dataset(one))})


def datasets_among(ids: Iterable[str]) -> list[str]:
    """Return the ids of datasets."""
    return [id_ for id_ in ids if label_of(id_) == Dataset.__name__]
