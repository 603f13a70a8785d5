"""From a View to the values that each rule over the estate is held to: in bulk, for the nodes that may break it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from catalog.assets import queries as assets
from catalog.assets.hierarchy import of_same_id
from catalog.emergencies.queries import emergencies_of
from catalog.findings.estate import data_rules as data
from catalog.findings.estate import rules, use_rules
from catalog.findings.estate.attested import attestation_cases, deidentification_code_cases
from catalog.findings.estate.combining import combination_cases, link_cases, read_by, read_for
from catalog.findings.estate.datasets import (
    dataset_cases,
    declaration_cases,
    dispute_cases,
    kept_of,
    label_cases,
    label_code_cases,
    labelled_use_cases,
    order_cases,
    retention_cases,
)
from catalog.findings.estate.emergencies import emergency_reviewed
from catalog.findings.estate.grounded import having
from catalog.findings.estate.handling import (
    cached_before,
    code_key_cases,
    consent_cases,
    key_cases,
    key_end_cases,
    promotion_cases,
)
from catalog.findings.estate.in_use import approved_cases, gate_cases, retired_cases
from catalog.findings.estate.locks import lock_cases
from catalog.findings.estate.model import (
    Breach,
    NameCase,
    RunIdCase,
    UseCase,
)
from catalog.findings.estate.objections import ingest_permitted, objection_cases
from catalog.findings.estate.places import deployment_cases, place_cases
from catalog.findings.estate.versions import version_cases
from catalog.findings.rules import Rule
from catalog.store.indexes.grounds import Ground
from catalog.use import queries as permitted
from catalog.use.meetings import Meeting, bearing, meetings
from catalog.view import View
from graph_schema.identity import label_of

Cases = Callable[[View, Sequence[str]], Mapping[str, Any]]


class Reading(Enum):
    """What else the values follow from that a rule is held to, so that what was read of them stands while that does."""

    APART = auto()
    """Each from its node alone, whichever others are read with it."""
    TOGETHER = auto()
    """From all of the nodes together."""
    ANEW = auto()
    """From a span of time as well: they are read at each look."""


@dataclass(frozen=True, slots=True)
class EstateRule:
    """A rule, on which nodes it may find something, how their values are read, and what judges them.

    `cases` gives by the subject that a finding is listed under what is judged; that may be another than was asked for.
    """

    rule: Rule
    ground: Ground
    cases: Cases
    judge: Callable[[Any, int], Breach | None]
    near: Callable[[View, Sequence[str]], Sequence[str]] | None = None
    """On what nodes it has to be held for what it finds on these, where its ground lies beside its subjects."""
    reading: Reading = Reading.APART


def run_id_cases(view: View, ids: Sequence[str]) -> dict[str, RunIdCase]:
    """Return the runs of several jobs under one id, by the first of them."""
    same = of_same_id(view, ids)
    every = assets.runs(view, sorted({run for id_, others in same.items() for run in (id_, *others)}))
    sets = {tuple(sorted((id_, *others))) for id_, others in same.items()}
    return {each[0]: RunIdCase([every[run] for run in each if run in every]) for each in sorted(sets)}


def name_cases(view: View, ids: Sequence[str]) -> dict[str, NameCase]:
    """Return what was named, as it is known."""
    return {id_: NameCase(known.node, known.entry) for id_, known in view.nodes(ids).items()}


def use_cases(view: View, ids: Sequence[str]) -> dict[str, UseCase]:
    """Return the statements of permitted use, each as it was last made."""
    newest = {
        id_: max((one.statement for one in found), key=lambda each: (each.since, each.entry))
        for id_, found in permitted.use_statements(view, ids).items()
    }
    kept = kept_of(view, newest)
    return {id_: UseCase(statement, kept.get(id_, ())) for id_, statement in newest.items()}


def meeting_cases(view: View, ids: Sequence[str]) -> dict[str, tuple[Meeting, ...]]:
    """Return which statements of permitted use come together that cannot both be kept, and where."""
    about = [one for one in ids if label_of(one) in _BEARING]
    return meetings(view, about) if about else {}


def use_stated_of(view: View, ids: Sequence[str]) -> Sequence[str]:
    """Return by what it is recorded what these nodes may be used for: of many, by what it is recorded of anything."""
    stated = having(view, Ground.PERMITTED_USE)
    return bearing(view, ids) if stated and len(ids) <= _FEW else stated


_FEW: Final = 200
_BEARING: Final = frozenset({"Dataset", "Source", "UseStatement"})

ESTATE_RULES = (
    EstateRule(Rule.FIELDS_DECLARED, Ground.DATASET, dataset_cases, rules.fields_declared),
    EstateRule(Rule.DATASET_DESCRIBED, Ground.DATASET, dataset_cases, rules.dataset_described),
    EstateRule(Rule.CATALOGUED_FIRST, Ground.DATASET, order_cases, rules.catalogued_first),
    EstateRule(Rule.RETENTION_KEPT, Ground.DATASET, retention_cases, rules.retention_kept),
    EstateRule(Rule.DECLARATIONS_AGREE, Ground.DATASET, declaration_cases, rules.declarations_agree),
    EstateRule(Rule.PLACE_ALLOWED, Ground.DATASET, place_cases, data.place_allowed),
    EstateRule(Rule.DEPLOYMENT_ALLOWED, Ground.REGISTRATION, deployment_cases, data.place_allowed),
    EstateRule(Rule.LABEL_CONSISTENT, Ground.DATASET, labelled_use_cases, rules.label_consistent),
    EstateRule(Rule.DECLARED_CODES_KNOWN, Ground.DATASET, labelled_use_cases, rules.declared_codes_known),
    EstateRule(Rule.RUN_ID_OF_ONE_JOB, Ground.SHARED_RUN_ID, run_id_cases, rules.run_id_of_one_job),
    EstateRule(Rule.NAME_WITHOUT_IDENTIFIER, Ground.TOKEN_IN_NAME, name_cases, rules.name_without_identifier),
    EstateRule(Rule.ATTESTATION_LASTS, Ground.ATTESTATION, attestation_cases, rules.attestation_lasts),
    EstateRule(Rule.DETERMINATION_LASTS, Ground.ATTESTATION, attestation_cases, rules.determination_lasts),
    EstateRule(Rule.EVALUATION_APART, Ground.REGISTRATION, version_cases, rules.evaluation_apart),
    EstateRule(Rule.EVALUATION_INDEPENDENT, Ground.REGISTRATION, version_cases, data.evaluation_independent),
    EstateRule(Rule.LOCK_KEPT, Ground.LOCK, lock_cases, data.lock_kept),
    EstateRule(Rule.CELLS_LARGE, Ground.ATTESTATION, attestation_cases, data.cells_large),
    EstateRule(Rule.EVIDENCE_HOLDS, Ground.ATTESTATION, attestation_cases, data.evidence_holds),
    EstateRule(Rule.CODED_APART, Ground.CODED, link_cases, data.coded_apart, read_by, Reading.TOGETHER),
    EstateRule(
        Rule.COMBINATION_DETERMINED,
        Ground.CODED,
        combination_cases,
        data.combination_determined,
        read_for,
        Reading.TOGETHER,
    ),
    EstateRule(Rule.KEY_OF_ONE_ENVIRONMENT, Ground.KEY, key_cases, data.key_of_one_environment),
    EstateRule(Rule.KEY_LASTS, Ground.KEY, key_end_cases, data.key_lasts),
    EstateRule(Rule.CODE_KEY_GONE, Ground.CODE_KEY, code_key_cases, data.code_key_gone),
    EstateRule(Rule.DECLARED_ALIKE, Ground.DATASET, dispute_cases, data.declared_alike),
    EstateRule(Rule.LABEL_CODES_KNOWN, Ground.UNKNOWN_CODE, label_code_cases, data.codes_known),
    EstateRule(Rule.DEIDENTIFICATION_CODES_KNOWN, Ground.UNKNOWN_CODE, deidentification_code_cases, data.codes_known),
    EstateRule(
        Rule.CACHE_NOT_PROMOTED,
        Ground.CACHE,
        promotion_cases,
        data.cache_not_promoted,
        cached_before,
        Reading.TOGETHER,
    ),
    EstateRule(Rule.CONSENT_HOLDS, Ground.CONSENT, consent_cases, data.consent_holds),
    EstateRule(Rule.USE_CONSISTENT, Ground.USE_STATEMENT, use_cases, rules.use_consistent),
    EstateRule(Rule.USES_AGREE, Ground.PERMITTED_USE, meeting_cases, rules.uses_agree, use_stated_of, Reading.TOGETHER),
    EstateRule(Rule.USE_CODES_KNOWN, Ground.USE_STATEMENT, use_cases, rules.use_codes_known),
    EstateRule(Rule.SUGGESTION_JUDGED, Ground.SCHEMA, label_cases, rules.suggestion_judged),
    EstateRule(Rule.EMERGENCY_REVIEWED, Ground.EMERGENCY, emergencies_of, emergency_reviewed),
    EstateRule(Rule.APPROVAL_LASTS, Ground.IN_USE, approved_cases, use_rules.approval_lasts, reading=Reading.ANEW),
    EstateRule(Rule.GATE_HOLDS, Ground.IN_USE, gate_cases, use_rules.gate_holds, reading=Reading.ANEW),
    EstateRule(Rule.RETIREMENT_KEPT, Ground.RETIRED, retired_cases, use_rules.retirement_kept, reading=Reading.ANEW),
    EstateRule(Rule.INGEST_PERMITTED, Ground.OBJECTION, objection_cases, ingest_permitted),
)
"""Every rule over the estate with what it reads: a new one is a member of `Rule`, a judge, and a line here."""
