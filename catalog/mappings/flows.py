"""Which datasets feed others by a mapping of the site: what facets say where a mapping reads a flow.

A mapping tells what a facet means: it counts as it stands at the view's time, for whatever the facet said at any time.
What the facet says counts as any other that an output, an input or the dataset itself carries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce
from catalog.mappings import rules
from catalog.mappings.model import MappedFlow, Read, Rule
from catalog.mappings.queries import aspect_of, mappings, mappings_ever
from catalog.store.protocol import Direction
from catalog.view import View
from graph_schema.aspects import KEPT_FACET
from graph_schema.aspects.mappings import FacetMapping
from graph_schema.facts import Statement
from graph_schema.nodes import Dataset, Run
from graph_schema.vocabulary.words import MappedKind, MappingTarget


class MappedFlows:
    """The flows that mappings read, fetched for a whole frontier; where no mapping reads any it costs nothing."""

    def __init__(self, view: View) -> None:
        """Read through this view, which has all rights."""
        self._view = view
        self._stated: dict[str, tuple[MappedFlow, ...]] = {}
        self._held: dict[tuple[str, int], tuple[MappedFlow, ...]] = {}
        self._fed: dict[str, frozenset[str]] = {}

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        return [rule for rule in mappings(self._view) if _reads_flows(rule)]

    @cached_property
    def _ever(self) -> Sequence[Rule]:
        return [rule for rule in mappings_ever(self._view) if _reads_flows(rule)]

    @property
    def is_idle(self) -> bool:
        """Tell whether no mapping reads any flow."""
        return not self._ever

    @cached_property
    def _carriers(self) -> frozenset[str]:
        facets = sorted({rule.content.facet for rule in self._ever if isinstance(rule.content, FacetMapping)})
        return frozenset(self._view.lookup("Dataset", "facet", facets)) if facets else frozenset()

    def carries(self, names: Collection[str]) -> bool:
        """Tell whether one of the datasets ever had a facet that a mapping reads as a flow."""
        return not self.is_idle and not self._carriers.isdisjoint(names)

    def flows(self, ids: Iterable[str], direction: Direction) -> list[MappedFlow]:
        """Return the flows ever stated into or out of datasets, by whatever mapping that was not withdrawn since."""
        if self.is_idle:
            return []
        asked = frozenset(ids)
        if direction == "in":
            self._load_stated(asked)
            return [flow for one in sorted(asked) for flow in self._stated[one]]
        new = sorted(asked - self._fed.keys())
        fed: dict[str, set[str]] = defaultdict(set)
        for one in self._view.named_in_facets(new) if new else ():
            fed[one.dataset].add(one.carrier)
        self._fed |= {one: frozenset(fed[one]) for one in new}
        targets = sorted({target for one in asked for target in self._fed[one]})
        self._load_stated(targets)
        return [flow for target in targets for flow in self._stated[target] if flow.source.id in asked]

    def _load_stated(self, targets: Iterable[str]) -> None:
        new = sorted(set(targets) - self._stated.keys())
        self._stated |= dict.fromkeys(new, ())
        carrying = [one for one in new if one in self._carriers]
        if not carrying:
            return
        of_aspect = _by_aspect(self._ever)
        found: dict[str, dict[tuple[object, ...], MappedFlow]] = defaultdict(dict)
        for statement in self._view.statements(carrying, sorted(of_aspect)):
            for rule in of_aspect[statement.aspect]:
                for flow in _of_statement(statement, rule):
                    key = flow.source, flow.job, flow.mapping, flow.column, flow.source_column
                    held = found[flow.target].get(key)
                    if held is None or (flow.valid_from, flow.entry) < (held.valid_from, held.entry):
                        found[flow.target][key] = flow
        self._stated |= {one: tuple(sorted(some.values(), key=repr)) for one, some in found.items()}

    def load(self, places: Iterable[tuple[str, int]]) -> None:
        """Fetch what is in force on datasets, by name, at a time; a call for each time."""
        if self.is_idle:
            return
        by_time: dict[int, set[str]] = defaultdict(set)
        for name, at in places:
            if (name, at) not in self._held:
                self._held[name, at] = ()
                if name in self._carriers:
                    by_time[at].add(name)
        of_aspect = _by_aspect(self._rules)
        for at, names in sorted(by_time.items()):
            self._load_held(at, sorted(names), of_aspect)

    def _load_held(self, at: int, names: Sequence[str], of_aspect: Mapping[str, Sequence[Rule]]) -> None:
        held = aspects_in_force(self._view.at(at), names, aspects=sorted(of_aspect))
        runs = sorted({one.run for of in held.values() for one in of.values() if one.run})
        nodes = {run: known.node for run, known in self._view.nodes(runs).items()} if runs else {}
        jobs = {run: job.id for run, node in nodes.items() if isinstance(node, Run) and (job := node.executed)}
        for name, of in held.items():
            self._held[name, at] = tuple(
                flow
                for aspect, one in sorted(of.items())
                for rule in of_aspect.get(aspect, ())
                for flow in _in_force(name, one, rule, jobs.get(one.run or ""))
            )

    def in_force(self, name: str, at: int) -> tuple[MappedFlow, ...]:
        """Return what a dataset's facets in force at a time say, as mappings read it."""
        if self.is_idle:
            return ()
        self.load([(name, at)])
        return self._held[name, at]


def _reads_flows(rule: Rule) -> bool:
    """Tell whether a mapping reads flows in a facet that has no meaning of its own: others say it themselves."""
    content = rule.content
    return (
        isinstance(content, FacetMapping)
        and content.target == MappingTarget.FLOW
        and content.on == MappedKind.DATASET
        and aspect_of(content.facet, MappedKind.DATASET).startswith(KEPT_FACET)
    )


def _by_aspect(of: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in of:
        if isinstance(rule.content, FacetMapping):
            found[aspect_of(rule.content.facet, MappedKind.DATASET)].append(rule)
    return found


def _of_statement(statement: Statement, rule: Rule) -> Iterator[MappedFlow]:
    if statement.value is not None:
        origin = statement.subject, statement.job, statement.run, statement.valid_from, statement.entry
        yield from _flows(rule, statement.data, *origin)


def _in_force(name: str, held: AspectInForce[Any], rule: Rule, job: str | None) -> Iterator[MappedFlow]:
    yield from _flows(rule, held.value, name, job, held.run, held.since, held.entry)


def _flows(
    rule: Rule, facet: object, target: str, job: str | None, run: str | None, since: int, entry: int
) -> Iterator[MappedFlow]:
    assert isinstance(rule.content, FacetMapping)  # noqa: S101  only such read flows
    known = max(entry, rule.entry)
    for one in rules.read(rule.content, facet):
        if isinstance(one, Read) and one.source is not None:
            source = Dataset(*one.source)
            columns = one.column, one.source_column
            yield MappedFlow(source, target, job, run, since, known, rule.name, rule.content.facet, *columns)
