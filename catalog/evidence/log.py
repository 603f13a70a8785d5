"""The ledger itself, as far as a view knows it: where it stands, its entries in a line each, and that it only grew.

Times are UTC microseconds, hashes lower-case hex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.errors import SenderError
from catalog.ledger.protocol import IssuedCheckpoint, Ledger
from catalog.view import View


@dataclass(frozen=True, slots=True)
class LogState:
    """Where the ledger stands: `ledger_size` and `ledger_root` as far as a view knows it, the others as of now.

    `verifier_keys` are C2SP signed-note keys, the present one first. `unsigned` entries are covered by no signed
    checkpoint yet, the oldest of them recorded at `unsigned_since`, None where there is none.
    """

    origin: str
    verifier_keys: tuple[str, ...]
    ledger_size: int
    ledger_root: str
    unsigned: int
    unsigned_since: int | None


@dataclass(frozen=True, slots=True)
class EntryHeader:
    """An entry of the ledger in a line, without its body; `erased` tells that there is none any more."""

    index: int
    kind: str
    recorded_at: int
    actor: str
    correlation_id: str
    leaf: str
    erased: bool


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of `old` entries is the beginning of that of `new`: the proof (RFC 9162 §2.1.4.1), without a hash
    where both are equal.
    """

    old: int
    old_root: str
    new: int
    new_root: str
    proof: tuple[str, ...]


def log_state(view: View, ledger: Ledger) -> LogState:
    """Return where the ledger stands."""
    size, whole = view.known_at + 1, ledger.size()
    newest = ledger.latest_checkpoint()
    covered = 0 if newest is None else newest.checkpoint.size
    return LogState(
        origin=ledger.origin,
        verifier_keys=tuple(map(str, ledger.verifiers)),
        ledger_size=size,
        ledger_root=ledger.root(size).hex(),
        unsigned=max(whole - covered, 0),
        unsigned_since=ledger.entry(covered).entry.recorded_at if covered < whole else None,
    )


def newest_entries(view: View, ledger: Ledger, first: int, before: int | None = None) -> tuple[EntryHeader, ...]:
    """Return the entries that were known, the newest first; with `before` those below that index."""
    end = view.known_at + 1 if before is None else min(before, view.known_at + 1)
    found = []
    for index in range(end - 1, max(end - first, 0) - 1, -1):
        stored = ledger.entry(index)
        found.append(
            EntryHeader(
                index=index,
                kind=stored.entry.kind,
                recorded_at=stored.entry.recorded_at,
                actor=stored.entry.actor,
                correlation_id=stored.entry.correlation_id,
                leaf=stored.leaf.hex(),
                erased=stored.body is None,
            )
        )
    return tuple(found)


def newest_checkpoints(ledger: Ledger) -> Sequence[IssuedCheckpoint]:
    """Return every checkpoint that was signed, the newest first."""
    return ledger.checkpoints()[::-1]


def consistency(view: View, ledger: Ledger, old: int, new: int) -> Consistency:
    """Return the proof that the tree only grew between two sizes; raises SenderError 422 where there are no such two,
    as far as the view knows the ledger.
    """
    size = view.known_at + 1
    if not (0 < old <= new <= size or old == new == size):
        raise SenderError(f"old and new are sizes of the ledger, 1 to {size}, old at most new.", status=422)
    path = ledger.consistency_proof(old, new)
    return Consistency(old, ledger.root(old).hex(), new, ledger.root(new).hex(), tuple(one.hex() for one in path))
