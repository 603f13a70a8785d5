"""The encryption keys that are declared at one point."""

from __future__ import annotations

from catalog.encryption.model import KeyRecord
from catalog.recorded import recorded_of
from catalog.view import View
from graph_schema.aspects import keys
from graph_schema.nodes import EncryptionKey


def encryption_keys(view: View) -> tuple[KeyRecord, ...]:
    """Return the declared keys, by id. One that declarations of datasets only name is none."""
    found = recorded_of(view, EncryptionKey.__name__, ("encryption_key",))
    return tuple(
        KeyRecord(
            EncryptionKey(key).id,
            key,
            keys.EncryptionKey.from_json(of["encryption_key"].value),
            of["encryption_key"].entry,
            of["encryption_key"].since,
        )
        for key, of in found.items()
    )
