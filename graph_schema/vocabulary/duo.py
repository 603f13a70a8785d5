"""The Data Use Ontology (GA4GH, CC BY 4.0; release 2021-02-23): permissions, modifiers and investigation types.

Below means narrower for permissions (DS under HMB under GRU), but not for modifiers: NPU and NCU lie under NPUNCU,
which demands both. NRES is a sibling of GRU, not above it; that it allows all that GRU allows is a rule, not the tree.
CC is filed as a modifier but allows something. Investigation types are what a requester says; no dataset permits one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from graph_schema.nearest import did_you_mean
from graph_schema.vocabulary.codes import Code, CodeTable, Found, UnknownCodeError

SYSTEM: Final = "http://purl.obolibrary.org/obo/duo.owl"

Kind = Literal["permission", "modifier", "investigation", "obsolete"]


@dataclass(frozen=True, slots=True)
class DuoTerm(Code):
    """A term with its kind, its shorthand and the kind of argument that it takes."""

    kind: Kind = "permission"
    shorthand: str | None = None
    argument: str | None = None


_ROWS: tuple[tuple[str, str, str, str, Kind, str], ...] = (
    ("DUO:0000001", "", "", "data use permission", "permission", ""),
    ("DUO:0000004", "NRES", "DUO:0000001", "no restriction", "permission", ""),
    ("DUO:0000006", "HMB", "DUO:0000042", "health or medical or biomedical research", "permission", ""),
    ("DUO:0000007", "DS", "DUO:0000006", "disease specific research", "permission", "mondo"),
    ("DUO:0000011", "POA", "DUO:0000001", "population origins or ancestry research only", "permission", ""),
    ("DUO:0000012", "RS", "DUO:0000017", "research specific restrictions", "modifier", "topic"),
    ("DUO:0000015", "NMDS", "DUO:0000017", "no general methods research", "modifier", ""),
    ("DUO:0000016", "GSO", "DUO:0000017", "genetic studies only", "modifier", ""),
    ("DUO:0000017", "", "", "data use modifier", "modifier", ""),
    ("DUO:0000018", "NPUNCU", "DUO:0000017", "not for profit, non commercial use only", "modifier", ""),
    ("DUO:0000019", "PUB", "DUO:0000017", "publication required", "modifier", ""),
    ("DUO:0000020", "COL", "DUO:0000017", "collaboration required", "modifier", "contact"),
    ("DUO:0000021", "IRB", "DUO:0000017", "ethics approval required", "modifier", ""),
    ("DUO:0000022", "GS", "DUO:0000017", "geographical restriction", "modifier", "location"),
    ("DUO:0000024", "MOR", "DUO:0000017", "publication moratorium", "modifier", "date"),
    ("DUO:0000025", "TS", "DUO:0000017", "time limit on use", "modifier", "months"),
    ("DUO:0000026", "US", "DUO:0000017", "user specific restriction", "modifier", "users"),
    ("DUO:0000027", "PS", "DUO:0000017", "project specific restriction", "modifier", "project"),
    ("DUO:0000028", "IS", "DUO:0000017", "institution specific restriction", "modifier", "institute"),
    ("DUO:0000029", "RTN", "DUO:0000017", "return to database or resource", "modifier", ""),
    ("DUO:0000031", "", "", "method development", "investigation", ""),
    ("DUO:0000032", "", "", "population research", "investigation", ""),
    ("DUO:0000033", "", "", "ancestry research", "investigation", ""),
    ("DUO:0000034", "", "", "age category research", "investigation", ""),
    ("DUO:0000035", "", "", "gender category research", "investigation", ""),
    ("DUO:0000036", "", "", "research control", "investigation", ""),
    ("DUO:0000037", "", "", "biomedical research", "investigation", ""),
    ("DUO:0000038", "", "DUO:0000037", "genetic research", "investigation", ""),
    ("DUO:0000039", "", "DUO:0000037", "drug development research", "investigation", ""),
    ("DUO:0000040", "", "DUO:0000037", "disease category research", "investigation", ""),
    ("DUO:0000042", "GRU", "DUO:0000001", "general research use", "permission", ""),
    ("DUO:0000043", "CC", "DUO:0000017", "clinical care use", "modifier", ""),
    ("DUO:0000044", "NPOA", "DUO:0000017", "population origins or ancestry research prohibited", "modifier", ""),
    ("DUO:0000045", "NPU", "DUO:0000018", "not for profit organisation use only", "modifier", ""),
    ("DUO:0000046", "NCU", "DUO:0000018", "non-commercial use only", "modifier", ""),
)

_HEADS = frozenset({"DUO:0000001", "DUO:0000017"})
_OBSOLETE: Final = {
    f"DUO:{number:07}": DuoTerm(
        f"DUO:{number:07}", None, "obsolete", retired=f"DUO:{number:07} is obsolete: {instead}.", kind="obsolete"
    )
    for number, instead in (
        (2, "it grants nothing; ask the authority over the data what it permits now"),
        (3, "use the modifiers themselves"),
        (
            5,
            "it was GRU-CC: use DUO:0000042 (GRU) alone; the authority over the data has to permit clinical care anew",
        ),
        (14, "it was RU: ask the authority over the data which research it permits"),
    )
}
_ID = re.compile(r"(?:https?://purl\.obolibrary\.org/obo/)?DUO[:_](\d{1,9})", re.ASCII)

DUO = CodeTable(
    "DUO",
    SYSTEM,
    tuple(
        DuoTerm(id_, parent or None, label, id_ not in _HEADS, None, kind, shorthand or None, argument or None)
        for id_, shorthand, parent, label, kind, argument in _ROWS
    ),
)
_BY_SHORTHAND = {row[1]: row[0] for row in _ROWS if row[1]}


def find(text: str) -> Found:
    """Return the term for an id, an IRI or a shorthand (`DUO:0000042`, `DUO_0000042`, `GRU`); ids compare as numbers.

    An obsolete id is recognised, with a warning that says what stands for it. Raises UnknownCodeError for anything
    else, for the heads of the two groups, and for investigation types.
    """
    id_ = _spelt(text)
    if id_ in _OBSOLETE:
        return Found(_OBSOLETE[id_], _OBSOLETE[id_].retired)
    if DUO.get(id_) is None:
        meant = (
            did_you_mean(text, _BY_SHORTHAND) or "a code is an id such as DUO:0000042, or its shorthand, such as GRU."
        )
        raise UnknownCodeError(f"DUO has no code {text[:60]!r}; {meant}")
    found = DUO.find(id_)
    if isinstance(found.code, DuoTerm) and found.code.kind == "investigation":
        raise UnknownCodeError(
            f"{found.code.code} says what a requester does; a dataset permits GRU, HMB, DS, POA or NRES."
        )
    return found


def known(text: str) -> Code | None:
    """Return whatever has that id, IRI or shorthand: heads of groups, investigation types and obsolete terms too."""
    id_ = _spelt(text)
    return _OBSOLETE.get(id_) or DUO.get(id_)


def _spelt(text: str) -> str:
    match = _ID.fullmatch(text)
    return _BY_SHORTHAND.get(text, text) if match is None else f"DUO:{int(match[1]):07}"
