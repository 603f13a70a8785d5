"""What stays of a value of a run: how long it was, and a digest that tells whether two were the same.

The digest is an HMAC under the site's key. Of fewer than 16 characters, of numbers and of booleans there is none: they
are so few that whoever may send events could try them all and compare.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from ingest_hooks.redaction.markers import marker

SHORTEST: Final = 16
"""From so many characters on, length and digest are kept."""

_LETTERS: Final = "abcdefghijklmnop"
_DIGEST_BYTES: Final = 8
_SEAL_BYTES: Final = 2
_MARK: Final = re.compile(r"<redacted:([a-z-]{1,20})(?: length=(\d{1,8}) digest=([a-p]{16})([a-p]{4}))?>")
ANY_MARK: Final = re.compile(r"<redacted:[a-z-]{1,20}(?: length=\d{1,8} digest=[a-p]{20})?>")
"""A marker within a text, whoever made it."""
_KINDS: Final = frozenset(
    {"value", "message", "trace", "sql", "expression", "source-code", "clinical", "secret", "identifier", "text"}
)


def mark(kind: str, text: str, key: bytes) -> str:
    """The marker for a whole text: with its length in characters and its digest, where it is long enough."""
    if len(text) < SHORTEST:
        return marker(kind)
    digest = _letters(hmac.digest(key, b"value\x00" + text.encode("utf-8", "surrogatepass"), "sha256")[:_DIGEST_BYTES])
    return f"<redacted:{kind} length={len(text)} digest={digest}{_seal(len(text), digest, key)}>"


def is_mark(text: str, key: bytes) -> bool:
    """Whether a text is a marker that was made under this key: nobody passes a value off as one."""
    found = _MARK.fullmatch(text) if text.startswith("<redacted:") else None
    if found is None or found[1] not in _KINDS:
        return False
    return found[2] is None or hmac.compare_digest(found[4], _seal(int(found[2]), found[3], key))


def _seal(length: int, digest: str, key: bytes) -> str:
    return _letters(hmac.digest(key, f"mark\x00{length} {digest}".encode(), "sha256")[:_SEAL_BYTES])


def _letters(digest: bytes) -> str:
    """Letters only: no run of digits for a later scan to find."""
    return "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest)
