"""Which names stand for one dataset at a time, as bodies say: symlinks in time, rules, who joins, parts and renames."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reports.standalone.bodies import (
    Attempt,
    Event,
    Identity,
    Order,
    Record,
    Values,
    attempts_of,
    datasets_of,
    facets_of,
    identities_in,
    identity_of,
    node_id,
    objects_in,
    streams,
    text_in,
)

_DATE_KEYS = ("year", "month", "day", "hour", "date", "dt", "ds")
_DATED = {"yyyy": "[12][0-9]{3}", "MM": "[01][0-9]", "dd": "[0-3][0-9]", "HH": "[0-2][0-9]"}
_MOST_STEPS = 64


class Pointer(NamedTuple):
    """That a name points to a dataset from a time on, and until when whoever says so lists it."""

    order: Order
    target: str
    until: int | None
    entry: int


class Renamed(NamedTuple):
    """That a run renamed a dataset: when that took effect, from which name, to which, by which entry."""

    at: int
    old: str
    new: str
    entry: int


@dataclass
class Names:
    """The names of the datasets that the bodies name, by the ids of their nodes, as they were known by an entry."""

    events: Sequence[Event]
    records: Sequence[Record]
    valid_at: int
    identities: dict[str, Identity] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    """By name the first entry that says anything of it."""
    renamed: list[Renamed] = field(default_factory=list)
    joined: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what decides."""
        events, records = self.events, self.records
        every: list[Event | Record] = [*events, *records]
        for each in sorted(every, key=lambda one: one.index):
            for dataset in datasets_of(each):
                self.identities[node_id("Dataset", *dataset)] = dataset
                self.first.setdefault(node_id("Dataset", *dataset), each.index)
        apart = self._join(records)
        self._pointers = _pointers(events, apart)
        self._rules = _rules(records)
        self.renamed = sorted(self._renamed(events))
        self._resolved: dict[int, dict[str, str]] = {}
        self._times = sorted(
            {one.order[0] for some in self._pointers.values() for one in some}
            | {one.until for some in self._pointers.values() for one in some if one.until is not None}
            | {at for stated in self._rules.values() for at, _ in stated}
        )
        renamings = {pair for event in events for pair in renamings_in(event)}
        self._components = self._connected(apart, ((one.old, one.new) for one in self.renamed))
        self._ever = self._connected(apart, renamings)
        self._ruled = self._under_rules()

    def _join(self, records: Iterable[Record]) -> set[frozenset[str]]:
        """Note which two are joined, and return which are held apart: the newest record of a pair decides."""
        pairs: dict[frozenset[str], tuple[int, str, str, bool]] = {}
        for record in records:
            if record.kind in {"stitch_datasets", "unstitch_datasets"}:
                one, other = (node_id("Dataset", *identity_of(record.content[end])) for end in ("dataset", "same_as"))
                candidate = record.index, one, other, record.kind == "unstitch_datasets"
                pairs[frozenset((one, other))] = max(candidate, pairs.get(frozenset((one, other)), candidate))
        self.joined = {(one, other): entry for entry, one, other, parts in pairs.values() if not parts}
        return {pair for pair, (*_, parts) in pairs.items() if parts}

    def _renamed(self, events: Sequence[Event]) -> Iterator[Renamed]:
        every: dict[Any, list[Event]] = {}
        for event in sorted(events, key=lambda one: (one.order, one.index)):
            if event.key is not None and event.order[0] <= self.valid_at:
                every.setdefault(event.key, []).append(event)
        for event in events:
            for old, new in renamings_in(event):
                at = _takes_effect(event, attempts_of(every[event.key])) if event.key in every else None
                if at is not None:
                    yield Renamed(at, old, new, event.index)

    def _connected(
        self, apart: Iterable[frozenset[str]], renamed: Iterable[tuple[str, str]]
    ) -> dict[str, frozenset[str]]:
        """Return by name all names that were ever connected with it, given which were renamed."""
        pairs = [(name, one.target) for name, some in self._pointers.items() for one in some]
        pairs += [*self.joined, *((min(pair), max(pair)) for pair in apart)]
        pairs += renamed
        for rules in self._rule_sets():
            first: dict[Identity, str] = {}
            for id_, identity in self.identities.items():
                pairs.append((first.setdefault(normal(identity, rules), id_), id_))
        groups = _Groups((*self.identities, *(one for pair in pairs for one in pair)))
        for one, other in pairs:
            groups.join(one, other)
        return groups.members()

    def _rule_sets(self) -> list[list[Values]]:
        times = sorted({at for stated in self._rules.values() for at, _ in stated})
        return [self._rules_at(at) for at in times]

    def _rules_at(self, at: int) -> list[Values]:
        """Return the rules that hold at a time: what was first said of a rule holds before as well."""
        found = []
        for stated in self._rules.values():
            place = max(bisect_right([since for since, _ in stated], at) - 1, 0)
            found += [rule for rule in (stated[place][1],) if rule is not None]
        return found

    def _under_rules(self) -> set[str]:
        """Return the names that a rule joins at any time to another, and those connected with such."""
        found: set[str] = set()
        for rules in self._rule_sets():
            forms: dict[Identity, list[str]] = {}
            for id_, identity in self.identities.items():
                forms.setdefault(normal(identity, rules), []).append(id_)
            for several in forms.values():
                if len(several) > 1:
                    found.update(one for each in several for one in self._components[each])
        return found

    @property
    def moments(self) -> list[int]:
        """Return a time of each span in which all names stand for one and the same."""
        return [self._times[0] - 1, *self._times] if self._times else [self.valid_at]

    @property
    def last_index(self) -> int:
        """Return the newest of the entries that count."""
        return max([-1, *(one.index for one in self.events), *(one.index for one in self.records)])

    def names(self, name: str) -> frozenset[str]:
        """Return every name that was ever connected with this one, itself included."""
        return self._components.get(name, frozenset((name,)))

    def ever(self, name: str) -> frozenset[str]:
        """Return the names as `names`, and those to which a run was only said to rename it: labels flow over all."""
        return self._ever.get(name, frozenset((name,)))

    def resolve(self, name: str, at: int) -> str:
        """Return the dataset that the name stood for at a time."""
        if len(self.names(name)) == 1:
            return name
        epoch = bisect_right(self._times, at)
        if epoch not in self._resolved:
            self._resolved[epoch] = self._stood(at)
        return self._resolved[epoch].get(name, name)

    def together(self, name: str, at: int) -> list[str]:
        """Return every name that stood for the same dataset at a time."""
        return sorted(one for one in self.names(name) if self.resolve(one, at) == self.resolve(name, at))

    def belongs(self, name: str, stated_at: int, at: int) -> str:
        """Return the dataset to which belongs what was said under a name at one time, as it is called at another."""
        dataset, since = self.resolve(name, stated_at), stated_at
        for _ in range(len(self.renamed) + 1):
            moved = [
                (one.at, self.resolve(one.new, one.at))
                for one in self.renamed
                if since < one.at <= at and self.resolve(one.old, one.at - 1) == dataset
            ]
            if not moved:
                break
            since, dataset = min(moved)
        return dataset

    def owners(self, name: str, stated_at: int, *, personal: bool) -> set[str]:
        """Return the datasets to which belongs what was said of a name at a time, as they are called now.

        What people say counts also for what the name means at present, but where it went along with a renaming.
        """
        then = self.belongs(name, stated_at, self.valid_at)
        if personal and then == self.resolve(name, stated_at):
            return {then, self.resolve(name, self.valid_at)}
        return {then}

    def dataset(self, name: str) -> str:
        """Return the dataset that the name stands for at the report's time."""
        return self.resolve(name, self.valid_at)

    def title(self, name: str, identity: Identity) -> str:
        """Return the full name under which the dataset of a name is shown."""
        return "/".join(self.identities.get(self.dataset(name), identity))

    def folds_case(self, dataset: str) -> bool:
        """Return whether columns of a dataset are one whatever the case of their letters."""
        namespace = self.identities.get(dataset, ("", ""))[0]
        rules = self._rules_at(self.valid_at)
        return any(one["rule_kind"] == "FOLD_CASE" for one in _held(namespace, rules))

    def others(self, dataset: str) -> dict[str, tuple[str, int | None, int | None]]:
        """Return the other names of a dataset now: why, since when and by which entry."""
        at, shown = self.valid_at, self.dataset(dataset)
        found: dict[str, tuple[str, int | None, int | None]] = {}
        for one in self.renamed:
            if one.at <= at and self.belongs(one.old, one.at - 1, at) == shown:
                found[one.old] = "FORMER", one.at, one.entry
        for name in self.together(dataset, at):
            begun = [one for one in self._pointers.get(name, ()) if one.order[0] <= at]
            begun = begun or self._pointers.get(name, [])[:1]
            stitch = next((entry for pair, entry in sorted(self.joined.items()) if name in pair), None)
            if begun:
                since = begun[-1]
                for pointer in reversed(begun):
                    if pointer.target != since.target:
                        break
                    since = pointer
                found[name] = "SYMLINK", since.order[0], since.entry
            elif stitch is not None:
                found[name] = "STITCH", None, stitch
            else:
                found[name] = "RULE" if name in self._ruled else "SYMLINK", None, None
        found.pop(shown, None)
        return found

    def _stood(self, at: int) -> dict[str, str]:
        """Return what every name stood for: pointers first, then what rules and stewards take for one."""
        rules = self._rules_at(at)
        every = set(self._components)
        roots = {name: self._pointed(name, at) for name in every}
        groups = _Groups(roots.values())
        forms: dict[Identity, str] = {}
        for name in sorted(self._ruled & self.identities.keys()) if rules else ():
            groups.join(forms.setdefault(normal(self.identities[name], rules), roots[name]), roots[name])
        for one, other in self.joined:
            groups.join(roots[one], roots[other])
        aims = {roots[other] for _, other in self.joined} - {roots[one] for one, _ in self.joined}
        chosen: dict[str, str] = {}
        for root, members in groups.members().items():
            of = rules if root in self._ruled else []
            chosen[root] = min(members, key=lambda one: (one not in aims, self._preference(one, of)))
        return {name: chosen[root] for name, root in roots.items()}

    def _preference(self, name: str, rules: Collection[Values]) -> tuple[bool, bool, Identity]:
        namespace, text = self.identities.get(name, ("", name))
        common = normal((namespace, text), rules)
        letters = {
            one.get("letters")
            for one in rules
            if one["rule_kind"] == "FOLD_CASE" and covers(one["namespace"], namespace)
        }
        spelled = (text.upper() if "UPPER" in letters else text.lower()) if letters else text
        is_whole = text.rstrip("/").casefold() == common[1].rstrip("/").casefold() and namespace == common[0]
        return not is_whole, text != spelled, (namespace, text)

    def _pointed(self, name: str, at: int) -> str:
        seen: list[str] = []
        while name not in seen:
            seen.append(name)
            target = _target(self._pointers.get(name, ()), at)
            if target is None or target == name:
                return name
            name = target
        return min(seen[seen.index(name) :])


