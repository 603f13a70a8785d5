"""From a View to the attestations that rules are held to, and what those who gave them might then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from catalog.access import queries as access
from catalog.access.model import Powers
from catalog.findings.estate.model import AttestationCase
from catalog.findings.estate.naming import names_of
from catalog.labels import queries as labels
from catalog.labels.anonymity.queries import anonymity_claims
from catalog.labels.model import Attestation
from catalog.labels.taint.loading import clearance
from catalog.labels.taint.model import Mark
from catalog.labels.taint.rules import takes_away
from catalog.view import View
from graph_schema.nodes import Principal
from graph_schema.vocabulary.words import PhiKind


def attestation_cases(view: View, ids: Sequence[str]) -> dict[str, AttestationCase]:
    """Return the attestations, each with the others of its job."""
    asked = labels.attestations_by_id(view, ids)
    subjects = sorted({one.subject for one in asked.values()})
    of = labels.attestations_of(view, subjects) if subjects else {}
    powers = powers_of(view, attested_by(of) | {one.attested_by for one in asked.values()})
    near, called = view.terms.near_days, names_of(view, subjects)
    cited = sorted({each.dataset for one in asked.values() for each in one.evidence})
    claims = anonymity_claims(view.unredacted, cited) if cited else {}
    return {
        id_: AttestationCase(
            one,
            called.get(one.subject, one.subject),
            of.get(one.subject, ()),
            powers,
            near,
            _clears(one),
            [claim for each in one.evidence for claim in claims.get(each.dataset, ()) if claim.entry == each.claim],
        )
        for id_, one in asked.items()
    }


def _clears(one: Attestation) -> bool:
    """Tell whether it takes away any letter of anything, wherever it covers a step."""
    found = clearance(one, str, frozenset())
    return any(takes_away(found, Mark(kind.value, done.code)) for done in found.treatments for kind in PhiKind)


def attested_by(of_jobs: Mapping[str, Iterable[Attestation]]) -> set[str]:
    """Return who gave the attestations."""
    return {one.attested_by for several in of_jobs.values() for one in several}


def powers_of(view: View, names: Collection[str]) -> Powers:
    """Return what the principals of these names might when; an attestation covers a step or does not, whoever asks."""
    by_id = {Principal(name).id: name for name in names}
    found = access.definitions(view.unredacted, sorted(by_id)) if by_id else {}
    return Powers({by_id[id_]: each for id_, each in found.items()}, {})
