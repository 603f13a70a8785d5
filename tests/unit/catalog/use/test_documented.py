"""What `docs/use.md` lists is what is tested: the rules by number, and where we are stricter."""

from __future__ import annotations

import re

from tests.support.documents import document
from tests.unit.catalog.use import test_queries, test_residency, test_rules

DOCUMENT = document("docs/use.md")


def test_every_rule_of_the_table_has_a_test_of_its_name() -> None:
    rules = re.findall(r"^\| ([UR]\d+) \|", DOCUMENT, re.MULTILINE)
    assert len(rules) == len(set(rules))
    places = test_rules, test_queries, test_residency, test_rules.TestResidency, test_queries.TestU14
    tested = repr([name for place in places for name in vars(place)])
    assert [rule for rule in rules if not re.search(rf"(?:Test|test_){rule}(?!\d)", tested, re.IGNORECASE)] == []


def test_where_it_is_stricter_is_the_list_of_cases() -> None:
    listed = re.findall(r"^- ([^:]+):", DOCUMENT.partition("## Where this is stricter")[2], re.MULTILINE)
    (cases,) = (mark.args[1] for mark in test_rules.test_beside_duos.pytestmark)  # type: ignore[attr-defined]
    stricter = [case.id.removeprefix("stricter: ") for case in cases if str(case.id).startswith("stricter: ")]
    assert sorted(listed) == sorted(stricter)
