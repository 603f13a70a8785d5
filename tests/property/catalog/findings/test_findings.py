"""What the estate's findings are now follows from what is kept, and equals every rule held to every node."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.findings.estate.reading import ESTATE_RULES
from catalog.findings.queries import finding_details, findings
from catalog.reading import LATEST
from catalog.view import Anchor, View
from tests.property.catalog.view.test_prefix import BY_ANOTHER, DECIDES, PAYLOADS, quick, story
from tests.support.records import House

DAY = 86_400 * 1_000_000


def every_one(view: View, ids: list[str]) -> set[tuple[str, str, str]]:
    """Hold every rule to every node there is, and say what breaks it and lasts."""
    found = set()
    for one in ESTATE_RULES:
        for subject, case in one.cases(view, ids).items():
            breach = one.judge(case, view.moment)
            if breach is not None and breach.until is None:
                found.add((one.rule.name, subject, breach.text))
    return found


def hold(house: House, later: int = 0) -> set[tuple[str, str, str]]:
    ids = sorted(row[1] for row in house.store.scan() if row[0] == "node")
    view = View(house.store, LATEST, anchor=Anchor(house.ledger, "1", house.clock.micros() + later))
    found = findings(view)
    shown = finding_details(view, found, found.keys)
    assert len(shown) == len(found.keys)
    every = every_one(view, ids)
    assert {(one.rule.name, one.subject, one.text) for one in shown.values()} == every
    return every


@quick
@given(st.lists(st.sampled_from([*PAYLOADS, DECIDES, *BY_ANOTHER]), min_size=1, max_size=14))
def test_findings_of_now_are_those_of_every_rule_held_to_every_node(happened: list[str]) -> None:
    for house in story(happened):
        hold(house)
        hold(house, 60 * DAY)


@pytest.mark.parametrize(
    "happened",
    [
        ["carries a schema"],
        ["carries a schema", "tags the other"],
        ["carries a schema", "rejects of the other", "joins"],
        ["declares scratch"],
        ["start", "declares scratch"],
        ["start", "tags the other"],
        ["declares scratch", "complete", "tags the other"],
        ["declares scratch", "seals", "drops"],
        ["carries a schema", "declares scratch", "rules"],
        ["complete", "declares codes", "reads what it made with its source"],
        ["declares no identifiers", "declares scratch", "reads what it made with its source"],
        ["keeps a cache", "keeps the copy for many", "reads what it made with its source"],
        ["declares what else there is", "declares the key", "uses the key in a sandbox"],
        ["complete", "permits by consent", "withdraws that consent"],
        ["declares a place", "permits in a place", "complete", "lies elsewhere"],
        ["permits in a place", "permits", "complete", "joins"],
        ["complete", "permits in a place", "permits", "licenses"],
        ["complete", "permits less", "declares to delete", "renames"],
        ["complete", "permits until it was used", "declares to delete", "keeps by law"],
        ["declares", "another declares"],
        ["declares", "another declares the link", "joins"],
        ["another declares", "declares the link", "rules"],
    ],
    ids=", ".join,
)
def test_so_they_are_a_year_later(happened: list[str]) -> None:
    for house in story(happened):
        assert hold(house, 365 * DAY)


@pytest.mark.parametrize("name", ["drops", "is linked", "joins", "renames", "another job's", "attests", "tags"])
def test_so_they_are_beside_a_run(name: str) -> None:
    for house in story(["complete", name, "declares"]):
        hold(house)
