"""Codes of terminologies as reports print them: each with what it means, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph_schema.vocabulary import dicom, duo, hipaa, hl7, systems
from reports.context import Code
from reports.document import Line, code, faint, plain, words
from reports.phrases import unrecorded

_SYSTEMS = {
    # The urn is this project's own name of the paragraph.
    hipaa.SYSTEM: "45 CFR 164.514(b)(2)(i)",
    hl7.ACT_REASON: "HL7 ActReason",
    hl7.ACT_CODE: "HL7 ActCode",
    hl7.OBSERVATION_VALUE: "HL7 ObservationValue",
    hl7.CONFIDENTIALITY: "HL7 Confidentiality",
    dicom.SYSTEM: "DICOM",
    duo.SYSTEM: "DUO",
}
_UNKNOWN = "unknown to this catalog"


def coded(codes: Iterable[Code]) -> Iterator[Line]:
    """Yield the codes by their systems, each system named once and each code with its meaning in words."""
    by_system = _by_system(codes)
    for system, values in by_system.items():
        yield from coded_in(_SYSTEMS.get(system, system), system, values)
    if not by_system:
        yield unrecorded("label codes")


def coded_briefly(codes: Iterable[Code]) -> Iterator[Line]:
    """Yield the codes by their systems, each system named once, without their meanings."""
    for system, values in _by_system(codes).items():
        yield words(faint(f"{_SYSTEMS.get(system, system)}:"), plain(", ".join(values)))


def coded_in(name: str, system: str, codes: Iterable[str]) -> Iterator[Line]:
    """Yield codes of one system after its name, nothing where there are none; several stand in a line of their own."""
    values = tuple(codes)
    if len(values) == 1:
        yield words(faint(f"{name}:"), meant(system, values[0]))
    elif values:
        yield faint(f"{name}:")
        yield from (meant(system, value) for value in values)


def _by_system(codes: Iterable[Code]) -> Mapping[str, Sequence[str]]:
    by_system: defaultdict[str, list[str]] = defaultdict(list)
    for each in codes:
        by_system[each.system].append(each.code)
    return by_system


def explained(system: str, value: str) -> str:
    """Return a code in a sentence: what it means, then itself; the code alone where this catalog does not know it."""
    meaning = systems.meaning(system, value)
    return value if meaning is None else f"{meaning} ({value})"


def meant(system: str, value: str) -> Line:
    """Return a code with its meaning in words, or that this catalog does not know it."""
    meaning = systems.meaning(system, value)
    return words(code(value), faint(_UNKNOWN) if meaning is None else plain(meaning))
