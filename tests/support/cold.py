"""What a process remembers of a graph, let go of: tests count what is asked of a store by one that begins."""

from __future__ import annotations

from catalog import graph_memo


def forget() -> None:
    """Remember nothing, as in a process that begins."""
    graph_memo._MEMORY = graph_memo._Memory()
