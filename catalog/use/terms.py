"""The codes that data use statements are made of, and what a purpose asks of them."""

from __future__ import annotations

from typing import Final

from catalog.use.model import UseQuestion
from graph_schema.vocabulary import duo

NRES: Final = "DUO:0000004"
HMB: Final = "DUO:0000006"
DS: Final = "DUO:0000007"
POA: Final = "DUO:0000011"
RS: Final = "DUO:0000012"
NMDS: Final = "DUO:0000015"
GSO: Final = "DUO:0000016"
NPUNCU: Final = "DUO:0000018"
PUB: Final = "DUO:0000019"
COL: Final = "DUO:0000020"
IRB: Final = "DUO:0000021"
GS: Final = "DUO:0000022"
MOR: Final = "DUO:0000024"
TS: Final = "DUO:0000025"
US: Final = "DUO:0000026"
PS: Final = "DUO:0000027"
IS: Final = "DUO:0000028"
RTN: Final = "DUO:0000029"
GRU: Final = "DUO:0000042"
CC: Final = "DUO:0000043"
NPOA: Final = "DUO:0000044"
NPU: Final = "DUO:0000045"
NCU: Final = "DUO:0000046"

MLTRAINING: Final = "MLTRAINING"
"""HL7 purpose: the training of models; it follows from no data use term but NRES."""

DELAU: Final = "DELAU"
"""HL7 obligation: the data is deleted after use."""
ORCON: Final = "ORCON"
"""HL7 refrain: no disclosure without the originator's authorization."""

METHODS: Final = "DUO:0000031"
ANCESTRY: Final = "DUO:0000033"
GENETIC: Final = "DUO:0000038"

PERMISSIONS: Final = frozenset({NRES, GRU, HMB, DS, POA})
RESEARCH_PURPOSES: Final = {
    "HRESCH": HMB,
    "BIORCH": HMB,
    "CLINTRCH": HMB,
    "CLINTRCHNPC": HMB,
    "CLINTRCHPC": HMB,
    "PRECLINTRCH": HMB,
    "TRANSRCH": HMB,
    "DSRCH": DS,
    "POARCH": POA,
}
"""The data use permission that each research purpose of HL7 asks for: health care research is HMB."""


def sought(question: UseQuestion) -> tuple[str | None, frozenset[str]]:
    """Return the HL7 purpose that is asked for, and the data use permissions that it takes where it is research.

    Machine learning is research where investigation types say so: no permission but NRES has it in it. Diseases make
    health research disease specific. The development of methods alone takes any permission, ancestry its own.
    """
    asked, purpose = _permission(question.purpose), question.purpose
    if asked == CC:
        return "TREAT", frozenset()
    if asked is not None:
        purpose = "HRESCH"
    elif purpose == MLTRAINING:
        asked = HMB if question.investigations else None
    else:
        asked = RESEARCH_PURPOSES.get(purpose)
    if asked is None:
        return purpose, frozenset()
    if _permission(question.purpose) is None and not question.diseases:
        if question.investigations == {METHODS}:
            return purpose, frozenset({METHODS})
        if question.investigations == {ANCESTRY}:
            return purpose, frozenset({POA})
    if asked == HMB and question.diseases:
        asked = DS
    return purpose, frozenset({asked, POA} if ANCESTRY in question.investigations else {asked})


def _permission(purpose: str) -> str | None:
    """Return the data use permission, or CC, that a purpose is spelt as; None where it is a purpose of HL7."""
    found = duo.known(purpose)
    return found.code if found is not None and found.code in PERMISSIONS | {CC} else None


def short(code: str) -> str:
    """Return the shorthand of a data use code, where it has one."""
    if code == METHODS:
        return "the development of methods"
    found = duo.known(code)
    return (found.shorthand if isinstance(found, duo.DuoTerm) else None) or code
