"""How each receiver is asked, and what its answers say: no more of each than a question needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

from bench.clients import ENDPOINT
from bench.compare.http import Connection, Request
from bench.compare.truth import DEPTH, Kind, Question, reached
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset


class UnobtainableError(RuntimeError):
    """A receiver that cannot be measured here: the message says what it needs."""


class Driver(Protocol):
    """One kind of receiver. `endpoint` takes single events by POST and answers 200 or 201."""

    name: str
    endpoint: str

    def ready(self, connection: Connection) -> None:
        """Look at what it can be asked; raises UnobtainableError where it does not answer."""

    def is_settled(self, connection: Connection) -> bool:
        """Tell whether all that it acknowledged can be asked for."""

    def request(self, question: Question) -> Request | None:
        """Return what asks the question, None where the receiver has no such question."""

    def names(self, question: Question, answer: Any) -> frozenset[str]:  # noqa: ANN401  each says it in its own form
        """Return the datasets, or `dataset#column`, of an answer, without what was asked about.

        Raises LookupError or TypeError where it is of another form.
        """


class Lineward:
    """Lineward's GraphQL, asked for whole answers: names and edges, a page of what is read."""

    name = "Lineward"
    endpoint = ENDPOINT

    _WHOLE: Final = """
    query Lineage($input: LineageInput!) {
      lineage(input: $input) {
        __typename
        ... on LineageGraph {
          completeness { __typename }
          nodes(first: 500) {
            totalCount
            nodes { id kind depth node { ... on Dataset { ref { namespace name } } } }
          }
          edges(first: 500) { nodes { from to kind confidence } }
        }
      }
    }
    """
    _IDS: Final = """
    query Connected($input: LineageInput!) {
      lineage(input: $input) { __typename ... on LineageGraph { completeness { __typename } ids } }
    }
    """
    _WORDS: Final = """
    query Words {
      directions: __type(name: "Direction") { enumValues { name } }
      grains: __type(name: "Grain") { enumValues { name } }
    }
    """

    def __init__(self) -> None:
        self._kinds: set[Kind] = set()

    def ready(self, connection: Connection) -> None:
        """Look which ways and grains its schema has."""
        answer = connection.ask(Request("/graphql", {"query": self._WORDS}))
        if answer.status != 200:
            raise UnobtainableError(f"Lineward does not answer: {answer.status}.")
        found = {key: {one["name"] for one in of["enumValues"]} for key, of in answer.json["data"].items()}
        self._kinds = {Kind.UPSTREAM, Kind.DOWNSTREAM}
        self._kinds |= {Kind.CONNECTED} if "CONNECTED" in found["directions"] else set()
        self._kinds |= {Kind.COLUMNS} if "COLUMN" in found["grains"] else set()

    def is_settled(self, connection: Connection) -> bool:
        """Tell whether the graph holds all of the ledger."""
        return bool(connection.ask(Request("/health/ready")).json["projection"]["behind"] == 0)

    def request(self, question: Question) -> Request | None:
        """Return the question in GraphQL."""
        if question.kind not in self._kinds:
            return None
        asked: dict[str, object] = {"of": [_id(question, question.dataset, question.column)], "depth": DEPTH}
        if question.kind is Kind.CONNECTED:
            asked |= {"direction": "CONNECTED", "budget": 20_000}
        else:
            grain = "COLUMN" if question.kind is Kind.COLUMNS else "DATASET"
            direction = "DOWNSTREAM" if question.kind is Kind.DOWNSTREAM else "UPSTREAM"
            asked |= {"direction": direction, "grain": grain}
        query = self._IDS if question.kind is Kind.CONNECTED else self._WHOLE
        return Request("/graphql", {"query": query, "variables": {"input": asked}})

    def names(self, question: Question, answer: Any) -> frozenset[str]:  # noqa: ANN401  JSON
        """Return the names behind the ids; an id of nothing that is expected stands for itself."""
        lineage = answer["data"]["lineage"]
        ids = lineage["ids"] if question.kind is Kind.CONNECTED else [one["id"] for one in lineage["nodes"]["nodes"]]
        known = {_id(question, *_parts(name)): name for name in question.expected}
        asked = _id(question, question.dataset, question.column)
        return frozenset(known.get(one, one) for one in ids if one != asked and label_of(one) != "Job")


