"""How columns are spelled where a rule folds the letters of their namespace: fetched in bulk, judged at any time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from catalog.assets.folds import aspects_in_force
from catalog.assets.rules import columns
from catalog.names.loading import Names
from catalog.names.rules import column_name, folds_case
from catalog.view import View
from graph_schema.aspects.names import NamespaceRule
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset
from graph_schema.vocabulary.words import NameRuleKind


def columns_called(view: View, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return how each column, by (dataset id, name), is called at the view's time; absent where the dataset may not be
    seen.
    """
    seen = view.visible({dataset for dataset, _ in asked}, counted=False)
    wanted = [one for one in asked if one[0] in seen]
    names = Names(view)
    spelling = ColumnNames(names)
    if spelling.is_idle:
        return {one: one[1] for one in wanted}
    names.load(sorted({dataset for dataset, _ in wanted}))
    spelling.load({names.dataset(dataset) for dataset, _ in wanted})
    at = view.as_of.valid_at
    return {(dataset, name): spelling.name(names.dataset(dataset), name, at) for dataset, name in wanted}


class _Spelled(NamedTuple):
    """The columns of a dataset as its schema in force has them in order, and all that anything was ever said of."""

    namespace: str
    listed: tuple[str, ...]
    known: frozenset[str]


class ColumnNames:
    """The spellings of columns of datasets. `load` fetches in bulk; the other methods only judge.

    Where no rule ever folded the letters of a dataset's namespace nothing is fetched, and names are what they are byte
    for byte. They are judged alike for everybody.
    """

    def __init__(self, names: Names) -> None:
        """Judge by the rules of these names, as their view has them."""
        self._names = names
        self._view = names.view.unredacted
        self._spelled: dict[str, _Spelled | None] = {}
        self._rules: dict[int, list[NamespaceRule]] = {}
        self._called: dict[tuple[str, int, str], str] = {}

    @cached_property
    def is_idle(self) -> bool:
        """Tell whether no rule ever folded letters anywhere."""
        return all(rule.rule_kind != NameRuleKind.FOLD_CASE for rules in self._names.rule_sets for rule in rules)

    def load(self, datasets: Iterable[str]) -> None:
        """Fetch the columns of the datasets whose namespace's letters a rule folds at any time."""
        if self.is_idle:
            return
        new = sorted({one for one in datasets if one not in self._spelled and label_of(one) == "Dataset"})
        if not new:
            return
        self._spelled.update(dict.fromkeys(new))
        nodes = {one: each.node for one, each in self._view.nodes(new).items() if isinstance(each.node, Dataset)}
        folded = [
            one
            for one, node in nodes.items()
            if any(folds_case(node.namespace, rules) for rules in self._names.rule_sets)
        ]
        if not folded:
            return
        self._names.load(folded)
        edges = self._view.edges(
            sorted({name for one in folded for name in self._names.names(one)}), ("HAS_COLUMN",), "out"
        )
        found = self._view.nodes(sorted({edge.target for edge in edges})) if edges else {}
        of: dict[str, set[str]] = {}
        for edge in edges:
            if edge.target in found and isinstance(node := found[edge.target].node, Column):
                of.setdefault(edge.source, set()).add(node.name)
        held = aspects_in_force(self._view, folded, aspects=("schema",))
        for one in folded:
            schema = held[one]["schema"].value if "schema" in held.get(one, {}) else None
            self._spelled[one] = _Spelled(
                nodes[one].namespace,
                tuple(column.name for column in columns("", "", schema)),
                frozenset(name for each in self._names.names(one) for name in of.get(each, ())),
            )

    def folds(self, dataset: str, at: int) -> bool:
        """Tell whether columns of a dataset that was loaded are one at a time whatever the case of their letters."""
        spelled = self._spelled.get(dataset)
        return spelled is not None and folds_case(spelled.namespace, self._at(at))

    def name(self, dataset: str, name: str, at: int) -> str:
        """Return how a column of a dataset that was loaded is called at a time; see `catalog.names.rules`."""
        spelled = self._spelled.get(dataset)
        if spelled is None:
            return name
        key = dataset, at, name
        found = self._called.get(key)
        if found is None:
            found = column_name(name, spelled.namespace, self._at(at), spelled.listed, spelled.known)
            self._called[key] = found
        return found

    def spelled(self, dataset: str) -> tuple[tuple[str, ...], frozenset[str]] | None:
        """Return the columns by which those of a dataset that was loaded are spelled, as its schema in force lists them
        and as they are known; None where each name is what it is.
        """
        found = self._spelled.get(dataset)
        return None if found is None else (found.listed, found.known)

    def spellings(self, dataset: str, name: str) -> frozenset[str]:
        """Return every name by which the column may be called at any time, the given one included."""
        spelled = self._spelled.get(dataset)
        if spelled is None:
            return frozenset((name,))
        form = name.casefold()
        some = {one for one in (*spelled.listed, *spelled.known) if one.casefold() == form}
        return frozenset((name, form.lower(), form.upper(), *some))

    def _at(self, at: int) -> list[NamespaceRule]:
        found = self._rules.get(at)
        if found is None:
            found = self._rules[at] = self._names.rules_at(at)
        return found
