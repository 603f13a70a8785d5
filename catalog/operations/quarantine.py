"""What is in the ledger and not in the graph: which entries, by which policy or for what else, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from catalog.ledger.protocol import Ledger
from catalog.policies.ingest import IngestPolicies
from catalog.store.protocol import Quarantined
from catalog.view import View


class QuarantineCause(StrEnum):
    """Why an entry is in the ledger and not in the graph."""

    POLICY = "POLICY"
    """Policies of ingest keep it out; `release_quarantined` lets it in once the set in force permits it."""
    UNREADABLE = "UNREADABLE"
    """It cannot be projected: a version of the catalog that understands it takes it in when the graph is made anew."""


@dataclass(frozen=True, slots=True)
class QuarantinedEntry:
    """An entry that is kept out of the graph, without any payload; `recorded_at` in UTC microseconds.

    `actor` is who sent it. `policies` are the ids of those that decided, of the set with the digest `policy_set`; None
    where no policy keeps it out.
    """

    entry: int
    kind: str
    recorded_at: int
    actor: str
    cause: QuarantineCause
    reason: str
    policies: tuple[str, ...] = ()
    policy_set: str | None = None


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """Entries in quarantine, the newest first; how many there are on all pages, and whether more follow."""

    entries: tuple[QuarantinedEntry, ...]
    total: int
    more: bool


def quarantined(
    view: View, ledger: Ledger, first: int, before: int | None = None, causes: Collection[QuarantineCause] = ()
) -> QuarantinePage:
    """Return the newest entries in quarantine that the view may see, of these causes where any are given; with `before`
    those below that index.

    The ledger is read for the entries of the page, where causes are given for all of them.
    """
    kept_out = sorted(view.quarantined(), key=lambda one: one.entry)
    if causes:
        wanted = {one.entry for one in _read(ledger, kept_out) if one.cause in causes}
        kept_out = [one for one in kept_out if one.entry in wanted]
    below = [one for one in kept_out if before is None or one.entry < before]
    shown = _read(ledger, below[max(len(below) - first, 0) :])
    return QuarantinePage(tuple(reversed(shown)), len(kept_out), more=len(below) > len(shown))


def _read(ledger: Ledger, entries: Iterable[Quarantined]) -> list[QuarantinedEntry]:
    """Return what the ledger says of entries, in their order; what keeps each out is judged as it was when it came."""
    policies = IngestPolicies(ledger)
    found = []
    for one in entries:
        stored = ledger.entry(one.entry)
        judged = policies.judge(stored)
        held = judged is not None and judged.held
        found.append(
            QuarantinedEntry(
                entry=one.entry,
                kind=one.kind,
                recorded_at=stored.entry.recorded_at,
                actor=stored.entry.actor,
                cause=QuarantineCause.POLICY if held else QuarantineCause.UNREADABLE,
                reason=one.reason,
                policies=judged.policies if judged is not None and held else (),
                policy_set=judged.policy_set if judged is not None and held else None,
            )
        )
    return found
