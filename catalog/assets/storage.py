"""Under which keys datasets are encrypted, and which datasets under a key, at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from catalog.assets.folds import aspects_in_force
from catalog.assets.model import AspectInForce, KeyOfDataset
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.aspects.declarations import KeyUse
from graph_schema.nodes import EncryptionKey

_KEYS = "encryption_keys"


def keys_of(view: View, datasets: Sequence[str]) -> dict[str, tuple[KeyOfDataset, ...]]:
    """Return the keys of each dataset, by id; one of which nobody names any is absent."""
    held = aspects_in_force(view, datasets, aspects=(_KEYS,))
    found = {dataset: _uses(dataset, of[_KEYS]) for dataset, of in held.items() if _KEYS in of}
    return {dataset: uses for dataset, uses in found.items() if uses}


def encrypted_under(view: View, keys: Sequence[str]) -> dict[str, tuple[KeyOfDataset, ...]]:
    """Return which datasets are encrypted under each key, by the key's id in its store; one without any is absent."""
    wanted = set(keys)
    edges = view.edges(sorted(EncryptionKey(key).id for key in wanted), ("IS_ENCRYPTED_UNDER",), "in")
    names = Names(view, renamed=True)
    named = sorted({edge.source for edge in edges})
    names.load(named)
    found: dict[str, set[KeyOfDataset]] = defaultdict(set)
    for uses in keys_of(view, sorted(set(names.shown(named).values()))).values():
        for one in uses:
            if one.key in wanted:
                found[one.key].add(one)
    return {key: tuple(sorted(uses)) for key, uses in sorted(found.items())}


def _uses(dataset: str, held: AspectInForce[object]) -> tuple[KeyOfDataset, ...]:
    uses = map(KeyUse.from_json, held.value if isinstance(held.value, list) else ())
    return tuple(sorted({KeyOfDataset(use.key, use.environment, dataset, held.entry, held.since) for use in uses}))
