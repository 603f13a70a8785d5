"""What rules of namespaces were stated over time, and which names they bear on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from catalog.names.rules import (
    RuleHistory,
    covers,
)
from catalog.view import View
from graph_schema.aspects.names import NamespaceRule
from graph_schema.facts import Statement
from graph_schema.vocabulary.words import NameRuleKind


def rules_stated(whole: View) -> tuple[RuleHistory, ...]:
    """Return every rule of namespaces that was ever in force, by name."""
    known = whole.all_of("NamespaceRule")
    stated: dict[str, list[Statement]] = defaultdict(list)
    for statement in whole.statements(known, ("namespace_rule", "withdrawn")) if known else ():
        stated[statement.subject].append(statement)
    return tuple(found for name in sorted(stated) if (found := rule_history(name, stated[name])) is not None)


def rule_entries(whole: View) -> frozenset[int]:
    """Return the entries that state rules of namespaces, or withdraw them."""
    known = whole.all_of("NamespaceRule")
    stated = whole.statements(known, ("namespace_rule", "withdrawn")) if known else ()
    return frozenset(one.entry for one in stated)


def rule_history(name: str, stated: Iterable[Statement]) -> RuleHistory | None:
    """Return what was said of a rule over time; what was withdrawn by a later entry was never said."""
    statements = list(stated)
    withdrawn = max((one.entry for one in statements if one.aspect == "withdrawn"), default=-1)
    kept = sorted((one for one in statements if one.entry > withdrawn), key=lambda one: (one.order, one.value or ""))
    if not any(one.value is not None for one in kept):
        return None
    return RuleHistory(
        name,
        tuple((one.order, None if one.value is None else NamespaceRule.from_json(one.data)) for one in kept),
        min(one.entry for one in kept),
    )


def concerns(rule: NamespaceRule, namespace: str) -> bool:
    """Tell whether the rule may have to do with a name in this namespace."""
    if covers(rule.namespace, namespace) or rule.same_as == namespace:
        return True
    return rule.rule_kind == NameRuleKind.DEFAULT_PORT and covers(rule.namespace, f"{namespace}:{rule.port}")
