"""The process that brings the ledger into the graph, begun: it has much to import before anyone can tell it anything.

This module imports nothing of the catalog, so that a server can begin its child before its own imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

CHILD: Final = "catalog.projector"


def launch() -> subprocess.Popen[bytes]:
    """Start a child that waits on its standard input for settings, and ends where that ends.

    Raises OSError where the system starts no process.
    """
    command = [sys.executable, "-P", "-m", CHILD]
    # It must find the same modules, wherever this process has them from.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)  # noqa: S603


@contextmanager
def launched_ahead(*, wanted: bool) -> Iterator[subprocess.Popen[bytes] | None]:
    """Lend a child, for a server that is still to be imported and that stops it; one that nobody took is ended.

    None where it is not wanted or cannot be started: who needs one then tries by itself.
    """
    try:
        child = launch() if wanted else None
    except OSError:
        child = None
    try:
        yield child
    finally:
        if child is not None and child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout) if child is not None else ():
            if pipe is not None:
                pipe.close()
