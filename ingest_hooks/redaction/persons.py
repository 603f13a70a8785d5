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
    r"(?![^\W\d_])\.?|(?:DR|MR|MRS|MS|PROF|dr|mr|mrs|prof)\.|MRS|HERR|FRAU"
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
    rf"|(?P<named>{_NAMED}(?:\s{{0,2}}[:=]{{1,2}}\s{{0,2}}|(?:\s(?:is|was))?\s{{1,2}})[\"'“(]?)"
    rf"|(?P<role>{_ROLE}(?:,? (?:named|called|is|was|ist|heißt))?(?:\s{{0,2}}[:=(\"'“]{{1,2}}\s{{0,2}}|\s{{1,3}}))"
    rf"|(?P<full>(?:{_ROLE}, |(?i:patients|mothers|nurses|physicians|doctors) )))"
)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_PART = rf"(?:{_CAPITAL}\.|(?:O['’]|Mc|Mac|D['’])?{_CAPITAL}[^\W\d_]*+(?:[-'’]{_CAPITAL}[^\W\d_]*+){{0,3}}+)"
_PARTICLES = r"(?:(?:van|von|de|der|den|del|della|di|da|la|le|bin|ibn|al|zu|ter|ten)\s){0,2}"
_NAME: Final = re.compile(rf"{_PARTICLES}{_PART}(?:,? {{1,2}}{_PARTICLES}{_PART}){{0,4}}")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NOUN: Final = re.compile(
    r"(?:tion|sion|ment|ing|ity|ness|ance|ence|ure|logy|ics|ed|ive|list|flow|ship|age|ary|ory|ant|ent|able|ible|less)s?$"
)
_ON: Final = re.compile(
    r"[,(:]|\s{1,2}(?:was|is|has|had|were|with|who|reports?|presented|presents|seen|admitted|discharged|born|died|aged?"
    r"|underwent|complains|denies|and|from|of|in|on|at|for)(?![a-z])"
)
_FULL: Final = re.compile(r"\S+ .*\S")
_AGAIN: Final = re.compile(r",? (?:and|or|und|et|y) |, ")
_JOINED: Final = re.compile(r"[-'’]")
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
        if lead["full"] and not _FULL.fullmatch(text, found.start(), end):
            continue
        if end > found.start() and not (lead["role"] and lead["role"][0].isupper() and _is_heading(found, end)):
            yield Span(found.start(), end, "name")
            yield from _several(text, end)


def _several(text: str, at: int) -> Iterator[Span]:
    """Yield the full names that follow one: Testperson Alpha and Testperson Beta."""
    while again := _AGAIN.match(text, at):
        found = _NAME.match(text, again.end())
        end = _end_of_name(found) if found else 0
        if found is None or not _FULL.fullmatch(text, found.start(), end):
            return
        yield Span(found.start(), end, "name")
        at = end


def _end_of_name(found: re.Match[str]) -> int:
    """Where the name ends: before the first word that is none; at its start where it is no name at all."""
    end = found.start()
    words = [word[0] for word in _WORD.finditer(found[0])]
    shouted = bool(words) and words[0].isupper() and len(words[0]) > 1
    kept = 0
    for word in _WORD.finditer(found[0]):
        # Behind one name stands another, also where it is a word: Testperson Delta.
        if (kept != 1 and _is_ordinary(word[0])) or (kept and not shouted and _is_acronym(word[0])):
            break
        end = found.start() + word.end()
        kept += 1
    if shouted and _is_acronym(words[0]) and kept < _PARTS_OF_ACRONYMS:
        return found.start()  # as in `patient FHIR resource`
    return end


def _is_heading(found: re.Match[str], end: int) -> bool:
    """Whether it reads as a heading, such as Patient Activation Measure: words of such endings, and no verb behind."""
    first = _WORD.match(found.string, found.start())
    return first is not None and bool(_NOUN.search(first[0])) and not _ON.match(found.string, end)


def _is_acronym(word: str) -> bool:
    return word.isupper() and 1 < len(word) <= _ACRONYM


def _is_ordinary(word: str) -> bool:
    return word.lower() in ORDINARY or _JOINED.split(word)[0].lower() in ORDINARY
