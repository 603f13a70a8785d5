"""What cannot all be kept of what was said of permitted use: values in, findings out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Final, NamedTuple

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
    of = [clashing_terms(one) for one in ordered]
    # Many statements are of few kinds.
    kinds = dict.fromkeys(of)
    clashes = {(one, other): texts for one in kinds for other in kinds if (texts := tuple(_of_two(one, other, where)))}
    for (some, one), (others, other) in combinations(zip(of, ordered, strict=True), 2) if clashes else ():
        for text, leaves_open in clashes.get((some, others), ()):
            both = (one.id, other.id), (one.entry, other.entry)
            found.append(Contradiction(text, *both, leaves_open=leaves_open))
    return tuple(found)


class ClashingTerms(NamedTuple):
    """All of a statement that another one may contradict: those that are equal here contradict the same."""

    codes: frozenset[str]
    places: frozenset[str] | None
    purposes: frozenset[str] | None
    keeps_results: bool


_CLASHING: Final = frozenset({POA, NPOA, HMB, RTN})


def clashing_terms(one: UseStatement) -> ClashingTerms:
    """Return all of a statement that another one may contradict."""
    codes = frozenset(term.code for term in one.terms) & _CLASHING
    return ClashingTerms(codes, one.places, one.purposes, ORCON in one.refrains)


def is_clashing(one: UseStatement) -> bool:
    """Tell whether another statement may contradict this one."""
    return clashing_terms(one) != ClashingTerms(frozenset(), None, None, keeps_results=False)


def clashes(one: ClashingTerms, other: ClashingTerms, places: Places) -> tuple[str, ...]:
    """Return what two statements with these terms cannot both have kept, in words."""
    return tuple(text for text, _ in _of_two(one, other, places))


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


def _of_two(one: ClashingTerms, other: ClashingTerms, places: Places) -> Iterator[tuple[str, bool]]:
    """Yield what two statements cannot both have kept, and whether that leaves use open."""
    for some, more in ((one.codes, other.codes), (other.codes, one.codes)):
        if POA in some and HMB in more:
            text = "One allows ancestry research alone (POA), the other health research alone (HMB): together nothing."
            yield text, False
        if POA in some and NPOA in more:
            yield "One allows ancestry research alone (POA), the other prohibits it (NPOA).", False
    if one.places is not None and other.places is not None and not places.meet(one.places, other.places):
        allowed, by_other = (", ".join(sorted(each)) or "nowhere" for each in (one.places, other.places))
        yield f"No place is allowed by both: {allowed} and {by_other}.", False
    if one.purposes is not None and other.purposes is not None and not _meet(one.purposes, other.purposes):
        yield "No purpose is allowed by both.", False
    if (RTN in one.codes and other.keeps_results) or (RTN in other.codes and one.keeps_results):
        yield "One asks to return results (RTN), the other lets none be disclosed without its originator (ORCON).", True


def _meet(some: frozenset[str], others: frozenset[str]) -> bool:
    covers = hl7.PURPOSE_OF_USE.covers
    return any(covers(one, other) or covers(other, one) for one in some for other in others)
