"""The context of the model provenance dossier."""

from __future__ import annotations

from dataclasses import replace

from catalog.findings.judgement import absent_of, judge
from catalog.ledger.protocol import Ledger
from catalog.reading import Truncated
from catalog.releases.queries import model_versions
from catalog.reporting import datasets, lineage
from catalog.reporting.approvals import approvals, delegations, estate_findings, findings, gaps, powers_of, quarantined
from catalog.reporting.assessments import assessed
from catalog.reporting.citations import Citations
from catalog.reporting.dossier_data import BUDGET, DossierData
from catalog.reporting.effective_labels import effective_labels
from catalog.reporting.gate import gated
from catalog.reporting.people import people
from catalog.reporting.read_point import Point, settled
from catalog.reporting.releases import released, signature
from catalog.reporting.use import use_of
from catalog.view import View
from graph_schema.times import format_time
from reports.context import Answer
from reports.kinds import ModelDossier
from reports.parts.model_version import CodeRevision, Environment, Metric, ModelVersion


def model_dossier(view: View, ledger: Ledger, identifier: str, organisation: str | None = None) -> ModelDossier | None:
    """Return the dossier's context for a model version, None where nobody registered it by then.

    Signs a checkpoint where none covers the read point. The entries that it cites are in its evidence without their
    proofs, which `issuing.proven` adds once the report is issued. Raises EvidenceError where the ledger is not whole.
    """
    point = settled(view.remembering, ledger)
    version = None if point is None else model_versions(point.view, [identifier]).get(identifier)
    if point is None or version is None or version.registration is None:
        return None
    data = DossierData.read(point.view.uncited, version, version.registration)
    citations = Citations.of(point.view, ledger, data.principals)
    powers = powers_of(citations)
    judgement = judge(data.basis(powers))
    effective, cleared, columns_left_out = effective_labels(citations, data)
    statements, unstated, answers = use_of(citations, data.view, identifier, data.permitted)
    gate, evaluations, overrides, questions_left_out = gated(citations, data.view, identifier)
    found = assessed(citations, data.view, identifier, data.registration)
    releases, deployments, retirement = released(citations, data.view, identifier)
    context = ModelDossier(
        organisation=organisation,
        read_point=point.read_point(_answer(point, data)),
        model=_model(citations, data),
        snapshots=datasets.snapshots(citations, data),
        separation=datasets.separation(citations, judgement.separation),
        nodes=tuple(lineage.nodes(citations, data, judgement.deidentification)),
        edges=tuple(lineage.edges(citations, data, judgement.deidentification)),
        sources=tuple(datasets.sources(citations, data, judgement.deidentification)),
        names=tuple(datasets.names(citations, data.datasets, data.names, data.named_by)),
        runs=tuple(lineage.runs(citations, data)),
        deidentification=tuple(lineage.deidentification(citations, data, judgement.deidentification)),
        labels=tuple(datasets.labels(citations, data)),
        suggestions=tuple(datasets.suggestions(citations, data)),
        effective=effective,
        cleared=cleared,
        columns_left_out=columns_left_out,
        use=tuple(datasets.use(citations, data)),
        statements=statements,
        unstated=unstated,
        answers=answers,
        approvals=tuple(approvals(citations, data.approvals, powers)),
        delegations=tuple(delegations(citations, data.view, data.approvals, signers={one.by.id for one in overrides})),
        gate=gate,
        evaluations=evaluations,
        overrides=overrides,
        questions_left_out=questions_left_out,
        change_assessment=found.change,
        environment_assessment=found.environment,
        feature_assessment=found.features,
        monitoring_plan=found.monitoring,
        signed=signature(citations, data.view, data.registration),
        releases=releases,
        deployments=deployments,
        retirement=retirement,
        findings=tuple(findings(citations, judgement.findings)),
        estate=tuple(estate_findings(citations, data.estate, judgement.findings)),
        schema_changes=tuple(datasets.schema_changes(citations, data)),
        gaps=tuple(gaps(judgement.gaps)),
        quarantined=tuple(quarantined(citations, data.quarantined)),
    )
    # Last: by now every entry that the rest cites is noted.
    acted = people(citations)
    proven = {one.actor.id: citations.principals.get(one.actor.id) for one in acted if one.actor.authenticated}
    context = replace(context, people=acted, gaps=(*context.gaps, *gaps(absent_of(proven))))
    return replace(context, entry_subjects=citations.entry_subjects(), evidence=point.evidence())


def _answer(point: Point, data: DossierData) -> Answer:
    counts = (("nodes", len(data.graph.nodes)), ("edges", len(data.graph.edges)))
    is_cut = isinstance(data.graph.completeness, Truncated)
    return point.answer(len(data.quarantined), counts, f"The walk ended at {BUDGET} nodes." if is_cut else None)


def _model(citations: Citations, data: DossierData) -> ModelVersion:
    version, registration = data.version, data.registration
    code, environment = registration.code, registration.environment
    return ModelVersion(
        namespace=version.namespace,
        name=version.model,
        version=version.version,
        registered_at=format_time(registration.registered_at),
        registered_by=citations.actor(registration.registered_by, authenticated=registration.authenticated),
        intended_use=registration.intended_use,
        artifact_digest=registration.artifact_digest,
        signature=registration.signature,
        code=CodeRevision(repository=code.repository, revision=code.revision, clean=code.clean),
        environment=Environment(digest=environment.digest, description=environment.description),
        job=None if registration.job is None else data.job_name(registration.job),
        run=data.run_id(registration.run),
        metrics=tuple(Metric(name=one.name, value=one.value, split=one.split) for one in registration.metrics),
        entries=citations.view.cite(*(one.entry for one in version.registrations)),
    )
