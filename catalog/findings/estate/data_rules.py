"""The rules about how data is kept and what is read together, as pure functions like those in `rules`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from catalog.access.model import Powers
from catalog.findings.estate.model import (
    AttestationCase,
    Breach,
    Change,
    CodesCase,
    Combination,
    CombinationCase,
    ConsentCase,
    DisputeCase,
    KeyCase,
    KeyEndCase,
    LinkCase,
    LockCase,
    PlaceCase,
    PromotionCase,
    Start,
    VersionCase,
)
from catalog.findings.independence import shared
from catalog.labels.model import Step
from catalog.labels.rules import why_uncovered
from catalog.labels.taint.rules import MINIMUM_CELL, is_enough
from graph_schema.bitemporal import has_begun, lasts
from graph_schema.times import format_time
from reports.naming import counted, gathered

_MOST_NAMED: Final = 5
_DAY: Final = 86_400_000_000


def key_of_one_environment(case: KeyCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find an encryption key of several environments."""
    first: dict[str, Start] = {}
    used: dict[str, set[str]] = {}
    for one in case.holders:
        first[one.environment] = min(one.start, first.get(one.environment, one.start))
        used.setdefault(one.environment, set()).add(one.name)
    if case.declared is not None:
        environment, start = case.declared
        first[environment] = min(start, first.get(environment, start))
    if len(first) < 2:  # noqa: PLR2004  one is as it should be
        return None
    places = [
        f"{environment} ({gathered(sorted(used[environment])[:_MOST_NAMED]) if environment in used else 'as declared'})"
        for environment in sorted(first)
    ]
    second = sorted(first.values())[1]
    entries = {start.entry for start in first.values()}
    return Breach(
        f"The key {case.key} is shared between {gathered(places)}.",
        tuple(sorted(entries)),
        second.since,
        sorted(entries)[min(1, len(entries) - 1)],
    )


def key_lasts(case: KeyEndCase, moment: int) -> Breach | None:
    """Find an encryption key at or near its end under which data is encrypted still."""
    return _depended(case, moment, f"The encryption key {case.key}", "is encrypted under it")


def code_key_gone(case: KeyEndCase, moment: int) -> Breach | None:
    """Find a key of codes that is kept at or near its end while data is coded by it still."""
    return _depended(case, moment, f"The key of codes {case.key}", "is coded by it")


def _depended(case: KeyEndCase, moment: int, key: str, how: str) -> Breach | None:
    near = case.end.since - case.near_days * _DAY
    if not case.depending or near > moment:
        return None
    names = sorted(name for name, _ in case.depending)
    when = "has ended" if case.end.since <= moment else "ends soon"
    text = f"{key} {when}, and {gathered(names)} {how}."
    first = min(start for _, start in case.depending)
    since = max(near if case.end.since > moment else case.end.since, first.since)
    entries = tuple(sorted({case.end.entry, *(start.entry for _, start in case.depending)}))
    return Breach(text, entries, since, max(case.end.entry, first.entry))


