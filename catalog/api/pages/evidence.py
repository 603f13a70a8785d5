"""Every ledger entry that speaks of a thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import query
from catalog.errors import AskerError
from catalog.evidence.model import Evidence
from catalog.evidence.queries import MAX_ENTRIES, evidence
from graph_schema.registry import LABELS

_FIRST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage(Context):
    """What the page of the entries behind a thing shows."""

    of: Link
    evidence: Evidence
    after: int | None
    """How many entries the next page skips, None on the last."""
    begin: int


def read(asking: Asking) -> EvidencePage:
    """Read the entries; raises AskerError 404 where nothing is known of it."""
    view, identifier = asking.view, asking.identifier(LABELS)
    begin = asking.number("after", 0, 0, MAX_ENTRIES)
    found = evidence(view, asking.services.ledger, identifier, begin + _FIRST)
    of = links_to(view, [identifier]).get(identifier)
    if found is None or of is None:
        raise AskerError(NOT_THERE)
    return EvidencePage(
        title=f"Evidence of {of.name}",
        graphql=query(
            "evidence",
            {"for": identifier, "limit": begin + _FIRST},
            "{\n    ... on Evidence { total entries { index kind statements } }\n  }",
            view.as_of,
        ),
        command="lineward ledger verify --graph",
        subjects=(identifier,),
        of=of,
        evidence=found,
        after=begin + _FIRST if begin + _FIRST < min(found.total, MAX_ENTRIES) else None,
        begin=begin,
    )


PAGE = Page("evidence", "Evidence", EvidencePage, read, ("id", "after"))
