"""Keyed identifiers: whatever follows a word that announces the number of a person, a visit, an account, a specimen.

The words are looked for once, from left to right; what follows each is judged by patterns anchored behind it, so that
the work grows with the length and not with its square. How much must follow depends on the word, on what joins both,
and on where the text comes from: in a name, `patients_2024` and `/patients/2024/01/` are partitions; in authored text
a plural counts (`visits: 12000`), and a number before a unit measures. Public accessions, cloud accounts, test cases
and dbt's test ids are none of a person's. 45 CFR 164.514(b)(2)(i).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest_hooks.redaction import keywords
from ingest_hooks.redaction.markers import MARKER, TOKEN
from ingest_hooks.redaction.spans import Span

_LONGEST_CALENDAR: Final = 48
_LONGEST_TEST: Final = 512
_LOOK_BACK: Final = 20
_YEAR_DIGITS: Final = 4
_KEYED_DIGITS: Final = 3
_JOINED_DIGITS: Final = 4
_PART_DIGITS: Final = 5
_PLURAL_DIGITS: Final = 7
_NHS_DIGITS: Final = 7
_SEVERAL_DIGITS: Final = 6
_FIRST_PARTITION: Final = "2010"
"""A date joined to a word for birth by an underscore is a table's from this year on, and somebody's birth before."""


def find_keyed(text: str, *, is_name: bool) -> Iterator[Span]:
    """Yield the identifiers that stand behind a word for what they are, and dates behind a word for birth."""
    for match in keywords.BIRTH.finditer(text):
        if not (_is_partition_of_births(match) or _is_of_dbt(match, match["join"], match.start("value"))):
            yield Span(*match.span("value"), "date")
    if is_name and "=" in text:
        for match in keywords.PAIR.finditer(text):
            if not any(known.fullmatch(match["value"]) for known in (keywords.NO_VALUE, TOKEN, MARKER)):
                yield Span(*match.span("value"), "identifier")
    for key in keywords.KEY.finditer(text):
        found = _behind(text, key, is_name=is_name)
        if found is not None and found.is_identifier():
            yield Span(*found.value.span(), "identifier")
            yield from _several(text, found.value.end())


def find_searched(text: str) -> Iterator[Span]:
    """Yield what an address asks of a person of a FHIR server: `Patient?family=…&birthdate=…`."""
    for asked in keywords.SEARCH.finditer(text):
        for match in keywords.SEARCHED.finditer(text, asked.start("query"), asked.end("query")):
            if not any(known.fullmatch(match["value"]) for known in (keywords.NO_VALUE, TOKEN, MARKER)):
                yield Span(*match.span("value"), "identifier")


def _several(text: str, at: int) -> Iterator[Span]:
    """Yield the numbers that follow one: 48213977, 48213978 and 48213979."""
    while again := keywords.AGAIN.match(text, at):
        value = keywords.VALUE.match(text, again.end())
        if value is None or not value["plain"] or value["prefix"] or _is_calendar(value[0]):
            return
        if sum(character.isdigit() for character in value[0]) < _SEVERAL_DIGITS:
            return
        yield Span(*value.span(), "identifier")
        at = value.end()


def _is_partition_of_births(match: re.Match[str]) -> bool:
    return match["join"] in {"_", "-", "."} and _is_calendar(match["value"]) and match["value"] >= _FIRST_PARTITION


def _behind(text: str, key: re.Match[str], *, is_name: bool) -> _Keyed | None:
    """What stands behind a word, unless nothing does or the word means something else here."""
    numbered = key["number"] is not None or bool(key["id"])
    if key["only"] is not None and not numbered:
        return None
    if key["thing"] or key["only"] or key["person"] == "pid":
        before = text[max(0, key.start() - _LOOK_BACK) : key.start()]
        if keywords.GUARD.search(before):
            return None
    at = key.end()
    if not is_name:
        if key["person"] and (more := keywords.NUMBERED.match(text, at)):
            numbered, at = True, more.end()
        if numbered and (fill := keywords.FILL.match(text, at)):
            at = fill.end()
    join = keywords.JOIN.match(text, at)
    value = keywords.VALUE.match(text, join.end()) if join else None
    if join is None or value is None or (join["comma"] and not numbered):
        return None
    if join["comma"] and len(value[0]) < _SEVERAL_DIGITS:
        return None  # sha2(mrn, 256)
    if value["prefix"] and keywords.KEY.match(text, value.start()):
        return None  # that word decides: `/patients/MRN-123` and `mrn=123` hold one value
    return _Keyed(key, join, value, numbered=numbered, is_name=is_name)


class _Keyed:
    """One word, what joins it to what follows, and what that is."""

    def __init__(
        self, key: re.Match[str], join: re.Match[str], value: re.Match[str], *, numbered: bool, is_name: bool
    ) -> None:
        self.key = key
        self.value = value
        self.written = value[0]
        self.numbered = numbered
        self.is_name = is_name
        self.join = join[0]
        self.joined = not join["strong"] and not join["blank"] and not join["open"]
        self.plural = bool(key["persons"] or key["things"]) and not key["id"]
        self.digits = sum(character.isdigit() for character in self.written)

    def is_identifier(self) -> bool:
        if self._is_public() or _is_of_dbt(self.key, self.join, self.value.start()):
            return False
        if self.value["uuid"]:
            return not (self.plural and self.joined)
        if self.value["digest"]:
            return not (self.joined and len(self.written) in keywords.DIGEST_LENGTHS)
        if self.digits < self._fewest_digits() or keywords.SUFFIXED.fullmatch(self.written):
            return False
        if self.joined or self.join == "/":
            return self._is_one_in_a_name()
        return self.numbered or (not self._measures() and self._is_one_behind_a_word())

    def _fewest_digits(self) -> int:
        if (self.key["number"] or self.key["person"] or "").lower() in {"nhs", "pid"}:
            return _NHS_DIGITS  # NHS 111 is a telephone, and a process has a pid
        loose = not self.numbered and self.join.isspace()
        return _JOINED_DIGITS if loose else _KEYED_DIGITS

    def _is_one_in_a_name(self) -> bool:
        if _is_calendar(self.value["digits"]):
            return False
        part = keywords.PADDED.fullmatch(self.written)
        if self.join == "/":
            return not part and not keywords.RELEASE.fullmatch(self.written)
        if not keywords.FOUR_DIGITS.search(self.written) or self._is_a_machines():
            return False  # an age, a version: `patients_18_64`
        if part and self.digits <= _PART_DIGITS:
            return False  # one of several files
        written_at = self.plural and keywords.EPOCH.fullmatch(self.written)
        return self.numbered or not (written_at or keywords.ROUND.fullmatch(self.written))

    def _is_a_machines(self) -> bool:
        """Whether a pod, a host or a job made it: digits among letters, or behind a word (`sync-28593120`)."""
        if keywords.WORD_BEFORE.search(self.value["prefix"] or "") or not keywords.SEGMENT.fullmatch(self.written):
            return True
        return keywords.CLOUD_HOST.match(self.value.string, self.value.end()) is not None

    def _is_one_behind_a_word(self) -> bool:
        calendar = _is_calendar(self.written)
        if (calendar and (self.is_name or len(self.written) == _YEAR_DIGITS)) or keywords.DECIMAL.fullmatch(
            self.written
        ):
            return False
        if self.plural and not self.value["prefix"] and not {"/", "=", "#"} & set(self.join):
            several = bool(self.key["persons"]) and not self.join.strip(" ([") and self.digits >= _PLURAL_DIGITS
            return several and not calendar and not keywords.ROUND.fullmatch(self.written)
        return True

    def _measures(self) -> bool:
        if self.is_name or not self.written.isdigit():
            return False
        return keywords.UNIT.match(self.value.string, self.value.end()) is not None

    def _is_public(self) -> bool:
        prefix = self.value["prefix"] or ""
        if len(prefix.rstrip("-_/. ")) == 1:
            return keywords.PART.fullmatch(self.written) is not None
        return bool(prefix) and keywords.PUBLIC.search(prefix) is not None


def _is_of_dbt(key: re.Match[str], join: str, start: int) -> bool:
    """Whether what begins there is an argument or the digest in the name of a dbt test."""
    if join not in {".", "_.", "__"}:
        return False
    if not keywords.DBT.search(key.string, max(0, key.start() - _LONGEST_TEST), key.end()):
        return False
    return join == "__" or keywords.DBT_HASH.match(key.string, start) is not None


def _is_calendar(written: str) -> bool:
    return len(written) <= _LONGEST_CALENDAR and keywords.CALENDAR.fullmatch(written) is not None
