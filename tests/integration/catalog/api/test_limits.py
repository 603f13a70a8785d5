"""What one GraphQL request may use, over HTTP: cost, time, the size of its answer, and somebody who waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import orjson
from starlette.types import Message

from catalog import logs
from catalog.api.application import create
from catalog.api.graphql.allowance import Allowance
from catalog.api.graphql.endpoint import GraphQLRequest, ask
from catalog.store.deadline import Deadline
from catalog.store.memory import MemoryStore
from catalog.store.protocol import StoreReader
from graph_schema.nodes import Dataset
from tests.support.records import CURATED, declaration, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

VISITS = Dataset(**CURATED).id
LINEAGE = """query($input: LineageInput!) { lineage(input: $input) { ... on LineageGraph {
  completeness { __typename ... on Lagging { behind } } } } }"""


def refusal(answer: dict[str, Any]) -> str:
    assert answer["data"] is None
    message: str = answer["errors"][0]["message"]
    return message


def test_a_query_that_is_too_deep_is_refused_unread(filled: Catalog) -> None:
    deep = "parent { " * 20 + "runId" + " }" * 20
    answer = filled.ask(f'{{ node(id: "Run:x") {{ ... on Run {{ {deep} }} }} }}')
    assert "depth" in refusal(answer)


def test_a_query_with_too_many_aliases_is_refused_unread(filled: Catalog) -> None:
    aliases = " ".join(f'a{n}: node(id: "Run:x") {{ id }}' for n in range(40))
    assert "alias" in refusal(filled.ask(f"{{ {aliases} }}"))


def test_a_query_with_too_many_tokens_is_refused_unread(filled: Catalog) -> None:
    assert "tokens" in refusal(filled.ask("{ " + "readPoint { ledgerIndex } " * 2000 + "}"))


def test_a_query_that_costs_too_much_is_refused_unread(filled: Catalog) -> None:
    query = """{ search(first: 500) { nodes { ... on Dataset { snapshots(first: 500) { nodes { id } } } } } }"""
    answer = filled.ask(query)
    assert "costs" in refusal(answer)
    assert answer["errors"][0]["extensions"]["reached"] > answer["errors"][0]["extensions"]["limit"]


def test_fragments_in_a_circle_are_refused(filled: Catalog) -> None:
    query = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"
    assert "itself" in refusal(filled.ask(query))


def test_a_query_whose_cost_stands_in_the_defaults_of_its_variables_is_refused_unread(filled: Catalog) -> None:
    query = """query($n: Int = 500) { search(first: $n) { nodes { ... on Dataset {
      snapshots(first: $n) { nodes { id } } } } } }"""
    answer = filled.ask(query)
    assert "costs" in refusal(answer)
    assert answer["errors"][0]["extensions"]["reached"] == 1 + 500 * (1 + 1 + 500 * 2)
    assert "errors" not in filled.ask(query, n=5)


def test_fragments_that_double_are_refused(filled: Catalog) -> None:
    chain = "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(100))
    answer = filled.ask(f"{{ ...f0 }} {chain} fragment f100 on Query {{ readPoint {{ ledgerIndex }} }}")
    assert "costs more than" in refusal(answer)
    assert answer["errors"][0]["extensions"] == {"code": "BUDGET_EXCEEDED", "limit": 100_000}


def test_variables_that_do_not_fit_are_refused_before_anything_is_read(filled: Catalog) -> None:
    answer = filled.ask("query($n: Int!) { search(first: $n) { totalCount } }", n=2**31)
    assert "'$n'" in refusal(answer)


class Ticking:
    """A clock that goes on by one with every look."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> float:
        self.now += 1
        return self.now


PAGE = "{ search { nodes { ... on Dataset { name owner zone site region gaps { field note } } } } }"


def run(catalog: Catalog, query: str, allowance: Allowance) -> dict[str, Any]:
    services = catalog.service
    actor = services.authenticator.authenticate(None, from_loopback=True)
    with logs.correlated("tests"):
        return ask(services, actor, GraphQLRequest(query, {}, None), allowance)


def test_a_query_that_takes_too_long_is_ended_at_the_next_field(filled: Catalog) -> None:
    whole = Allowance(1e9, 10**9, Ticking())
    assert "errors" not in run(filled, PAGE, whole)
    for seconds in (30, 60):
        cut = Allowance(seconds, 10**9, Ticking())
        answer = run(filled, PAGE, cut)
        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BUDGET_EXCEEDED"]
        assert cut.resolved + cut.calls <= seconds
        assert cut.resolved < whole.resolved


