"""Under which names a dataset is known, which lives it had, which rules hold, and what a rule or a stitch would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.names.loading import Names
from catalog.names.model import (
    Check,
    Conflict,
    JoinedGroup,
    Life,
    LifeEnd,
    NameKind,
    OtherName,
    RuleRecord,
)
from catalog.names.rule_history import rule_history
from catalog.names.rules import AliasPointer, Name, Naming, joins, preference
from catalog.view import View
from graph_schema.aspects import DECLARED
from graph_schema.aspects.names import NamespaceRule
from graph_schema.bitemporal import has_begun
from graph_schema.facts import NOW, Role, Statement
from graph_schema.nodes import Dataset
from graph_schema.nodes import NamespaceRule as RuleNode
from graph_schema.registry import TYPES

SHOWN: Final = 100
"""How many groups a check shows."""
_COMPARED: Final = ("schema", *DECLARED)


def other_names(view: View, ids: Sequence[str]) -> dict[str, tuple[OtherName, ...]]:
    """Return the other names under which things count for each dataset, by name; one without any is absent.

    The names that the view's rights hide are counted, not shown.
    """
    names = Names(view, renamed=True)
    asked = [one for one in dict.fromkeys(ids) if one in view.visible(ids, counted=False)]
    names.load(asked)
    shown = names.shown(asked)
    found: dict[str, list[tuple[str, NameKind, int | None, int | None]]] = {}
    for one in asked:
        if not names.is_alone(one):
            kinds = _kinds(names.naming(one), one, view.as_of.valid_at)
            found[one] = [(name, *why) for name, why in kinds.items() if name != shown[one]]
    every = sorted({name for several in found.values() for name, *_ in several})
    known = view.nodes(sorted(view.visible(every))) if every else {}
    answer: dict[str, tuple[OtherName, ...]] = {}
    for one, several in found.items():
        listed = [
            OtherName(name, node.namespace, node.name, kind, since, entry)
            for name, kind, since, entry in several
            if name in known and isinstance(node := known[name].node, Dataset)
        ]
        if listed:
            answer[one] = tuple(sorted(listed, key=lambda each: (each.namespace, each.name, each.kind)))
    return answer


def _kinds(naming: Naming, name: str, at: int) -> dict[str, tuple[NameKind, int | None, int | None]]:
    """Return every name under which things are said of the dataset now, with why, since when and by which entry."""
    dataset = naming.resolve(name, at)
    found: dict[str, tuple[NameKind, int | None, int | None]] = {}
    for renaming in naming.renamings:
        if has_begun(renaming.at, at) and naming.belongs(renaming.old, renaming.at - 1, at) == dataset:
            found[renaming.old] = NameKind.FORMER, renaming.at, renaming.entry
    for other in naming.together(name, at):
        claims = naming.claims.get(other, ())
        stitch = next((entry for pair, entry in sorted(naming.joined.items()) if other in pair), None)
        pointing = _pointing(claims, at)
        if pointing is not None:
            found[other] = NameKind.SYMLINK, pointing.order[0], pointing.entry
        elif stitch is not None:
            found[other] = NameKind.STITCH, None, stitch
        elif naming.rules:
            found[other] = NameKind.RULE, None, None
        else:
            found[other] = NameKind.SYMLINK, None, None
    return found


def _pointing(claims: Sequence[AliasPointer], at: int) -> AliasPointer | None:
    """Return since which claim the name has pointed to where it points at a time."""
    begun = [claim for claim in claims if has_begun(claim.order[0], at)] or list(claims[:1])
    since = begun[-1] if begun else None
    for claim in reversed(begun):
        if since is None or claim.target != since.target:
            break
        since = claim
    return since


def lives(view: View, ids: Sequence[str]) -> dict[str, tuple[Life, ...]]:
    """Return the lives that ended of what each name stands for, the oldest first; a dataset without any is absent."""
    names = Names(view, renamed=True)
    asked = [one for one in dict.fromkeys(ids) if one in view.visible(ids, counted=False)]
    given = names.statements(asked, ("was_dropped",))
    folds = view.unredacted.runs({one.run for one in given if one.run})
    ended: dict[str, set[tuple[int, str | None, int]]] = defaultdict(set)
    for each in given:
        fold = folds.get(each.run) if each.run and each.role == Role.OUT else None
        effect = fold.takes_effect(each.order) if fold else None
        if effect is not None and has_begun(effect, view.as_of.valid_at):
            ended[each.subject].add((effect, each.run, each.entry))
    found: dict[str, list[Life]] = {
        one: [Life(at, LifeEnd.DROPPED, run, entry) for at, run, entry in _first(several)]
        for one, several in ended.items()
    }
    for one in asked:
        if not names.is_alone(one):
            found.setdefault(one, []).extend(_renamed_away(names.naming(one), one, view.as_of.valid_at))
    named = {one for several in found.values() for life in several for one in (life.run, life.renamed_to) if one}
    seen = view.visible(named)
    return {
        one: tuple(
            Life(
                life.ended_at,
                life.end,
                life.run if life.run in seen else None,
                life.entry,
                life.renamed_to if life.renamed_to in seen else None,
            )
            for life in sorted(several, key=lambda each: (each.ended_at, each.entry))
        )
        for one, several in found.items()
        if several
    }


def _first(several: Iterable[tuple[int, str | None, int]]) -> Iterator[tuple[int, str | None, int]]:
    """Yield each end of a life once, by the first entry that says so."""
    seen: set[tuple[int, str | None]] = set()
    for at, run, entry in sorted(several, key=lambda one: (one[0], one[1] or "", one[2])):
        if (at, run) not in seen:
            seen.add((at, run))
            yield at, run, entry


def _renamed_away(naming: Naming, name: str, at: int) -> Iterator[Life]:
    dataset = naming.resolve(name, at)
    seen: set[tuple[int, str]] = set()
    for renaming in naming.renamings:
        after = naming.resolve(renaming.new, at)
        if (
            has_begun(renaming.at, at)
            and after != dataset
            and (renaming.at, after) not in seen
            and dataset in {naming.resolve(renaming.old, renaming.at - 1), naming.resolve(renaming.old, at)}
        ):
            seen.add((renaming.at, after))
            yield Life(renaming.at, LifeEnd.RENAMED, renaming.run, renaming.entry, after)


def shown_names(view: View, ids: Iterable[str]) -> dict[str, str]:
    """Return under which of its names each dataset is shown, of those that may be seen."""
    wanted = set(ids)
    asked = sorted(wanted & view.visible(wanted, counted=False))
    names = Names(view, renamed=True)
    names.load(asked)
    return names.shown(asked)


def deciding_entries(view: View, ids: Iterable[str]) -> dict[str, frozenset[int]]:
    """Return for each name that may be seen and was ever joined to another by which entries, as `Names.rests_on`."""
    wanted = set(ids)
    asked = sorted(wanted & view.visible(wanted, counted=False))
    names = Names(view, renamed=True)
    names.load(asked)
    return names.rests_on(asked)


def spelled(view: View, names: Sequence[Name]) -> dict[Name, str]:
    """Return the dataset that each namespace and name means by the rules in force, where that may be seen."""
    found = Names(view).spelled(names)
    seen = view.nodes(sorted(set(found.values()))) if found else {}
    return {name: one for name, one in found.items() if one in seen}


def namespace_rules(view: View) -> tuple[RuleRecord, ...]:
    """Return the rules of names in force at the view's point, by name."""
    known = view.nodes(view.all_of("NamespaceRule"))
    given: dict[str, list[Statement]] = defaultdict(list)
    for statement in view.statements(list(known), ("namespace_rule", "withdrawn")):
        given[statement.subject].append(statement)
    found = []
    for identifier, statements in given.items():
        node, history = known[identifier].node, rule_history(identifier, statements)
        rule = None if history is None else history.at(view.as_of.valid_at)
        if rule is None or not isinstance(node, RuleNode):
            continue
        newest = max((one for one in statements if one.aspect == "namespace_rule"), key=lambda one: one.order)
        found.append(
            RuleRecord(
                identifier,
                node.name,
                rule.namespace,
                rule.rule_kind,
                rule.same_as,
                rule.port,
                rule.letters,
                rule.keys,
                rule.pattern,
                newest.valid_from,
                newest.entry,
                newest.by,
            )
        )
    return tuple(sorted(found, key=lambda one: one.name))


