"""That nothing was taken out of the ledger or changed between two sizes of it: the proof, which the browser checks."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page
from catalog.errors import SenderError


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyPage(Context):
    """What the page of two sizes of the ledger shows."""

    origin: str
    old: int
    old_root: str
    old_signed: bool
    """Whether a signed checkpoint is of exactly this size."""
    new: int
    new_root: str
    new_signed: bool
    path: tuple[str, ...]
    """The hashes of the proof (RFC 9162 §2.1.4.1), none where both sizes are equal."""
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
    if not (0 < old <= new <= size or old == new == size):
        raise SenderError(f"old and new are sizes of the ledger, 1 to {size}, old at most new.", status=422)
    return ConsistencyPage(
        title="Two sizes of the ledger",
        graphql="{\n  readPoint { ledgerSize ledgerRoot }\n}",
        command="lineward ledger verify",
        origin=ledger.origin,
        old=old,
        old_root=ledger.root(old).hex(),
        old_signed=old in signed,
        new=new,
        new_root=ledger.root(new).hex(),
        new_signed=new in signed,
        path=tuple(one.hex() for one in ledger.consistency_proof(old, new)),
        sizes=tuple(signed[::-1][:_MOST]),
    )


PAGE = Page("consistency", "Two sizes of the ledger", ConsistencyPage, read, ("old", "new"))
