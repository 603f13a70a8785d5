"""Which name stands for which dataset at a time, and to whom belongs what was said under one."""

from __future__ import annotations

import pytest

from catalog.names.rules import AliasPointer, Naming, Renaming, RuleHistory, dated, decided, normal, preference, resolve
from graph_schema.aspects.names import NamespaceRule

A, B, C = "Dataset:a", "Dataset:b", "Dataset:c"
KEYS = {A: ("made-up", "a"), B: ("made-up", "b"), C: ("made-up", "c")}


def pointer(target: str, at: int, until: int | None = None) -> AliasPointer:
    return AliasPointer((at, 5, "t"), target, until)


def rule(kind: str, namespace: str = "made-up", **more: object) -> NamespaceRule:
    return NamespaceRule.from_json({"namespace": namespace, "rule_kind": kind, **more})


def test_a_name_stands_for_what_its_newest_pointer_named_by_then() -> None:
    pointers = {A: [pointer(B, 3), pointer(C, 5)]}
    assert [resolve(A, at, pointers) for at in (1, 3, 4, 5, 9)] == [B, B, B, C, C]
    assert resolve(B, 9, pointers) == B


def test_a_pointer_that_was_taken_back_points_nowhere_from_then_on() -> None:
    assert [resolve(A, at, {A: [pointer(B, 3), pointer(A, 5)]}) for at in (4, 5)] == [B, A]
    assert [resolve(A, at, {A: [pointer(B, 3, until=5)]}) for at in (1, 4, 5)] == [B, B, A]


def test_a_pointer_that_another_job_still_lists_holds() -> None:
    assert resolve(A, 9, {A: [pointer(B, 3), pointer(B, 4, until=5)]}) == B


def test_what_a_newer_pointer_replaced_does_not_come_back_when_that_ends() -> None:
    assert resolve(A, 9, {A: [pointer(C, 1), pointer(B, 3, until=5)]}) == A


def test_names_in_a_circle_stand_for_the_smallest_of_it() -> None:
    circle = {C: [pointer(B, 1)], B: [pointer(A, 1)], A: [pointer(B, 1)]}
    assert {resolve(name, 9, circle) for name in (A, B, C)} == {A}


def test_what_was_said_of_a_location_before_it_was_used_again_belongs_to_the_first_table() -> None:
    naming = Naming(KEYS, {A: [pointer(B, 1), pointer(C, 5)]})
    assert [naming.belongs(A, said, 9) for said in (2, 5)] == [B, C]
    assert naming.together(C, 9) == (A, C)


def test_what_was_said_before_a_renaming_goes_along_and_what_comes_after_stays() -> None:
    naming = Naming(KEYS, renamings=(Renaming(5, A, B), Renaming(8, B, C)))
    assert [naming.belongs(A, 2, at) for at in (4, 5, 9)] == [A, B, C]
    assert naming.belongs(A, 6, 9) == A


def test_a_dataset_that_was_renamed_there_and_back_is_itself() -> None:
    naming = Naming(KEYS, renamings=(Renaming(5, A, B), Renaming(8, B, A)))
    assert [naming.belongs(A, 2, at) for at in (4, 6, 9)] == [A, B, A]


def test_what_a_steward_joins_is_one_at_every_time_and_the_one_named_stands_for_both() -> None:
    naming = Naming(KEYS, joined={(A, B): 1})
    assert {naming.resolve(name, at) for name in (A, B) for at in (-1, 9)} == {B}
    assert naming.resolve(C, 9) == C


def test_joined_to_a_name_that_points_elsewhere_is_joined_to_what_that_points_to() -> None:
    naming = Naming(KEYS, {B: [pointer(C, 1)]}, {(A, B): 1})
    assert {naming.resolve(name, 9) for name in KEYS} == {C}


def test_of_what_stewards_said_of_a_pair_the_newest_decides() -> None:
    apart = frozenset([frozenset((A, B))])
    assert decided([(1, A, B, False), (2, B, A, True), (3, A, C, False)]) == ({(A, C): 3}, apart)
    assert decided([(1, A, B, False), (2, B, A, True), (3, A, B, False)]) == ({(A, B): 3}, frozenset())


