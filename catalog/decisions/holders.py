"""Who has access to one thing, by grants, and who was permitted it, as a function of a View."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from catalog.decisions.log import access_decisions
from catalog.decisions.model import DecisionRecord
from catalog.grants.model import Grant, GrantState
from catalog.grants.queries import grants
from catalog.grants.rules import reaches
from catalog.view import View
from graph_schema.aspects.access import Target
from graph_schema.nodes import Column, Dataset, ModelVersion, Node


@dataclass(frozen=True, slots=True)
class Holder:
    """What was granted to a principal of one thing, the newest first, and what was permitted of it, the first first."""

    principal: str
    grants: tuple[Grant, ...]
    permitted: tuple[DecisionRecord, ...]

    @property
    def has_grant(self) -> bool:
        """Tell whether one of the grants is in force."""
        return any(one.state is GrantState.IN_FORCE for one in self.grants)


def holders(view: View, of: str) -> tuple[Holder, ...]:
    """Return who was ever granted, or permitted, a dataset or a column of it, a column, or a model version, by name;
    none of what is not known.
    """
    known = view.nodes([of]).get(of)
    target = None if known is None else target_of(known.node)
    if target is None:
        return ()
    granted: dict[str, list[Grant]] = defaultdict(list)
    for one in grants(view):
        if reaches(one.content.target, target):
            granted[one.principal].append(one)
    permitted: dict[str, list[DecisionRecord]] = defaultdict(list)
    for each in access_decisions(view, [of]).get(of, ()):
        if each.content.allowed:
            permitted[each.content.principal].append(each)
    names = sorted({*granted, *permitted})
    view.cite(*(one.entry for every in granted.values() for one in every))
    view.cite(*(each.entry for every in permitted.values() for each in every))
    return tuple(Holder(name, tuple(granted.get(name, ())), tuple(permitted.get(name, ()))) for name in names)


def target_of(node: Node) -> Target | None:
    """Return what access to a node is access to, None of what nobody has access to."""
    match node:
        case Dataset():
            return Target("DATASET", node.namespace, node.name)
        case Column():
            return Target("COLUMN", node.namespace, node.dataset, node.name)
        case ModelVersion():
            return Target("MODEL_VERSION", node.namespace, node.model, None, node.version)
        case _:
            return None
