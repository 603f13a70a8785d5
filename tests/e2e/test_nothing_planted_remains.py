"""What is planted in events and records is nowhere where a server keeps, logs, answers or prints anything.

A real server over SQLite takes a seeded choice of events of the project's own places and of the real corpus, where that
lies beside the checkout. Then everything it wrote and everything it answers is searched.
"""

from __future__ import annotations

import io
import json
import random
import re
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from pypdf import PdfReader

from graph_schema.nodes import Dataset
from tests.e2e.conftest import REPOSITORY
from tests.support import records
from tests.support.identifiers import (
    AUTHORED_PLACES,
    FORMS,
    NAMED_PLACES,
    RECORD_PLACES,
    Planted,
    named,
    planted,
    sentence,
)
from tests.support.places import VALUE_PLACES, event
from tests.support.planting import SECRET, SECRETS, Hidden, plant

if TYPE_CHECKING:
    from tests.e2e.conftest import Server, Start

CORPUS = REPOSITORY.parent / "shared" / "corpus"
SEED, OF_THE_CORPUS = 20260301, 150
TOLD = [form for form in FORMS if form.kind != "bare"]
SCHEMA = build_schema((REPOSITORY / "tests/golden/api/schema.graphql").read_text("utf-8"))


def made_up(source: random.Random) -> Iterator[tuple[dict[str, Any], list[Planted]]]:
    """Yield an event for each place that the project knows, all told by the run and the datasets of one story."""
    for put in VALUE_PLACES.values():
        one = planted(source.choice(FORMS), source.randrange(1000))
        yield _of_the_story(put(one.text)), [one]
    for put in (*AUTHORED_PLACES.values(), *AUTHORED_PLACES.values()):
        one = planted(source.choice(TOLD), source.randrange(1000))
        yield _of_the_story(put(f"{sentence(one.text, source.randrange(4))} {source.choice(SECRETS)}")), [one]
    told = list(named())
    for put in NAMED_PLACES.values():
        one = source.choice(told)
        yield put(one.text), [one]


def _of_the_story(made: dict[str, Any]) -> dict[str, Any]:
    """Return the event as one of the story's run, so that its facets are shown in the story's reports."""
    if "dataset" in made or "run" not in made:
        return made
    made["run"]["runId"] = records.RUN
    made["job"] = {**made["job"], **records.JOB}
    for side, name in (("inputs", records.RAW), ("outputs", records.CURATED)):
        made[side] = [{**one, **name} for one in made.get(side, [])]
    return made


