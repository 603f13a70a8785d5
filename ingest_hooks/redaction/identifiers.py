"""Identifiers of people inside free text and inside names: found by their form, or by the word in front of them.

Covered (45 CFR 164.514(b)(2)(i), as far as form can tell): dates of birth, telephone numbers, e-mail addresses, social
security, medical record, health plan and account numbers, device and study UIDs; and credentials in URLs. A person's
name has no form: only the places that hold values at all (see `rules`) are dropped as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ingest_hooks.redaction.markers import MARKER, TOKEN, marker, settle, token

Replace = Callable[[str, str], str]

_WORDS: Final = (
    "mrn", "ssn", "nhs", "patient", "pat", "pid", "person", "subject", "member", "mbr", "encounter", "visit",
    "accession", "medical", "birth", "born", "dob", "health", "insurance", "name", "phone", "email", "address",
)  # fmt: skip
_KEYWORD = (
    r"(?:mrn|ssn|nhs|(?:in|out)?patients?|pat|pid|persons?|subjects?|members?|mbr|encounters?|visits?|accessions?"
    r"|medical[ _-]?records?|health[ _-]?(?:card|plan)|insurance)"
    r"(?:[ _-]?(?:ids?|nos?|nr|num|numbers?|key|identifiers?|mrn))*"
)
_KEYED = re.compile(
    rf"(?<![A-Za-z0-9]){_KEYWORD}(?P<between>\s*(?:(?:[=:#/]|%2f|%3[ad])+|\b(?:is|was|no\.?)\b)\s*|[\s_.-]{{0,3}})[\"'\[(]?"
    r"(?P<value>(?:[A-Za-z]{1,4}[-_]?)?\d[0-9A-Za-z]*(?:[-_. ]\d[0-9A-Za-z]*)*)",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"(?<![A-Za-z0-9])(?:dob|born|birth(?:[ _-]?(?:date|day))?|date[ _-]?of[ _-]?birth)[\W_]{0,3}"
    r"(?:(?:is|was|on|in)\b)?[\W_]{0,3}(?P<value>\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{4,8}(?!\d)"
    r"|(?:\d{1,2}\.? )?[A-Za-z]{3,9}\.? (?:\d{1,2},? )?\d{4})",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?<![A-Za-z0-9])(?:mrn|ssn|dob|birth_?date|date_of_birth|e?mail|phone|address"
    r"|(?:patient|person|subject|member|encounter|visit|accession|medical_?record|nhs)s?_?(?:id|no|number|name|key|mrn)?"
    r"|(?:first|last|given|family|sur|full|middle)_?name)=(?P<value>[^/&;,\s'\"`<>()]+)",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(?<=://)(?P<user>[^/\s:@<>]{1,128}):(?P<password>[^/\s@<>]{1,512})(?=@)"
    r"|(?P<query>[?&;](?:password|passwd|pwd|secret|(?:access_?)?token|sig|signature|api_?key|x-amz-[a-z-]+)=)(?P<value>[^&;\s<>]+)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_DATE = r"(?:199\d|20\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_SAFE = (
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"  # UUID
    r"|(?<!\d)\d{4}-\d\d-\d\d[T _]\d\d[:_-]?\d\d(?:[:_-]?\d\d(?:[.,]\d+)?)?"  # a point in time
    r"|(?<!\d)(?:199\d|20\d\d)-\d\d-\d\d(?!\d)"
    r"|(?<!\d)\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?!\d)"
    rf"|(?<!\d){_DATE}(?:[T_]?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?(?!\d)"  # compact
    r"|(?<!\d)20[0-4]\d(?:0[1-9]|1[0-2])(?!\d)"  # year and month
    r"|(?<![0-9A-Za-z])(?=(?:[a-fA-F]*\d+[a-fA-F]+){2})[0-9a-fA-F]{8,}(?![0-9A-Za-z])"  # a digest
    r"|(?<!\d)1\d{12}(?=_\d{4})"  # YARN
    r"|(?<=:)\d{12}(?=:)"  # the account in an ARN
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"  # IPv4
)
_NUMBER = re.compile(
    rf"(?P<safe>{_SAFE})"
    r"|(?P<ssn>(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-]))"
    r"|(?P<uid>(?<![\d.])\d+(?:\.\d+){5,}(?!\d))"
    r"|(?P<phone>(?<![\w.+])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{2,4}[ .-])\d{3,4}[ .-]\d{3,4}(?![\w]|\.\d)"
    r"|(?<!\w)\+\d[\d .()-]{6,}\d)"
    r"|(?P<date>(?<!\d)(?:\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d|1[89]\d\d-\d\d-\d\d)(?!\d))"
    r"|(?P<number>\d{6,})"
)
_PLAIN = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_QUICK = re.compile(r"\d\D{0,2}\d\D{0,2}\d|[@=]")
_SAFE_WHOLE = re.compile(_SAFE)
_AUTHORITY = re.compile(r"[A-Za-z][\w+.-]*:/{2}[^/\s]*")
_DBT_HASH = re.compile(r"\d{10}(?:\.|$)")
_KEYED_DIGITS = 3
_FACET_MEMO_SIZE = 4_000
_MEMO_SIZE = 20_000
_MEMO_TEXT = 200


class Memo(set[str]):
    """Short strings that were found clean; emitters repeat most of theirs in every event. Emptied when it is full."""

    def keep(self, text: str) -> None:
        """Remembers `text`, unless it is too long or of a form that no two events share."""
        if len(text) > _MEMO_TEXT or is_plain(text):
            return
        if len(self) >= _MEMO_SIZE:
            self.clear()
        self.add(text)


class FacetMemo(set[tuple[str, bool, str | None, bytes]]):
    """Whole facets in which nothing was to be replaced: name, whether exempt, dialect, JSON. Emptied when it is full.

    Most facets of an event (schema, documentation, storage …) are, byte for byte, those of the event before.
    """

    def keep(self, facet: tuple[str, bool, str | None, bytes]) -> None:
        """Remembers the facet."""
        if len(self) >= _FACET_MEMO_SIZE:
            self.clear()
        self.add(facet)


def is_plain(text: str) -> bool:
    """Whether the whole text is a UUID or a point in time."""
    return _PLAIN.fullmatch(text) is not None


@dataclass(slots=True)
class Scanner:
    """Finds identifiers: in text they become markers, in names tokens that keep equal names equal.

    `known_texts` and `known_names` are for whoever judges whole strings, of which this scan is one part.
    """

    key: bytes
    known_texts: Memo = field(default_factory=Memo)
    known_names: Memo = field(default_factory=Memo)
    known_facets: FacetMemo = field(default_factory=FacetMemo)

    def text(self, text: str, *, emails: bool = True) -> str:
        """Free text without identifiers."""
        return self._scan(text, lambda kind, _: marker(kind), is_name=False, emails=emails)

    def name(self, text: str) -> str:
        """A name, path or address with a token in each identifier's place."""
        return self._scan(text, lambda _, value: token(value, self.key), is_name=True, emails=True)

    def _scan(self, text: str, replace: Replace, *, is_name: bool, emails: bool) -> str:
        if not _QUICK.search(text) or _PLAIN.fullmatch(text):
            return text

        def once(said: str) -> str:
            result = _without_secrets(said)
            result = _without_keyed(result, replace, is_name=is_name)
            if emails and "@" in result:
                result = _EMAIL.sub(lambda match: _email(match, replace), result)
            return _without_numbers(result, replace, is_name=is_name)

        return settle(text, once, replace("text", text))


