"""What a facet or record names beside its own subject, in plain text, and may not be seen by whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from catalog.view import View
from graph_schema.facet_reading import dataset, every_object, job

_HIDDEN: Final = object()


def without_hidden(view: View, values: Iterable[Any]) -> list[Any]:
    """Return JSON values, in their order, without what names a dataset or job that rights hide, which is counted.

    The innermost member of a list that names one is left out; of a value that does so outside of lists nothing is
    left, and it is None.
    """
    every = list(values)
    if view.rights.unbounded:
        return every
    named = sorted({one for value in every for item in every_object(value) for one in _ids(item)})
    known = frozenset(view.unredacted.nodes(named)) if named else frozenset[str]()
    hidden = known - view.visible(known)
    if not hidden:
        return every
    return [None if (rest := _without(value, hidden)) is _HIDDEN else rest for value in every]


def _ids(item: object) -> Sequence[str]:
    """Return by which ids an object with namespace and name may be known: it does not say what it names."""
    return [one.id for one in (dataset(item), job(item)) if one is not None]


def _without(value: Any, hidden: frozenset[str]) -> Any:  # noqa: ANN401  a facet is any JSON
    if isinstance(value, list):
        return [rest for item in value if (rest := _without(item, hidden)) is not _HIDDEN]
    if isinstance(value, dict):
        rest = {key: _without(member, hidden) for key, member in value.items()}
        return _HIDDEN if not hidden.isdisjoint(_ids(value)) or _HIDDEN in rest.values() else rest
    return value
