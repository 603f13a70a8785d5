"""Fields that are attributes are answered without a resolver: the answer and its size stay what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from catalog.api.graphql import execution
from catalog.api.graphql.allowance import Allowance
from catalog.api.graphql.schema import graphql_schema
from tests.support.records import CURATED

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

QUERY = """
query Everything($ref: QualifiedNameInput!, $text: String!) {
  dataset(ref: $ref) { __typename ... on Dataset {
    id name zone owner ref { namespace name } gaps { field } labels { phiKind }
    aspects { aspect entry value }
    feeds { completeness { __typename } nodes { totalCount nodes { id } } }
    lineage {
      nodes { nodes { id depth node { __typename id } asset { name state ... on Dataset { owner } } } }
      edges { edges { node { from to job { name documentation } run { runId runState job { name } } } } }
    }
  } }
  search(text: $text) { totalCount nodes { __typename id } }
  principals { principal roles active keys { issuedAt } }
}
"""


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Keep of each request how many fields it resolved, and how large its answer was counted."""
    kept: list[tuple[int, int]] = []
    check = Allowance.check

    def checked(self: Allowance) -> None:
        check(self)
        kept.append((self.resolved, self.bytes))

    monkeypatch.setattr(Allowance, "check", checked)
    return kept


def test_an_answer_is_the_same_with_and_without_resolvers(
    catalog: Catalog, sizes: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.fill()
    variables: dict[str, Any] = {"ref": CURATED, "text": "visits"}
    known = graphql_schema().extensions
    short, counted = catalog.data(QUERY, **variables), sizes[-1]
    plain = known[execution._WAYS]
    assert sum(one is not None for one in plain.values()) >= 5
    monkeypatch.setitem(known, execution._WAYS, dict.fromkeys(plain))
    monkeypatch.setattr(execution, "_way", lambda _: None)
    monkeypatch.setitem(known, execution._KINDS, {})
    monkeypatch.setattr(execution, "_kind", lambda *_: None)
    assert catalog.data(QUERY, **variables) == short
    assert sizes[-1] == counted


def test_a_list_of_words_is_answered(catalog: Catalog) -> None:
    principal = {"principal": "steward-pi", "displayName": "Teststeward Pi", "principalKind": "PERSON"}
    defined = catalog.data(
        "mutation Define($record: DefinePrincipalInput!) { definePrincipal(record: $record) { __typename } }",
        record={**principal, "roles": ["STEWARD", "ENGINEER"]},
    )
    assert defined == {"definePrincipal": {"__typename": "Receipt"}}
    catalog.caught_up()
    (found,) = catalog.data("{ principals { principal roles } }")["principals"]
    assert (found["principal"], sorted(found["roles"])) == ("steward-pi", ["ENGINEER", "STEWARD"])