def _without_secrets(text: str) -> str:
    if "://" not in text and "=" not in text:
        return text
    return _SECRET.sub(
        lambda match: f"{match['user']}:{marker('secret')}" if match["user"] else f"{match['query']}{marker('secret')}",
        text,
    )


def _without_keyed(text: str, replace: Replace, *, is_name: bool) -> str:
    lowered = text.lower()
    if not any(word in lowered for word in _WORDS):
        return text
    text = _BIRTH.sub(lambda match: _swap(match, replace("date", match["value"])), text)
    if is_name and "=" in text:
        text = _PAIR.sub(lambda match: _pair(match, replace), text)
    return _KEYED.sub(lambda match: _keyed(match, replace), text)


def _without_numbers(text: str, replace: Replace, *, is_name: bool) -> str:
    authority = _AUTHORITY.match(text) if is_name else None
    start = authority.end() if authority else 0

    def number(match: re.Match[str]) -> str:
        kind = match.lastgroup or "number"
        if kind == "safe" or (is_name and kind in {"date", "phone"} and "/" in match[0]):
            return match[0]
        if _is_dbt_hash(match):
            return match[0]
        return replace(kind, match[0])

    return text[:start] + _NUMBER.sub(number, text[start:])


def _is_dbt_hash(match: re.Match[str]) -> bool:
    """A dbt test is named `test.project.what.` and ten hexadecimal digits, which at times are all decimal."""
    text = match.string
    return (
        len(match[0]) == 10  # noqa: PLR2004 - dbt's digest length
        and text.startswith("test.")
        and text[match.start() - 1] == "."
        and (match.end() == len(text) or text[match.end()] == ".")
    )


def _swap(match: re.Match[str], value: str) -> str:
    start, end = match.start("value") - match.start(), match.end("value") - match.start()
    return match[0][:start] + value + match[0][end:]


def _pair(match: re.Match[str], replace: Replace) -> str:
    value = match["value"]
    if TOKEN.fullmatch(value) or MARKER.fullmatch(value):
        return match[0]
    return _swap(match, replace("identifier", value))


def _keyed(match: re.Match[str], replace: Replace) -> str:
    value = match["value"]
    digits = sum(character.isdigit() for character in value)
    if digits < _KEYED_DIGITS or _SAFE_WHOLE.fullmatch(value):
        return match[0]
    if len(value) == 4 and value[:2] in {"19", "20"} and digits == 4:  # noqa: PLR2004 - a year
        return match[0]
    if _is_dbt_value(match, value):
        return match[0]
    return _swap(match, replace("identifier", value))


def _is_dbt_value(match: re.Match[str], value: str) -> bool:
    return match.string.startswith("test.") and match["between"] == "." and _DBT_HASH.match(value) is not None


def _email(match: re.Match[str], replace: Replace) -> str:
    if match.string[: match.start()].endswith("://") or match[0].startswith("git@"):
        return match[0]  # a container in object storage, or the account of every git host
    return replace("email", match[0])
