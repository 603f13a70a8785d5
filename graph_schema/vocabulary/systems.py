"""Every code system that a tag or an attestation may name, by its URI."""

from __future__ import annotations

from functools import lru_cache

from graph_schema.vocabulary import dicom, duo, hipaa, hl7, section1557
from graph_schema.vocabulary.codes import Code, CodeTable, Found, UnknownCodeError, table
from graph_schema.vocabulary.meanings import MEANINGS

CONFIDENTIALITY = table(
    "Confidentiality",
    hl7.CONFIDENTIALITY,
    (
        ("U", "", "unrestricted"),
        ("L", "", "low"),
        ("M", "", "moderate"),
        ("N", "", "normal"),
        ("R", "", "restricted"),
        ("V", "", "very restricted"),
    ),
)
"""HL7 v3-Confidentiality (5.0.0); the order is that of `words.Confidentiality`."""

_TABLES: tuple[CodeTable, ...] = (
    hipaa.SAFE_HARBOR,
    section1557.CHARACTERISTICS,
    hl7.PURPOSE_OF_USE,
    hl7.OBLIGATIONS,
    hl7.REFRAINS,
    hl7.SENSITIVITY,
    hl7.ALTERATION,
    CONFIDENTIALITY,
    dicom.DEIDENTIFICATION,
    duo.DUO,
)
SHORT_NAMES = {
    "safe-harbor": hipaa.SYSTEM,
    "hipaa-safe-harbor": hipaa.SYSTEM,
    "act-reason": hl7.ACT_REASON,
    "act-code": hl7.ACT_CODE,
    "observation-value": hl7.OBSERVATION_VALUE,
    "confidentiality": hl7.CONFIDENTIALITY,
    "dicom": dicom.SYSTEM,
    "duo": duo.SYSTEM,
    "protected-characteristic": section1557.SYSTEM,
}
"""Names that people may write instead of a URI."""
SYSTEMS = tuple(dict.fromkeys(each.system for each in _TABLES))


def resolve(system: str) -> str:
    """Return the URI of a code system, given that or its short name; raises UnknownCodeError for one not kept here."""
    uri = SHORT_NAMES.get(system.lower(), system)
    if uri not in SYSTEMS:
        raise UnknownCodeError(
            f"The code system is not known; use one of {', '.join(sorted(SHORT_NAMES))}, or its URI."
        )
    return uri


def find(system: str, code: str) -> Found:
    """Return a code of a system, given by URI or short name; raises UnknownCodeError, saying what would be right."""
    uri = resolve(system)
    if uri == duo.SYSTEM:
        return duo.find(code)
    tables = [each for each in _TABLES if each.system == uri]
    for each in tables:
        if code in each:
            return each.find(code)
    return _joined(tables).find(code)


@lru_cache(maxsize=4096)
def why_unknown(system: str, code: str) -> str | None:
    """Return in a sentence why a code means nothing in its system, and what is nearest or stands for it now; None where
    it means something, or the system is not kept here.
    """
    if SHORT_NAMES.get(system.lower(), system) not in SYSTEMS:
        return None
    try:
        return find(system, code).warning
    except UnknownCodeError as error:
        return str(error)


def meaning(system: str, code: str) -> str | None:
    """Return in words what a code of a system, given by URI or short name, means; None for one that is not kept here.

    The code alone says nothing: the same letters mean other things in other systems. One that has been retired, or
    that only heads a group, has its meaning too, since older records and emitters hold such.
    """
    uri = SHORT_NAMES.get(system.lower(), system)
    tables = [each for each in _TABLES if each.system == uri]
    kept = duo.known(code) if uri == duo.SYSTEM else next((one for each in tables if (one := each.get(code))), None)
    return None if kept is None else MEANINGS[uri].get(kept.code) or kept.retired or kept.display


def _joined(tables: list[CodeTable]) -> CodeTable:
    """Return one table over several of the same system, for a hint that looks through all of them."""
    codes: list[Code] = [code for each in tables for code in each]
    return CodeTable(" or ".join(each.name for each in tables), tables[0].system, tuple(codes))
