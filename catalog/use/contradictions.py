"""What cannot all be kept of what was said of permitted use: values in, findings out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from catalog.assets.retention import Keeping
from catalog.use.model import Contradiction, UseStatement
from catalog.use.places import Places
from catalog.use.terms import DELAU, HMB, NPOA, ORCON, PERMISSIONS, POA, RTN, short
from graph_schema.times import format_time
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.words import RetentionClass, RetentionClock
from reports.naming import counted


def contradictions(
    statements: Collection[UseStatement], places: Places | None = None, kept: Collection[Keeping] = ()
) -> tuple[Contradiction, ...]:
    """Return what cannot all be kept: of each statement, of each two that reach the same data, and of each with how
    long the data that it binds is to be kept.
    """
    where = places or Places({})
    ordered = sorted(statements, key=lambda one: (one.entry, one.id))
    found: list[Contradiction] = []
    for one in ordered:
        found += [Contradiction(text, (one.id,), (one.entry,)) for text in _of_itself(one)]
        if is_unreturnable(one, one):
            text = "It asks to return results (RTN) and lets none be disclosed without its originator (ORCON)."
            found.append(Contradiction(text, (one.id,), (one.entry,), leaves_open=True))
        for keeping in kept:
            longer = kept_longer(one, keeping)
            if longer is not None:
                found.append(Contradiction(longer, (one.id,), (one.entry, keeping.entry), leaves_open=True))
    for one, other in combinations(ordered, 2):
        both = (one.id, other.id), (one.entry, other.entry)
        found += [Contradiction(text, *both) for text in _of_two(one, other, where)]
        if is_unreturnable(one, other) or is_unreturnable(other, one):
            text = "One asks to return results (RTN), the other lets none be disclosed without its originator (ORCON)."
            found.append(Contradiction(text, *both, leaves_open=True))
    return tuple(found)


def is_unreturnable(one: UseStatement, other: UseStatement) -> bool:
    """Tell whether one asks to return results that the other lets nobody disclose."""
    return ORCON in other.refrains and any(term.code == RTN for term in one.terms)


def kept_longer(statement: UseStatement, keeping: Keeping) -> str | None:
    """Return why data cannot be deleted after use, as a statement asks (DELAU), and be kept as long as it is to be.

    What is kept for a time after its last use is kept longer than its use. Where the statement, its agreement or its
    consent has an end, use ends by then, and what is kept beyond is kept longer. Without one, what a law or regulation
    asks to keep is; what is kept as long as somebody works with it is not.
    """
    if DELAU not in statement.obligations:
        return None
    retention = keeping.retention
    days = counted(retention.period_days, "day")
    kept = f"{retention.policy_class} retention keeps {keeping.name}"
    end = _use_ends(statement)
    if retention.clock == RetentionClock.LAST_USE:
        return f"It asks to delete after use (DELAU), and {kept} for {days} after it was last used."
    if end is not None and keeping.until is not None and end < keeping.until:
        until = f"by {_day(end)}, when its use ends at the latest"
        return f"It asks to delete after use (DELAU), {until}, and {kept} until {_day(keeping.until)}."
    if end is None and retention.policy_class == RetentionClass.CLINICAL_REGULATORY:
        return f"It asks to delete after use (DELAU), and {kept} for {days}, whatever it is used for."
    return None


def _use_ends(statement: UseStatement) -> int | None:
    """Return by when use under a statement has ended, None where nothing says so."""
    consent, agreement = statement.consent, statement.agreement
    ends = [
        statement.until,
        None if agreement is None else agreement.until,
        None if consent is None else consent.until,
        *(one.since for one in statement.withdrawals),
    ]
    return min((one for one in ends if one is not None), default=None)


def _day(moment: int) -> str:
    return format_time(moment).partition("T")[0]


def _of_itself(statement: UseStatement) -> Iterator[str]:
    codes = {term.code for term in statement.terms}
    several = codes & PERMISSIONS
    if len(several) > 1:
        yield f"It names more than one permission, and all are kept: {', '.join(map(short, sorted(several)))}."
    if {POA, NPOA} <= codes:
        yield "It allows ancestry research alone (POA) and prohibits it (NPOA)."
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
