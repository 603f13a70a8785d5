"""What stands in the place of what was taken out: it says which kind was there, and nothing of the value."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Final

_LETTERS = "abcdefghijklmnop"
_TOKEN_BYTES = 10
_ROUNDS = 8
TOKEN: Final = re.compile(r"redacted_[a-p]{20}")
MARKER: Final = re.compile(r"<redacted:[a-z-]+>")


def marker(kind: str) -> str:
    """The marker for a value of this kind."""
    return f"<redacted:{kind}>"


def token(value: str, key: bytes) -> str:
    """A pseudonym for an identifier inside a name: the same value and key give the same one, so that identity holds.

    80 bits of HMAC-SHA-256 in letters only: no digit run for a later scan to find, and safe in paths and SQL names.
    """
    digest = hmac.digest(key, b"identifier\x00" + value.encode("utf-8", "surrogatepass"), "sha256")
    return "redacted_" + "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest[:_TOKEN_BYTES])


def settle(text: str, redact: Callable[[str], str], last_resort: str) -> str:
    """`redact` applied until it changes nothing more, so that redacting again never does; else `last_resort`.

    A marker can bring together what stood apart before; two or three rounds end that for everything but contrived text.
    """
    for _ in range(_ROUNDS):
        result = redact(text)
        if result == text:
            return text
        text = result
    return last_resort
