"""What a process remembers of a graph, let go of: by one that begins a test counts what is asked of a store, and holds
what is remembered to what is read from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from catalog import graph_memo


def forget() -> None:
    """Remember nothing, as in a process that begins."""
    _hold(graph_memo._Memory())


@contextmanager
def forgotten() -> Iterator[None]:
    """Remember nothing for a while, and then what was remembered before."""
    memory = graph_memo._MEMORY
    before = graph_memo._Memory(memory.stamp, memory.found, memory.recent, memory.size)
    forget()
    try:
        yield
    finally:
        _hold(before)


def _hold(what: graph_memo._Memory) -> None:
    memory = graph_memo._MEMORY
    memory.stamp, memory.found, memory.recent, memory.size = what.stamp, what.found, what.recent, what.size
