"""What looks like a key itself, where the id of one is asked for."""

from __future__ import annotations

import re
from typing import Final

from ingest_hooks.redaction.credentials import without_secrets

_SENTENCE: Final = (
    "looks like a key itself, which is never kept here: name the key by its id in the key store, and replace it there "
    "if this was one"
)
_ARMOUR: Final = re.compile(r"-----BEGIN |AGE-SECRET-KEY-|PuTTY-User-Key-File|\"k(?:ty)?\"\s{0,4}:", re.IGNORECASE)
_HEX: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<!sha256:)(?<!sha1:)(?<!md5:)(?:0x)?([0-9a-f]{32,}+)(?![0-9A-Za-z])", re.IGNORECASE
)
_HEX_DIGITS: Final = frozenset({32, 48, 64})
_MANY_HEX_DIGITS: Final = 96
_BASE64: Final = re.compile(r"(?:base64:|hex:)?([A-Za-z0-9+/_-]{22,}+)(={0,2})")
_CHARACTERS: Final = frozenset({22, 32, 43, 64, 86})
_MANY_CHARACTERS: Final = 128


def looks_like_key(text: str) -> bool:
    """Tell whether a text has the form of a key of 128, 192, 256 or more bits, or of a file that holds one.

    A fingerprint is none where its digest is named before it (`SHA256:…`); a UUID and a path are none.
    """
    text = text.strip()
    if _ARMOUR.search(text) or without_secrets(text) != text:
        return True
    if any(len(run) in _HEX_DIGITS or len(run) >= _MANY_HEX_DIGITS for run in _HEX.findall(text)):
        return True
    whole = _BASE64.fullmatch(text)
    return whole is not None and _is_random(*whole.groups())


def _is_random(text: str, padding: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(map(kind, text)) for kind in kinds):
        return False
    if padding:
        return (len(text) + len(padding)) % 4 == 0
    return len(text) in _CHARACTERS or len(text) >= _MANY_CHARACTERS


def no_key(text: str) -> str:
    """Return the text; raises ValueError where it looks like a key itself, without quoting it."""
    if looks_like_key(text):
        raise ValueError(_SENTENCE)
    return text
