"""Which nodes of the whole estate have a ground: a list of them stands until another node has it."""

from __future__ import annotations

from functools import partial

from catalog.graph_memo import remembered
from catalog.store.indexes.grounds import Ground
from catalog.view import View


def having(view: View, ground: Ground) -> tuple[str, ...]:
    """Return the nodes that may be seen and have a ground."""
    return remembered(having, view, partial(_having, ground), ground)


def _having(ground: Ground, view: View) -> tuple[str, ...]:
    return view.grounds([ground])[ground]
