"""Setting a receiver beside Lineward: the truth is right, each driver reads what its receiver says, and it ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import networkx as nx
import pytest

from bench.compare.__main__ import Load, main, measure, table, with_section
from bench.compare.drivers import DRIVERS, Feast, Lineward, Marquez, UnobtainableError
from bench.compare.http import Connection, Request
from bench.compare.measures import Receiver, asked
from bench.compare.truth import DEPTH, Kind, Made, Question, as_json, recurring, twice_and_shuffled, written
from bench.estates import Estate
from bench.server import serving

MADE = Made(Estate(60, layers=6), "compare-test")


def graph() -> nx.DiGraph[str]:
    found: nx.DiGraph[str] = nx.DiGraph()
    for event in MADE.events():
        job = f"job {event['job']['name']}"
        found.add_edges_from((one["name"], job) for one in event["inputs"])
        found.add_edges_from((job, one["name"]) for one in event["outputs"])
    return found


def test_the_truth_is_what_another_library_finds_in_the_events() -> None:
    events = graph()
    plain = nx.Graph(events)
    questions = MADE.questions(6)
    assert {one.kind for one in questions} == set(Kind)
    for one in questions:
        wanted = {
            Kind.UPSTREAM: nx.ancestors(events, one.dataset),
            Kind.DOWNSTREAM: nx.descendants(events, one.dataset),
            Kind.CONNECTED: nx.node_connected_component(plain, one.dataset) - {one.dataset},
            Kind.COLUMNS: {f"{name}#{one.column}" for name in nx.ancestors(events, one.dataset) if name[:4] != "job "},
        }[one.kind]
        assert one.expected == {name for name in wanted if not name.startswith("job ")}


def test_a_file_of_events_and_its_truth_are_the_same_whenever_they_are_made(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    assert {written(MADE.events(), path) for path in paths} == {(120, len(paths[0].read_bytes()) // 120 - 1)}
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert as_json(MADE.questions(3)) == as_json(MADE.questions(3))
    twice = twice_and_shuffled(MADE.events(), 5)
    assert len(twice) == 240
    assert twice == twice_and_shuffled(MADE.events(), 5) != [*MADE.events(), *MADE.events()]


def test_what_is_sent_at_speed_lies_in_a_namespace_of_its_own_with_runs_of_its_own() -> None:
    here, there = list(recurring(9, "a-place")), list(recurring(9, "b-place"))
    assert len(here) == 9
    assert not {one["run"]["runId"] for one in here} & {one["run"]["runId"] for one in there}
    assert '"made-up"' not in json.dumps([one["outputs"][0]["facets"]["columnLineage"] for one in here])
    assert json.dumps(here[3]["inputs"]).replace("a-place", "b-place") == json.dumps(there[3]["inputs"])


class Fake(ThreadingHTTPServer):
    """A receiver of two made-up kinds: it keeps who reads and writes what, and answers in their words."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.edges: set[tuple[str, str]] = set()
        self.columns: set[tuple[str, str]] = set()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, event: dict[str, Any]) -> None:
        job = f"job:{event['job']['namespace']}:{event['job']['name']}"
        with self.lock:
            for one in event["inputs"]:
                self.edges.add((_name("dataset", one), job))
            for one in event["outputs"]:
                self.edges.add((job, _name("dataset", one)))
                for column, origins in one["facets"]["columnLineage"]["fields"].items():
                    self.columns |= {
                        (f"{_name('datasetField', origin)}:{origin['field']}", f"{_name('datasetField', one)}:{column}")
                        for origin in origins["inputFields"]
                    }


