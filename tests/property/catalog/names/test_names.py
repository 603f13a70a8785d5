"""Which name stands for which dataset, and what counts for it, held to something plain and slow on random histories."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.assets.folds import aspects_in_force
from catalog.names.loading import Names
from catalog.names.rules import dated, normal
from catalog.reading import AsOf
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.aspects.names import NamespaceRule
from graph_schema.builder import FactBuilder
from graph_schema.edges import IsAliasOf, IsSameAs
from graph_schema.facts import NOW, Facts
from graph_schema.loose_names import folded, undated
from graph_schema.nodes import Dataset, Job

NAMES = "ABCD"
TIMES = range(-1, 7)


@dataclass(frozen=True)
class ColumnStatement:
    """An event about a dataset: the names that its symlinks facet lists, by a job or not, and what its schema is; or,
    with `joins`, that a steward says that it is the same as another, or with `apart` that it is not.
    """

    at: int
    name: str
    lists: frozenset[str] | None = None
    job: str | None = None
    schema: str | None = None
    joins: str | None = None
    apart: bool = False


def dataset(name: str) -> Dataset:
    return Dataset("made-up", name)


def id_of(name: str) -> str:
    return dataset(name).id


events = st.builds(
    ColumnStatement,
    at=st.integers(0, 5),
    name=st.sampled_from(NAMES),
    lists=st.none() | st.frozensets(st.sampled_from(NAMES), max_size=2),
    job=st.none() | st.sampled_from("xy"),
    schema=st.none() | st.sampled_from("pq"),
)
stitches = st.builds(
    ColumnStatement, at=st.just(0), name=st.sampled_from(NAMES), joins=st.sampled_from(NAMES), apart=st.booleans()
).filter(lambda one: one.name != one.joins)
histories = st.lists(st.one_of(events, events, events, stitches), max_size=9)


def facts_of(said: ColumnStatement, entry: int) -> Facts:
    job = None if said.job is None else Job("made-up", said.job).id
    builder = FactBuilder(entry, said.at, f"{entry:03}", 5, None, job)
    about = dataset(said.name)
    if said.joins is not None:
        builder.add_edge(IsSameAs(about, dataset(said.joins)), {"apart": True} if said.apart else {})
        return builder.build()
    builder.add_node(about)
    if said.lists is not None:
        identifiers = [{"namespace": "made-up", "name": one} for one in sorted(said.lists)]
        builder.add_statement(about, "symlinks", {"identifiers": identifiers})
        for one in said.lists - {said.name}:
            builder.add_edge(IsAliasOf(dataset(one), about))
    if said.schema is not None:
        builder.add_statement(about, "schema", {"fields": [{"name": said.schema}]})
    return builder.build()


class Plain:
    """The rules as one would say them, over the whole history each time."""

    def __init__(self, history: list[ColumnStatement], known_at: int) -> None:
        self.events = sorted(
            ((one.at, entry, one) for entry, one in enumerate(history[: known_at + 1]) if one.joins is None),
            key=lambda each: each[:2],
        )
        self.pairs: dict[frozenset[str], ColumnStatement] = {}
        for one in history[: known_at + 1]:
            if one.joins is not None:
                self.pairs[frozenset((one.name, one.joins))] = one

    def is_apart(self, one: str, other: str) -> bool:
        pair = self.pairs.get(frozenset((one, other)))
        return pair is not None and pair.apart

    def pointed(self, name: str, at: int) -> str:
        listing = [
            (time, entry, said)
            for time, entry, said in self.events
            if said.lists and name in said.lists and name != said.name and not self.is_apart(name, said.name)
        ]
        before = [said for time, _, said in listing if time <= at]
        if not before:
            return listing[0][2].name if listing else name
        carrier = before[-1].name
        newest: dict[str | None, ColumnStatement] = {}
        for time, _, said in self.events:
            if time <= at and said.name == carrier and said.lists is not None:
                newest[said.job] = said
        return carrier if any(said.lists and name in said.lists for said in newest.values()) else name

    def root(self, name: str, at: int) -> str:
        passed = [name]
        while (after := self.pointed(passed[-1], at)) not in passed:
            passed.append(after)
        circle = passed[passed.index(after) :]
        return min(circle, key=id_of)

    def resolve(self, name: str, at: int) -> str:
        joined = [(one.name, one.joins) for one in self.pairs.values() if not one.apart and one.joins]
        group = {self.root(name, at)}
        for _ in NAMES:
            for one, other in joined:
                ends = {self.root(one, at), self.root(other, at)}
                group |= ends if ends & group else set()
        aims = {self.root(other, at) for _, other in joined} - {self.root(one, at) for one, _ in joined}
        return min(group, key=lambda one: (one not in aims, one))

    def schema(self, name: str, at: int) -> str | None:
        of = self.resolve(name, at)
        said = [
            one.schema
            for time, _, one in self.events
            if one.schema is not None and time <= at and self.resolve(one.name, time) == of
        ]
        return said[-1] if said else None


@settings(deadline=None, max_examples=150)
@given(histories, st.data())
def test_names_stand_for_what_the_plain_rules_say_and_so_does_what_is_said_under_them(
    history: list[ColumnStatement], data: st.DataObject
) -> None:
    store = MemoryStore()
    order = data.draw(st.permutations(list(enumerate(history))))
    facts = sum((facts_of(said, entry) for entry, said in [*order, *order[:2]]), Facts())
    store.apply(facts, len(history))
    known_at = data.draw(st.integers(0, max(len(history) - 1, 0)))
    plain = Plain(history, known_at)
    every = [id_of(name) for name in NAMES]
    names = Names(View(store, AsOf(NOW, known_at)))
    names.load(every)
    for name, at in product(NAMES, TIMES):
        assert names.resolve(id_of(name), at) == id_of(plain.resolve(name, at)), (name, at)
    for at in (*TIMES, NOW):
        known = NOW if known_at == len(history) - 1 else known_at
        held = aspects_in_force(View(store, AsOf(at, known)), every, aspects=("schema",))
        for name in NAMES:
            found = held.get(id_of(name), {}).get("schema")
            shown = found.value["fields"][0]["name"] if found and isinstance(found.value, dict) else None
            assert shown == plain.schema(name, at), (name, at)


SEGMENTS = st.sampled_from(["a", "B", "2026", "01", "15", "dt=2026-01-15", "year=2026", "part-0", "x_20260115", ""])
SPELLED = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
RULES = st.lists(
    st.sampled_from(
        [
            NamespaceRule("*", "FOLD_CASE"),
            NamespaceRule("*", "TRAILING_SLASH"),
            NamespaceRule("*", "DATE_PARTITIONS"),
            NamespaceRule("*", "DATE_PARTITIONS", pattern="{yyyy}/{MM}/{dd}"),
            NamespaceRule("*", "DATE_PARTITIONS", pattern="_{yyyy}{MM}{dd}"),
        ]
    ),
    unique=True,
)


@given(SPELLED, SPELLED, RULES)
def test_what_rules_take_for_one_is_alike_in_the_forms_that_are_looked_up(
    one: str, other: str, rules: list[NamespaceRule]
) -> None:
    if normal(("n", one), rules) == normal(("n", other), rules):
        assert undated(one) == undated(other)
        if not any(rule.pattern for rule in rules):
            assert folded(one) == folded(other)


@given(SPELLED, RULES)
def test_the_common_form_is_its_own(name: str, rules: list[NamespaceRule]) -> None:
    once = normal(("n", name), rules)
    assert undated(once[1]) == undated(name)


@given(st.text(alphabet="{}yMdH/._-x", max_size=20))
def test_a_pattern_is_taken_or_it_is_none(pattern: str) -> None:
    found = dated(pattern)
    assert found is None or "{yyyy}" in pattern


def test_what_a_joined_name_points_to_is_chosen_by_its_name_as_all_others_are() -> None:
    for one, two, three, carrier in permutations(NAMES):
        history = [
            ColumnStatement(0, carrier, frozenset(three)),
            ColumnStatement(0, one, joins=two),
            ColumnStatement(0, two, joins=three),
            ColumnStatement(0, three, joins=one),
        ]
        store = MemoryStore()
        store.apply(sum((facts_of(said, entry) for entry, said in enumerate(history)), Facts()), len(history))
        plain, names = Plain(history, len(history)), Names(View(store))
        names.load(map(id_of, NAMES))
        for name in NAMES:
            assert names.resolve(id_of(name), 5) == id_of(plain.resolve(name, 5)), (name, one, two, three)