def _target(pointers: Sequence[Pointer], at: int) -> str | None:
    """Return where a name points at a time: as newest said by then, else as first said; nowhere once that ended."""
    begun = [one for one in pointers if one.order[0] <= at]
    if not begun:
        return pointers[0].target if pointers else None
    target = begun[-1].target
    live = any(one.target == target and (one.until is None or one.until > at) for one in begun)
    return target if live else None


def _pointers(events: Sequence[Event], apart: Collection[frozenset[str]]) -> dict[str, list[Pointer]]:
    """Return by name where it points, in order: each name in a symlinks facet points to the dataset that carries it,
    until a later facet of the same job does not list it, or one is deleted.
    """
    listings: list[tuple[Order, int, Identity | None, str, set[str] | None]] = []
    for event in events:
        for content, order in _mentioned(event):
            facet = facets_of(content).get("symlinks")
            if isinstance(facet, dict):
                listed = {node_id("Dataset", *one) for one in symlinks_in(facet)}
                carrier = node_id("Dataset", *identity_of(content))
                listings.append((order, event.index, event.job, carrier, _unless_deleted(facet, listed)))
    found: dict[str, list[Pointer]] = {}
    listings.sort(key=lambda one: one[:2])
    for order, entry, job, carrier, names in listings:
        for name in (names or set()) - {carrier}:
            if frozenset((name, carrier)) in apart:
                continue
            ends = [
                one[0][0]
                for one in listings
                if one[3] == carrier and one[0] > order and (one[4] is None or (one[2] == job and name not in one[4]))
            ]
            found.setdefault(name, []).append(Pointer(order, carrier, min(ends, default=None), entry))
    return {name: sorted(some, key=lambda one: (one.order, one.target, one.until or 0)) for name, some in found.items()}


