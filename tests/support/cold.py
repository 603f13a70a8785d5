"""What a process remembers of a graph, let go of: by one that begins a test counts what is asked of a store, and holds
what is remembered to what is read from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from catalog import graph_memo
from catalog.store.graph_state import GRAPH_STATE
from catalog.store.touches import NO_GRAPH


def forget() -> None:
    """Remember nothing, as in a process that begins."""
    GRAPH_STATE._begin(NO_GRAPH)


@contextmanager
def forgotten() -> Iterator[None]:
    """Remember nothing for a while, and then what was remembered before; rows are read anew."""
    state, memory = GRAPH_STATE, graph_memo._MEMORY
    before = state.stamp, state._recent.copy(), memory.found.copy(), memory.size
    forget()
    try:
        yield
    finally:
        forget()
        state.stamp, state._recent, memory.found, memory.size = before
