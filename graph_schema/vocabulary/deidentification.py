"""What an attestation, or a run's claim, says was done to identifiers, held to the words and codes that are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from graph_schema.nearest import did_you_mean
from graph_schema.vocabulary import hl7, systems
from graph_schema.vocabulary.words import DeidentificationMethod, DeidentificationState, Technique

_WORDS: Final[Mapping[str, tuple[str, type[StrEnum]]]] = {
    "method": ("The method", DeidentificationMethod),
    "state": ("The state", DeidentificationState),
}


def unknown_in(recorded: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where something stands that means nothing, and why: a code that its system has not, or no longer, and a
    method, technique or state that is none.

    `recorded` is an attestation as it is stored, or a run's claim as its facet holds it; what has another shape is
    passed over, as are codes of systems that are not kept here.
    """
    for name, (where, words) in _WORDS.items():
        yield from _word(where, recorded.get(name), words)
    for one in _each(recorded, "clears"):
        yield from _code("What is cleared", one)
    for one in _each(recorded, "treatments"):
        if isinstance(one, Mapping):
            yield from _code("What is treated", one.get("code"))
            yield from _word("The technique", one.get("technique"), Technique)
    for one in _each(recorded, "alterations"):
        yield from _code("The alteration", {"system": hl7.OBSERVATION_VALUE, "code": one})


def _each(recorded: Mapping[str, Any], name: str) -> list[Any]:
    found = recorded.get(name)
    return found if isinstance(found, list) else []


def _word(where: str, value: object, words: type[StrEnum]) -> Iterator[tuple[str, str]]:
    known = [one.value for one in words]
    if isinstance(value, str) and value not in known:
        meant = did_you_mean(value, known)
        yield where, f"{value[:60]!r} is none of {', '.join(known)}{f'; {meant}' if meant else '.'}"


def _code(where: str, coding: object) -> Iterator[tuple[str, str]]:
    if isinstance(coding, Mapping) and isinstance(coding.get("system"), str) and isinstance(coding.get("code"), str):
        text = systems.why_unknown(coding["system"], coding["code"])
        if text is not None:
            yield where, text
