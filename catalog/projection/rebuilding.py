"""A graph made anew of its whole ledger."""

from __future__ import annotations

from collections.abc import Callable

from catalog.collecting import collecting_seldom
from catalog.ledger.protocol import Ledger
from catalog.operations.provenance import Provenance
from catalog.projection.batches import BATCH_BYTES, gather
from catalog.projection.entry_facts import PROJECTION_VERSION, LedgerFacts
from catalog.store.protocol import Store

_REBUILD_BATCH = 2_000


@collecting_seldom()
def rebuild(ledger: Ledger, store: Store, progress: Callable[[int, int], None] | None = None) -> int:
    """Empty the store and project the whole ledger into it; return how many entries there were.

    No other projection may write to the store meanwhile. `progress` is called with how many are done and how many there
    are.

    Raises:
        OperatorError: ledger or store cannot be reached; run it again.
        EvidenceError: the ledger does not verify.
    """
    size = ledger.size()
    store.clear()
    store.mark(Provenance.of(PROJECTION_VERSION, ledger, min(size, 1) - 1).serialize())
    facts = LedgerFacts(ledger)
    done = 0
    while done < size:
        entries = ledger.entries(done, min(_REBUILD_BATCH, size - done), BATCH_BYTES)
        for batch in gather(entries, facts_of=facts.of):
            store.apply(batch.facts, batch.upto, batch.quarantined)
            done = batch.upto + 1
        if progress is not None:
            progress(done, size)
    store.mark(Provenance.of(PROJECTION_VERSION, ledger, done - 1).serialize())
    return size
