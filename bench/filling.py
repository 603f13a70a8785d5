"""A ledger filled as a server fills it, without HTTP in between: what a graph is projected from."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench import stores
from bench.estates import Event
from bench.server import Server, serving
from catalog import app
from catalog.access.keys import KeyFile, local_actor
from catalog.intake import Accepted, Intake
from catalog.ledger.keys import SiteKeys
from catalog.ledger.sqlite import SqliteLedger
from catalog.projection.entry_facts import facts_of
from catalog.projection.follower import Projection
from catalog.settings import Settings

_AHEAD: Final = 1_000


@contextmanager
def filled(data: Path, events: Iterable[Event]) -> Iterator[SqliteLedger]:
    """Lend the ledger of a data directory with these events added to it."""
    settings = Settings.model_validate({"data_dir": data})
    ledger = app.open_ledger(settings)
    try:
        fill(settings, ledger, events)
        yield ledger
    finally:
        ledger.close()


def serving_filled(engine: str, events: Iterable[Event], stack: ExitStack) -> Server:
    """Return a server whose ledger holds these events, until the stack ends; `follow` waits for its graph.

    Raises Neo4jUnobtainableError where there is no Neo4j to be had.
    """
    data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineward-bench-")))
    with filled(data, events):
        pass
    # However far behind its graph is, the server is ready to be asked how far.
    settings = {**stores.settings(engine, stack), "LINEWARD_READY_LAG": str(10**9)}
    return stack.enter_context(serving(settings, data))


def fill(settings: Settings, ledger: SqliteLedger, events: Iterable[Event]) -> None:
    """Add the events to the ledger, each once it is parsed, redacted and read."""
    keys, store = KeyFile(settings.data_dir / app.KEY_FILE), app.scratch_store()
    token_key = SiteKeys.load(settings.keys, settings.origin).received.mac(b"made-up tokens")
    intake = Intake(ledger, store, Projection(ledger, store), keys, token_key=token_key, facts_of=facts_of)
    ahead: deque[Future[Accepted]] = deque()
    try:
        for number, event in enumerate(events):
            if len(ahead) == _AHEAD:
                ahead.popleft().result()
            ahead.append(intake.submit_event(event, local_actor(), f"bench-{number}"))
        for waiting in ahead:
            waiting.result()
    finally:
        keys.close()