def real(source: random.Random) -> Iterator[tuple[dict[str, Any], list[Planted]]]:
    """Yield events of real emitters with something in every place."""
    lines = [line for path in sorted(CORPUS.rglob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line]
    for line in source.sample(lines, min(OF_THE_CORPUS, len(lines))):
        yield plant(json.loads(line), source)


@pytest.fixture
def filled(start: Start, tmp_path: Path) -> tuple[Server, Path, Hidden]:
    source = random.Random(SEED)  # noqa: S311  a list that is the same in every run
    server, hidden = start(tmp_path / "data"), Hidden()
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        for number, (said, ones) in enumerate([*made_up(source), *real(source)]):
            for one in ones:
                hidden.add(one)
            sent = {"X-Correlation-Id": _in_a_header(ones[0].text)} if ones else {}
            assert client.post("/api/v1/lineage", json=said, headers=sent).status_code in {201, 422}, number
        _people(client, source, hidden)
        _asked_wrongly(client, source, hidden)
    return server, tmp_path / "data", hidden


def _in_a_header(text: str) -> str:
    """Return as much of a text as a header of HTTP can hold."""
    return text.encode("ascii", "ignore").decode().replace("\n", " ").strip()


def _people(client: httpx2.Client, source: random.Random, hidden: Hidden) -> None:
    """Write the story's records, and each place of one with something in it; what is refused is as good as redacted."""
    for payload in (
        records.event("COMPLETE", version={"datasetVersion": records.DIGEST}),
        records.declaration(),
        records.declaration(dataset=records.CURATED),
        records.tag(),
        records.attestation(expert="expert-1"),
        records.seal(),
        records.registration(),
        records.request(),
    ):
        kind = "records" if "kind" in payload else "lineage"
        assert _sent(client, kind, payload) == 201, payload
    for write in (*RECORD_PLACES.values(), *RECORD_PLACES.values()):
        one = planted(source.choice(TOLD), source.randrange(1000))
        hidden.add(one)
        text = f"{sentence(one.text, source.randrange(4))} {source.choice(SECRETS)}"
        assert _sent(client, "records", write(text)) in {201, 422}


def _sent(client: httpx2.Client, kind: str, payload: dict[str, Any]) -> int:
    """Send it, again while the graph is behind: the server itself waits for that each time."""
    statuses = (client.post(f"/api/v1/{kind}", json=payload).status_code for _ in range(40))
    return next((status for status in statuses if status != 503), 503)


def _asked_wrongly(client: httpx2.Client, source: random.Random, hidden: Hidden) -> None:
    """Ask by identifiers, in every part of a request: the log may hold none of them."""
    for one in [source.choice(list(named())) for _ in range(8)]:
        hidden.add(one)
        text = _in_a_header(one.text)
        query = (
            'query Q($n: String!) { dataset(ref: {namespace: "n", name: $n}) { __typename }'
            " search(text: $n) { totalCount } }"
        )
        client.post("/graphql", json={"query": query, "variables": {"n": one.text}})
        client.post("/graphql", json={"query": f'{{ run(runId: "{text}") {{ __typename }} }} {text}'})
        client.get("/graphql", params={"query": "{ readPoint { ledgerIndex } }", "note": text})
        client.get(f"/api/v1/reports/model-dossier/{text}.json")
        client.get(
            f"/{text}", headers={"User-Agent": text, "X-Correlation-Id": text, "Authorization": f"Bearer {text}"}
        )
        client.post("/api/v1/lineage", content=f'{{"run": "{text}"'.encode())
        client.post("/api/v1/records", json={"kind": text, "dataset": {"namespace": text}})


def _rows(path: Path) -> Iterator[str]:
    """Yield every value of every table of an SQLite file as text, also what is compressed."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in database.execute(f'select * from "{table}"'):  # noqa: S608  the file's own names
                for value in row:
                    if isinstance(value, bytes):
                        try:
                            yield zlib.decompress(value).decode("utf-8", "replace")
                        except zlib.error:
                            yield value.decode("utf-8", "replace")
                    elif isinstance(value, str):
                        yield value


def _selection(schema: GraphQLSchema, type_: GraphQLObjectType, depth: int) -> str:
    """Return every field of a type that needs no argument, so deep."""
    written = ["__typename"]
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(inner):
            written.append(name)
        elif depth and isinstance(inner, GraphQLObjectType):
            few = "(first: 20)" if "first" in field.args else ""
            written.append(f"{name}{few} {{ {_selection(schema, inner, depth - 1)} }}")
    return " ".join(written)


def _answers(client: httpx2.Client) -> Iterator[str]:
    """Yield what GraphQL gives of everything that search finds, and every entry as it is shown."""

    def ask(query: str, **variables: Any) -> dict[str, Any]:
        answer: dict[str, Any] = client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    words = SCHEMA.type_map["SearchKind"]
    assert isinstance(words, GraphQLEnumType)
    kinds = ", ".join(words.values)
    ids: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        found = ask(
            f"query Q($after: String) {{ search(first: 500, after: $after, filter: {{kinds: [{kinds}]}}) {{"
            " nodes { __typename ... on Node { id } } pageInfo { endCursor hasNextPage } } }",
            after=after,
        )["search"]
        ids += [(one["__typename"], one["id"]) for one in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert len(ids) > 100
    for name in sorted({name for name, _ in ids}):
        type_ = SCHEMA.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        selection = _selection(SCHEMA, type_, 1)
        of = [id_ for other, id_ in ids if other == name]
        for at in range(0, len(of), 5):
            answer = ask(
                f"query Q($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {name} {{ {selection} }} }} }}",
                ids=of[at : at + 5],
            )
            yield json.dumps(answer, ensure_ascii=False)
    size = client.get("/api/v1/ledger/entries", params={"limit": 1}).json()["size"]
    for index in range(size):
        yield client.get(f"/api/v1/ledger/entries/{index}").text


def _documents(client: httpx2.Client) -> Iterator[tuple[str, str]]:
    query = 'query Q($m: QualifiedNameInput!) { modelVersion(model: $m, version: "1") { ... on ModelVersion { id } } }'
    answer = client.post("/graphql", json={"query": query, "variables": {"m": records.MODEL}}).json()
    version = answer["data"]["modelVersion"]["id"]
    dataset = Dataset(records.CURATED["namespace"], records.CURATED["name"]).id
    period = "Period:2000-01-01..2099-01-01"
    reports = {"model-dossier": version, "approvals": version, "dataset-dossier": dataset, "approvals-period": period}
    for report, of in reports.items():
        for form in ("html", "json", "pdf"):
            given = client.get(f"/api/v1/reports/{report}/{of}.{form}")
            assert given.status_code == 200, given.text
            if form == "pdf":
                reader = PdfReader(io.BytesIO(given.content))
                yield f"{report}.pdf", "\n".join(page.extract_text() for page in reader.pages)
                for name, attached in reader.attachments.items():
                    yield f"{report}.pdf {name}", b"".join(attached).decode("utf-8", "replace")
            else:
                yield f"{report}.{form}", given.text


def test_nothing_planted_remains_anywhere(filled: tuple[Server, Path, Hidden]) -> None:
    server, folder, hidden = filled
    assert len(hidden.pieces) > 100
    left: dict[str, set[str]] = {}

    def search(where: str, text: str) -> None:
        for piece in hidden.found_in(text):
            at = text.index(piece)
            left.setdefault(where, set()).add(text[max(at - 80, 0) : at + 40])

    with httpx2.Client(base_url=server.url, trust_env=False, timeout=60) as client:
        for place in ("/", "/graphql", "/docs", "/openapi.json", "/metrics", "/health/ready"):
            answer = client.get(place, headers={"Accept": "text/html"})
            assert answer.status_code == 200, place
            search(place, answer.text)
        for text in _answers(client):
            search("GraphQL and entries", text)
        for name, text in _documents(client):
            search(name, text)
    server.stop()
    search("the log", server.log.read_text("utf-8"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"ledger.db", "graph.db"} <= {path.name for path in files}, files
    for path in files:
        content = path.read_bytes()
        search(f"{path.name}, its bytes", " ".join(re.findall(r"[A-Za-z]{9,}", content.decode("latin-1"))))
        if content.startswith(b"SQLite format 3"):
            for value in _rows(path):
                search(path.name, value)
    assert left == {}, json.dumps({where: sorted(found) for where, found in left.items()}, indent=1)


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """So that an empty result means something: each way of looking sees what stands there."""
    hidden = Hidden()
    one = Planted(FORMS[0], "MRN 48213977", ("48213977",))
    hidden.add(one)
    assert hidden.found_in("mrn=48213977, Testpersons") == {"48213977", "Testperson"}
    assert hidden.found_in("0x48213977ab 482139771") == set()
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as database:
        database.execute("create table t (a blob, b text)")
        database.execute("insert into t values (?, ?)", (zlib.compress(b"a 48213977 b"), "x"))
    assert set().union(*map(hidden.found_in, _rows(path))) == {"48213977"}
    said, ones = plant(
        event(job={"sql": {"query": "select 1"}, "documentation": {"description": "x"}}),
        random.Random(1),  # noqa: S311
    )
    assert len(ones) == 5
    assert SECRET in json.dumps(said)
