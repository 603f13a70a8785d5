"""All findings of a subject, in one order: the only place that puts rules together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catalog.approvals.model import Approval
from catalog.findings.approvals import NOUNS, of_approvals
from catalog.findings.coverage import deidentification
from catalog.findings.gaps import gaps
from catalog.findings.model import Basis, Deidentification, Finding, Gap, Powers
from catalog.findings.powers import of_powers
from catalog.findings.version import of_snapshots, of_version
from catalog.findings.way import of_schemas, of_way


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is found on a model version and on what it rests on, what is not recorded, and what attestations come to."""

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    deidentification: Deidentification


def judge(basis: Basis) -> Judgement:
    """Return everything that the rules say of a model version."""
    found = tuple(gaps(basis))
    attested = deidentification(basis)
    return Judgement(_findings(basis, {(gap.subject, gap.field) for gap in found}, attested), found, attested)


def _findings(basis: Basis, missing: Collection[tuple[str, str]], attested: Deidentification) -> tuple[Finding, ...]:
    names = {id_: f"{one.namespace} {one.name}" for id_, one in basis.datasets.items()}
    names |= {id_: f"{one.namespace} {one.name} {one.digest}" for id_, one in basis.snapshots.items()}
    return (
        *of_version(basis, missing),
        *of_snapshots(basis, missing),
        *of_way(basis, missing, attested),
        *of_approvals(basis.version.id, NOUNS["ModelVersion"], basis.approvals, names),
        *of_powers(basis.approvals, basis.attestations, basis.powers, basis.workers),
        *of_schemas(basis),
    )


def approval_findings(subject: str, noun: str, approvals: Sequence[Approval], powers: Powers) -> tuple[Finding, ...]:
    """Return what is found on the approvals of one subject (`noun`) and on those who decided, by these alone."""
    return (*of_approvals(subject, noun, approvals, {}), *of_powers(approvals, {}, powers, frozenset()))
