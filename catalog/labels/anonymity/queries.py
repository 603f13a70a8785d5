"""The claims of anonymity that were made of datasets, and what they still say, at one point."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from catalog.assets.rules import columns as schema_columns
from catalog.labels.anonymity.model import AnonymityClaim, Happened, NamedColumn, Release
from catalog.labels.anonymity.rules import lapses
from catalog.labels.facts import ANONYMITY
from catalog.names.loading import Names
from catalog.store.indexes.grounds import Ground
from catalog.view import View
from graph_schema.aspects import labels as aspects
from graph_schema.facts import Statement
from graph_schema.nodes import Dataset


def anonymity_claims(view: View, datasets: Sequence[str]) -> dict[str, tuple[AnonymityClaim, ...]]:
    """Return every claim that was made of each dataset, under any of its names, by entry; one without any is absent.

    What ends a claim counts whoever asks: another release that rights hide is counted, and not named.
    """
    whole = view.unredacted
    claimed = whole.grounds([Ground.ANONYMITY])[Ground.ANONYMITY]
    if not claimed:
        return {}
    names = Names(whole, renamed=True)
    names.load([*datasets, *claimed])
    measured = {names.dataset(one) for one in claimed}
    asked = {one: names.dataset(one) for one in dict.fromkeys(datasets) if names.dataset(one) in measured}
    asked = {one: of for one, of in asked.items() if one in view.visible(asked, counted=False)}
    if not asked:
        return {}
    stated: dict[str, list[Statement]] = defaultdict(list)
    for each in names.statements(sorted(measured), (ANONYMITY,)):
        stated[each.subject].append(each)
    populations = _populations(view, stated)
    columns, writes = _columns(whole, names, asked.values()), _writes(names, asked.values())
    found = {}
    for one, of in asked.items():
        ends = [Happened(each.valid_from, each.entry) for each in stated[of] if each.value is None]
        claims = [_claim(one, each) for each in stated[of] if each.value is not None]
        found[one] = tuple(
            replace(
                claim,
                lapsed=tuple(
                    lapses(
                        replace(claim, beside=tuple(names.dataset(other) for other in claim.beside)),
                        columns.get(of, ()),
                        writes.get(of, ()),
                        [each for each in populations.get(claim.population, ()) if each.dataset != of],
                        [end for end in ends if end.entry > claim.entry],
                    )
                ),
            )
            for claim in sorted(claims, key=lambda each: each.entry)
        )
        view.cite(*(entry for claim in found[one] for entry in (claim.entry, *_behind(claim))))
    return {one: some for one, some in found.items() if some}


def last_change(view: View, dataset: str, population: str) -> int | None:
    """Return the newest entry by which anything happened because of which a claim of some people would lapse."""
    whole = view.unredacted
    claimed = whole.grounds([Ground.ANONYMITY])[Ground.ANONYMITY]
    names = Names(whole, renamed=True)
    names.load([dataset, *claimed])
    of = names.dataset(dataset)
    stated: dict[str, list[Statement]] = defaultdict(list)
    for each in names.statements(sorted({of, *map(names.dataset, claimed)}), (ANONYMITY,)):
        stated[each.subject].append(each)
    entries = [each.entry for each in stated[of] if each.value is None]
    entries += [one.first.entry for one in _populations(whole, stated).get(population, ()) if one.dataset != of]
    entries += [one.first.entry for one in _columns(whole, names, [of]).get(of, ())]
    entries += [one.entry for one in _writes(names, [of]).get(of, ())]
    return max(entries, default=None)


def _behind(claim: AnonymityClaim) -> Iterable[int]:
    return (entry for each in claim.lapsed for entry in each.entries)


def _claim(dataset: str, one: Statement) -> AnonymityClaim:
    return AnonymityClaim(
        **aspects.Anonymity.from_json(one.data).members(),
        dataset=dataset,
        entry=one.entry,
        claimed_by=one.by,
        authenticated=one.authenticated,
        since=one.valid_from,
    )


def _populations(view: View, stated: Mapping[str, Sequence[Statement]]) -> dict[str, list[Release]]:
    """Return by population the datasets of which a claim says that it is of these people."""
    first: dict[tuple[str, str], Happened] = {}
    for dataset, some in stated.items():
        for one in some:
            if one.value is not None:
                place = aspects.Anonymity.from_json(one.data).population, dataset
                happened = Happened(one.valid_from, one.entry)
                first[place] = min(happened, first.get(place, happened), key=lambda each: (each.at, each.entry))
    seen = view.visible({dataset for _, dataset in first}, counted=False)
    nodes = view.unredacted.nodes(sorted(seen))
    found: dict[str, list[Release]] = defaultdict(list)
    for (population, dataset), happened in sorted(first.items()):
        node = nodes[dataset].node if dataset in nodes else None
        name = f"{node.namespace}/{node.name}" if isinstance(node, Dataset) else "something that is not shown"
        found[population].append(Release(dataset, name, happened))
    return found


def _columns(view: View, names: Names, datasets: Collection[str]) -> dict[str, list[NamedColumn]]:
    every = sorted({name for one in datasets for name in names.names(one)})
    first: dict[tuple[str, str], Happened] = {}
    for stated in view.schemas(every):
        for owner in names.owners(stated.dataset, stated.valid_from, personal=False):
            for column in schema_columns("", "", json.loads(stated.text)):
                happened = Happened(stated.valid_from, stated.entry)
                place = owner, column.name
                first[place] = min(happened, first.get(place, happened), key=lambda each: (each.at, each.entry))
    found: dict[str, list[NamedColumn]] = defaultdict(list)
    for (owner, name), happened in sorted(first.items()):
        found[owner].append(NamedColumn(name, happened))
    return found


def _writes(names: Names, datasets: Collection[str]) -> dict[str, list[Happened]]:
    found: dict[str, list[Happened]] = defaultdict(list)
    for edge in names.edges(sorted(set(datasets)), ("WROTE",), "in"):
        found[edge.target].append(Happened(edge.valid_from, edge.entry))
    return found
