"""That nothing was taken out of the ledger or changed between two sizes of it: the proof, which the browser checks."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import query
from catalog.evidence.log import Consistency, consistency


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyPage(Context):
    """What the page of two sizes of the ledger shows."""

    origin: str
    proven: Consistency
    old_signed: bool
    """Whether a signed checkpoint is of exactly the smaller size."""
    new_signed: bool
    sizes: tuple[int, ...]
    """The sizes of the newest signed checkpoints."""


_MOST = 50


def read(asking: Asking) -> ConsistencyPage:
    """Read the proof, by default of the two newest signed checkpoints; raises SenderError 422 where there is none."""
    ledger = asking.services.ledger
    size = asking.view.known_at + 1
    signed = sorted({one.checkpoint.size for one in ledger.checkpoints() if 0 < one.checkpoint.size <= size})
    new = asking.number("new", signed[-1] if signed else size, 0, LARGEST)
    earlier = [one for one in signed if one < new]
    old = asking.number("old", earlier[-1] if earlier else min(1, new), 0, LARGEST)
    proven = consistency(asking.view, ledger, old, new)
    return ConsistencyPage(
        title="Two sizes of the ledger",
        graphql=query(
            "ledgerConsistency",
            {"old": old, "new": new},
            "{\n    ... on LedgerConsistency { oldRoot newRoot proof }\n  }",
            asking.view.as_of,
        ),
        command="lineward ledger verify",
        origin=ledger.origin,
        proven=proven,
        old_signed=old in signed,
        new_signed=new in signed,
        sizes=tuple(signed[::-1][:_MOST]),
    )


PAGE = Page("consistency", "Two sizes of the ledger", ConsistencyPage, read, ("old", "new"))
