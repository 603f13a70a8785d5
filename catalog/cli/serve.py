"""`lineward serve`: the server, from its first refusal to its last entry."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from catalog import app, logs
from catalog.access.presence import Announcement, Presence
from catalog.api.edge import EdgeMiddleware
from catalog.api.http.connections import configured
from catalog.cli.ending import fail
from catalog.cli.output import note
from catalog.errors import Exit, OperatorError
from catalog.projection.position import Following, Status
from catalog.settings import Settings

_SWITCH_SECONDS = 0.001
_COLLECT_AFTER = (20_000, 20, 50)
_WARM_AFTER_SECONDS = 5
_BACKLOG = 2048


def serve(
    settings: Settings,
    ready: Callable[[str], None] | None = None,
    child: subprocess.Popen[bytes] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then finish what was taken, sign a checkpoint and close.

    `child` is the projection's process where it was launched already.

    Raises OperatorError and EvidenceError where it cannot begin.
    """
    logs.configure(settings.log_format, settings.log_level)
    # Projection and ledger share the interpreter with the event loop: 5 ms would be seen in every answer.
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(*_COLLECT_AFTER)
    # The port is taken first, and a server that would refuse to serve is refused before it begins a catalog.
    with _bound(settings) as listener:
        begun = not settings.holds_catalog()
        if begun:
            _require_key(settings, needs_key=False)
        with app.opened(settings, server=True, child=child) as services:
            if begun:
                logs.logger.warning("a catalog is begun", extra={"folder": str(settings.data_dir.absolute())})
            needs_key = services.authenticator.needs_key()
            _require_key(settings, needs_key=needs_key)
            url = _url(settings.host, _listen(settings, listener))
            with _announced(settings.data_dir, url, services.presence):
                if ready is not None:
                    ready(url)
                else:
                    _greet(url, settings, needs_key=needs_key)
                # What is there now stays: looking through it again and again is what the slowest answers waited for.
                gc.freeze()
                threading.Thread(target=_warm, args=(services.projection,), name="warming", daemon=True).start()
                # Imported once the projection's process is importing as well: both take a while.
                from catalog.api.application import create  # noqa: PLC0415

                _run(create(services), settings, listener)


def _require_key(settings: Settings, *, needs_key: bool) -> None:
    if not settings.is_loopback and not needs_key:
        fail(
            f"{settings.host} can be reached by others and no key exists yet: make one with `lineward key create`, "
            "or serve on 127.0.0.1.",
            Exit.WRONG_USE,
        )


def _warm(projection: Following) -> None:
    """Import the lexers and build the GraphQL schema beside the first events, so that nobody has to wait for them."""
    # Health is green once the graph follows, and that must not wait for this.
    deadline = time.monotonic() + _WARM_AFTER_SECONDS
    while projection.state.status is not Status.RUNNING and time.monotonic() < deadline:
        time.sleep(0.02)
    import ingest_hooks.redaction.sql_lexing  # noqa: F401, PLC0415  these are what takes long

    # The module that a first query imports, and the schema with it: two threads that import parts in other orders meet
    # half-made modules.
    from catalog.api.graphql import endpoint  # noqa: F401, PLC0415

    gc.freeze()


def _run(asgi: EdgeMiddleware, settings: Settings, listener: socket.socket) -> None:
    # uvicorn raises the signal again once it has shut down; then everything else here still has to close.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(configured(asgi, settings)).run(sockets=[listener])


def _greet(url: str, settings: Settings, *, needs_key: bool) -> None:
    logs.logger.info(
        "serving", extra={"address": url, "folder": str(settings.data_dir.absolute()), "store": settings.store}
    )
    if sys.stderr.isatty():
        note(f"Lineward serves {url}/ (GraphiQL: {url}/graphql), data in {settings.data_dir}. Ctrl-C ends it.")
    if not needs_key:
        logs.logger.warning(
            "No key exists: only this machine is served, and whoever uses it acts as the local principal. "
            "`lineward key create` makes the first key."
        )


@contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    """Take the port; nobody is answered there yet."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((settings.host.strip("[]"), settings.port))
        except OSError as error:
            raise _not_listening(settings, error) from error
        yield listener


def _listen(settings: Settings, listener: socket.socket) -> int:
    """Let requests come, and return the port."""
    try:
        listener.listen(_BACKLOG)
    except OSError as error:
        raise _not_listening(settings, error) from error
    return int(listener.getsockname()[1])


def _not_listening(settings: Settings, error: OSError) -> OperatorError:
    where = f"{settings.host}:{settings.port}"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return OperatorError(
            f"{settings.host} is no address of this machine.",
            action="Name one by --host or LINEWARD_HOST, such as 127.0.0.1.",
        )
    if error.errno == errno.EADDRINUSE:
        return OperatorError(
            f"Something listens at {where} already.",
            action="End it, or choose another port by --port or LINEWARD_PORT; 0 takes a free one.",
        )
    if error.errno == errno.EACCES:
        return OperatorError(
            f"This user may not listen at {where}.", action="Choose a port above 1023 by --port or LINEWARD_PORT."
        )
    return OperatorError(
        f"Nobody can listen at {where} ({error.strerror}).",
        action="Choose another address or port by --host and --port.",
    )


@contextmanager
def _announced(data_dir: Path, url: str, presence: Presence) -> Iterator[None]:
    """Leave the address beside the data while the server runs, for commands that want the same data."""
    announcement = Announcement(presence, url, os.getpid())
    announcement.write(data_dir)
    try:
        yield
    finally:
        announcement.withdraw(data_dir)


def _url(host: str, port: int) -> str:
    name = "127.0.0.1" if host in {"", "0.0.0.0"} else "[::1]" if host == "::" else host  # noqa: S104  compared only
    return f"http://[{name}]:{port}" if ":" in name and not name.startswith("[") else f"http://{name}:{port}"
