"""Letting what is remembered of a graph follow it, also while nobody asks.

A store keeps what its last batches touched. Where events come all day, whoever looks once a minute would find that more
came than is kept, and everything would be read anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from catalog import graph_memo
from catalog.errors import OperatorError
from catalog.store.deadline import ReadEndedError
from catalog.store.protocol import Store, StoreReader
from catalog.view import View

SECONDS: Final = 1.0
"""How often: far fewer batches come in a second than a store keeps (`touches.KEPT`)."""
END_SECONDS: Final = 5.0
"""For how long its end is waited for: a store that hangs holds up no server's end."""


def follow(store: Store, view_of: Callable[[StoreReader], View]) -> None:
    """Let go of what was touched until now, by the view of a reading as it stands now.

    A store that cannot be read is asked again the next time.
    """
    try:
        with store.reading() as reader:
            graph_memo.follow(view_of(reader))
    except (OperatorError, ReadEndedError):
        return
