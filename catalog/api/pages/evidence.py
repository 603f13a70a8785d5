"""Every ledger entry that speaks of a thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import command, query
from catalog.errors import AskerError
from catalog.evidence.model import Evidence
from catalog.evidence.queries import evidence
from graph_schema.registry import LABELS

_FIRST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage(Context):
    """What the page of the entries behind a thing shows."""

    of: Link
    evidence: Evidence
    after: int | None
    """The entry behind which the next page goes on, None on the last."""


def read(asking: Asking) -> EvidencePage:
    """Read the entries; raises AskerError 404 where nothing is known of it."""
    view, identifier = asking.view, asking.identifier(LABELS)
    after = asking.number("after", LARGEST, 0, LARGEST)
    begin = -1 if after == LARGEST else after
    found = evidence(view, asking.services.ledger, identifier, _FIRST, begin)
    of = links_to(view, [identifier]).get(identifier)
    if found is None or of is None:
        raise AskerError(NOT_THERE)
    return EvidencePage(
        title=f"Evidence of {of.name}",
        graphql=query(
            "evidence",
            {"for": identifier, "limit": _FIRST, "after": None if begin < 0 else begin},
            "{\n    ... on Evidence { total entries { index kind statements } }\n  }",
            view.as_of,
        ),
        command=command(
            "ledger",
            "entries",
            "--about",
            identifier,
            *(["--after", str(begin)] if begin >= 0 else []),
            as_of=view.as_of,
        ),
        subjects=(identifier,),
        of=of,
        evidence=found,
        after=found.entries[-1].index if found.more and found.entries else None,
    )


PAGE = Page("evidence", "Evidence", EvidencePage, read, ("id", "after"))
