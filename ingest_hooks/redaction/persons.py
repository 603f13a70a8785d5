"""Names of persons in authored text: after a title, after a word for a patient or a caregiver, behind `last name:`.

A name that nothing announces has no form that tells it; README says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest_hooks.redaction.spans import Span
from ingest_hooks.redaction.vocabulary import ORDINARY

_TITLE = (
    r"(?:Dr|Drs|Mr|Mrs|Ms|Mx|Miss|Prof|Professor|Sir|Dame|Herrn?|Frau|Fräulein|Mme|Mlle|Madame|Monsieur|Señora?|Dott|Dra)"
    r"(?![^\W\d_])\.?|(?:DR|MR|MRS|MS|PROF|dr|mr|mrs|ms|prof)\.|MRS|HERR|FRAU"
)
_ROLE = (
    r"(?i:patient(?:in)?|pt\.?|pat\.|nurse|physician|doctor|surgeon|radiologist|pathologist|midwife|mother|father|wife"
    r"|husband|daughter|next of kin|(?:named|called) patient)"
)
_NAMED = (
    r"(?i:(?:(?:patient|person|member|subject)(?:'s|s)?[ _-]?(?:full[ _-]?)?"
    r"|first|last|given|family|middle|maiden|sur|pt\.? )[ _-]?name(?:[ _]of[ _](?:the[ _])?patient)?"
    r"|name of (?:the )?patient)"
)
_LEAD: Final = re.compile(
    rf"(?<![\w])(?:(?P<title>(?:(?:{_TITLE})\s{{1,3}}(?:med\.?\s{{1,2}})?){{1,4}}+)"
    rf"|(?P<role>{_ROLE}(?:,? (?:named|called|is|was|ist|heißt))?(?:\s{{0,2}}[:=(\"'“]{{1,2}}\s{{0,2}}|\s{{1,3}}))"
    rf"|(?P<named>{_NAMED}(?:\s{{0,2}}[:=]{{1,2}}\s{{0,2}}|\s(?:is|was)\s{{1,2}})[\"'“(]?))"
)
_PART = r"(?:(?:O['’]|Mc|Mac|D['’])?[^\W\d_a-zß-öø-ÿ][^\W\d_]*+(?:[-'’][^\W\d_a-zß-öø-ÿ][^\W\d_]*+){0,3}+\.?)"
_NAME: Final = re.compile(
    rf"{_PART}(?:,? {{1,2}}"
    rf"(?:(?:van|von|de|der|den|del|della|di|da|la|le|bin|ibn|al|zu|ter|ten)\s){{0,2}}{_PART}){{0,4}}"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_ACRONYM = 5
_PARTS_OF_ACRONYMS = 2


def find_persons(text: str, *, titles: bool) -> Iterator[Span]:
    """Yield the names that are announced; after titles only where `titles`, since the house's own people bear them."""
    for lead in _LEAD.finditer(text):
        if lead["title"] and not titles:
            continue
        found = _NAME.match(text, lead.end())
        if found is None:
            continue
        end = _end_of_name(found)
        if end > found.start():
            yield Span(found.start(), end, "name")


def _end_of_name(found: re.Match[str]) -> int:
    """Where the name ends: before the first word that is none; at its start where it is no name at all."""
    end = found.start()
    words = list(_WORD.finditer(found[0]))
    kept = 0
    for word in words:
        written = word[0]
        if written.lower() in ORDINARY or any(
            part.lower() in ORDINARY for part in re.split(r"[-'’]", written) if len(part) > 1
        ):
            break
        end = found.start() + word.end()
        kept += 1
    first = words[0][0] if words else ""
    if first.isupper() and len(first) <= _ACRONYM and kept < _PARTS_OF_ACRONYMS and len(first) > 1:
        return found.start()  # an acronym, as in `patient FHIR resource`
    return end
