"""Every query there is, as a function of a view and of ids of one label: what laws about all of them are held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalog.access.queries import definitions, list_principals, principals
from catalog.approvals.queries import approvals, approvals_of, bindings, inbox, list_approvals, people_of, sign_ins
from catalog.assets.code_versions import code_versions, ran_code
from catalog.assets.column_names import columns_called
from catalog.assets.feeds import fed_by, feeding
from catalog.assets.hierarchy import (
    child_edges,
    child_jobs,
    closed_with,
    job_tree,
    jobs_after,
    jobs_before,
    of_same_id,
    parent_jobs,
    parents,
    roots,
    run_tree,
)
from catalog.assets.history import histories, whole_histories
from catalog.assets.queries import (
    Named,
    children_of,
    datasets,
    event_notes,
    existing,
    jobs,
    named_datasets,
    named_jobs,
    named_runs,
    node_records,
    runs,
    runs_of,
    runs_with_id,
)
from catalog.assets.retries import retried
from catalog.assets.run_refs import jobs_of_runs
from catalog.assets.schemas import schema_changes
from catalog.assets.sources import sources
from catalog.assets.storage import encrypted_under, keys_of
from catalog.assets.uses import uses_of_edges
from catalog.decisions.holders import holders
from catalog.decisions.log import access_decisions, decisions_logged, replay, replayed
from catalog.decisions.model import Asked as AskedAccess
from catalog.decisions.model import Wanted as WantedDecisions
from catalog.decisions.queries import decide, principal_known, unknown_parts
from catalog.emergencies.queries import emergencies, emergencies_of
from catalog.encryption.queries import encryption_keys, keys_called
from catalog.evidence.changes import changes
from catalog.evidence.log import newest_entries
from catalog.evidence.queries import entry, evidence
from catalog.findings.choke_points import choke_points
from catalog.findings.queries import Wanted, decisions, finding_details, findings, findings_on
from catalog.findings.rules import FindingState
from catalog.gate.model import GateQuestion
from catalog.gate.queries import assessments, deployed_cases, gate, gate_evaluations, gone_back_to, overrides_of, quoted
from catalog.grants.queries import (
    access_delegations,
    access_requests,
    access_requests_of,
    delegations_of,
    grants,
    grants_of,
    recertifications_due,
)
from catalog.labels.anonymity.queries import anonymity_claims
from catalog.labels.code_keys import code_keys
from catalog.labels.queries import (
    attestations,
    attestations_by_id,
    attestations_of,
    code_of_runs,
    labels,
    labels_apart,
    labels_ever,
    list_suggestions,
    mapped_tags,
    steps_of,
    suggestible,
    suggestions,
    suggestions_behind,
)
from catalog.labels.retention import retention_due_of
from catalog.labels.states.model import Regime
from catalog.labels.states.queries import Asked, effective_states
from catalog.labels.suggestions import Wanted as WantedSuggestions
from catalog.labels.taint.queries import effective_labels, effective_labels_of_columns, what_if, why_label
from catalog.labels.trusts import column_lineage_trusts
from catalog.ledger.protocol import Ledger
from catalog.lineage.attempts import attempts_of
from catalog.lineage.borders import borders
from catalog.lineage.columns.queries import column_lineage_in_force, listed_columns, schemas
from catalog.lineage.model import BorderSide, Direction, FlowScope, Grain, Walk
from catalog.lineage.operations import operations
from catalog.lineage.queries import left_out, lineage, lineage_counts, paths
from catalog.mappings.queries import carriers, claimable, claimed, dry_run, mapped, mappings, mappings_ever
from catalog.memberships.queries import (
    memberships_of,
    projects,
    projects_called,
    protocols,
    protocols_called,
    protocols_of,
    studied,
)
from catalog.names.queries import deciding_entries, lives, namespace_rules, other_names, shown_names, spelled
from catalog.operations.quarantine import quarantined
from catalog.places.queries import job_places, lying_in, operator_at, operators, places, places_tree
from catalog.policies.queries import in_force, policy_sets, publications, published
from catalog.releases.deployments import (
    deployments,
    deployments_of,
    live_models,
    releases_of,
    retirements,
    rollback_target,
    running_at,
)
from catalog.releases.queries import model_versions, registrations, trained_on, version_statements, versions_of
from catalog.releases.replay import replay_plan
from catalog.safe_use.loading import known
from catalog.safe_use.queries import safe_uses, safety
from catalog.signatures.queries import signature_state, signature_states, signing_keys
from catalog.snapshots.comparison import snapshot_difference
from catalog.snapshots.feature_sets import feature_set_versions
from catalog.snapshots.queries import rows_written, snapshots, snapshots_of, verifications, with_digest
from catalog.snapshots.retention import retention_due
from catalog.snapshots.splits import split_of
from catalog.snapshots.verifying import verification_due
from catalog.use.difference import lineage_difference
from catalog.use.drift import drift
from catalog.use.impact import consent_impact
from catalog.use.model import UseQuestion
from catalog.use.queries import may_use, permitted_use, use_statements
from catalog.use.residency import residency
from catalog.view import View
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.aspects.labels import Attestation, Coding
from graph_schema.aspects.mappings import FacetMapping
from graph_schema.facts import NOW, Role
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from graph_schema.vocabulary import hipaa
from graph_schema.vocabulary.words import MappedKind, PhiKind, SafeQuestion

FACETS = "acme_privacy", "tags", "version"
SAYS = FacetMapping("acme_privacy", "DATASET", "/columns", "PHI_TAG", "As the law has it", value="/class")

MAY_READ = AskedAccess(
    "grace", "read", Target("DATASET", "curated", "visits"), Circumstances("HRESCH", enforces=("AUDIT", "ENCRYPT"))
)
TRAINING_DAY = parse_zoned("2026-02-15T00:00:00Z")
BEFORE = parse_zoned("2026-01-01T09:40:00Z")

Ask = Callable[[View, Sequence[str]], Any]

NOW_ONLY = frozenset({"search", "safe_for", "with_prefix", "check_rule", "check_stitch", "producers"})
"""Queries that answer on what is current alone, and say so."""


def _walks(view: View, ids: Sequence[str], **more: Any) -> dict[str, Any]:
    return {
        f"{one} {direction}": lineage(view, Walk((one,), direction, depth=5, **more))
        for one in ids
        for direction in (Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.BOTH)
    }


def _effective_states(view: View, ids: Sequence[str]) -> Any:
    return effective_states(
        view, [Asked(one, regime, to) for one in ids for regime in Regime for to in (None, "other")]
    )


def _connected(view: View, ids: Sequence[str]) -> Any:
    return {one: lineage(view, Walk((one,), Direction.CONNECTED, depth=1)) for one in ids}


def _named(found: Mapping[str, Named[Any]]) -> Any:
    return {one: (named.node, named.first_entry, named.record) for one, named in found.items()}


def _replayed(view: View, ids: Sequence[str]) -> Any:
    return {one: list(replayed(view, found)) for one, found in access_decisions(view, ids).items()}


def _retried(view: View, ids: Sequence[str]) -> Any:
    completed = {one: run.job for one, run in runs(view, ids).items() if run.state == "COMPLETE" and run.job}
    return retried(view, completed)


def _differences(view: View, ids: Sequence[str]) -> Any:
    before = view.at(min(view.as_of.valid_at, BEFORE))
    return {one: lineage_difference(before, view, Walk((one,), Direction.BOTH, depth=5)) for one in ids}


def _paths(view: View, ids: Sequence[str]) -> Any:
    return [paths(view, one, other, Walk((other,), Direction.UPSTREAM, depth=9)) for one in ids for other in ids]


def _borders(view: View, _: Sequence[str]) -> Any:
    return [borders(view, side, within) for side in BorderSide for within in ((), ("landing",))]


def _operations(view: View, ids: Sequence[str]) -> Any:
    edges = [edge for one in ids for edge in lineage(view, Walk((one,), Direction.UPSTREAM)).edges]
    return {repr(edge): found for edge, found in operations(view, edges).items()}


def _uses_of_edges(view: View, ids: Sequence[str]) -> Any:
    edges = [edge for one in ids for edge in lineage(view, Walk((one,), Direction.UPSTREAM)).edges]
    ends = [(edge.run, edge.source, edge.target) for edge in edges if edge.run]
    read = [(run, Role.IN, source) for run, source, _ in ends]
    return uses_of_edges(view, [*read, *((run, Role.OUT, target) for run, _, target in ends)])


def _steps(view: View, ids: Sequence[str]) -> Any:
    edges = [edge for one in ids for edge in lineage(view, Walk((one,), Direction.UPSTREAM)).edges]
    ran = runs(view, sorted({edge.run for edge in edges if edge.run}))
    return steps_of(view, edges, {edge.target: edge.target for edge in edges}.get, ran, {})


def _choke_points(view: View, ids: Sequence[str]) -> Any:
    return {one: choke_points(view, (), one, Walk((one,), Direction.UPSTREAM, depth=9)) for one in ids}


def _findings(view: View, _: Sequence[str]) -> Any:
    every = Wanted(states=frozenset(FindingState))
    return [(found.states, found.counts()) for found in (findings(view), findings(view, every))]


def _finding_details(view: View, _: Sequence[str]) -> Any:
    found = findings(view)
    return finding_details(view, found, found.keys)


def _with_digest(view: View, ids: Sequence[str]) -> Any:
    return {found.digest: with_digest(view, found.digest) for found in snapshots(view, ids).values()}


def _drift(view: View, ids: Sequence[str]) -> Any:
    found = list(snapshots(view, ids).values())
    return [drift(view, found[0], one) for one in found]


def _replay_plan(view: View, ids: Sequence[str]) -> Any:
    return [replay_plan(view, one) for one in view.nodes(ids)]


def _by_run_id(view: View, ids: Sequence[str]) -> Any:
    named = [run.run_id for run in runs(view, ids).values()]
    return {run_id: (found, jobs_of_runs(view, named)[run_id]) for run_id, found in runs_with_id(view, named).items()}


def _bindings(view: View, ids: Sequence[str]) -> Any:
    return {one: (found.digests, found.assertions) for one, found in bindings(view, ids).items()}


def _labels_of_columns(view: View, ids: Sequence[str]) -> Any:
    return effective_labels_of_columns(view, [(one, name) for one in ids for name in ("key", "mrn", "other")])


def _what_if(view: View, ids: Sequence[str]) -> Any:
    codes = (Coding(hipaa.SYSTEM, "H"),)
    return [what_if(view, Attestation("SAFE_HARBOR", codes, (), "All", "None", one, indirect=True)) for one in ids]


def _why_label(view: View, ids: Sequence[str]) -> Any:
    return [why_label(view, one, column, kind) for one in ids for column in (None, "key") for kind in PhiKind]


def _encrypted_under(view: View, ids: Sequence[str]) -> Any:
    return encrypted_under(view, [found.node.title for found in view.nodes(ids).values()])


def _spelled(view: View, ids: Sequence[str]) -> Any:
    nodes = [found.node for found in view.nodes(ids).values()]
    asked = [
        (one.namespace, text(one.name))
        for one in nodes
        if isinstance(one, Dataset)
        for text in (str.swapcase, str.upper)
    ]
    return spelled(view, asked)


def _may_use(view: View, ids: Sequence[str]) -> Any:
    asked = UseQuestion(purpose="HRESCH", date=TRAINING_DAY, place="nowhere-land")
    return {one: may_use(view, one, asked) for one in view.nodes(ids)}


def _permitted_use(view: View, ids: Sequence[str]) -> Any:
    return {one: permitted_use(view, one, TRAINING_DAY) for one in view.nodes(ids)}


def _gate(view: View, ids: Sequence[str]) -> Any:
    then = view.at(min(view.as_of.valid_at, TRAINING_DAY), view.known_at)
    return {
        one: gate(then, GateQuestion(of=one, purpose="HRESCH", place="nowhere-land", environment="production"))
        for one in ids
    }


def _quoted(view: View, ids: Sequence[str]) -> Any:
    then = view.at(min(view.as_of.valid_at, TRAINING_DAY), view.known_at)
    recorded = gate_evaluations(view, ids)
    return {(one, each.entry): quoted(then, one, each.entry) for one in ids for each in recorded.get(one, ())}


def _gone_back_to(view: View, ids: Sequence[str]) -> Any:
    recorded = gate_evaluations(view, ids)
    return {(one, each.entry): gone_back_to(view, one, each.entry) for one in ids for each in recorded.get(one, ())}


def _protocols_of(view: View, ids: Sequence[str]) -> Any:
    return {one: protocols_of(view, belongs) for one, belongs in memberships_of(view, ids).items()}


def _residency(view: View, ids: Sequence[str]) -> Any:
    return {one: residency(view, one, TRAINING_DAY) for one in view.nodes(ids)}


def _consent_impact(view: View, ids: Sequence[str]) -> Any:
    return {one: consent_impact(view, one, TRAINING_DAY) for one in view.nodes(ids)}


def _signature_states(view: View, ids: Sequence[str]) -> Any:
    each = [one for several in registrations(view, ids).values() for one in several]
    return [(one.entry, check) for one, check in signature_states(view, each).items()]


def _signature_state(view: View, ids: Sequence[str]) -> Any:
    return [signature_state(view, one) for several in registrations(view, ids).values() for one in several]


def _live_models(view: View, ids: Sequence[str]) -> Any:
    return {one: live_models(view, one) for one in view.nodes(ids)}


def _running_at(view: View, ids: Sequence[str]) -> Any:
    return {one: running_at(view, found.node.title) for one, found in view.nodes(ids).items()}


def _rollback_target(view: View, ids: Sequence[str]) -> Any:
    return {one: rollback_target(view, one, "production", lambda _, __, gate: (True, "", (gate,))) for one in ids}


QUERIES: Mapping[str, tuple[str, Ask]] = {
    "datasets": ("Dataset", datasets),
    "histories": (
        "Dataset",
        lambda view, ids: histories(view, [(one, aspect) for one in ids for aspect in ("owner", "schema", "site")]),
    ),
    "whole_histories": ("Dataset", whole_histories),
    "changes": ("Dataset", changes),
    "keys_called": (
        "EncryptionKey",
        lambda view, ids: keys_called(view, [found.node.title for found in view.nodes(ids).values()]),
    ),
    "feature_set_versions": ("Dataset", feature_set_versions),
    "jobs": ("Job", jobs),
    "runs": ("Run", runs),
    "named_datasets": ("Dataset", lambda view, ids: _named(named_datasets(view, ids))),
    "named_jobs": ("Job", lambda view, ids: _named(named_jobs(view, ids))),
    "named_runs": ("Run", lambda view, ids: _named(named_runs(view, ids))),
    "runs_of": ("Job", runs_of),
    "runs_with_id": ("Run", _by_run_id),
    "children_of": ("Run", children_of),
    "parents": ("Run", parents),
    "roots": ("Run", roots),
    "child_edges": ("Run", child_edges),
    "run_tree": ("Run", lambda view, ids: {one: run_tree(view, one, 3, 5) for one in view.nodes(ids)}),
    "of_same_id": ("Run", of_same_id),
    "closed_with": ("Run", closed_with),
    "parent_jobs": ("Job", parent_jobs),
    "child_jobs": ("Job", child_jobs),
    "job_tree": ("Job", lambda view, ids: {one: job_tree(view, one, 3, 5) for one in view.nodes(ids)}),
    "jobs_before": ("Job", jobs_before),
    "jobs_after": ("Job", jobs_after),
    "event_notes": ("Run", event_notes),
    "existing": ("Dataset", existing),
    "existing runs": ("Run", existing),
    "retried": ("Run", _retried),
    "snapshots": ("Snapshot", snapshots),
    "snapshots_of": ("Dataset", snapshots_of),
    "rows_written": ("Dataset", rows_written),
    "with_digest": ("Snapshot", _with_digest),
    "other_names": ("Dataset", other_names),
    "lives": ("Dataset", lives),
    "spelled": ("Dataset", _spelled),
    "namespace_rules": ("NamespaceRule", lambda view, _: namespace_rules(view)),
    "labels": ("Dataset", labels),
    "labels_ever": ("Dataset", labels_ever),
    "labels_apart": ("Dataset", labels_apart),
    "effective_labels": ("Dataset", effective_labels),
    "effective_labels of models": ("ModelVersion", effective_labels),
    "effective_labels of snapshots": ("Snapshot", effective_labels),
    "effective_labels_of_columns": ("Dataset", _labels_of_columns),
    "why_label": ("Dataset", _why_label),
    "what_if": ("Job", _what_if),
    "use_statements": ("UseStatement", use_statements),
    "may_use": ("Dataset", _may_use),
    "may_use of snapshots": ("Snapshot", _may_use),
    "may_use of models": ("ModelVersion", _may_use),
    "permitted_use": ("Dataset", _permitted_use),
    "consent_impact": ("Dataset", _consent_impact),
    "consent_impact of sources": ("Source", _consent_impact),
    "consent_impact of snapshots": ("Snapshot", _consent_impact),
    "consent_impact of statements": ("UseStatement", _consent_impact),
    "suggestions": ("Dataset", suggestions),
    "suggestions_behind": ("Dataset", lambda view, _: suggestions_behind(view, WantedSuggestions(), None, 5).shown),
    "suggestible": ("Dataset", lambda view, _: suggestible(view)),
    "list_suggestions": ("Dataset", lambda view, _: list_suggestions(view)),
    "attestations": ("Job", attestations),
    "attestations of runs": ("Run", attestations),
    "attestations_of": ("Job", attestations_of),
    "attestations_of versions": ("ModelVersion", attestations_of),
    "code_of_runs": ("Job", code_of_runs),
    "effective_states": ("Dataset", _effective_states),
    "anonymity_claims": ("Dataset", anonymity_claims),
    "code_keys": ("Dataset", lambda view, _: code_keys(view)),
    "column_lineage_trusts": ("Job", column_lineage_trusts),
    "attestations_by_id": ("Attestation", attestations_by_id),
    "node_records": ("Source", node_records),
    "schema_changes": ("Dataset", lambda view, ids: schema_changes(view, ids, NOW)),
    "verifications": ("Snapshot", verifications),
    "registrations": ("ModelVersion", registrations),
    "bindings": ("Dataset", _bindings),
    "bindings of snapshots": ("Snapshot", _bindings),
    "bindings of versions": ("ModelVersion", _bindings),
    "approvals": ("Approval", approvals),
    "approvals_of": ("ModelVersion", approvals_of),
    "list_approvals": ("Approval", lambda view, _: list_approvals(view)),
    "people_of": ("Principal", lambda view, _: people_of(view)),
    "sign_ins": ("Principal", lambda view, _: sign_ins(view, "grace")),
    "inbox": ("Principal", lambda view, _: [inbox(view, name) for name in ("grace", "ada", "local")]),
    "model_versions": ("ModelVersion", model_versions),
    "versions_of": ("Model", versions_of),
    "trained_on": ("Snapshot", trained_on),
    "code_versions": ("Job", code_versions),
    "ran_code": ("Run", ran_code),
    "fed_by": ("Job", fed_by),
    "feeding": ("Job", feeding),
    "keys_of": ("Dataset", keys_of),
    "encrypted_under": ("EncryptionKey", _encrypted_under),
    "encryption_keys": ("EncryptionKey", lambda view, _: encryption_keys(view)),
    "releases_of": ("ModelVersion", releases_of),
    "retirements": ("ModelVersion", retirements),
    "deployments": ("Deployment", deployments),
    "deployments_of": ("ModelVersion", deployments_of),
    "live_models": ("Dataset", _live_models),
    "live_models of snapshots": ("Snapshot", _live_models),
    "live_models of sources": ("Source", _live_models),
    "running_at": ("Place", _running_at),
    "rollback_target": ("ModelVersion", _rollback_target),
    "signing_keys": ("SigningKey", lambda view, _: signing_keys(view)),
    "signature_state": ("ModelVersion", _signature_state),
    "signature_states": ("ModelVersion", _signature_states),
    "sources": ("Source", lambda view, _: sources(view)),
    "job_places": ("Job", job_places),
    "residency": ("Dataset", _residency),
    "residency of snapshots": ("Snapshot", _residency),
    "residency of models": ("ModelVersion", _residency),
    "gate": ("ModelVersion", _gate),
    "gate_evaluations": ("ModelVersion", gate_evaluations),
    "overrides_of": ("ModelVersion", lambda view, ids: {one: overrides_of(view, one) for one in ids}),
    "quoted": ("ModelVersion", _quoted),
    "gone_back_to": ("ModelVersion", _gone_back_to),
    "assessments": (
        "ModelVersion",
        lambda view, ids: {one: assessments(view, one, "sha256:" + "e" * 64) for one in ids},
    ),
    "shown_names": ("Dataset", shown_names),
    "deciding_entries": ("Dataset", deciding_entries),
    "deployed_cases": ("ModelVersion", deployed_cases),
    "operators": ("Place", lambda view, _: operators(view)),
    "operator_at": ("Place", lambda view, _: operator_at(view, "North")),
    "lying_in": ("Place", lambda view, _: lying_in(view, None, "/place")),
    "places": ("Place", lambda view, _: places(view)),
    "places_tree": ("Place", lambda view, _: places_tree(view)),
    "mappings": ("Dataset", lambda view, _: mappings(view)),
    "mappings_ever": ("Dataset", lambda view, _: mappings_ever(view)),
    "mapped": ("Dataset", mapped),
    "mapped of jobs": ("Job", mapped),
    "claimed": ("Dataset", claimed),
    "claimable": ("Dataset", lambda view, _: claimable(view)),
    "mapped_tags": ("Dataset", lambda view, _: sorted(mapped_tags(view))),
    "carriers": ("Dataset", lambda view, _: [carriers(view, facet, on) for facet in FACETS for on in MappedKind]),
    "dry_run": ("Dataset", lambda view, _: dry_run(view, SAYS)),
    "in_force": ("PolicySet", lambda view, _: in_force(view)),
    "published": ("PolicySet", lambda view, _: published(view)),
    "publications": ("PolicySet", lambda view, _: publications(view)),
    "policy_sets": ("PolicySet", policy_sets),
    "known": ("Dataset", known),
    "decide": ("Dataset", lambda view, _: decide(view, MAY_READ)),
    "grants_of": ("Principal", grants_of),
    "grants": ("Principal", lambda view, _: grants(view)),
    "recertifications_due": ("Principal", lambda view, _: recertifications_due(view, 31)),
    "access_delegations": ("Principal", lambda view, _: access_delegations(view)),
    "delegations_of": ("Principal", delegations_of),
    "principal_known": ("Principal", lambda view, _: principal_known(view, "local")),
    "access_requests": ("Principal", lambda view, _: access_requests(view)),
    "access_requests_of": ("Principal", access_requests_of),
    "emergencies": ("Principal", lambda view, _: emergencies(view)),
    "emergencies_of": ("Principal", emergencies_of),
    "memberships_of": ("Principal", memberships_of),
    "protocols_of": ("Principal", _protocols_of),
    "projects": ("Project", lambda view, _: projects(view)),
    "protocols": ("Protocol", lambda view, _: protocols(view)),
    "protocols_called": ("Protocol", lambda view, _: protocols_called(view, ["made-up protocol"])),
    "projects_called": ("Project", lambda view, _: projects_called(view, ["made-up project"])),
    "studied": ("Project", lambda view, _: sorted(studied(view, "made-up project"))),
    "holders": ("Dataset", lambda view, ids: {one: found for one in ids if (found := holders(view, one))}),
    "access_decisions": ("Dataset", access_decisions),
    "unknown_parts": ("Dataset", lambda view, _: unknown_parts(view, MAY_READ)),
    "access_decisions of principals": ("Principal", access_decisions),
    "replayed": ("Principal", _replayed),
    "safe_uses": ("Dataset", lambda view, _: safe_uses(view)),
    "safety": ("Dataset", lambda view, ids: [safety(view, ids, question) for question in SafeQuestion]),
    "version_statements": ("ModelVersion", version_statements),
    "principals": ("Principal", principals),
    "definitions": ("Principal", definitions),
    "list_principals": ("Principal", lambda view, _: list_principals(view)),
    "lineage": ("Dataset", _walks),
    "lineage, past and attempts": (
        "Dataset",
        lambda view, ids: _walks(view, ids, include_past=True, include_attempts=True),
    ),
    "lineage ever stated": ("Dataset", lambda view, ids: _walks(view, ids, flows=FlowScope.EVER_STATED)),
    "lineage of states": ("Dataset", lambda view, ids: _walks(view, ids, grain=Grain.SNAPSHOT)),
    "lineage of snapshots": ("Snapshot", _walks),
    "lineage_difference": ("Dataset", _differences),
    "retention_due": ("Dataset", lambda view, _: retention_due(view, NOW)),
    "snapshot_difference": (
        "Snapshot",
        lambda view, ids: [snapshot_difference(view, ids[0], one) for one in ids] if ids else [],
    ),
    "drift": ("Snapshot", _drift),
    "replay_plan": ("Snapshot", _replay_plan),
    "replay_plan of models": ("ModelVersion", _replay_plan),
    "split_of": (
        "Snapshot",
        lambda view, ids: [split_of(view, [one], [other]) for one in view.nodes(ids) for other in view.nodes(ids)],
    ),
    "verification_due": ("Snapshot", lambda view, _: verification_due(view, NOW, 1)),
    "retention_due_of": ("Dataset", lambda view, _: retention_due_of(view, NOW, ["DIRECT_IDENTIFIER"])),
    "lineage of models": ("ModelVersion", _walks),
    "lineage of runs": ("Run", _walks),
    "lineage, connected": ("Dataset", _connected),
    "lineage, connected to jobs": ("Job", _connected),
    "lineage, connected to snapshots": ("Snapshot", _connected),
    "lineage, connected to models": ("ModelVersion", _connected),
    "attempts of runs": ("Run", attempts_of),
    "left_out": ("Dataset", lambda view, ids: {one: left for one in ids if (left := left_out(view, [one]))}),
    "lineage_counts": (
        "Dataset",
        lambda view, ids: [lineage_counts(view, Walk((one,), Direction.BOTH, depth=5)) for one in ids],
    ),
    "paths": ("Dataset", _paths),
    "lineage, operations": ("Dataset", _operations),
    "uses_of_edges": ("Dataset", _uses_of_edges),
    "columns_called": (
        "Dataset",
        lambda view, ids: columns_called(view, [(one, name) for one in ids for name in ("ID", "id")]),
    ),
    "borders": ("Dataset", _borders),
    "steps_of": ("Dataset", _steps),
    "lineage, choke points": ("Dataset", _choke_points),
    "findings": ("Dataset", _findings),
    "findings_on": ("Dataset", findings_on),
    "findings_on runs": ("Run", findings_on),
    "finding_details": ("Dataset", _finding_details),
    "decisions": ("Finding", decisions),
    "lineage of columns": ("Column", _walks),
    "lineage of columns ever stated": ("Column", lambda view, ids: _walks(view, ids, flows=FlowScope.EVER_STATED)),
    "lineage of all columns": ("Dataset", lambda view, ids: _walks(view, ids, grain=Grain.COLUMN)),
    "columns": ("Dataset", listed_columns),
    "schemas": ("Dataset", lambda view, ids: {one: list(found) for one, found in schemas(view, ids).items()}),
    "column_lineage_in_force": ("Dataset", column_lineage_in_force),
}


def about_entries(ledger: Ledger) -> Mapping[str, tuple[str, Ask]]:
    """Return the queries that read the ledger too."""

    def every(view: View, ids: Sequence[str]) -> Any:
        return {one: evidence(view, ledger, one) for one in ids}

    return {
        "evidence": ("Dataset", every),
        "evidence of runs": ("Run", every),
        "evidence of approvals": ("Approval", every),
        "entry": ("Dataset", lambda view, _: [entry(view, ledger, index) for index in range(-1, 30)]),
        "newest_entries": ("Dataset", lambda view, _: newest_entries(view, ledger, 30, 20)),
        "quarantined": ("Dataset", lambda view, _: quarantined(view, ledger, 9)),
        "decisions_logged": (
            "Dataset",
            lambda view, ids: [
                decisions_logged(view, ledger, wanted, 9) for wanted in (WantedDecisions(), *map(WantedDecisions, ids))
            ],
        ),
        "replay": ("Principal", lambda view, _: replay(view, ledger, WantedDecisions(principal="grace"), 9)),
    }


def answers(view: View, ids: Sequence[str], ledger: Ledger) -> dict[str, Any]:
    """Return what every query answers about those of the ids that it is for."""
    return {
        name: ask(view, [one for one in ids if label_of(one) == label])
        for name, (label, ask) in {**QUERIES, **about_entries(ledger)}.items()
    }
