"""When a principal sealed or verified a snapshot of which no run is named: it is what lay there then, inferred."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from catalog.view import View
from graph_schema.aspects.snapshots import Verification

_MATCHING: Final = "OK"


@dataclass(slots=True)
class Seals:
    """The seals and verifications around a walk, fetched for a whole frontier."""

    view: View
    _at: dict[str, int | None] = field(default_factory=dict)

    def load(self, snapshots: Iterable[str]) -> None:
        """Fetch when the snapshots were sealed, or else found to be what is there."""
        new = sorted({one for one in snapshots if one not in self._at})
        if not new:
            return
        self._at.update(dict.fromkeys(new))
        first: dict[tuple[str, str], int] = {}
        for statement in self.view.statements(new, ("seal", "verification")):
            if statement.value is None:
                continue
            if statement.aspect == "verification" and Verification.from_json(statement.data).result != _MATCHING:
                continue
            place = statement.subject, statement.aspect
            first[place] = min(statement.valid_from, first.get(place, statement.valid_from))
        for one in new:
            self._at[one] = first.get((one, "seal"), first.get((one, "verification")))

    def of_datasets(self, datasets: Collection[str]) -> frozenset[str]:
        """Return the snapshots of the datasets that were sealed or verified."""
        captured = self.view.edges(sorted(datasets), ("CAPTURES",), "in") if datasets else ()
        found = {edge.source for edge in captured}
        self.load(found)
        return frozenset(one for one in found if self._at[one] is not None)

    def at(self, snapshot: str) -> int | None:
        """Return when the snapshot was first sealed, else first verified to be there; None where it never was."""
        return self._at[snapshot]
