"""Formed identifiers: what can be told by its own form, wherever it stands.

Social security numbers, telephone numbers, e-mail addresses, payment cards (ISO/IEC 7812: issuer and Luhn's check),
IBANs (ISO 13616: length and remainder 97), study and instance UIDs (DICOM PS3.5), person names in DICOM's and HL7's
form, and national numbers that carry a check or a form of their own. Every pattern is bounded or possessive and begins
only where a run begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest_hooks.redaction.checksums import ean, luhn
from ingest_hooks.redaction.spans import Span
from ingest_hooks.redaction.vocabulary import ORDINARY

_BEFORE = r"(?<![0-9A-Za-z])(?<!\d[.-])(?<!\.-)"
_AFTER = r"(?![0-9A-Za-z]|[-.]\d)"
_NUMBERS: Final = re.compile(
    rf"(?P<ssn>{_BEFORE}\d{{3}}(?P<s>[- ])\d\d(?P=s)\d{{4}}{_AFTER})"
    rf"|(?P<uid>(?<![0-9A-Za-z])(?<!\d\.)[0-2](?:\.(?:0|[1-9]\d*+)(?!\d)){{5,}}+{_AFTER}|(?<![0-9A-Za-z])(?<!\d\.)2\.25\.\d{{20,39}}{_AFTER})"
    rf"|(?P<national>{_BEFORE}(?:756\.\d{{4}}\.\d{{4}}\.\d\d|\d{{3}}\.\d{{3}}\.\d{{3}}-\d\d"
    r"|[1-9][A-Z][A-Z0-9]\d-[A-Z][A-Z0-9]\d-[A-Z]{2}\d\d|[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]"
    rf"|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d\d \d\d \d\d [A-D]){_AFTER})"
    rf"|(?P<phone>(?<![0-9A-Za-z+])\+\d{{1,3}}(?:[ .()/-]{{0,2}}\d){{7,13}}{_AFTER}"
    rf"|(?<![0-9A-Za-z+])(?<!\d[-. ])(?:1[ .-])?(?:\([2-9]\d\d\)[ .-]?|[2-9]\d\d[ .-])\d{{3}}[ .-]\d{{4}}{_AFTER})"
    rf"|(?P<card>{_BEFORE}(?:\d{{14,16}}|\d{{4}}(?P<c>[- ])\d{{4}}(?P=c)\d{{4}}(?P=c)\d{{1,7}}"
    rf"|\d{{4}}(?P<a>[- ])\d{{6}}(?P=a)\d{{4,5}}){_AFTER})"
)
_TEXT_ONLY: Final = re.compile(
    r"(?P<phone>(?<![\w.+-])00[1-9]\d{0,2}[ ./](?:[ ./]?\d){6,12}(?![0-9A-Za-z]|[-.]\d)"
    r"|(?<![\w.+-])0(?:\d{1,4}[ /]\d{3,4}(?:[ -]?\d{2,4}){1,2}|\d(?:[ .]\d\d){4})(?![0-9A-Za-z]|[-.]\d))"
    r"|(?P<date>(?<![0-9A-Za-z./-])(?:19[0-8]\d[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]19[0-8]\d)(?![0-9A-Za-z]|[-./]\d))"
)
_CALLED: Final = re.compile(
    r"(?<![a-z])(?:(?:tele)?phone|tel(?:efon)?|fax|mobile|whatsapp|handy)(?:[ _-]?(?:no|nr|number|num)(?![a-z]))?"
    r"[.:=# ]{0,3}(?:(?:at|on|is) )?(?P<value>\+?\(?\d(?:[ ()./-]{0,2}\d){6,14})(?![0-9a-z])",
    re.IGNORECASE,
)
_EMAIL: Final = re.compile(
    r"(?<![\w.+%-])[\w+%-][\w.+%-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
_ACCOUNTS: Final = (
    *("gserviceaccount.com", ".iam", "core.windows.net", "azuredatabricks.net", ".svc"),
    *(".service", ".socket", ".target", ".timer", ".mount", ".slice", ".scope"),  # systemd's units
)
_SERVICES: Final = frozenset({"_HOST", "HTTP", "hdfs", "hive", "hbase", "impala", "kafka", "nifi", "spark", "yarn"})
_PERSON: Final = re.compile(
    r"(?<![^\W_])(?<![\^&|])(?=[^\W\d_]+[ '’^-])(?![^\W\d_]{1,3}\^[^\W\d_]{1,3}(?!\w))"
    r"[^\W\d_](?:[^\W\d_]|['’ -]){1,40}\^[^\W\d_](?>(?:[^\W\d_]|['’ -]){1,40})(?!\d)(?:\^[\w. ]{0,40}){0,3}"
)
_IBAN_START: Final = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}\d\d(?=[ -]?[0-9A-Za-z]{4})")
_IBAN_LENGTHS: Final = {
    code: length
    for length, codes in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for code in codes.split()
}  # fmt: skip
_ISSUERS: Final = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}"
)
_SNOMED_EXTENSION: Final = re.compile(r"\d{1,8}1000\d{3}1[0-2]\d")
_ARCS: Final = (
    "1.2.840.10008.", "1.2.840.10065.", "1.2.840.113549.", "1.2.276.0.76.", "1.2.40.0.34.", "1.2.250.1.213.", "1.2.36.",
    "1.3.6.1.2.", "1.3.6.1.5.", "1.3.6.1.4.1.19376.", "1.3.6.1.4.1.12559.", "2.16.840.1.113883.", "2.16.840.1.113762.",
    "2.16.840.1.101.3.", "2.16.756.5.30.", "2.16.578.1.12.4.1.1.", "2.16.528.1.1007.",
)  # fmt: skip
"""Arcs of classes, code systems and value sets: SOP classes (DICOM PS3.6), HL7, NIH, national registries."""
_LONGEST_ARC = 7
_SHORTEST_UID = 14
_EPOCHS: Final = re.compile(r"\d{4}[-/.]01[-/.]01|0?1[-/.]0?1[-/.]\d{4}|1899-12-(?:30|31)")
_CPF = 14
_SYSTEM = 4


def find_formed(text: str, *, is_name: bool, emails: bool) -> Iterator[Span]:
    """Yield what is an identifier by its form; e-mail addresses where `emails`."""
    if emails and "@" in text:
        yield from _emails(text, is_name=is_name)
    if "^" in text:
        yield from (Span(*found.span(), "name") for found in _PERSON.finditer(text) if _is_person(found[0]))
    for match in _NUMBERS.finditer(text):
        kind = match.lastgroup if match.lastgroup not in {"s", "c", "a"} else "ssn" if match["ssn"] else "card"
        if _holds(kind or "", match[0], is_name=is_name):
            yield Span(*match.span(), kind or "")
    yield from _ibans(text)
    if not is_name:
        for match in _TEXT_ONLY.finditer(text):
            if match["phone"] or not _EPOCHS.fullmatch(match[0]):
                yield Span(*match.span(), match.lastgroup or "")
        for match in _CALLED.finditer(text):
            yield Span(match.start("value"), match.end("value"), "phone")


def _is_person(written: str) -> bool:
    """Whether family^given is a person, and no term with its code system or words of a platform."""
    family, given = written.split("^")[:2]
    family = family.split()[-1]
    if given.isupper() and len(given) <= _SYSTEM and not family.isupper():
        return False
    return family.lower() not in ORDINARY or given.lower() not in ORDINARY


def _holds(kind: str, written: str, *, is_name: bool) -> bool:
    match kind:
        case "card":
            digits = "".join(filter(str.isdigit, written))
            return bool(_ISSUERS.fullmatch(digits)) and luhn(digits) and not _SNOMED_EXTENSION.fullmatch(digits)
        case "uid":
            return len(written) >= _SHORTEST_UID and not _is_registered(written)
        case "phone":
            return not is_name or any(sign in written for sign in "-(+")
        case "national" if written.startswith("756."):
            return ean(written.replace(".", ""))
        case "national" if len(written) == _CPF and written[-3] == "-" and written[3] == ".":
            return _cpf("".join(filter(str.isdigit, written)))
        case _:
            return True


def _emails(text: str, *, is_name: bool) -> Iterator[Span]:
    for match in _EMAIL.finditer(text):
        local, _, host = match[0].partition("@")
        if local == "git" or host.endswith(_ACCOUNTS) or (local in _SERVICES and host.isupper()):
            continue  # of every git host, of a machine in a cloud, of a service in a realm of Kerberos
        if is_name and text[max(0, match.start() - 3) : match.start()] == "://":
            continue  # a container in object storage, or who logs in to a database
        yield Span(*match.span(), "email")


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN_START.finditer(text):
        wanted = _IBAN_LENGTHS.get(match[0][:2].upper())
        if wanted is None:
            continue
        written, at = match[0], match.end()
        while len(written) < wanted and at < len(text):
            if text[at] in " -" and text[at - 1] not in " -":
                at += 1
            if at >= len(text) or not (text[at].isascii() and text[at].isalnum()):
                break
            written += text[at]
            at += 1
        ended = at == len(text) or not (text[at].isascii() and text[at].isalnum())
        if len(written) == wanted and ended and _remainder_is_one(written.upper()):
            yield Span(match.start(), at, "iban")


def _remainder_is_one(written: str) -> bool:
    return int("".join(str(int(character, 36)) for character in written[4:] + written[:4])) % 97 == 1


def _cpf(digits: str) -> bool:
    """Whether both check digits of a Brazilian CPF hold."""
    for length in (9, 10):
        total = sum(
            int(digit) * weight for digit, weight in zip(digits[:length], range(length + 1, 1, -1), strict=True)
        )
        if total * 10 % 11 % 10 != int(digits[length]):
            return False
    return True


def _is_registered(uid: str) -> bool:
    return uid.startswith(_ARCS) and all(len(part) <= _LONGEST_ARC for part in uid.split("."))
