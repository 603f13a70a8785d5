"""Which sealed snapshots have not been verified for a while, and by when each is to be verified again."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.assets.model import AssetState
from catalog.snapshots.queries import snapshots
from catalog.snapshots.rules import verify_by
from catalog.view import View
from graph_schema.vocabulary.words import VerificationResult

_GONE = frozenset({AssetState.TOMBSTONED, AssetState.BYTES_GONE})


@dataclass(frozen=True, slots=True, order=True)
class VerificationDue:
    """A sealed snapshot that is to be verified by a time. Times are UTC microseconds.

    `verified_at` is when its bytes were last found as sealed, None where they never were. `entries` are the seal, and
    that verification.
    """

    due_at: int
    id: str
    dataset: str
    sealed_at: int
    verified_at: int | None
    entries: tuple[int, ...]


def verification_due(view: View, before: int, period: int) -> tuple[VerificationDue, ...]:
    """Return the sealed snapshots that are to be verified before a time, first those that are due first.

    `period` is how long a verification is good for, in microseconds. What was dropped, or was found missing or
    different, is not due.
    """
    found = []
    for one in snapshots(view, view.all_of("Snapshot")).values():
        if not one.seals or one.state in _GONE:
            continue
        sealed = one.seals[0]
        good = [each for each in one.verifications if each.result == VerificationResult.OK]
        last = good[-1] if good else None
        due_at = verify_by(sealed.sealed_at, last.verified_at if last else None, period)
        if due_at < before:
            entries = (sealed.entry, *([last.entry] if last else []))
            verified_at = last.verified_at if last else None
            found.append(VerificationDue(due_at, one.id, one.dataset, sealed.sealed_at, verified_at, entries))
    return tuple(sorted(found))
