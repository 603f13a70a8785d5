"""The ledger: its size and root, its signed checkpoints, and its newest entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page, Several
from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import entry

_FIRST: Final = 25
_CHECKPOINTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage(Context):
    """What the page of the ledger shows."""

    origin: str
    size: int
    root: str
    uncovered: int
    """How many entries no signed checkpoint covers yet: until then whoever holds the disk could replace them."""
    uncovered_since: int | None
    """When the oldest of these was recorded, in microseconds UTC."""
    signs_every: float
    """After how many seconds a checkpoint is signed."""
    checkpoints: Several
    entries: tuple[EntryEvidence, ...]
    """The newest first."""
    after: int | None


def read(asking: Asking) -> LedgerPage:
    """Read the newest entries that were known, and the checkpoints."""
    view, ledger = asking.view, asking.services.ledger
    size = view.known_at + 1
    begin = min(asking.number("after", size, 0, LARGEST), size)
    shown = [entry(view, ledger, index) for index in range(begin - 1, max(begin - _FIRST, 0) - 1, -1)]
    every = ledger.checkpoints()
    covered = every[-1].checkpoint.size if every else 0
    return LedgerPage(
        title="Ledger",
        graphql="{\n  readPoint { ledgerSize ledgerRoot }\n}",
        command="lineward ledger status",
        origin=ledger.origin,
        size=size,
        root=ledger.root(size).hex(),
        uncovered=max(ledger.size() - covered, 0),
        uncovered_since=ledger.entry(covered).entry.recorded_at if covered < ledger.size() else None,
        signs_every=asking.services.settings.checkpoint_seconds,
        checkpoints=Several.of(asking, "checkpoints", every[::-1], lambda one: one.checkpoint.size, _CHECKPOINTS),
        entries=tuple(one for one in shown if one is not None),
        after=begin - _FIRST if begin > _FIRST else None,
    )


PAGE = Page("ledger", "Ledger", LedgerPage, read, ("after", "behind"))
