"""The context of the model provenance dossier: everything it shows, read at one point, with the entries behind it.

The same read point gives the same context: times come from the ledger, never from a clock, and the checkpoint is the
oldest one that covers the read point. That reports were issued since, this one among them, changes no read point.
"""

from __future__ import annotations

from catalog.evidence.dossier.approvals import approvals
from catalog.evidence.dossier.completeness import completeness
from catalog.evidence.dossier.edges import edges
from catalog.evidence.dossier.findings import findings
from catalog.evidence.dossier.gaps import gaps
from catalog.evidence.dossier.labels import labels
from catalog.evidence.dossier.model import model
from catalog.evidence.dossier.nodes import nodes
from catalog.evidence.dossier.proof import covering, signer, unproven
from catalog.evidence.dossier.runs import runs
from catalog.evidence.dossier.scene import Scene
from catalog.evidence.dossier.schema_changes import schema_changes
from catalog.evidence.dossier.snapshots import snapshots
from catalog.evidence.dossier.sources import sources
from catalog.evidence.dossier.steps import steps
from catalog.evidence.dossier.teller import Teller
from catalog.evidence.dossier.use import use
from catalog.evidence.records import LEDGER_KIND
from catalog.ledger.protocol import Ledger
from catalog.releases import queries as releases
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.times import format_time
from reports import context, kinds
from reports.parts import quarantine as part

_LOOKED_BACK = 64


def model_dossier(
    view: View, ledger: Ledger, identifier: str, organisation: str | None = None
) -> kinds.ModelDossier | None:
    """Return the dossier's context for a model version, None where nobody registered it by then.

    Signs a checkpoint where none covers the read
    point. The entries that it cites are in its evidence without their proofs, which `issuing.proven` adds once the
    report is issued. Raises EvidenceError where the ledger does not verify.
    """
    as_of = view.as_of
    size = view.known_at + 1
    if as_of.known_at == NOW:
        size = _told(ledger, size)
    if size < 1:
        return None
    known_at = ledger.entry(size - 1).entry.recorded_at
    view = view.at(known_at if as_of.valid_at == NOW else as_of.valid_at, size - 1)
    version = releases.model_versions(view, [identifier]).get(identifier)
    if version is None or version.registration is None:
        return None
    registration = version.registration
    scene = Scene.read(view, version, registration)
    checkpoint = covering(ledger, size)
    teller = Teller(scene, ledger)
    feeds = scene.raw_feeds()
    return kinds.ModelDossier(
        organisation=organisation,
        model=model(teller, version, registration),
        snapshots=snapshots(teller, registration),
        nodes=tuple(nodes(teller, version, feeds)),
        edges=tuple(edges(teller)),
        sources=tuple(sources(teller, feeds)),
        runs=tuple(runs(teller)),
        deidentification=tuple(steps(teller)),
        labels=tuple(labels(teller)),
        use=tuple(use(teller)),
        approvals=tuple(approvals(teller)),
        findings=tuple(findings(teller, version, registration)),
        schema_changes=tuple(schema_changes(teller, registration.registered_at)),
        gaps=tuple(gaps(teller, version, registration)),
        quarantined=tuple(
            part.Quarantined(entry=teller.cite(one.entry), kind=one.kind, reason=one.reason)
            for one in scene.quarantined
        ),
        read_point=context.ReadPoint(
            valid_at=format_time(view.as_of.valid_at),
            known_at=format_time(known_at),
            ledger_index=size - 1,
            ledger_size=size,
            root=f"sha256:{ledger.root(size).hex()}",
            projection_version=view.read_point().projection,
            checkpoint=checkpoint.text,
            vkey=signer(ledger, checkpoint),
            completeness=completeness(scene, max(_asked(ledger, as_of.known_at, size) - size, 0)),
        ),
        # Last: by now every entry that the rest cites is noted.
        evidence=unproven(ledger, size, teller.cited),
    )


def _asked(ledger: Ledger, known_at: int, size: int) -> int:
    """Return how many entries should have been read."""
    return _told(ledger, ledger.size(), size) if known_at == NOW else known_at + 1


def _told(ledger: Ledger, size: int, least: int = 0) -> int:
    """Return the size without the entries at its end that only say that a report was issued, `least` at the least."""
    while size > least:
        start = max(size - _LOOKED_BACK, least)
        for stored in reversed(ledger.entries(start, size - start)):
            if stored.entry.kind != LEDGER_KIND:
                return stored.index + 1
        size = start
    return size
