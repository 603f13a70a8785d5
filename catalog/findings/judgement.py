"""All findings of a subject, in one order: the only place that puts rules together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.access.model import Powers, PrincipalRecord
from catalog.approvals.model import Approval
from catalog.assets.naming import full_name
from catalog.findings.approvals import NOUNS, of_approvals
from catalog.findings.coverage import deidentification
from catalog.findings.gaps import gaps, gaps_of_principals
from catalog.findings.model import Basis, Deidentification, Finding, Gap
from catalog.findings.powers import of_powers
from catalog.findings.separation import Separation, separation
from catalog.findings.version import of_snapshots, of_version
from catalog.findings.way import of_schemas, of_way


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is found on a model version and on what it rests on, what is not recorded, and what attestations come to."""

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    deidentification: Deidentification
    separation: Separation | None
    """Whether evaluation data is apart from training data, None where one of them is not named."""


def judge(basis: Basis) -> Judgement:
    """Return everything that the rules say of a model version."""
    attested = deidentification(basis)
    found = tuple(gaps(basis, attested))
    return Judgement(_findings(basis, found, attested), found, attested, separation(basis))


def absent_of(acted: Mapping[str, PrincipalRecord | None]) -> tuple[Gap, ...]:
    """Return what is not recorded of the principals who acted under keys, each by its newest definition."""
    return tuple(gaps_of_principals(acted))


def _findings(basis: Basis, missing: Sequence[Gap], attested: Deidentification) -> tuple[Finding, ...]:
    names = {id_: full_name(one) for id_, one in basis.datasets.items()}
    names |= {id_: f"{full_name(one)}@{one.digest}" for id_, one in basis.snapshots.items()}
    return (
        *of_version(basis, missing),
        *of_snapshots(basis, missing),
        *of_way(basis, missing, attested),
        *of_approvals(basis.version.id, NOUNS["ModelVersion"], basis.approvals, names),
        *of_powers(basis.approvals, basis.attestations, basis.powers, basis.workers),
        *of_schemas(basis),
    )


def approval_findings(
    subject: str,
    noun: str,
    approvals: Sequence[Approval],
    powers: Powers,
    workers: frozenset[str] = frozenset(),
    *,
    names: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Return what is found on the approvals of one subject (`noun`) and on those who decided, by these alone.

    `workers` are those whose work is decided on, where that is known; `names` are of what other approvals are of.
    """
    return (*of_approvals(subject, noun, approvals, names or {}), *of_powers(approvals, {}, powers, workers))
