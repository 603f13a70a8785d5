"""Identifiers of people and secrets inside authored text and inside names: keyed, formed, or announced.

*Keyed* (`keyed`): whatever follows a word such as MRN, account or patient. *Formed* (`formed`): what its own form
tells, such as a social security number, an e-mail address or a payment card. *Announced* (`persons`): names after
titles and words for patients, in authored text. A number without word or form is none: row counts, codes and ids of
every system look alike, and a person's name that nothing announces has no form; README says what that costs.
45 CFR 164.514(b)(2)(i), as far as form can tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ingest_hooks.redaction.credentials import may_hold_secret, without_secrets
from ingest_hooks.redaction.folding import fold
from ingest_hooks.redaction.formed import find_formed
from ingest_hooks.redaction.forms import TOKENED, Forms
from ingest_hooks.redaction.keyed import find_keyed, find_searched
from ingest_hooks.redaction.markers import MARKER, TOKEN, marker, settle, token
from ingest_hooks.redaction.persons import find_persons
from ingest_hooks.redaction.spans import Span, merged

MAX_SCANNED: Final = 65_536
"""Characters of one string that are scanned: of a longer text the rest is dropped, a longer name is one token."""

Replace = Callable[[str, str], str]

_PLAIN = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_REST = marker("rest")
_DIGIT = re.compile(r"\d")
_QUICK = re.compile(r"\d\D{0,2}\d|[@=%^]|[^\x00-\x7f]|://")


def is_plain(text: str) -> bool:
    """Whether the whole text is a UUID or a point in time."""
    return _PLAIN.fullmatch(text) is not None


def holds_identifier(name: str) -> bool:
    """Whether a name or code holds an identifier or a secret."""
    return Scanner(b"").name(name) != name


@dataclass(frozen=True, slots=True)
class Scanner:
    """Finds identifiers: in text they become markers, in names tokens that keep equal names equal."""

    key: bytes
    forms: Forms = ()
    """What the site itself calls an identifier."""

    def text(self, text: str, *, emails: bool = True) -> str:
        """Authored text without identifiers; without `emails`, the house's people keep their addresses and titles."""
        text = _cut(text)
        if _PLAIN.fullmatch(text):
            return text

        def once(part: str) -> str:
            return self._replaced(part, self._marked, is_name=False, emails=emails)

        return _cut(settle(text, once, marker("text")))

    def name(self, text: str) -> str:
        """A name, path or address with a token in each identifier's place: one token for one value."""
        if len(text) > MAX_SCANNED:
            return token(text, self.key)
        if not (_QUICK.search(text) or may_hold_secret(text)) or _PLAIN.fullmatch(text):
            return text

        def once(part: str) -> str:
            return self._replaced(part, lambda _, value: token(value, self.key), is_name=True, emails=True)

        result = settle(text, once, token(text, self.key))
        return result if len(result) <= MAX_SCANNED else token(text, self.key)

    def formed(self, text: str) -> str:
        """Any text without what has one of the site's forms, and nothing else changed."""

        def once(part: str) -> str:
            return self._put(part, (span for form in self.forms for span in form.find(fold(part).text)), self._marked)

        return _cut(settle(_cut(text), once, marker("text")))

    def secret(self, text: str) -> str:
        """Any text without passwords, tokens and keys, and nothing else changed."""
        return _cut(settle(_cut(text), without_secrets, marker("secret")))

    def _marked(self, kind: str, value: str) -> str:
        return token(value, self.key) if kind == TOKENED else marker(kind)

    def _replaced(self, text: str, replace: Replace, *, is_name: bool, emails: bool) -> str:
        text = without_secrets(text)
        return self._put(text, self._find(fold(text).text, is_name=is_name, emails=emails), replace)

    def _put(self, text: str, found: Iterator[Span], replace: Replace) -> str:
        spans = merged(found)
        if not spans:
            return text
        folded = fold(text)
        written: list[str] = []
        done = 0
        for span in spans:
            value = folded.text[span.start : span.end]
            if MARKER.search(value) or TOKEN.search(value):
                continue
            start, end = folded.span(span.start, span.end)
            written += (text[done:start], replace(span.kind, value))
            done = end
        return "".join((*written, text[done:]))

    def _find(self, text: str, *, is_name: bool, emails: bool) -> Iterator[Span]:
        if _DIGIT.search(text) or (is_name and "=" in text):
            yield from find_keyed(text, is_name=is_name)
        if "?" in text and "=" in text:
            yield from find_searched(text)
        if _DIGIT.search(text) or "@" in text or "^" in text:
            yield from find_formed(text, is_name=is_name, emails=emails)
        for form in self.forms:
            yield from form.find(text)
        if not is_name:
            yield from find_persons(text, titles=emails)


def _cut(text: str) -> str:
    """The beginning of a text that is too long, up to a blank, and a marker for the rest."""
    if len(text) <= MAX_SCANNED:
        return text
    return text[: MAX_SCANNED - len(_REST)].rpartition(" ")[0] + _REST
