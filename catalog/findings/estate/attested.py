"""From a View to the attestations that rules are held to, and what those who gave them might then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from catalog.access import queries as access
from catalog.access.model import Powers
from catalog.assets import queries as assets
from catalog.assets.naming import names_of
from catalog.findings.coverage import CLAIM
from catalog.findings.estate.model import AttestationCase, CodesCase, WrongCode
from catalog.labels import queries as labels
from catalog.labels.anonymity.queries import anonymity_claims
from catalog.labels.model import Attestation
from catalog.labels.taint.clearances import can_clear
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.nodes import Attestation as AttestationNode
from graph_schema.nodes import Principal, Run
from graph_schema.vocabulary.deidentification import unknown_in


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
            can_clear(one),
            [claim for each in one.evidence for claim in claims.get(each.dataset, ()) if claim.entry == each.claim],
        )
        for id_, one in asked.items()
    }


def deidentification_code_cases(view: View, ids: Sequence[str]) -> dict[str, CodesCase]:
    """Return what means nothing in the attestations in force, and in what runs claim that they did to identifiers."""
    attestations = [id_ for id_ in ids if label_of(id_) == AttestationNode.__name__]
    runs = [id_ for id_ in ids if label_of(id_) == Run.__name__]
    claims: dict[str, tuple[Mapping[str, Any], int, int]] = {}
    for id_, one in (labels.attestations_by_id(view, attestations) if attestations else {}).items():
        if one.in_force:
            attested = {
                "method": one.method,
                "clears": [each.to_json() for each in one.clears],
                "treatments": [each.to_json() for each in one.treatments],
                "alterations": list(one.alterations),
            }
            claims[id_] = attested, one.entry, one.valid_from
    for id_, run in (assets.runs(view, runs) if runs else {}).items():
        claim = run.aspects.get(CLAIM)
        if claim is not None and isinstance(claim.value, Mapping):
            claims[id_] = claim.value, claim.entry, claim.since
    found = {
        id_: [WrongCode(where, text, entry, since) for where, text in unknown_in(value)]
        for id_, (value, entry, since) in claims.items()
    }
    return {id_: CodesCase(wrong) for id_, wrong in found.items()}


def attested_by(of_jobs: Mapping[str, Iterable[Attestation]]) -> set[str]:
    """Return who gave the attestations."""
    return {one.attested_by for several in of_jobs.values() for one in several}


def powers_of(view: View, names: Collection[str]) -> Powers:
    """Return what the principals of these names might when; an attestation covers a step or does not, whoever asks."""
    by_id = {Principal(name).id: name for name in names}
    found = access.definitions(view.unredacted, sorted(by_id)) if by_id else {}
    return Powers({by_id[id_]: each for id_, each in found.items()}, {})
