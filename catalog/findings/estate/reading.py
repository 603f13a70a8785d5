"""From a View to the values that each rule over the estate is held to: in bulk, for the nodes that may break it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.access import queries as access
from catalog.access.model import Powers
from catalog.assets import queries as assets
from catalog.assets.hierarchy import of_same_id
from catalog.findings.estate import rules
from catalog.findings.estate.datasets import (
    dataset_cases,
    declaration_cases,
    label_cases,
    order_cases,
    retention_cases,
)
from catalog.findings.estate.model import (
    AttestationCase,
    Breach,
    NameCase,
    RunIdCase,
    UseCase,
    VersionCase,
)
from catalog.findings.rules import Rule
from catalog.labels import queries as labels
from catalog.releases import queries as releases
from catalog.snapshots import queries as snapshots
from catalog.store.indexes.grounds import Ground
from catalog.use import queries as permitted
from catalog.view import View
from graph_schema.nodes import Node, Principal

Cases = Callable[[View, Sequence[str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class EstateRule:
    """A rule, on which nodes it may find something, how their values are read, and what judges them.

    `cases` gives by the subject that a finding is listed under what is judged; that may be another than was asked for.
    """

    rule: Rule
    ground: Ground
    cases: Cases
    judge: Callable[[Any, int], Breach | None]


def run_id_cases(view: View, ids: Sequence[str]) -> dict[str, RunIdCase]:
    """Return the runs of several jobs under one id, by the first of them."""
    same = of_same_id(view, ids)
    every = assets.runs(view, sorted({run for id_, others in same.items() for run in (id_, *others)}))
    sets = {tuple(sorted((id_, *others))) for id_, others in same.items()}
    return {each[0]: RunIdCase([every[run] for run in each if run in every]) for each in sorted(sets)}


def name_cases(view: View, ids: Sequence[str]) -> dict[str, NameCase]:
    """Return what was named, as it is known."""
    return {id_: NameCase(known.node, known.entry) for id_, known in view.nodes(ids).items()}


def attestation_cases(view: View, ids: Sequence[str]) -> dict[str, AttestationCase]:
    """Return the attestations, each with the others of its job."""
    asked = labels.attestations_by_id(view, ids)
    jobs = sorted({one.job for one in asked.values()})
    of_jobs = labels.attestations_of_jobs(view, jobs) if jobs else {}
    names = {one.attested_by for several in of_jobs.values() for one in several} | {
        one.attested_by for one in asked.values()
    }
    by_id = {Principal(name).id: name for name in names}
    # An attestation covers a step or does not, whoever asks.
    found = access.definitions(view.unredacted, sorted(by_id)) if by_id else {}
    powers = Powers({by_id[id_]: each for id_, each in found.items()}, {})
    near = view.terms.near_days
    called = {id_: _named(known.node) for id_, known in view.nodes(jobs).items()}
    return {
        id_: AttestationCase(one, called.get(one.job, one.job), of_jobs.get(one.job, ()), powers, near)
        for id_, one in asked.items()
    }


def version_cases(view: View, ids: Sequence[str]) -> dict[str, VersionCase]:
    """Return the newest registrations of model versions, with the snapshots that they name."""
    newest = {id_: found[-1] for id_, found in releases.registrations(view, ids).items() if found}
    both = {id_: one for id_, one in newest.items() if one.trained_on and one.evaluated_on}
    uses = {use for one in both.values() for use in (*one.trained_on, *one.evaluated_on)}
    known = snapshots.snapshots(view, sorted({use.snapshot for use in uses})) if uses else {}
    names = {id_: _named(each.node) for id_, each in view.nodes(sorted({use.dataset for use in uses})).items()}
    return {id_: VersionCase(one, known, names) for id_, one in both.items()}


def use_cases(view: View, ids: Sequence[str]) -> dict[str, UseCase]:
    """Return the statements of permitted use, each as it was last made."""
    return {
        id_: UseCase(max((one.statement for one in found), key=lambda each: (each.since, each.entry)))
        for id_, found in permitted.use_statements(view, ids).items()
    }


def _named(node: Node) -> str:
    namespace = getattr(node, "namespace", None)
    return node.title if namespace is None else f"{namespace}/{node.title}"


ESTATE_RULES = (
    EstateRule(Rule.FIELDS_DECLARED, Ground.DATASET, dataset_cases, rules.fields_declared),
    EstateRule(Rule.DATASET_DESCRIBED, Ground.DATASET, dataset_cases, rules.dataset_described),
    EstateRule(Rule.CATALOGUED_FIRST, Ground.DATASET, order_cases, rules.catalogued_first),
    EstateRule(Rule.RETENTION_KEPT, Ground.DATASET, retention_cases, rules.retention_kept),
    EstateRule(Rule.DECLARATIONS_AGREE, Ground.DATASET, declaration_cases, rules.declarations_agree),
    EstateRule(Rule.RUN_ID_OF_ONE_JOB, Ground.SHARED_RUN_ID, run_id_cases, rules.run_id_of_one_job),
    EstateRule(Rule.NAME_WITHOUT_IDENTIFIER, Ground.TOKEN_IN_NAME, name_cases, rules.name_without_identifier),
    EstateRule(Rule.ATTESTATION_LASTS, Ground.ATTESTATION, attestation_cases, rules.attestation_lasts),
    EstateRule(Rule.DETERMINATION_LASTS, Ground.ATTESTATION, attestation_cases, rules.determination_lasts),
    EstateRule(Rule.EVALUATION_APART, Ground.REGISTRATION, version_cases, rules.evaluation_apart),
    EstateRule(Rule.USE_CONSISTENT, Ground.USE_STATEMENT, use_cases, rules.use_consistent),
    EstateRule(Rule.USE_CODES_KNOWN, Ground.USE_STATEMENT, use_cases, rules.use_codes_known),
    EstateRule(Rule.SUGGESTION_JUDGED, Ground.SCHEMA, label_cases, rules.suggestion_judged),
)
"""Every rule over the estate with what it reads: a new one is a member of `Rule`, a judge, and a line here."""