def _name(kind: str, dataset: dict[str, Any]) -> str:
    return f"{kind}:{dataset['namespace']}:{dataset['name']}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Fake

    def do_POST(self) -> None:
        self.server.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(201, b"")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path.split("/")[1:]:
            case ["api", "v1", "namespaces"] | ["lineage", "openlineage", "namespaces"]:
                self._answer(200, b"{}")
            case ["api", "v1", "lineage"]:
                everything: nx.Graph[str] = nx.Graph(self.server.edges)
                hops = 2 * int(given["depth"]) + 2  # from job to job over a dataset, and to what those use
                near = set(nx.single_source_shortest_path_length(everything, given["nodeId"], hops))
                self._answer(200, json.dumps({"graph": list(_nodes(near, self.server.edges))}).encode())
            case ["api", "v1", "column-lineage"] if not self.server.columns:
                self._answer(404, b"{}")
            case ["api", "v1", "column-lineage"]:
                above = nx.ancestors(nx.DiGraph(self.server.columns), given["nodeId"]) | {given["nodeId"]}
                self._answer(
                    200, json.dumps({"graph": list(_nodes(above, self.server.columns))}).encode(), chunked=True
                )
            case ["lineage", "openlineage", "graph", "dataset", namespace, name]:
                found: nx.DiGraph[str] = nx.DiGraph(self.server.edges)
                root = f"dataset:{namespace}:{name}"
                match given["direction"]:
                    case "upstream":
                        near = nx.ancestors(found, root)
                    case "downstream":
                        near = nx.descendants(found, root)
                    case _:
                        near = nx.node_connected_component(nx.Graph(found), root)
                split = (one.split(":") for one in {root, *near})
                nodes = [{"type": kind, "namespace": space, "name": called} for kind, space, called in split]
                self._answer(200, json.dumps({"nodes": nodes, "edges": []}).encode())
            case _:
                self._answer(404, b"")

    def _answer(self, status: int, body: bytes, *, chunked: bool = False) -> None:
        self.send_response(status)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _nodes(ids: Iterable[str], edges: set[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for one in ids:
        yield {
            "id": one,
            "inEdges": [{"origin": start, "destination": end} for start, end in edges if end == one],
            "outEdges": [{"origin": start, "destination": end} for start, end in edges if start == one],
        }


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_every_question_is_right_of_a_receiver_that_answers_right(fake: Fake, stack: ExitStack) -> None:
    for event in MADE.events():
        fake.take(event)
    receivers = [Receiver(Marquez(), fake.url), Receiver(Feast(), fake.url)]
    for one in receivers:
        stack.callback(one.close)
    found = asked(receivers, MADE.questions(4))
    assert {(kind, name, one.right, one.offered) for kind, of in found.items() for name, one in of.items()} == {
        *((kind, "Marquez", 4, True) for kind in Kind),
        *((kind, "Feast", 4, True) for kind in (Kind.UPSTREAM, Kind.DOWNSTREAM, Kind.CONNECTED)),
        (Kind.COLUMNS, "Feast", 0, False),
    }
    fake.edges.clear()
    fake.columns.clear()
    found = asked(receivers[:1], MADE.questions(4))
    assert found[Kind.CONNECTED]["Marquez"].right < 4
    assert found[Kind.UPSTREAM]["Marquez"].right < 4
    assert found[Kind.COLUMNS]["Marquez"].right == 0
    assert found[Kind.COLUMNS]["Marquez"].statuses == {404: 4}


def test_two_of_one_kind_are_measured_apart(fake: Fake, stack: ExitStack) -> None:
    for event in MADE.events():
        fake.take(event)
    receivers = [Receiver(Marquez(), fake.url), Receiver(Marquez(), fake.url, beside=Marquez.name)]
    for one in receivers:
        stack.callback(one.close)
    found = asked(receivers, MADE.questions(3))
    assert {(name, one.right) for of in found.values() for name, one in of.items()} == {
        ("Marquez", 3),
        ("another Marquez", 3),
    }


def test_lineward_s_answers_are_the_truth_beside_another_s_in_one_run(fake: Fake, tmp_path: Path) -> None:
    load = Load((40,), 2, (3, 6, 9), 20, 60, questions=2, shuffled=20)
    with serving({"LINEWARD_READY_LAG": str(10**9)}, tmp_path / "data") as server:
        receivers = [
            Receiver(Lineward(), server.url, server.pid, tmp_path / "data"),
            Receiver(Marquez(), fake.url),
        ]
        rows = list(measure(receivers, load, tmp_path))
        for one in receivers:
            one.connection.close()
    found = {(measured, setting.partition(",")[0]): cells for measured, setting, cells in rows}
    for jobs in ("40 jobs", "20 jobs"):
        for kind in Kind:
            assert found[f"{kind}, right answers", jobs] == ["2 of 2", "2 of 2"], kind
    assert found["loaded", "40 jobs"][0].startswith("80 of 80")
    assert found["loaded", "20 jobs"][1].startswith("80 of 80")
    assert found["answers, median size", "32 clients"][1] == "18 × 200 or 201, 0 bytes"
    assert found["disk for an event", "after these"][1] == "—"
    assert found["disk for an event", "after these"][0].endswith("KiB")
    assert json.loads((tmp_path / "compare-40.truth.json").read_text())[0]["depth"] == DEPTH
    assert len(table(["a", "b"], rows).splitlines()) == len(rows) + 2


def test_a_receiver_that_is_not_there_is_told_with_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "http://127.0.0.1:9"
    for name, driver in DRIVERS.items():
        with pytest.raises(UnobtainableError):
            driver().ready(Connection(nobody))
        assert main(["--url", nobody, "--driver", name]) == 3
    shown = capsys.readouterr().err
    for needed in ("Kafka", "feast serve_lineage", "Marquez's API does not answer"):
        assert needed in shown
    assert Connection(nobody).ask(Request("/x")).status == 0


def test_an_answer_of_another_form_is_wrong_and_not_an_end(fake: Fake, stack: ExitStack) -> None:
    question = Question(Kind.UPSTREAM, "n", "a", None, frozenset())
    with pytest.raises(LookupError):
        Marquez().names(question, {"other": []})
    receiver = Receiver(Feast(), fake.url)
    stack.callback(receiver.close)
    found = asked([receiver], [question])
    assert found[Kind.UPSTREAM]["Feast"].right == 0


def test_a_run_replaces_the_section_of_the_same_receivers_alone() -> None:
    document = with_section(with_section("", "## A\n\none\n"), "## A beside B\n\ntwo\n")
    again = with_section(document, "## A\n\nthree\n")
    assert "one" not in again.partition("## A\n")[2]
    assert "two" in again
    assert "three" in again
    assert again.count("# Side by side") == 1