def _mentioned(event: Event) -> Iterator[tuple[Values, Order]]:
    """Yield every dataset of an event, with the order of what is said of it: a second mention comes after the first."""
    for several in (event.inputs, event.outputs, event.about):
        seen: dict[Identity, int] = {}
        for content in several:
            times = seen[identity_of(content)] = seen.get(identity_of(content), -1) + 1
            since, rank, tie = event.order
            yield content, (since, rank, f"{tie}.{times:06}" if times else tie)


def _unless_deleted(facet: Values, listed: set[str]) -> set[str] | None:
    return None if facet.get("_deleted") is True else listed


def symlinks_in(facet: Values) -> Iterator[Identity]:
    """Yield the names that a symlinks facet lists."""
    yield from identities_in(objects_in(facet.get("identifiers")))


def renamings_in(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the ids of the names, old and new, of each dataset that an event says its run renamed."""
    for content in event.outputs if event.run is not None else ():
        change = facets_of(content).get("lifecycleStateChange")
        kind = text_in(change.get("lifecycleStateChange")) if isinstance(change, dict) else None
        previous = change.get("previousIdentifier") if isinstance(change, dict) else None
        before = identities_in((previous,)) if isinstance(previous, dict) else ()
        for one in before if (kind or "").upper() == "RENAME" else ():
            yield node_id("Dataset", *one), node_id("Dataset", *identity_of(content))


def _takes_effect(event: Event, attempts: Sequence[Attempt]) -> int | None:
    """Return when what an event says of an output takes effect, None where its attempt did not complete."""
    own = [one for one in attempts if one.events[0].order <= event.order] or list(attempts[:1])
    if any(streams(each) for one in attempts for each in one.events):
        return event.order[0]
    attempt = own[-1]
    if attempt.end is None or attempt.state != "COMPLETE":
        return None
    return max(event.order[0], attempt.end.order[0])


def _rules(records: Sequence[Record]) -> dict[str, list[tuple[int, Values | None]]]:
    """Return what was said of each rule over time, None where it ended; what was withdrawn later was never said."""
    by_rule: dict[str, list[Record]] = {}
    for record in records:
        if record.kind in {"define_namespace_rule", "end_namespace_rule"}:
            by_rule.setdefault(record.content["rule"], []).append(record)
    found: dict[str, list[tuple[int, Values | None]]] = {}
    for name, some in sorted(by_rule.items(), key=lambda one: node_id("NamespaceRule", one[0])):
        withdrawn = max((one.index for one in some if one.content.get("never_held")), default=-1)
        kept = sorted((one for one in some if one.index > withdrawn), key=lambda one: one.order)
        stated = [(one.since, one.content if one.kind == "define_namespace_rule" else None) for one in kept]
        if any(rule is not None for _, rule in stated):
            found[name] = stated
    return found


def covers(pattern: str, namespace: str) -> bool:
    """Return whether a rule's namespace is this one: it itself, or its beginning and an asterisk."""
    return namespace.startswith(pattern[:-1]) if pattern.endswith("*") else namespace == pattern


def normal(identity: Identity, rules: Collection[Values]) -> Identity:
    """Return what all spellings of a name have in common under the rules."""
    namespace, text = identity
    held = _held(namespace, rules)
    kinds = {one["rule_kind"] for one in held}
    for rule in sorted(held, key=_written):
        if rule["rule_kind"] == "DATE_PARTITIONS":
            text = _undated(text, rule)
    if "TRAILING_SLASH" in kinds:
        text = text.rstrip("/") or text
    return _namespaces(namespace, rules)[-1], text.casefold() if "FOLD_CASE" in kinds else text


def _written(rule: Values) -> tuple[str, str]:
    keys = rule.get("keys") or ()
    return f"{rule['namespace']!r} {tuple(keys)!r}", repr(rule.get("pattern"))


def _held(namespace: str, rules: Collection[Values]) -> list[Values]:
    spaces = _namespaces(namespace, rules)
    return [rule for rule in rules if any(covers(rule["namespace"], space) for space in spaces)]


def _namespaces(namespace: str, rules: Collection[Values]) -> list[str]:
    """Return the namespace and those that it is the same as, the one that stands for all of them last."""
    passed = [namespace]
    while len(passed) < _MOST_STEPS:
        following = sorted(after for rule in rules for after in _next(passed[-1], rule))
        if not following:
            return passed
        if following[0] in passed:
            return [*passed, min(passed[passed.index(following[0]) :])]
        passed.append(following[0])
    return passed


def _next(namespace: str, rule: Values) -> Iterator[str]:
    if covers(rule["namespace"], namespace):
        if rule["rule_kind"] == "SAME_NAMESPACE" and rule.get("same_as") not in {namespace, None}:
            yield rule["same_as"]
        elif rule["rule_kind"] == "DEFAULT_PORT" and namespace.endswith(f":{rule.get('port')}"):
            yield namespace.removesuffix(f":{rule.get('port')}")


def _undated(text: str, rule: Values) -> str:
    pattern = rule.get("pattern")
    if pattern is not None:
        parts = re.split(r"\{(yyyy|MM|dd|HH)\}", pattern)
        found = "".join(_DATED[one] if place % 2 else re.escape(one) for place, one in enumerate(parts))
        after = re.sub(rf"{'' if parts[0] else '(?<![0-9A-Za-z])'}{found}(?![0-9A-Za-z])", "", text)
    else:
        keys = {key.casefold() for key in rule.get("keys") or _DATE_KEYS}
        kept = (one for one in text.split("/") if "=" not in one or one.partition("=")[0].casefold() not in keys)
        after = "/".join(kept)
    if after == text:
        return text.rstrip("/") or text
    return re.sub(r"(?<![:/])/{2,}", "/", after).rstrip("/") or text


class _Groups:
    """Which things are one, from the pairs that are."""

    def __init__(self, members: Iterable[str]) -> None:
        self._group = {one: {one} for one in members}

    def join(self, one: str, other: str) -> None:
        first, second = self._group[one], self._group[other]
        if first is not second:
            first |= second
            self._group.update(dict.fromkeys(second, first))

    def members(self) -> dict[str, frozenset[str]]:
        """Return by thing all that are one with it."""
        frozen = {id(group): frozenset(group) for group in self._group.values()}
        return {one: frozen[id(group)] for one, group in self._group.items()}
