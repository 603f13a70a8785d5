"""How much of one kind rights hide from whoever looks: what a list over all of it does not show."""

from __future__ import annotations

from catalog.graph_memo import remembered
from catalog.view import View


def count_hidden(view: View, label: str) -> None:
    """Count in the view all nodes of a label that rights hide, whatever of them a list is narrowed to.

    By what it is narrowed makes no difference, so that the count tells of no name whether something is called so.
    """
    if not view.rights.unbounded:
        remembered(count_hidden, view, lambda beside: _count(beside, label), label)


def _count(view: View, label: str) -> None:
    view.visible(view.unredacted.all_of(label))