@pytest.mark.parametrize(
    ("rules", "one", "other"),
    [
        ([rule("FOLD_CASE")], ("made-up", "CORE.Visits"), ("made-up", "core.visits")),
        ([rule("SAME_NAMESPACE", same_as="other")], ("made-up", "x"), ("other", "x")),
        ([rule("DEFAULT_PORT", "pg://*", port=5432)], ("pg://host:5432", "x"), ("pg://host", "x")),
        ([rule("TRAILING_SLASH")], ("made-up", "/lake/x/"), ("made-up", "/lake/x")),
        ([rule("DATE_PARTITIONS")], ("made-up", "/x/year=2026/month=01/day=02"), ("made-up", "/x")),
        ([rule("DATE_PARTITIONS")], ("made-up", "/x/dt=2026-01-02/"), ("made-up", "/x/")),
        (
            [rule("DATE_PARTITIONS", pattern="{yyyy}/{MM}/{dd}")],
            ("made-up", "/x/2026/01/15/part"),
            ("made-up", "/x/2025/12/31/part"),
        ),
        ([rule("DATE_PARTITIONS", pattern="_{yyyy}{MM}{dd}")], ("made-up", "visits_20260115"), ("made-up", "visits")),
        (
            [rule("SAME_NAMESPACE", same_as="other"), rule("FOLD_CASE", "other")],
            ("made-up", "X"),
            ("other", "x"),
        ),
    ],
)
def test_spellings_that_a_rule_takes_for_one(
    rules: list[NamespaceRule], one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert normal(one, rules) == normal(other, rules)
    assert one != other


@pytest.mark.parametrize(
    ("rules", "one", "other"),
    [
        ([], ("made-up", "X"), ("made-up", "x")),
        ([rule("FOLD_CASE", "another")], ("made-up", "X"), ("made-up", "x")),
        ([rule("DEFAULT_PORT", "pg://*", port=5432)], ("pg://host:5433", "x"), ("pg://host", "x")),
        ([rule("DATE_PARTITIONS")], ("made-up", "/x/ward=1"), ("made-up", "/x/ward=2")),
        ([rule("DATE_PARTITIONS")], ("made-up", "/x/dt=1/part-a"), ("made-up", "/x/dt=1/part-b")),
        ([rule("DATE_PARTITIONS", pattern="{yyyy}/{MM}/{dd}")], ("made-up", "/x/2026/77/15"), ("made-up", "/x")),
        ([rule("DATE_PARTITIONS", pattern="{yyyy}")], ("made-up", "table12026"), ("made-up", "table1")),
    ],
)
def test_spellings_that_stay_apart(rules: list[NamespaceRule], one: tuple[str, str], other: tuple[str, str]) -> None:
    assert normal(one, rules) != normal(other, rules)


def test_namespaces_in_a_circle_are_one() -> None:
    rules = [rule("SAME_NAMESPACE", "a", same_as="b"), rule("SAME_NAMESPACE", "b", same_as="a")]
    assert normal(("a", "x"), rules) == normal(("b", "x"), rules)


@pytest.mark.parametrize("pattern", ["", "x", "{MM}/{dd}", "{yyyy}x{MM}", "{yy}", "({yyyy})*"])
def test_a_pattern_that_is_none(pattern: str) -> None:
    assert dated(pattern) is None


def test_the_spelling_that_the_store_uses_stands_for_all() -> None:
    names = [("made-up", "core.visits"), ("made-up", "CORE.VISITS"), ("made-up", "Core.Visits")]
    for letters, expected in (("UPPER", "CORE.VISITS"), ("LOWER", "core.visits")):
        assert min(names, key=lambda one: preference(one, [rule("FOLD_CASE", letters=letters)]))[1] == expected


def test_a_rule_holds_before_it_was_said_until_it_ends() -> None:
    history = RuleHistory("r", (((3, 5, ""), rule("FOLD_CASE")), ((7, 5, ""), None)))
    assert [history.at(at) is not None for at in (0, 3, 6, 7)] == [True, True, True, False]
    naming = Naming({A: ("made-up", "X"), B: ("made-up", "x")}, rules=(history,))
    assert [naming.resolve(A, at) == naming.resolve(B, at) for at in (0, 6, 7)] == [True, True, False]
