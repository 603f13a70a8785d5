"""From attestations to what they take away where they cover a step."""

from __future__ import annotations

from collections.abc import Callable

from catalog.labels.model import Attestation
from catalog.labels.taint.model import Clearance, Mark
from catalog.labels.taint.rules import options_of, takes_away
from graph_schema.aspects import labels as aspects
from graph_schema.aspects.labels import Coding, Treatment
from graph_schema.facts import NOW
from graph_schema.vocabulary.words import PhiKind, Technique


def clearance(attestation: Attestation, address: Callable[[str], str], later: frozenset[str]) -> Clearance:
    """Return what an attestation takes away where it covers a step into a dataset.

    `address` is how columns are called there, `later` those that it had not yet when it was attested.
    """
    return Clearance(
        id=attestation.id,
        entry=attestation.entry,
        method=attestation.method,
        treatments=_treatments(attestation),
        columns=frozenset(map(address, attestation.columns)) or None,
        later=later,
        indirect=attestation.indirect,
        recipients=frozenset(attestation.recipients),
        options=options_of(attestation.clears),
    )


def can_clear(attestation: aspects.Attestation) -> bool:
    """Tell whether an attestation takes away any letter of anything, wherever it covers a step."""
    return bool(takeable(attestation))


def takeable(attestation: aspects.Attestation) -> frozenset[tuple[str, Coding]]:
    """Return what an attestation takes away wherever it covers a step: each kind with each code of it."""
    found = Clearance(
        id="",
        entry=NOW,
        method=attestation.method,
        treatments=_treatments(attestation),
        columns=None,
        indirect=attestation.indirect,
        options=options_of(attestation.clears),
    )
    return frozenset(
        (kind.value, done.code)
        for done in found.treatments
        for kind in PhiKind
        if takes_away(found, Mark(kind.value, done.code))
    )


def _treatments(attestation: aspects.Attestation) -> tuple[Treatment, ...]:
    """Return what was done to what; of a code that is cleared alone, that it was removed."""
    treated = {one.code for one in attestation.treatments}
    gone = (Treatment(code, Technique.REMOVED) for code in attestation.clears if code not in treated)
    return (*attestation.treatments, *gone)
