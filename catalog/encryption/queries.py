"""The encryption keys that are declared at one point."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from catalog.encryption.model import KeyRecord, KeyState
from catalog.recorded import Recorded, last_recorded, recorded_of
from catalog.view import View
from graph_schema.aspects import keys
from graph_schema.nodes import EncryptionKey

_ASPECT: Final = "encryption_key"


def encryption_keys(view: View) -> tuple[KeyRecord, ...]:
    """Return the declared keys, by id. One that declarations of datasets only name is none."""
    found = recorded_of(view, EncryptionKey.__name__, (_ASPECT,))
    return tuple(_record(key, of[_ASPECT]) for key, of in found.items())


def keys_called(view: View, names: Collection[str]) -> dict[str, KeyState]:
    """Return what stands of the keys of these ids in their key stores; one that nobody ever declared is absent."""
    ids = {EncryptionKey(one).id: one for one in names}
    found = {ids[id_]: of[_ASPECT] for id_, of in last_recorded(view, sorted(ids), (_ASPECT,)).items()}
    return {
        key: KeyState(None, one.entry) if one.value is None else KeyState(_record(key, one), None)
        for key, one in found.items()
    }


def _record(key: str, held: Recorded) -> KeyRecord:
    scope = keys.EncryptionKey.from_json(held.value)
    return KeyRecord(EncryptionKey(key).id, key, scope, held.entry, held.since)
