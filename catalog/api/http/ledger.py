"""The ledger to take along: checkpoints, entries and proofs, in the forms that other tools verify."""

from __future__ import annotations

from typing import Any

from catalog.api.services import Services
from catalog.errors import AskerError
from catalog.ledger.protocol import StoredEntry
from graph_schema.times import format_time

MAX_ENTRIES = 1000


def checkpoint(services: Services) -> str:
    """Return the newest checkpoint, signed now where there are entries that none covers: a C2SP signed note."""
    return services.ledger.checkpoint().text


def keys(services: Services) -> str:
    """Return the verifier keys that ever signed, one a line, the present one first."""
    return "".join(f"{key}\n" for key in services.ledger.verifiers)


def entry(services: Services, index: int) -> dict[str, Any]:
    """Return one entry with its body; raises AskerError 404."""
    try:
        return shown(services.ledger.entry(index))
    except LookupError as error:
        raise AskerError(f"The ledger has no entry {index}; its size is {services.ledger.size()}.") from error


def entries(services: Services, start: int, limit: int) -> dict[str, Any]:
    """Return entries from an index on: up to so many, and no more once they fill an answer."""
    found = services.ledger.entries(start, limit, services.settings.query_bytes)
    return {"size": services.ledger.size(), "entries": [shown(one) for one in found]}


def proof(services: Services, index: int) -> str:
    """Return an entry's offline proof: a C2SP tlog-proof; raises AskerError 404."""
    try:
        return services.ledger.proof_file(index)
    except LookupError as error:
        raise AskerError(f"The ledger has no entry {index}; its size is {services.ledger.size()}.") from error


def consistency(services: Services, old: int, new: int | None) -> dict[str, Any]:
    """Return the proof that the tree at one size is a prefix of that at another; raises AskerError 404."""
    size = services.ledger.size() if new is None else new
    try:
        path = services.ledger.consistency_proof(old, size)
        roots = services.ledger.root(old).hex(), services.ledger.root(size).hex()
    except (LookupError, ValueError) as error:
        raise AskerError(f"There are no such two sizes; the ledger's is {services.ledger.size()}.") from error
    return {"old": old, "new": size, "oldRoot": roots[0], "newRoot": roots[1], "proof": [one.hex() for one in path]}


def shown(stored: StoredEntry) -> dict[str, Any]:
    """Return an entry as JSON: the canonical bytes as text, so that whoever asked can hash them."""
    return {
        "index": stored.index,
        "kind": stored.entry.kind,
        "recordedAt": format_time(stored.entry.recorded_at),
        "actor": stored.entry.actor,
        "leaf": stored.leaf.hex(),
        "entry": stored.entry_bytes.decode("ascii"),
        "salt": None if stored.salt is None else stored.salt.hex(),
        "body": None if stored.body is None else stored.body.decode(),
        "erasedBy": stored.erased_by,
    }
