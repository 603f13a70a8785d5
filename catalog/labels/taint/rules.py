"""What becomes of a label on one flow: values in, decision out.

45 CFR 164.514(b) and (c); NIST and OCR guidance on what a derived code is; DICOM PS3.15 Annex E.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from catalog.labels.taint.model import Clearance, Cleared, Flow, Mark, Part, Passage
from graph_schema.aspects.labels import Coding, Treatment
from graph_schema.vocabulary import dicom, hipaa, hl7
from graph_schema.vocabulary.words import DeidentificationMethod, PhiKind, Technique

LETTERS: Final = tuple(Coding(hipaa.SYSTEM, one.code) for one in hipaa.SAFE_HARBOR)
_LETTER: Final = {one.code: one for one in LETTERS}

SENSITIVITIES: Final = frozenset({hl7.ACT_CODE, hl7.CONFIDENTIALITY})
"""The systems of codes that say how sensitive something is: removing identifiers takes none of them away."""

_DERIVED: Final = frozenset({Technique.DERIVED_CODE, Technique.ENCRYPTED, Technique.SHIFTED, Technique.NOISED})
"""What leaves something that follows from the identifier: nothing under Safe Harbor, 45 CFR 164.514(c)(1)."""

_LIMITED: Final = frozenset("ADEFGHIJKLMNOPQ")
"""The letters that a limited data set loses, 45 CFR 164.514(e)(2): town, state, ZIP, dates and other codes stay."""

MINIMUM_CELL: Final = 11
"""The smallest cell that may be shown by default: CMS shows none of 1 to 10."""

_CLEAN_PIXELS, _CLEAN_FACES = "113101", "113102"
_RETAINED: Final = {
    "113106": frozenset("C"),
    "113107": frozenset("C"),
    "113108": frozenset("C"),
    "113109": frozenset("M"),
    "113110": frozenset("R"),
    "113111": frozenset(_LETTER),
    "113112": frozenset("B"),
}
"""The letters that each option to retain leaves in."""
_FACES: Final = frozenset("PQ")


def marks_of(kind: str, codes: Iterable[Coding], confidentiality: str | None, *, suggested: bool) -> frozenset[Mark]:
    """Return what a label flows as: each code apart, every letter where it has none, sensitivity without a kind."""
    some = set(codes)
    sensitive = {one for one in some if one.system in SENSITIVITIES}
    if confidentiality is not None:
        sensitive.add(Coding(hl7.CONFIDENTIALITY, confidentiality))
    letters = (some - sensitive) or set(LETTERS)
    return frozenset({Mark(kind, one, suggested) for one in letters} | {Mark("", one, suggested) for one in sensitive})


def passed(mark: Mark, passage: Passage) -> Mark:
    """Return what a mark is behind a flow where nothing clears it."""
    if passage is Passage.INDIRECT and mark.kind:
        return mark._replace(kind=PhiKind.DERIVED_FEATURE.value)
    return mark


def preceding(mark: Mark, passage: Passage) -> Iterator[Mark]:
    """Yield what may have been before a flow what is this mark behind it."""
    if passage is not Passage.INDIRECT or not mark.kind:
        yield mark
    elif mark.kind == PhiKind.DERIVED_FEATURE:
        yield from (mark._replace(kind=kind.value) for kind in PhiKind)


def clearing(
    flow: Flow, mark: Mark, clearances: Iterable[Clearance], *, recipient: str | None = None
) -> Cleared | None:
    """Return by which of the attestations that cover the flow's step a mark is taken away on it; None where by none.

    What is made of a value directly must be said to be masked besides; what only decides, or what no column lineage
    mentions, must be named by the attestation. Sensitivity is taken away by nothing.
    """
    if flow.passage is Passage.SAME or not mark.kind:
        return None
    if flow.passage is Passage.DIRECT and flow.masked is not True:
        return None
    for one in sorted(clearances, key=lambda each: each.entry):
        if _reaches(one, flow, recipient) and takes_away(one, mark):
            return Cleared(flow, mark, one.id, one.entry)
    return None


def _reaches(clearance: Clearance, flow: Flow, recipient: str | None) -> bool:
    if clearance.recipients and recipient is not None and recipient not in clearance.recipients:
        return False
    if flow.passage is Passage.INDIRECT and not clearance.indirect:
        return False
    if clearance.columns is None:
        return flow.target.part is not Part.COLUMN or flow.target.detail not in clearance.later
    return flow.target.part is Part.COLUMN and flow.target.detail in clearance.columns


def takes_away(clearance: Clearance, mark: Mark, minimum_cell: int = MINIMUM_CELL) -> bool:
    """Tell whether what an attestation names and what was done to it takes a mark away, by its method."""
    done = next((one for one in clearance.treatments if one.code == mark.coding), None)
    if done is None or clearance.method == DeidentificationMethod.NONE:
        return False
    if not is_enough(done, minimum_cell):
        return False
    if mark.kind == PhiKind.IMAGING_PIXELS and not _cleans_pixels(clearance, mark.coding):
        return False
    if clearance.method == DeidentificationMethod.SAFE_HARBOR:
        return done.technique not in _DERIVED
    if clearance.method == DeidentificationMethod.LIMITED_DATA_SET:
        return mark.coding.system == hipaa.SYSTEM and mark.coding.code in _LIMITED
    return True


def is_enough(done: Treatment, minimum_cell: int = MINIMUM_CELL) -> bool:
    """Tell whether what was aggregated leaves no cell so small that it tells of few, nor one that follows of others."""
    if done.technique != Technique.AGGREGATED:
        return True
    return done.minimum_cell is not None and done.minimum_cell >= minimum_cell and done.complementary


def _cleans_pixels(clearance: Clearance, coding: Coding) -> bool:
    """Tell whether DICOM options take a letter out of pixels: burned-in text is one option, faces another."""
    if coding.system != hipaa.SYSTEM:
        return True
    if any(coding.code in _RETAINED.get(option, ()) for option in clearance.options):
        return False
    return (_CLEAN_FACES if coding.code in _FACES else _CLEAN_PIXELS) in clearance.options


def options_of(codes: Iterable[Coding]) -> frozenset[str]:
    """Return the DICOM options among codes."""
    return frozenset(one.code for one in codes if one.system == dicom.SYSTEM)
