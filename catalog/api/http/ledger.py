"""The ledger to take along: checkpoints, entries and proofs, in the forms that other tools verify."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import PlainTextResponse

from catalog.api.http.dependencies import Public, Read, ReadBodies
from catalog.api.services import Services
from catalog.errors import AskerError
from catalog.ledger.protocol import StoredEntry
from graph_schema.times import format_time

MAX_ENTRIES = 1000
LARGEST = 2**53 - 1
"""No ledger is larger, and no JSON number beyond it is exact (RFC 8259 §6)."""

Index = Annotated[int, Path(ge=0, le=LARGEST, description="The index of a ledger entry.")]
OldSize = Annotated[int, Query(ge=0, le=LARGEST, description="A size of the tree that was seen before.")]
NewSize = Annotated[int | None, Query(ge=0, le=LARGEST, description="A later size; left out, that of now.")]
Start = Annotated[int, Query(ge=0, le=LARGEST, description="The index to begin with.")]
Limit = Annotated[int, Query(ge=1, le=MAX_ENTRIES, description="How many at most.")]

router = APIRouter(prefix="/api/v1/ledger", tags=["ledger"])


@router.get("/checkpoint", response_class=PlainTextResponse)
def checkpoint(services: Public) -> str:
    """Give the newest checkpoint as a C2SP signed note; public, so that anyone may hold it."""
    return services.ledger.checkpoint().text


@router.get("/keys", response_class=PlainTextResponse)
def keys(services: Public) -> str:
    """Give the verifier keys, one a line; public, though best had from elsewhere."""
    return "".join(f"{key}\n" for key in services.ledger.verifiers)


@router.get("/consistency")
def consistency(services: Read, old: OldSize, new: NewSize = None) -> dict[str, Any]:
    """Prove that the tree at one size is a prefix of that at another (RFC 9162 §2.1.4)."""
    size = services.ledger.size() if new is None else new
    try:
        path = services.ledger.consistency_proof(old, size)
        roots = services.ledger.root(old).hex(), services.ledger.root(size).hex()
    except (LookupError, ValueError) as error:
        raise AskerError(f"There are no such two sizes; the ledger's is {services.ledger.size()}.") from error
    return {"old": old, "new": size, "oldRoot": roots[0], "newRoot": roots[1], "proof": [one.hex() for one in path]}


@router.get("/entries")
def entries(services: ReadBodies, start: Start = 0, limit: Limit = 100) -> dict[str, Any]:
    """Give entries from an index on, in order, and fewer than asked for where these fill an answer."""
    found = services.ledger.entries(start, limit, services.settings.query_bytes)
    return {"size": services.ledger.size(), "entries": [_shown(one) for one in found]}


@router.get("/entries/{index}")
def entry(services: ReadBodies, index: Index) -> dict[str, Any]:
    """Give one entry with its redacted body."""
    try:
        return _shown(services.ledger.entry(index))
    except LookupError as error:
        raise _no_entry(services, index) from error


@router.get("/entries/{index}/proof", response_class=PlainTextResponse)
def proof(services: Read, index: Index) -> str:
    """Prove an entry against the newest checkpoint, for use offline: a C2SP tlog-proof."""
    try:
        return services.ledger.proof_file(index)
    except LookupError as error:
        raise _no_entry(services, index) from error


def _no_entry(services: Services, index: int) -> AskerError:
    return AskerError(f"The ledger has no entry {index}; its size is {services.ledger.size()}.")


def _shown(stored: StoredEntry) -> dict[str, Any]:
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
