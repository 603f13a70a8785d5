"""Canonical JSON: sorted keys, no blanks, text as it is; equal values give equal text, and so equal digests.

For keys in the basic plane and values without fractions this is RFC 8785: what is hashed or signed holds no others.
"""

from __future__ import annotations

import json
from hashlib import sha256

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""Made once: `json.dumps` makes an encoder for each value that it is given with other than its own options."""


def canonical_text(value: object) -> str:
    """Return the value as canonical JSON; raises ValueError for a number that JSON has no form for."""
    return _encode(value)


def canonical_bytes(value: object) -> bytes:
    """Return the value as canonical JSON in UTF-8; raises ValueError also for a text that no UTF-8 has."""
    return _encode(value).encode()


def digest_of(value: object) -> str:
    """Return `sha256:` and the hex SHA-256 over the value's canonical JSON."""
    return f"sha256:{sha256(canonical_bytes(value)).hexdigest()}"