def check_rule(view: View, rule: NamespaceRule, name: str = "", first: int = SHOWN) -> Check:
    """Return what a rule would join of what is current, beside the rules in force but the one of the same name."""
    names = Names(view)
    known = {
        one: (each.node.namespace, each.node.name)
        for one, each in view.nodes(view.all_of("Dataset")).items()
        if isinstance(each.node, Dataset)
    }
    replaced = RuleNode(name).id
    rules = [found for history in names.rules if history.name != replaced if (found := history.at(NOW)) is not None]
    rules.append(rule)
    groups = list(joins(known, rules))
    names.load(one for group in groups for one in group)
    together = [tuple(dict.fromkeys(names.dataset(one) for one in group)) for group in groups]
    return _check(view, known, [group for group in together if len(group) > 1], rules, len(known), first)


def check_stitch(view: View, dataset: str, same_as: str) -> Check:
    """Return what joining two datasets would bring together; no group where they are one already or one is unknown."""
    names = Names(view)
    names.load([dataset, same_as])
    pair = tuple(dict.fromkeys((names.dataset(same_as), names.dataset(dataset))))
    known = {
        one: (each.node.namespace, each.node.name)
        for one, each in view.nodes(pair).items()
        if isinstance(each.node, Dataset)
    }
    groups = [pair] if len(known) == 2 else []  # noqa: PLR2004  a pair
    return _check(view, known, groups, (), len(known), 1)