class Marquez:
    """Marquez's API of version 0.51: its lineage is the neighbourhood, in which this side looks for one direction."""

    name = "Marquez"
    endpoint = ENDPOINT

    def ready(self, connection: Connection) -> None:
        """See that it lists namespaces."""
        status = connection.ask(Request("/api/v1/namespaces")).status
        if status != 200:
            raise UnobtainableError(f"Marquez's API does not answer (/api/v1/namespaces: {status or 'no answer'}).")

    def is_settled(self, connection: Connection) -> bool:  # noqa: ARG002  of the protocol
        """It acknowledges what it has taken in."""
        return True

    def request(self, question: Question) -> Request:
        """Return the address that answers; a neighbourhood where a direction was asked for."""
        of = [question.namespace, question.dataset, *([question.column] if question.column else [])]
        kind, path = ("datasetField", "column-lineage") if question.column else ("dataset", "lineage")
        asked = {"nodeId": ":".join([kind, *of]), "depth": DEPTH}
        more = {"withDownstream": "false"} if question.column else {}
        return Request(f"/api/v1/{path}?{urlencode({**asked, **more})}")

    def names(self, question: Question, answer: Any) -> frozenset[str]:  # noqa: ANN401  JSON
        """Return the names in its graph: what a walk over its edges reaches, where a direction was asked for."""
        nodes = {one["id"]: one for one in answer["graph"]}
        prefix = f"{'datasetField' if question.column else 'dataset'}:{question.namespace}:"
        found = set(nodes)
        if question.kind in {Kind.UPSTREAM, Kind.DOWNSTREAM}:
            steps: dict[str, set[str]] = defaultdict(set)
            for one in nodes.values():
                for edge in (*(one.get("inEdges") or ()), *(one.get("outEdges") or ())):
                    here, there = edge["origin"], edge["destination"]
                    if question.kind is Kind.UPSTREAM:
                        here, there = there, here
                    steps[here].add(there)
            found = reached(f"{prefix}{question.dataset}", lambda one: steps.get(one, ()), 2 * DEPTH)
        return _named(question, (one.removeprefix(prefix) for one in found if one.startswith(prefix)), ":")


class Feast:
    """The consumer of Feast 0.67 (`feast serve_lineage`): a graph with directions, of columns one step only."""

    name = "Feast"
    endpoint = "/api/v1/lineage"

    def __init__(self) -> None:
        self._prefix = "/api/v1"

    def ready(self, connection: Connection) -> None:
        """Find out below which path it answers."""
        for self._prefix in ("/api/v1", ""):
            if connection.ask(Request(f"{self._prefix}/lineage/openlineage/namespaces")).status == 200:
                self.endpoint = f"{self._prefix}/lineage"
                return
        raise UnobtainableError(
            "Feast's consumer does not answer: pip install 'feast[openlineage]==0.67.0' grpcio, put"
            " `openlineage: {enabled: true, transport_type: console, consumer: {enabled: true, store_type: sql}}` into"
            " feature_store.yaml with a registry of type sql, and run `feast serve_lineage`."
        )

    def is_settled(self, connection: Connection) -> bool:  # noqa: ARG002  of the protocol
        """It acknowledges what it has taken in."""
        return True

    def request(self, question: Question) -> Request | None:
        """Return the address that answers; its steps lead over jobs, so that there are twice as many."""
        if question.kind is Kind.COLUMNS:
            return None
        direction = "both" if question.kind is Kind.CONNECTED else question.kind.value
        of = f"{quote(question.namespace, safe='')}/{quote(question.dataset, safe='')}"
        asked = urlencode({"depth": 2 * DEPTH, "direction": direction})
        return Request(f"{self._prefix}/lineage/openlineage/graph/dataset/{of}?{asked}")

    def names(self, question: Question, answer: Any) -> frozenset[str]:  # noqa: ANN401  JSON
        """Return the datasets of its graph."""
        return _named(question, (one["name"] for one in answer["nodes"] if one["type"] == "dataset"), ":")


class DataRentgen:
    """data-rentgen, which takes events out of Kafka alone: so it is not measured beside receivers over HTTP."""

    name = "data-rentgen"
    endpoint = ENDPOINT

    def ready(self, connection: Connection) -> None:  # noqa: ARG002  of the protocol
        """Say what it would take."""
        raise UnobtainableError(
            "data-rentgen 0.7.2 needs Python 3.12, PostgreSQL and Kafka: its consumer reads events from a topic, its"
            " server takes none. Send to its HTTP-to-Kafka bridge and ask its REST server by a driver of your own."
        )

    def is_settled(self, connection: Connection) -> bool:  # noqa: ARG002  of the protocol
        """Nothing is ever sent."""
        return False

    def request(self, question: Question) -> Request | None:  # noqa: ARG002  of the protocol
        """Nothing is ever asked."""
        return None

    def names(self, question: Question, answer: Any) -> frozenset[str]:  # noqa: ANN401, ARG002  of the protocol
        """Nothing is ever answered."""
        return frozenset()


DRIVERS: Final[dict[str, type[Driver]]] = {
    "data-rentgen": DataRentgen,
    "feast": Feast,
    "lineward": Lineward,
    "marquez": Marquez,
}


def _named(question: Question, found: Iterable[str], between: str) -> frozenset[str]:
    if question.column:
        found = (one.replace(between, "#") for one in found)
        return frozenset(found) - {f"{question.dataset}#{question.column}"}
    return frozenset(found) - {question.dataset}


def _parts(name: str) -> tuple[str, str | None]:
    dataset, _, column = name.partition("#")
    return dataset, column or None


def _id(question: Question, dataset: str, column: str | None) -> str:
    if column is None:
        return Dataset(question.namespace, dataset).id
    return Column(question.namespace, dataset, column).id
