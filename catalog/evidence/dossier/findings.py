from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence import findings as rules
from catalog.evidence import powers
from catalog.evidence.dossier.teller import Teller
from catalog.releases.model import ModelVersionRecord, Registration
from reports.parts import findings as part


def findings(teller: Teller, version: ModelVersionRecord, registration: Registration) -> Iterable[part.Finding]:
    scene = teller.scene
    found = [
        *rules.findings(version.id, registration, scene.snapshots, scene.approvals),
        *powers.findings(scene.approvals, scene.attestations, scene.powers, scene.workers(registration)),
    ]
    for one in found:
        yield part.Finding(
            rule=one.rule,
            severity=one.severity,  # type: ignore[arg-type]  # the same closed list
            subject=teller.subject(one.subject),
            text=one.text,
            entries=teller.cites(one.entries),
        )
