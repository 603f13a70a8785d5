"""The context of the approvals record of one model version, snapshot or dataset."""

from __future__ import annotations

from dataclasses import replace

from catalog.approvals.binding import Binding
from catalog.approvals.queries import approvals_of, bindings
from catalog.assets.queries import datasets
from catalog.findings.approvals import NOUNS
from catalog.findings.judgement import approval_findings
from catalog.ledger.protocol import Ledger
from catalog.names.queries import deciding_entries, other_names
from catalog.reporting.approvals import approvals, delegations, findings, powers_of, quarantined
from catalog.reporting.citations import Citations
from catalog.reporting.datasets import names as named
from catalog.reporting.dossier_data import deciders
from catalog.reporting.people import people
from catalog.reporting.read_point import settled
from catalog.view import View
from graph_schema.nodes import Dataset, ModelVersion, Node, Snapshot
from reports.kinds import ApprovalsRecord
from reports.parts.approval_subject import ApprovalSubject
from reports.parts.names import Named


def approvals_record(
    view: View, ledger: Ledger, identifier: str, organisation: str | None = None
) -> ApprovalsRecord | None:
    """Return the record's context for what approvals are asked for, None where it was not known by then.

    The entries that it cites are in its evidence without their proofs, as `model_dossier` says. Raises EvidenceError
    where the ledger is not whole.
    """
    point = settled(view, ledger)
    known = None if point is None else point.view.nodes([identifier]).get(identifier)
    if point is None or known is None:
        return None
    requested = approvals_of(point.view, [identifier]).get(identifier, ())
    stuck = point.view.quarantined({identifier})
    citations = Citations.of(point.view, ledger, deciders(requested))
    binding = bindings(point.view, [identifier])[identifier]
    noun = NOUNS[known.node.label]
    powers = powers_of(citations)
    found = approval_findings(identifier, noun, requested, powers)
    context = ApprovalsRecord(
        organisation=organisation,
        read_point=point.read_point(point.answer(len(stuck))),
        subject=subject_shown(citations, known.node, binding),
        names=_names(citations, identifier) if isinstance(known.node, Dataset) else (),
        approvals=tuple(approvals(citations, requested, powers)),
        delegations=tuple(delegations(citations, point.view.uncited, requested)),
        findings=tuple(findings(citations, found)),
        quarantined=tuple(quarantined(citations, stuck)),
    )
    # Last: by now every entry that the rest cites is noted.
    context = replace(context, people=people(citations))
    return replace(context, entry_subjects=citations.entry_subjects(), evidence=point.evidence())


def _names(citations: Citations, dataset: str) -> tuple[Named, ...]:
    """Return the names of the dataset that the record is of."""
    view = citations.view
    asked = [dataset]
    return tuple(named(citations, datasets(view, asked), other_names(view, asked), deciding_entries(view, asked)))


def subject_shown(citations: Citations, node: Node, binding: Binding) -> ApprovalSubject:
    """Return what approvals are asked for, with what a request for it would bind."""
    return replace(
        _subject(node),
        binds=tuple(f"{one.of}: {one.digest}" for one in binding.digests),
        entries=citations.view.cite(*(one.entry for one in binding.assertions if one.entry >= 0)),
    )


def _subject(node: Node) -> ApprovalSubject:
    match node:
        case ModelVersion(namespace, model, version):
            return ApprovalSubject(kind="model_version", namespace=namespace, name=model, version=version)
        case Snapshot(namespace, dataset, version):
            return ApprovalSubject(kind="snapshot", namespace=namespace, name=dataset, digest=version)
        case Dataset(namespace, name):
            return ApprovalSubject(kind="dataset", namespace=namespace, name=name)
        case _:
            raise AssertionError(f"no approval is asked for a {type(node).__name__}")
