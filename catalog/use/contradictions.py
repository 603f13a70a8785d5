"""What cannot all be kept of what was said of permitted use: values in, findings out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from catalog.use.model import Contradiction, UseStatement
from catalog.use.places import Places
from catalog.use.terms import HMB, NPOA, PERMISSIONS, POA, RTN, short
from graph_schema.vocabulary import hl7


def contradictions(statements: Collection[UseStatement], places: Places | None = None) -> tuple[Contradiction, ...]:
    """Return what cannot all be kept: of each statement, and of each two that reach the same data."""
    where = places or Places({})
    found: list[Contradiction] = []
    for one in sorted(statements, key=lambda one: (one.entry, one.id)):
        found += [Contradiction(text, (one.id,), (one.entry,)) for text in _of_itself(one)]
    for one, other in combinations(sorted(statements, key=lambda one: (one.entry, one.id)), 2):
        found += [
            Contradiction(text, (one.id, other.id), (one.entry, other.entry)) for text in _of_two(one, other, where)
        ]
    return tuple(found)


def _of_itself(statement: UseStatement) -> Iterator[str]:
    codes = {term.code for term in statement.terms}
    several = codes & PERMISSIONS
    if len(several) > 1:
        yield f"It names more than one permission, and all are kept: {', '.join(map(short, sorted(several)))}."
    if {POA, NPOA} <= codes:
        yield "It allows ancestry research alone (POA) and prohibits it (NPOA)."
    if RTN in codes and "ORCON" in statement.refrains:
        yield "It asks to return results (RTN) and lets none be disclosed without its originator (ORCON)."
    if statement.places is not None and not statement.places:
        yield "It allows no place at all."
    if _permits_nothing(statement):
        yield "It permits nothing."


def _permits_nothing(statement: UseStatement) -> bool:
    return statement.purposes is not None and not statement.purposes


def _of_two(one: UseStatement, other: UseStatement, places: Places) -> Iterator[str]:
    codes, others = ({term.code for term in each.terms} for each in (one, other))
    for some, more in ((codes, others), (others, codes)):
        if POA in some and HMB in more:
            yield "One allows ancestry research alone (POA), the other health research alone (HMB): together nothing."
        if POA in some and NPOA in more:
            yield "One allows ancestry research alone (POA), the other prohibits it (NPOA)."
    if (RTN in codes and "ORCON" in other.refrains) or (RTN in others and "ORCON" in one.refrains):
        yield "One asks to return results (RTN), the other lets none be disclosed without its originator (ORCON)."
    if one.places is not None and other.places is not None and not places.meet(one.places, other.places):
        yield (
            f"No place is allowed by both: {', '.join(sorted(one.places)) or 'nowhere'}"
            f" and {', '.join(sorted(other.places)) or 'nowhere'}."
        )
    if one.purposes is not None and other.purposes is not None and not _meet(one.purposes, other.purposes):
        yield "No purpose is allowed by both."


def _meet(some: frozenset[str], others: frozenset[str]) -> bool:
    covers = hl7.PURPOSE_OF_USE.covers
    return any(covers(one, other) or covers(other, one) for one in some for other in others)
