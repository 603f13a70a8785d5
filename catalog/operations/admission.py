"""What must hold before bodies are erased, and what is kept of them."""

from __future__ import annotations

from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.canonical import canonical_bytes
from catalog.errors import SenderError
from catalog.ledger import erasure
from catalog.ledger.protocol import StoredEntry
from catalog.operations.records import EraseEntries, ReleaseQuarantined, Residue
from catalog.operations.residue import RESIDUES, residue_of
from catalog.policies.ingest import judged_by
from catalog.policies.queries import in_force
from catalog.record import Admission, Admitted

MAX_RESIDUE_BYTES = 16 * 1024 * 1024
"""How much one record may hold of what it erases."""

_KEYS = frozenset({IssueKey.in_ledger(), RevokeKey.in_ledger()})
_PRINCIPAL = DefinePrincipal.in_ledger()


def admit_erasure(record: EraseEntries, admission: Admission) -> Admitted:
    """Hold every entry to be there, erasable, and about nothing that rights hide, and take its residue while its body
    can still be read.
    """
    before: list[int] = []
    kept_out = {one.entry for one in admission.view.unredacted.quarantined()}
    residues: dict[str, object] = {}
    size = 0
    for place, index in enumerate(record.entries):
        stored = _entry(index, place, admission)
        if len(admission.view.visible(stored.entry.subjects, counted=False)) < len(set(stored.entry.subjects)):
            raise _refused(place, f"entry {index} is about what you may not see")
        if stored.body is None:
            before.append(index)
        elif record.residue is Residue.FLOWS and index not in kept_out:
            residues[str(index)] = residue = residue_of(admission.facts_of(stored))
            size += len(canonical_bytes(residue))
            if size > MAX_RESIDUE_BYTES:
                raise _refused(
                    place, f"what the graph would keep of the first {place + 1} is too much for one record; erase fewer"
                )
    warnings = (f"Erased before: {', '.join(map(str, before[:10]))}.",) if before else ()
    return Admitted({RESIDUES: residues}, warnings, record.entries)


def admit_release(record: ReleaseQuarantined, admission: Admission) -> Admitted:
    """Hold every entry to be kept out by policies, and the set in force to let it in now."""
    view = admission.view.unredacted
    kept_out = {one.entry for one in view.quarantined()}
    held = in_force(view)
    for place, index in enumerate(record.entries):
        if index not in kept_out:
            raise _not_released(place, f"Entry {index} is not kept out of the graph.")
        stored = admission.ledger.entry(index)
        judged = None if held is None else judged_by(held.files, stored)
        if judged is not None and judged.held:
            raise _not_released(place, f"Entry {index} is kept out still: {judged.sentence}")
        if not admission.facts_of(stored):
            raise _not_released(place, f"Entry {index} is kept out because it cannot be read.")
    if held is None:
        raise _not_released(0, "No policies are in force, so that none keeps anything out.")
    return Admitted({"policy_set": held.digest})


def _not_released(place: int, sentence: str) -> SenderError:
    return SenderError(sentence, pointer=f"/entries/{place}", status=422)


def _entry(index: int, place: int, admission: Admission) -> StoredEntry:
    size = admission.ledger.size()
    if index >= size:
        raise _refused(place, f"the ledger has {size} entries, so that {index} is none of them")
    stored = admission.ledger.entry(index)
    kind = stored.entry.kind
    if kind in erasure.LASTING:
        raise _refused(place, f"entry {index} says what was erased, let in or restored, and stays")
    if kind in _KEYS:
        raise _refused(place, f"entry {index} says which key works, and stays")
    if kind == _PRINCIPAL and not _is_defined_anew(stored, admission):
        raise _refused(place, f"entry {index} says what its principal may do; define that anew first")
    return stored


def _is_defined_anew(stored: StoredEntry, admission: Admission) -> bool:
    """Tell whether a later entry defines the same principal."""
    later = admission.ledger.of_kinds({_PRINCIPAL}, stored.index + 1)
    return any(admission.ledger.entry(index).entry.subjects == stored.entry.subjects for index in later)


def _refused(place: int, why: str) -> SenderError:
    return SenderError(
        f"entries are ledger indexes whose bodies can be erased; {why}.", pointer=f"/entries/{place}", status=422
    )
