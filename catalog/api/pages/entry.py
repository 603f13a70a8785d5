"""An entry of the ledger, with the proof that it is in the tree, which the browser checks for itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import orjson

from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Export, Page
from catalog.api.pages.questions import command, query
from catalog.errors import AskerError
from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import entry

MOST_CHARACTERS: Final = 40_000
"""So much of a body is shown; the ledger's own address gives all of it."""
MOST_SEALED: Final = 16_000
"""A body of so many bytes is held against the entry by the browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage(Context):
    """What the page of an entry shows."""

    entry: EntryEvidence
    size: int
    root: str
    subjects_named: tuple[Link, ...]
    body: str | None
    """As JSON; None where it was erased, or names what may not be seen."""
    is_cut: bool
    sealed: str
    """The body's very bytes in base64, for the browser to hash; empty where there are none, or too many for a page."""
    origin: str
    signed_size: int
    """How many entries the newest signed checkpoint covers."""
    proof_file: Callable[[], str]
    """Gives the proof to take along; a checkpoint is signed for it where none covers the entry yet."""


def read(asking: Asking) -> EntryPage:
    """Read an entry; raises AskerError 404 where the ledger has none of this index at the time asked for."""
    view, ledger = asking.view, asking.services.ledger
    index = asking.number("index", 0, 0, LARGEST)
    found = entry(view, ledger, index)
    if found is None:
        raise AskerError(f"The ledger has no entry #{index} at the time asked for.")
    links = links_to(view, found.subjects)
    body = b"" if found.body is None else ledger.entry(index).body or b""
    text = None if found.body is None else orjson.dumps(found.body, option=orjson.OPT_INDENT_2).decode()
    point, signed = view.read_point(), ledger.latest_checkpoint()
    return EntryPage(
        title=f"Entry #{index}",
        graphql=query(
            "ledgerEntry",
            {"index": index},
            "{\n    ... on LedgerEntry {\n      kindName recordedAt actor onBehalfOf correlationId leaf entry body\n"
            "      proof ledgerSize ledgerRoot\n    }\n  }",
            view.as_of,
        ),
        command=command("ledger", "proof", str(index)),
        entry=found,
        size=point.ledger_size,
        root=point.ledger_root,
        subjects_named=tuple(links[one] for one in found.subjects if one in links),
        body=None if text is None else text[:MOST_CHARACTERS],
        is_cut=text is not None and len(text) > MOST_CHARACTERS,
        sealed=b64encode(body).decode() if len(body) <= MOST_SEALED else "",
        origin=ledger.origin,
        signed_size=0 if signed is None else signed.checkpoint.size,
        proof_file=partial(ledger.proof_file, index),
    )


PAGE = Page(
    "entry",
    "Ledger entry",
    EntryPage,
    read,
    ("index",),
    exports={"tlog-proof": Export("text/plain; charset=utf-8", lambda page: page.proof_file())},
)