def _check(  # all that an answer is made of
    view: View,
    known: Mapping[str, Name],
    groups: Sequence[tuple[str, ...]],
    rules: Sequence[NamespaceRule],
    looked_at: int,
    first: int,
) -> Check:
    visible = [tuple(one for one in group if one in known) for group in groups]
    ordered = sorted(
        (tuple(sorted(group, key=lambda one: preference(known[one], rules))) for group in visible if len(group) > 1),
        key=lambda group: known[group[0]],
    )
    shown = ordered[:first]
    members = sorted({one for group in shown for one in group})
    stated: dict[str, int] = defaultdict(int)
    touching: dict[str, int] = defaultdict(int)
    for statement in view.statements(members) if members else ():
        stated[statement.subject] += 1
    for edge in view.edges(members, TYPES, "both") if members else ():
        for end in {edge.source, edge.target} & set(members):
            touching[end] += 1
    held: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in view.in_force(members) if members else ():
        if one.statement.aspect in _COMPARED:
            held[one.statement.subject][one.statement.aspect] = one.statement.data
    joined = tuple(
        JoinedGroup(
            group,
            sum(stated[one] for one in group),
            sum(touching[one] for one in group),
            tuple(_conflicts(group, held)),
        )
        for group in shown
    )
    return Check(
        joined,
        sum(len(group) for group in ordered),
        sum(group.statements for group in joined),
        sum(group.edges for group in joined),
        sum(bool(group.conflicts) for group in joined),
        looked_at,
        len(ordered) > first,
    )


def _conflicts(group: Sequence[str], held: Mapping[str, Mapping[str, Any]]) -> Iterator[Conflict]:
    """Yield of each thing that is said of several names the first that says something else than the first of all."""
    for aspect in _COMPARED:
        given = [(one, held[one][aspect]) for one in group if aspect in held.get(one, {})]
        for one, value in given[1:]:
            note = _difference(aspect, given[0][1], value)
            if note is not None:
                yield Conflict(given[0][0], one, note)
                break


def _difference(aspect: str, one: object, other: object) -> str | None:
    if aspect != "schema":
        return None if one == other else f"Different values are declared: {aspect}."
    first, second = _fields(one), _fields(other)
    apart = sorted(first.keys() ^ second.keys())
    changed = sorted(name for name in first.keys() & second.keys() if first[name] != second[name])
    if not apart and not changed:
        return None
    several = [f"in one schema only: {', '.join(apart)}"] if apart else []
    several += [f"of different types: {', '.join(changed)}"] if changed else []
    return f"Columns {'; '.join(several)}."


def _fields(schema: object) -> dict[str, object]:
    fields = schema.get("fields") if isinstance(schema, dict) else None
    return {
        one["name"]: one.get("type")
        for one in (fields if isinstance(fields, list) else ())
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    }
