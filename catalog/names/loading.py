"""The names around datasets, fetched in bulk and judged at any time: what every reader of a dataset goes through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from catalog.names.fetching import Fetched
from catalog.names.rule_history import concerns, rule_entries, rules_stated
from catalog.names.rules import (
    AliasPointer,
    Name,
    Naming,
    Renaming,
    RuleHistory,
    UnderName,
    decided,
    folds_case,
    normal,
    preference,
    shortened,
)
from catalog.names.symlinks import Endings, varied_names
from catalog.store.indexes.pointers import Pointer
from catalog.store.protocol import Direction
from catalog.view import View
from graph_schema.aspects import DECLARED, PHI
from graph_schema.aspects.names import NamespaceRule
from graph_schema.facts import NOW, Edge, Statement
from graph_schema.identity import label_of
from graph_schema.loose_names import folded, undated
from graph_schema.nodes import Dataset
from graph_schema.registry import STRUCTURAL

STITCHING = "IS_SAME_AS"
RENAMING = "WAS_RENAMED_TO"
_PERSONAL_EDGES = frozenset({"IS_TAGGED", "CONCERNS", "IS_ENCRYPTED_UNDER", "IS_HELD_AT", "LIES_IN", "SUPPLIES"})
_PERSONAL = frozenset(DECLARED)


def is_personal(aspect: str) -> bool:
    """Tell whether it is said of the name by people, or is a label: neither a drop nor a pointer takes it away."""
    return aspect in _PERSONAL or aspect.startswith(PHI)


class Names:
    """The names around datasets. `load` fetches in bulk what is not known yet; the other methods only judge.

    Names are judged alike for everybody: what rights hide of them is taken out by whoever shows them. `renamed` fetches
    the names that datasets had before as well.
    """

    def __init__(self, view: View, *, renamed: bool = False, beside: Sequence[str] = ()) -> None:
        """Read through this view; edges of the kinds `beside` are kept on the way, of whatever is loaded."""
        self.view = view
        self._whole = view.unredacted
        self._ever = self._whole.at(NOW)
        self._joining = frozenset((STITCHING, RENAMING) if renamed else (STITCHING,))
        self._beside = frozenset(beside)
        self._kinds = (STITCHING, RENAMING, *beside)
        self.beside: set[Edge] = set()
        self._naming: dict[str, Naming] = {}
        self._stitched: dict[frozenset[str], set[int]] = defaultdict(set)
        self._renamed: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._renamed_to: dict[str, dict[str, int]] = defaultdict(dict)
        self.apart: set[frozenset[str]] = set()
        """The pairs, of what was loaded, that stewards hold apart."""

    def load(self, ids: Iterable[str]) -> None:
        """Fetch the names around the datasets, a call a level; what is no dataset has one name."""
        new = sorted({one for one in ids if one not in self._naming and (self._beside or label_of(one) == "Dataset")})
        if new and not self.rules:
            self._naming |= (alone := self.view.once(Fetched).alone(self._ever, new, self._kinds))
            new = [one for one in new if one not in alone]
        if not new:
            return
        pointers, edges, alike, keys = self._closure(new)
        links: dict[str, set[str]] = defaultdict(set)
        pointed = [(one.source, one.target) for one in pointers]
        for one, other in (*pointed, *((edge.source, edge.target) for edge in edges), *alike):
            links[one].add(other)
            links[other].add(one)
        joined, apart = decided(
            (edge.entry, edge.source, edge.target, edge.data.get("apart") is True)
            for edge in edges
            if edge.kind == STITCHING
        )
        self.apart |= apart
        for edge in edges:
            if edge.kind == STITCHING:
                self._stitched[frozenset((edge.source, edge.target))].add(edge.entry)
            else:
                aims = self._renamed_to[edge.source]
                aims[edge.target] = min(edge.entry, aims.get(edge.target, edge.entry))
                if edge.run is not None:
                    self._renamed[edge.source].add((edge.run, edge.entry))
        claims = self._claims([one for one in pointers if frozenset((one.source, one.target)) not in apart], apart)
        renamings = self._renamings([edge for edge in edges if edge.kind == RENAMING])
        # What stands for several that were joined is chosen by name, and may be what one of them points to.
        stitched = sorted(_component({one for pair in joined for one in pair}, links) - keys.keys())
        keys = {**keys, **self._keys(stitched)}
        ruled = {one for pair in alike for one in pair}
        for name in new:
            if name in self._naming:
                continue
            if name not in links:
                self._naming[name] = Naming({name: keys.get(name, ("", name))})
            else:
                self._enter(_component({name}, links), keys, claims, joined, renamings, ruled)

    def _enter(  # all that was fetched, for one closure of it
        self,
        names: frozenset[str],
        keys: Mapping[str, Name],
        claims: Mapping[str, Sequence[AliasPointer]],
        joined: Mapping[tuple[str, str], int],
        renamings: Sequence[Renaming],
        ruled: Collection[str],
    ) -> None:
        naming = Naming(
            names={one: keys.get(one, ("", one)) for one in names},
            claims={one: claims[one] for one in names if one in claims},
            joined={pair: entry for pair, entry in joined.items() if pair[0] in names},
            rules=self.rules if not names.isdisjoint(ruled) else (),
            renamings=tuple(one for one in renamings if one.old in names),
        )
        self._naming.update(dict.fromkeys(names, naming))

    def _closure(self, new: Sequence[str]) -> tuple[set[Pointer], set[Edge], set[tuple[str, str]], dict[str, Name]]:
        """Return the pointers and other edges between names, the pairs that rules join at some time, and the names
        where rules need them.
        """
        fetched = self.view.once(Fetched)
        pointers: set[Pointer] = set()
        edges: set[Edge] = set()
        alike: set[tuple[str, str]] = set()
        keys: dict[str, Name] = {}
        seen: set[str] = set()
        front = set(new)
        while front:
            seen |= front
            aimed = fetched.pointers(self._ever, front)
            pointers.update(aimed)
            found = fetched.edges(self._ever, front, self._kinds)
            beyond = [edge for edge in found if edge.kind in self._joining]
            self.beside.update(edge for edge in found if edge.kind in self._beside)
            edges.update(beyond)
            ends = {end for edge in beyond for end in (edge.source, edge.target)}
            ends |= {end for pointer in aimed for end in (pointer.source, pointer.target)}
            if self.rules:
                keys.update(self._keys(sorted((front | ends) - keys.keys())))
                pairs = self._alike(sorted(front), keys)
                alike |= pairs
                ends |= {one for pair in pairs for one in pair}
            front = ends - seen
        if not self.rules:
            fetched.keep_alone(new, self._kinds)
        return pointers, edges, alike, keys

    def _keys(self, ids: Sequence[str]) -> dict[str, Name]:
        found = self._whole.nodes(ids) if ids else {}
        return {
            one: (each.node.namespace, each.node.name) for one, each in found.items() if isinstance(each.node, Dataset)
        }

    @cached_property
    def rules(self) -> Sequence[RuleHistory]:
        """Return every rule that was ever in force, by name; one that was withdrawn never held."""
        return self.view.once(rules_stated)

    def rules_at(self, at: int) -> list[NamespaceRule]:
        """Return the rules that held at a time."""
        return [value for rule in self.rules if (value := rule.at(at)) is not None]

    def namespace(self, namespace: str) -> str:
        """Return the namespace that stands for one by the rules at the view's time."""
        rules = self._rules_now
        return normal((namespace, ""), rules)[0] if rules else namespace

    @cached_property
    def _rules_now(self) -> list[NamespaceRule]:
        return self.rules_at(self.view.as_of.valid_at)

    @cached_property
    def rule_sets(self) -> list[list[NamespaceRule]]:
        """Return the rules that held together at any time."""
        times = sorted({order[0] for rule in self.rules for order, _ in rule.stated})
        sets = [self.rules_at(time) for time in (*times[:1], *times)]
        return [one for place, one in enumerate(sets) if one and one not in sets[:place]]

    def _alike(self, ids: Sequence[str], keys: dict[str, Name]) -> set[tuple[str, str]]:
        """Return the pairs of these with other names that some rules join, whose names are noted in `keys`."""
        every = [rule for rules in self.rule_sets for rule in rules]
        asked = [one for one in ids if one in keys and any(concerns(rule, keys[one][0]) for rule in every)]
        if not asked:
            return set()
        found = self._similar({keys[one][1] for one in asked}, every)
        keys.update(self._keys(sorted(found - keys.keys())))
        pairs: set[tuple[str, str]] = set()
        for rules in self.rule_sets:
            first: dict[Name, str] = {}
            for one in asked:
                first.setdefault(normal(keys[one], rules), one)
            for other in found:
                one = first.get(normal(keys[other], rules), other)
                if one != other:
                    pairs.add((one, other))
        return pairs

    def _similar(self, texts: Collection[str], rules: Collection[NamespaceRule]) -> set[str]:
        """Return the datasets whose names are alike in their loosest form: all that rules may join, and others."""
        found = set(self._whole.lookup("Dataset", "folded", sorted(set(map(folded, texts)))))
        if any(rule.pattern is not None for rule in rules):
            bare = sorted(set(map(undated, texts)))
            found.update(self._whole.lookup("Dataset", "undated", bare))
            found.update(self._whole.lookup("Dataset", "folded", bare))
        return found

    def spelled(self, names: Collection[Name]) -> dict[Name, str]:
        """Return the dataset that each of these names means by the rules at the view's time, if any does.

        Nobody needs to have used that spelling of it; where several are alike, the one that stands for them.
        """
        rules = self._rules_now
        asked = {one: normal(one, rules) for one in names if any(concerns(rule, one[0]) for rule in rules)}
        if not asked:
            return {}
        keys = self._keys(sorted(self._similar({name for _, name in asked}, rules)))
        known: dict[Name, str] = {}
        for one in sorted(keys, key=lambda each: preference(keys[each], rules)):
            known.setdefault(normal(keys[one], rules), one)
        return {name: known[form] for name, form in asked.items() if form in known}

    def _claims(
        self, pointers: Collection[Pointer], apart: Collection[frozenset[str]]
    ) -> Mapping[str, Sequence[AliasPointer]]:
        """Return what each name points to, in order; `pointers` are those that no steward took back.

        A name that may have pointed elsewhere at some time, or nowhere, is judged by all that was said of it.
        """
        listings = self.view.once(Fetched).listings(self._ever, {one.target for one in pointers})
        varied = varied_names(pointers, listings)
        first: dict[str, AliasPointer] = {}
        for one in sorted(pointers, key=lambda each: (*each.order, each.entry)):
            if one.source not in varied:
                first.setdefault(one.source, AliasPointer(one.order, one.target, None, one.entry))
        return {**{name: (claim,) for name, claim in first.items()}, **self._changing(varied, apart)}

    def _changing(self, names: Collection[str], apart: Collection[frozenset[str]]) -> dict[str, list[AliasPointer]]:
        """Return the pointers of each name out of all that was said of it, those that a steward took back left out."""
        edges = self._ever.edges(sorted(names), ("IS_ALIAS_OF",), "out") if names else ()
        pointing = [edge for edge in edges if frozenset((edge.source, edge.target)) not in apart]
        if not pointing:
            return {}
        endings = Endings(self._ever.statements(sorted({edge.target for edge in pointing}), ("symlinks",)))
        found: dict[str, list[AliasPointer]] = defaultdict(list)
        for edge in pointing:
            if edge.data.get("ended"):
                found[edge.source].append(AliasPointer(edge.order, edge.source, None, edge.entry))
            else:
                end, by = endings.of(edge) or (None, None)
                found[edge.source].append(AliasPointer(edge.order, edge.target, end, edge.entry, by))
        return {name: shortened(claims) for name, claims in found.items()}

    def _renamings(self, edges: Sequence[Edge]) -> list[Renaming]:
        folds = self._whole.runs({edge.run for edge in edges if edge.run}) if edges else {}
        found = set()
        for edge in edges:
            fold = folds.get(edge.run) if edge.run else None
            at = fold.takes_effect(edge.order) if fold else None
            if at is not None:
                found.add(Renaming(at, edge.source, edge.target, edge.run, edge.entry))
        return sorted(found, key=lambda one: (one.at, one.old, one.new, one.entry))

    def naming(self, name: str) -> Naming:
        """Return what joins a name that was loaded."""
        return self._naming[name]

    def names(self, name: str) -> Collection[str]:
        """Return every name that was ever joined to this one, itself included."""
        found = self._naming.get(name)
        return frozenset((name,)) if found is None else found.names.keys()

    def rests_on(self, names: Iterable[str]) -> dict[str, frozenset[int]]:
        """Return for each name that was ever joined to another the entries that decide, at any time, what is one with
        it: those that point, join, part and rename, the events of who renamed, rules, and what a rule joins; for each
        whose columns a rule folds, the rules.
        """
        asked = list(names)
        several = [one for one in asked if not self.is_alone(one)]
        renamed = {one: {pair for each in self.names(one) for pair in self._renamed.get(each, ())} for one in several}
        folds = (
            self._whole.runs({run for pairs in renamed.values() for run, _ in pairs}) if any(renamed.values()) else {}
        )
        ruled = {each for one in several if self._naming[one].rules for each in self.names(one)}
        known = self._whole.nodes(sorted(ruled)) if ruled else {}
        found: dict[str, frozenset[int]] = {}
        for one in several:
            naming = self._naming[one]
            claims = [claim for each in naming.claims.values() for claim in each]
            entries = {claim.entry for claim in claims}
            entries |= {claim.ended_by for claim in claims if claim.ended_by is not None}
            entries.update(*(some for pair, some in self._stitched.items() if not pair.isdisjoint(naming.names)))
            for run, entry in renamed[one]:
                entries |= {entry, *(fold.entries if (fold := folds.get(run)) else ())}
            if naming.rules:
                entries |= self.view.once(rule_entries)
                entries |= {known[each].entry for each in naming.names if each in known}
            found[one] = frozenset(entries)
        for one in self._folding(asked):
            found[one] = found.get(one, frozenset()) | self.view.once(rule_entries)
        return found

    def _folding(self, names: Sequence[str]) -> list[str]:
        """Return the names in whose namespace columns ever were one whatever the case of their letters."""
        nodes = self._whole.nodes(names) if self.rules else {}
        spaces = {one: known.node.namespace for one, known in nodes.items() if isinstance(known.node, Dataset)}
        return [one for one, space in spaces.items() if any(folds_case(space, rules) for rules in self.rule_sets)]

    def is_alone(self, name: str) -> bool:
        """Tell whether the name was never joined to another."""
        return len(self.names(name)) == 1

    def joined(self, name: str) -> list[tuple[str, int]]:
        """Return the names that stewards, or rules at the view's time, join to this one, with the entry that says so.

        Of many that a rule joins, the one that stands for all is next to each, and each to it.
        """
        found = self._naming.get(name)
        if found is None:
            return []
        joined = {
            other: entry for pair, entry in found.joined.items() if name in pair for other in pair if other != name
        }
        at = self.view.as_of.valid_at
        ruled = found.alike(name, at)
        for other in ruled:
            joined.setdefault(other, min(rule.entry for rule in found.rules))
        return sorted(joined.items())

    def renamed(self, name: str) -> list[tuple[str, int]]:
        """Return the names that this one was ever renamed to, each with the entry that first says so."""
        return sorted(self._renamed_to.get(name, {}).items())

    def resolve(self, name: str, at: int) -> str:
        """Return the dataset that the name stood for at a time, by id; see `rules.Naming.resolve`."""
        found = self._naming.get(name)
        return name if found is None else found.resolve(name, at)

    def bears_on(self, judged: UnderName, other: UnderName) -> bool:
        """Tell whether what was judged of a name is judged of what was said under another; see `rules.Naming`."""
        found = self._naming.get(judged.name)
        return judged.name == other.name if found is None else found.bears_on(judged, other)

    def belongs(self, name: str, stated_at: int, at: int) -> str:
        """Return the dataset to which belongs what was said under the name at one time, as it is called at another."""
        found = self._naming.get(name)
        return name if found is None else found.belongs(name, stated_at, at)

    def dataset(self, name: str) -> str:
        """Return the dataset that the name stands for at the view's time."""
        return self.resolve(name, self.view.as_of.valid_at)

    def shown(self, ids: Collection[str]) -> dict[str, str]:
        """Return under which of its names each dataset is shown: that which stands for all, or the one asked for where
        that may not be seen.
        """
        datasets = {one: self.dataset(one) for one in ids}
        seen = self.view.visible(datasets.values(), counted=False)
        return {one: dataset if dataset in seen else one for one, dataset in datasets.items()}

    def count_hidden(self, ids: Iterable[str]) -> None:
        """Note which names of the datasets rights hide."""
        at = self.view.as_of.valid_at
        several = [one for one in ids if not self.is_alone(one)]
        self.view.visible(name for one in several for name in self.naming(one).together(one, at))

    def owners(self, name: str, stated_at: int, *, personal: bool) -> frozenset[str]:
        """Return the datasets to which belongs what was said under a name at a time, as they are called now.

        What a person says is said of the name: it counts for what that stood for, and for what it means at present, but
        where it went along with a renaming.
        """
        found = self._naming.get(name)
        if found is None:
            return frozenset((name,))
        at = self.view.as_of.valid_at
        then = found.belongs(name, stated_at, at)
        if personal and then == found.resolve(name, stated_at):
            return frozenset((then, found.resolve(name, at)))
        return frozenset((then,))

    def _asked(self, ids: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
        """Return those of the ids that have one name, and of the others by dataset who asks for it."""
        self.load(ids)
        alone = [one for one in ids if self.is_alone(one)]
        several = [one for one in ids if not self.is_alone(one)]
        seen = self.view.visible(several, counted=False) if several else frozenset()
        asking: dict[str, list[str]] = defaultdict(list)
        for one in dict.fromkeys(several):
            if one in seen:
                asking[self.dataset(one)].append(one)
        return alone, asking

    def _every_name(self, asking: Mapping[str, Sequence[str]]) -> list[str]:
        return sorted({name for several in asking.values() for one in several for name in self.names(one)})

    def statements(self, ids: Sequence[str], aspects: Sequence[str] | None = None) -> list[Statement]:
        """Return what was stated about each under all its names, as `View.statements`; the subject is the id asked."""
        alone, asking = self._asked(ids)
        found = self.view.statements(alone, aspects) if alone else []
        if not asking:
            return found
        every = self._whole.statements(self._every_name(asking), aspects)
        for statement in self.view.attributed(every):
            owners = self.owners(statement.subject, statement.valid_from, personal=is_personal(statement.aspect))
            found += [
                statement if one == statement.subject else statement._replace(subject=one)
                for owner in owners
                for one in asking.get(owner, ())
            ]
        return found

    def edges(self, ids: Sequence[str], kinds: Sequence[str], direction: Direction) -> list[Edge]:
        """Return the edges of each under all its names, as `View.edges`; the end that was asked for is the id asked."""
        alone, asking = self._asked(ids)
        found = self.view.edges(alone, kinds, direction) if alone else []
        if not asking:
            return found
        every = self._whole.edges(self._every_name(asking), kinds, direction)
        ends = self.view.visible({edge.target if direction == "out" else edge.source for edge in every})
        for edge in self.view.attributed(every):
            end, other = (edge.source, edge.target) if direction == "out" else (edge.target, edge.source)
            if other not in ends:
                continue
            at = self.view.as_of.valid_at if edge.kind in STRUCTURAL else edge.valid_from
            owners = self.owners(end, at, personal=edge.kind in _PERSONAL_EDGES)
            if edge.kind in STRUCTURAL:
                owners |= self.owners(end, edge.valid_from, personal=False)
            found += [
                edge._replace(source=one) if direction == "out" else edge._replace(target=one)
                for owner in owners
                for one in asking.get(owner, ())
            ]
        return found


def _component(names: Collection[str], links: Mapping[str, set[str]]) -> frozenset[str]:
    closure, front = set(names), set(names)
    while front:
        front = set().union(*(links[one] for one in front if one in links)) - closure
        closure |= front
    return frozenset(closure)
