from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.evidence.dossier.scene import Scene
from catalog.ledger.protocol import Ledger
from reports import context


@dataclass(slots=True)
class Teller:
    """Names what was read, and notes every entry that the report rests on."""

    scene: Scene
    ledger: Ledger
    cited: set[int] = field(default_factory=set)

    def cite(self, entry: int) -> int:
        """Return the entry, noted as one that the report rests on."""
        self.cited.add(entry)
        return entry

    def cites(self, found: Iterable[int]) -> tuple[int, ...]:
        """Return the entries in order, each noted as one that the report rests on."""
        return tuple(self.cite(entry) for entry in sorted(set(found)))

    def actor(self, principal: str, *, authenticated: bool) -> context.Actor:
        """Return who acted, with the name that the ledger gives them, and its entry noted."""
        known = self.scene.people.get(principal)
        entry = None if known is None or known.entry is None else self.cite(known.entry)
        return context.Actor(
            id=principal, name=None if known is None else known.name, authenticated=authenticated, entry=entry
        )

    def subject(self, identifier: str) -> str:
        """Return what an approval or a finding is about: the parts of its key."""
        known = self.scene.view.nodes([identifier]).get(identifier)
        return identifier if known is None else " ".join(known.node.key)

    def job_name(self, identifier: str | None) -> str:
        """Return a job's namespace and name."""
        record = self.scene.jobs.get(identifier or "")
        return identifier or "unknown" if record is None else f"{record.namespace}/{record.name}"

    def run_id(self, identifier: str | None) -> str | None:
        """Return the id that the run's sender gave it."""
        run = self.scene.runs.get(identifier or "")
        if run is not None or identifier is None:
            return None if run is None else run.run_id
        known = self.scene.view.nodes([identifier]).get(identifier)
        return None if known is None else known.node.title
