"""A question that ends before its answer is whole leaves no coroutine behind that nobody awaits."""

from __future__ import annotations

import gc
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from catalog.access.keys import local_actor
from catalog.api.graphql.allowance import Allowance
from catalog.api.graphql.context import RequestContext
from catalog.api.graphql.endpoint import GraphQLRequest, ask
from catalog.errors import OperatorError
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.nodes import Dataset
from tests.support.records import CURATED, run_node

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

DEEP = f"""b1: node(id: "{run_node().id}") {{ ... on Run {{ job {{ name attestations {{ method }}
    runs {{ totalCount }} }} inputs {{ labels {{ phiKind }} snapshots {{ totalCount }} }}
    outputs {{ snapshots {{ nodes {{ producedBy {{ job {{ name }} inputs {{ name }} }}
      trainedModelVersions {{ approvals {{ reason }} }} }} }} }} }} }}
  b2: nodes(ids: ["{Dataset(**CURATED).id}", "{run_node().id}"]) {{ ... on Dataset {{
    feeds {{ nodes {{ nodes {{ name }} }} }}
    lineage {{ edges {{ nodes {{ run {{ flags {{ code }} }} job {{ name }} attestations {{ method }} }} }} }} }} }}"""
WRONG = (
    'readPoint(asOf: {knownAt: "2026-01-01T00:00:00Z", knownAtIndex: 1}) { ledgerIndex }',
    'approvals(after: "no cursor") { totalCount }',
    "a: search { nodes { ... on Dataset { labels { phiKind } columns(first: 0) { totalCount } } } }",
    "a: search { nodes { ... on Dataset { snapshots { nodes { seal { manifest(first: 0) { totalCount } } } } } } }",
    "a: search { nodes { ... on Job { runs { nodes { children(first: 0) { totalCount } } } } } }",
)


@contextmanager
def awaited() -> Iterator[None]:
    """Fail where a coroutine that was made meanwhile is thrown away unawaited."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(one.message) for one in caught] == []


def test_what_is_thrown_away_is_noticed() -> None:
    async def forgotten() -> None: ...

    def forget() -> None:
        made = forgotten()
        del made

    with pytest.raises(AssertionError, match="never awaited"), awaited():
        forget()


@pytest.mark.parametrize("wrong", WRONG)
def test_a_question_with_an_error_leaves_nothing_unawaited(filled: Catalog, wrong: str) -> None:
    for query in (f"{{ {wrong} {DEEP} }}", f"{{ {DEEP} {wrong} }}"):
        with awaited():
            answer = ask(filled.service, local_actor(), GraphQLRequest(query, {}, None), Allowance(60, 10**9))
        assert answer["errors"]


def test_a_question_that_runs_out_of_time_or_room_leaves_nothing_unawaited(filled: Catalog) -> None:
    request = GraphQLRequest(f"{{ {DEEP} }}", {}, None)
    ended = set()
    for looks in range(1, 400, 23):
        clock = chain(repeat(0.0, looks), repeat(100.0))
        with awaited():
            timed = ask(filled.service, local_actor(), request, Allowance(10, 10**9, lambda: next(clock)))  # noqa: B023
            sized = ask(filled.service, local_actor(), request, Allowance(60, looks * 4))
        ended |= {one["errors"][0]["message"][:16] for one in (timed, sized) if one.get("errors")}
    assert ended == {"The query took l", "The answer is la"}


def test_a_store_that_is_gone_in_the_middle_leaves_nothing_unawaited(
    filled: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = GraphQLRequest(f"{{ {DEEP} }}", {}, None)
    # What is remembered until the graph goes on is asked for once.
    ask(filled.service, local_actor(), request, Allowance(60, 10**9))
    whole = Allowance(60, 10**9)
    assert "errors" not in ask(filled.service, local_actor(), request, whole)
    for reached in range(1, whole.calls, 7):
        left = iter(range(reached))

        def call(allowance: Allowance, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OperatorError("The store is gone.", action="Bring it back.")

        monkeypatch.setattr(Allowance, "call", call)
        with awaited():
            answer = ask(filled.service, local_actor(), request, Allowance(60, 10**9))
        assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


def test_what_an_answer_fetched_goes_with_it(filled: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a circle stays until the interpreter looks for garbage, for which some answer then waits."""
    views: list[weakref.ref[View]] = []
    view = RequestContext.view

    def noted(context: RequestContext, as_of: AsOf) -> View:
        found = view(context, as_of)
        views.append(weakref.ref(found))
        views.extend(map(weakref.ref, context._cache.views.values()))
        return found

    monkeypatch.setattr(RequestContext, "view", noted)
    gc.disable()
    try:
        ask(filled.service, local_actor(), GraphQLRequest(f"{{ {DEEP} }}", {}, None), Allowance(60, 10**9))
        assert views
        assert [one for one in views if one() is not None] == []
    finally:
        gc.enable()
