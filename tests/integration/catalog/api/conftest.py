"""The whole application over a ledger and a store in memory: the production seam, fed with fakes."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from catalog import app, logs
from catalog.access.keys import KeyFile
from catalog.access.model import Actor
from catalog.access.rules import rights_of
from catalog.api.application import create
from catalog.api.services import Services
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Ledger
from catalog.ledger.sqlite import SqliteLedger
from catalog.reading import Rights
from catalog.settings import load
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from tests.support.records import DIGEST, attestation, declaration, event, registration, request, seal, tag


@dataclass
class Catalog:
    """An application, its parts, and a client on this machine."""

    service: Services
    client: TestClient
    keys: KeyFile

    def event(self, event: dict[str, Any], **headers: str) -> Any:
        return self.client.post("/api/v1/lineage", json=event, headers=headers)

    def record(self, payload: dict[str, Any], **headers: str) -> Any:
        return self.client.post("/api/v1/records", json=payload, headers=headers)

    def ask(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> dict[str, Any]:
        """Return the whole answer to a query."""
        body = {"query": query, "variables": variables}
        answer = self.client.post("/graphql", json=body, headers=headers or {})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer that has no errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        found: dict[str, Any] = answer["data"]
        return found

    def fill(self) -> None:
        """Record one run, its datasets, a declaration, a tag, an attestation, a seal, a model version and a request."""
        self.event(event("START", "2026-01-01T09:00:00Z"))
        self.event(event(version={"datasetVersion": DIGEST}))
        for payload in (declaration(), tag(), attestation(), seal(), registration(), request()):
            assert self.record(payload).status_code == 201
            self.caught_up()

    def caught_up(self) -> None:
        """Wait for the graph to hold all of the ledger."""
        assert self.service.projection.wait_for(self.service.ledger.size() - 1, 20)

    def labels_kept(self) -> None:
        """Wait for the labels that are kept to be those of the graph: they follow it beside what is asked."""
        pause = threading.Event()
        while self._labels_lag():
            pause.wait(0.01)

    def _labels_lag(self) -> bool:
        with self.service.store.reading() as reader:
            return View(reader).labels_lagging() is not None

    def remote(self, host: str = "192.0.2.7", **headers: str) -> TestClient:
        """Return a client elsewhere."""
        return _client(self.service, host, headers)


Serve = Callable[..., AbstractContextManager[Catalog]]


def _client(service: Services, host: str, headers: dict[str, str] | None = None) -> TestClient:
    return TestClient(
        create(service),
        base_url="http://127.0.0.1:8080",
        client=(host, 4711),
        raise_server_exceptions=False,
        headers=headers,
    )


@contextmanager
def serving(folder: Path) -> Iterator[Callable[..., Catalog]]:
    """Give what puts an application together, by default in memory; they end with the block."""
    with ExitStack() as stack:

        def start(
            ledger: Ledger | None = None,
            store: Store | None = None,
            *,
            owner: bool = False,
            rights: Callable[[Actor], Rights] = rights_of,
            **settings: Any,
        ) -> Catalog:
            keys = KeyFile(folder / "keys.db")
            stack.callback(keys.close)
            service = stack.enter_context(
                app.running(
                    load(data_dir=folder, **settings),
                    ledger or MemoryLedger(SiteKeys.generate("ledger.example/tests")),
                    store or MemoryStore(),
                    keys,
                    b"t" * 32,
                    owner=owner,
                    rights=rights,
                )
            )
            return Catalog(service, _client(service, "127.0.0.1"), keys)

        yield start


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Catalog]]:
    """Put an application together, by default in memory."""
    with serving(tmp_path) as start:
        yield start


@pytest.fixture
def catalog(serve: Callable[..., Catalog]) -> Catalog:
    return serve()


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    catalog.fill()
    return catalog


@pytest.fixture
def stored(serve: Callable[..., Catalog], tmp_path: Path) -> Iterator[Catalog]:
    """A catalog over the engines that a server has, which hold 64 bits and speak SQL; nothing in it is a defect.

    It answers whoever owns it, also where a made-up request makes keys.
    """
    folder = tmp_path / "engines"
    ledger = SqliteLedger.open(folder / "ledger.db", folder / "keys", "ledger.example/tests")
    catalog = serve(ledger, SqliteStore(folder / "graph.db"), owner=True)
    catalog.fill()
    yield catalog
    assert "lineward_masked_errors_total 0.0" in catalog.client.get("/metrics").text


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("json", "DEBUG", stream)
    try:
        yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(level)
