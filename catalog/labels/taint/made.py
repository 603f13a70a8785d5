"""When what never changes was made: what becomes of the data later is no part of it."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.recorded import recorded
from catalog.snapshots.queries import snapshots
from catalog.view import View
from graph_schema.identity import label_of


def made_at(view: View, ids: Sequence[str]) -> dict[str, int]:
    """Return when each model version was registered and each snapshot sealed, in microseconds UTC, or when a run last
    wrote it, whichever is later; what changes on, or was not sealed, is absent.

    What a run wrote that began later, and a column that only a later write or declaration brings, are in none of these;
    what turns out later of what was there, is.
    """
    versions = [one for one in ids if label_of(one) == "ModelVersion"]
    states = [one for one in ids if label_of(one) == "Snapshot"]
    found = {one: held["registration"].since for one, held in recorded(view, versions, ("registration",)).items()}
    sealed = snapshots(view, states) if states else {}
    found |= {one: each.seal.sealed_at for one, each in sealed.items() if each.seal is not None}
    for edge in view.edges(sorted(found), ("PRODUCED", "WROTE"), "in") if found else ():
        found[edge.target] = max(edge.valid_from, found[edge.target])
    return found