def declared_alike(case: DisputeCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find what two people declare differently for one time: who spoke later dates it no later than the other did, so
    that the earlier word stands. Whoever declares it anew settles it.
    """
    found = []
    for aspect, several in sorted(case.declared.items()):
        holding = max(several, key=lambda one: (one.since, one.entry))
        against = [
            one
            for one in several
            if one.entry > holding.entry or (one.since == holding.since and one.entry != holding.entry)
        ]
        last = max((one for one in against if one.by != holding.by), key=lambda one: one.entry, default=None)
        if last is not None and last.value != holding.value:
            found.append((aspect, holding, last))
    if not found:
        return None
    text = " ".join(
        f"{aspect.replace('_', ' ').capitalize()}: {one.by} declares {_shown(one.value)} from {_day(one.since)} on "
        f"(entry {one.entry}), {other.by} {_shown(other.value)} from {_day(other.since)} on (entry {other.entry})."
        for aspect, one, other in found
    )
    entries = tuple(sorted({each.entry for _, *both in found for each in both}))
    since = min(max(one.since, other.since) for _, one, other in found)
    return Breach(text, entries, since, min(max(one.entry, other.entry) for _, one, other in found))


_MOST_SHOWN: Final = 80


def _shown(value: str) -> str:
    return value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}…"


def _day(moment: int) -> str:
    return format_time(moment).partition("T")[0]


def codes_known(case: CodesCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find codes that their system has not, or that mean nothing any more, and words that are none."""
    if not case.wrong:
        return None
    wrong = sorted(set(case.wrong), key=lambda one: (one.where, one.text, one.entry))
    shown = [f"{one.where}: {one.text} (entry {one.entry})" for one in wrong[:_MOST_NAMED]]
    more = [f"{len(wrong) - _MOST_NAMED} more"] if len(wrong) > _MOST_NAMED else []
    first = min(wrong, key=lambda one: (one.since, one.entry))
    entries = tuple(sorted({one.entry for one in wrong}))
    return Breach(" ".join([*shown, *(f"And {one}." for one in more)]), entries, first.since, entries[0])


def cache_not_promoted(case: PromotionCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find a local training cache that became a dataset for many."""
    sentences = []
    if case.was is not None:
        sentences.append(f"It was a local training cache, and is declared {case.zone} now.")
    if case.caches:
        names = gathered([name for name, _ in case.caches])
        noun = "cache" if len(case.caches) == 1 else "caches"
        sentences.append(f"It is declared {case.zone}, and was made of the local training {noun} {names}.")
    if not sentences:
        return None
    beside = [start for _, start in case.caches] + ([] if case.was is None else [case.was])
    entries = {case.start.entry, *(start.entry for start in beside)}
    first = min(beside)
    return Breach(
        " ".join(sentences),
        tuple(sorted(entries)),
        max(case.start.since, first.since),
        max(case.start.entry, min(start.entry for start in beside)),
    )


def consent_holds(case: ConsentCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find a consent that is over while something that rests on it is still there."""
    kinds = [kind for kind, _ in case.resting]
    numbers = [counted(kinds.count(kind), kind) for kind in ("dataset", "model version") if kind in kinds]
    names = [name for _, name in case.resting]
    shown = gathered([*names[:_MOST_NAMED], *([f"{len(names) - _MOST_NAMED} more"] if names[_MOST_NAMED:] else [])])
    least = "" if case.whole else "at least "
    text = f"{case.why} What rests on it is still there: {least}{' and '.join(numbers)}, {shown}."
    return Breach(text, tuple(sorted(case.entries)), case.start.since, case.start.entry)


def place_allowed(case: PlaceCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find data, or a model that was made of it, that is, or was used, where it may not be."""
    sentences = []
    for presence, place, job, reasons in case.there:
        by = "" if job is None else f" by {job}"
        at = "" if place is None else f" at {place}"
        sentences.append(f"{_PRESENCE[presence]}{at}{by}: {' '.join(reasons)}")
    return Breach(" ".join(sentences), tuple(sorted(case.entries)), case.since, case.known)


_PRESENCE: Final[Mapping[str, str]] = {
    "LIES": "It lies",
    "HELD": "It is held",
    "WRITTEN": "It was written",
    "READ": "It was read",
    "TRAINED": "A model was trained on it",
    "DEPLOYED": "It runs, or ran,",
}


def coded_apart(case: LinkCase, moment: int) -> Breach | None:
    """Find a job that reads coded data together with what it was made of, or with the key of its codes."""
    pairs = [f"{one.coded} with {'its key ' if one.is_key else ''}{one.other}" for one in case.pairs]
    what = [
        words
        for words, is_key in (("what it was made of", False), ("the key of its codes", True))
        if any(one.is_key is is_key for one in case.pairs)
    ]
    first = min(one.start for one in case.pairs)
    broken = [one for one in case.bound if lasts(one.since, one.until, moment)]
    read = {entry for one in case.pairs for entry in one.entries}
    entries = tuple(sorted(read.union(*(one.cites for one in broken))))
    known = min(max(one.entries) for one in case.pairs)
    text = (
        f"The job {case.job} reads data without identifiers together with {' and '.join(what)}, so that persons can be "
        f"told again: {gathered(pairs)}."
    )
    if broken:
        text += f" That breaks NORELINK, no relinking, of {gathered(sorted({one.id for one in broken}))}."
    return Breach(text, entries, first.since, known)


def combination_determined(case: CombinationCase, moment: int) -> Breach | None:
    """Find several sets without identifiers that were combined without an attestation of that step."""
    found = [_undetermined(one, case.powers, moment) for one in case.several]
    lasting = [one for one in found if one is not None and one.until is None]
    return next((one for one in (*lasting, *found) if one is not None), None)


def _undetermined(one: Combination, powers: Powers, moment: int) -> Breach | None:
    text = (
        f"{one.job} made it of several datasets without identifiers, {gathered(one.inputs)}, and no attestation of "
        "that job covers what follows from them together: 45 CFR 164.514(b)."
    )
    known = max(one.entries)
    covering = (
        each for each in one.attestations if why_uncovered(each, Step(each.subject, each.run), powers, moment) is None
    )
    covered = next(covering, None)
    if covered is None:
        return Breach(text, one.entries, one.start.since, known)
    if has_begun(covered.valid_from, one.start.since):
        return None
    entries = tuple(sorted({*one.entries, covered.entry}))
    return Breach(text, entries, one.start.since, min(known, covered.entry), covered.valid_from, covered.entry)


def cells_large(case: AttestationCase, moment: int) -> Breach | None:
    """Find an attestation of aggregates that leave small cells, or cells from which small ones follow."""
    one = case.attestation
    small = [done for done in one.treatments if not is_enough(done)]
    if not small or one.is_void:
        return None
    codes = gathered([done.code.code for done in small])
    lowest = min((done.minimum_cell or 0 for done in small), default=0)
    because = (
        f"its smallest cell holds {lowest}, and not {MINIMUM_CELL} or more"
        if lowest < MINIMUM_CELL
        else "no other cells were suppressed, so that a small one can be computed"
    )
    text = f"What {case.subject} aggregates is not cleared of {codes}: {because}."
    if one.until is None or one.until > moment:
        return Breach(text, (one.entry,), one.valid_from, one.entry)
    ended = one.entry if one.end is None else one.end.entry
    return Breach(text, tuple(sorted({one.entry, ended})), one.valid_from, one.entry, one.until, ended)


def evidence_holds(case: AttestationCase, moment: int) -> Breach | None:
    """Find an attestation that rests on a claim of anonymity which says nothing of the data any more."""
    one = case.attestation
    lapsed = [each for claim in case.claims for each in claim.lapsed]
    if not lapsed or one.is_void:
        return None
    since = max(one.valid_from, min(each.since for each in lapsed))
    if one.until is not None and one.until <= since:
        return None
    entries = {one.entry, *(claim.entry for claim in case.claims if claim.lapsed)}
    entries |= {entry for each in lapsed for entry in each.entries}
    because = " ".join(dict.fromkeys(each.text for each in lapsed))
    text = f"The attestation of {case.subject} rests on a claim of anonymity that has lapsed: {because}"
    known = max(one.entry, min(max(each.entries) for each in lapsed))
    if one.until is None or one.until > moment:
        return Breach(text, tuple(sorted(entries)), since, known)
    ended = one.entry if one.end is None else one.end.entry
    return Breach(text, tuple(sorted({*entries, ended})), since, known, one.until, ended)


def lock_kept(case: LockCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find evaluation data that was trained on, or changed, after somebody locked it."""
    found = list(_broken(case))
    if not found:
        return None
    entries = tuple(sorted({case.lock.entry, *(entry for one in found for entry in one.entries)}))
    since = min(one.since for one in found)
    known = max(case.lock.entry, min(max(one.entries) for one in found))
    return Breach(" ".join(dict.fromkeys(one.text for one in found)), entries, since, known)


def _broken(case: LockCase) -> Iterator[Change]:
    for version, start, entries in case.trained:
        yield Change(f"{version} was trained on {case.name}.", start.since, entries)
    if not case.is_replaced:
        yield from case.changed


def evaluation_independent(case: VersionCase, moment: int) -> Breach | None:  # noqa: ARG001  the same shape as the others
    """Find training and evaluation data that were made of one snapshot."""
    registration, found = case.registration, shared(case)
    if not found:
        return None
    entries = tuple(sorted({registration.entry, *(entry for one in found for entry in one.entries)}))
    known = max(registration.entry, min(max(one.entries) for one in found))
    text = " ".join(dict.fromkeys(one.text for one in found))
    return Breach(text, entries, registration.registered_at, known)