def test_an_answer_that_grows_too_large_is_ended_while_it_grows(filled: Catalog) -> None:
    whole = Allowance(1e9, 10**9)
    answer = run(filled, PAGE, whole)
    assert 0.8 * len(orjson.dumps(answer)) < whole.bytes < 1.2 * len(orjson.dumps(answer))
    cut = Allowance(1e9, whole.bytes // 2)
    refused = run(filled, PAGE, cut)
    assert "larger than" in refusal(refused)
    assert len(refused["errors"]) == 1
    assert cut.resolved < 0.8 * whole.resolved
    assert cut.bytes < whole.bytes // 2 + 200


def test_the_largest_answer_is_a_setting(serve: Callable[..., Catalog]) -> None:
    catalog = serve(query_bytes=1024)
    catalog.fill()
    assert "errors" not in catalog.ask("{ search { totalCount } }")
    assert "larger than 1024 bytes" in refusal(catalog.ask("{ __schema { types { name description } } }"))


def test_a_mutation_that_has_begun_to_write_is_answered(catalog: Catalog) -> None:
    mutation = """mutation { declareDataset(record: {dataset: {namespace: "landing", name: "visits"},
      owner: "cardiology"}) { ... on Receipt { index } } }"""
    answer = run(catalog, mutation, Allowance(1e9, 1))
    assert answer == {"data": {"declareDataset": {"index": 0}}}


class Waiting(MemoryStore):
    """A store whose reader, once it `waits`, does so at its first verb; it counts the verbs from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = False
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.verbs: list[str] = []

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with super().reading(deadline) as reader:
            # What keeps labels reads as well, beside every question.
            asked = isinstance(deadline, Allowance)
            yield cast("StoreReader", _Waiting(reader, self)) if asked else reader


class _Waiting:
    remote = False

    def __init__(self, reader: StoreReader, store: Waiting) -> None:
        self._reader, self._store = reader, store

    def __getattr__(self, verb: str) -> Any:
        if self._store.waits:
            self._store.verbs.append(verb)
            self._store.asked.set()
            self._store.go_on.wait(20)
        return getattr(self._reader, verb)


def test_a_client_that_leaves_ends_its_work(serve: Callable[..., Catalog]) -> None:
    store = Waiting()
    catalog = serve(store=store)
    catalog.event(event())
    catalog.caught_up()
    store.waits = True
    body = orjson.dumps({"query": PAGE})
    sent: list[Message] = []

    async def ask_and_leave() -> None:
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await asyncio.to_thread(store.asked.wait, 20)
            # Whoever hears of it has heard of it before the store goes on.
            asyncio.get_running_loop().call_soon(store.go_on.set)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "client": ("127.0.0.1", 4711),
            "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        }
        await create(catalog.service)(scope, receive, send)

    asyncio.run(ask_and_leave())
    assert len(store.verbs) == 1
    assert b"client left" in sent[-1]["body"]


def test_nobody_waits_for_an_entry_that_was_never_written(serve: Callable[..., Catalog]) -> None:
    catalog = serve(at_least_seconds=1000)
    catalog.event(event())
    catalog.caught_up()
    found = catalog.data(LINEAGE, input={"of": [VISITS], "direction": "UPSTREAM", "atLeast": 2**31 - 1})["lineage"]
    assert found["completeness"] == {"__typename": "Lagging", "behind": 2**31 - 1}


def test_waiting_for_an_entry_is_within_the_time_of_the_request(serve: Callable[..., Catalog]) -> None:
    catalog = serve(at_least_seconds=1000, query_seconds=0.3)
    catalog.event(event())
    catalog.caught_up()
    catalog.service.projection.stop()
    catalog.record(declaration())
    answer = catalog.ask(LINEAGE, input={"of": [VISITS], "direction": "UPSTREAM", "atLeast": 1})
    assert answer["errors"][0]["extensions"]["code"] == "BUDGET_EXCEEDED"


class CutOff(MemoryStore):
    """A store whose every call is cut off once its deadline has passed; it notes the deadlines that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.deadlines: list[Deadline] = []

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with super().reading() as reader:
            # What keeps labels reads as well, beside every question.
            if isinstance(deadline, Allowance):
                yield cast("StoreReader", _CutOff(deadline, self))
            else:
                yield reader


class _CutOff:
    remote = False

    def __init__(self, deadline: Deadline, store: CutOff) -> None:
        self._deadline = deadline
        store.deadlines.append(deadline)

    def __getattr__(self, verb: str) -> Any:
        while self._deadline.lasts():
            pass
        raise TimeoutError


def test_a_call_that_outlasts_the_question_is_cut_off_and_is_no_defect(serve: Callable[..., Catalog]) -> None:
    store = CutOff()
    catalog = serve(store=store, query_seconds=0.05)
    catalog.event(event())
    catalog.caught_up()
    answer = catalog.ask(PAGE)
    assert "longer than 0.05 s" in refusal(answer)
    assert answer["errors"][0]["extensions"]["code"] == "BUDGET_EXCEEDED"
    assert len(store.deadlines) == 1
