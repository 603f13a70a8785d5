"""What is safe for a use, asked over GraphQL; hostile words are one clear error or an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graph_schema.nodes import Dataset, Job
from tests.support.records import CURATED, JOB, declaration, event, safe_use

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

VISITS = Dataset(**CURATED).id
WHY = """
query Why($asset: ID!) { whyNotSafe(asset: $asset, question: DEVELOPMENT) {
  outcome dataset { name } definition { entry by states reason } reasons { condition outcome text entries }
  completeness { __typename } readPoint { ledgerSize }
} }
"""
SAFE = """
query Safe($text: String, $after: String) { safeFor(question: DEVELOPMENT, text: $text, after: $after) {
  examined nodes { id } edges { cursor reasons { outcome } } definition { entry } pageInfo { hasNextPage endCursor }
} }
"""


def asked(catalog: Catalog, query: str, **variables: Any) -> dict[str, Any]:
    answer = catalog.ask(query, **variables)
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


def test_a_miss_is_explained_and_a_site_says_what_is_asked_for(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.caught_up()
    found = asked(catalog, WHY, asset=VISITS)["whyNotSafe"]
    assert (found["outcome"], found["definition"]["entry"]) == ("UNKNOWN", None)
    assert {one["condition"] for one in found["reasons"]} == {"STATE", "LABELS", "USE", "FINDINGS"}
    catalog.record(safe_use())
    catalog.record(declaration(dataset=CURATED, zone="LANDING"))
    catalog.caught_up()
    found = asked(catalog, WHY, asset=VISITS)["whyNotSafe"]
    assert found["outcome"] == "FAIL"
    assert found["definition"] == {
        "entry": 1,
        "by": found["definition"]["by"],
        "states": ["DE_IDENTIFIED"],
        "reason": "As the board decided",
    }
    told = {one["condition"]: one for one in found["reasons"]}
    assert (told["ZONE"]["outcome"], told["ZONE"]["entries"]) == ("FAIL", [2])


def test_what_is_no_dataset_or_unknown_is_not_judged(catalog: Catalog) -> None:
    catalog.event(event())
    for asset in (Dataset("made-up", "nobody").id, Job(**JOB).id, "nonsense", "\u202e\x00"):
        assert asked(catalog, WHY, asset=asset)["whyNotSafe"] is None


@pytest.mark.parametrize(
    "text", ['"', "*" * 500, "\u202evisits", "a\x00b", "NEAR(visits OR *)", "' OR 1=1 --", "\ud7ff"]
)
def test_hostile_words_find_what_they_say_or_nothing(catalog: Catalog, text: str) -> None:
    catalog.event(event())
    assert asked(catalog, SAFE, text=text)["safeFor"]["nodes"] == []
    assert asked(catalog, "query($t: String) { search(text: $t) { totalCount } }", t=text)["search"]["totalCount"] >= 0


@pytest.mark.parametrize("text", ["x" * 5_000, "visits " * 100, '"' + "a b " * 100 + '"'])
def test_too_long_a_question_is_one_clear_error(catalog: Catalog, text: str) -> None:
    answer = catalog.ask(SAFE, text=text)
    assert [one["message"] for one in answer["errors"]] == ["text is at most 64 words in 2000 characters."]
